"""What `fanal doctor` finds about a Redis that Sentinels look after: whom they name, and what could take over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import redis

from ivr.adapters.connection import PATIENT, connect, primaries
from ivr.sentinels import Sentinels
from ivr.settings import Settings
from routes.cli.findings import Finding, doubtful, fine, wrong


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found; nothing where REDIS_URL names a Redis itself."""
    if not Sentinels.named_in(settings.redis_url):
        return
    with connect(settings.redis_url, PATIENT) as client:
        answers = list(primaries(client))
        named = Counter(each for each in answers if each is not None)
        yield from _about_sentinels(answers, named)
        if named:
            yield from _about_primary(client)


def _about_sentinels(answers: list[Any], named: Counter[Any]) -> Iterator[Finding]:
    silent = answers.count(None)
    if 2 * silent >= len(answers):
        yield wrong("redis", f"{silent} of {len(answers)} Sentinels do not answer, or do not know the service: {_COST}")
    elif silent:
        yield doubtful("redis", f"{silent} of {len(answers)} Sentinels do not answer, or do not know the service")
    if len(named) > 1:
        yield doubtful("redis", f"the Sentinels name different primaries ({_list(named)}): ask again in a minute")
    if len(answers) < _FEWEST:
        yield doubtful("redis", f"REDIS_URL names {len(answers)} Sentinels; three on three machines can lose one")


def _about_primary(client: redis.Redis) -> Iterator[Finding]:
    try:
        told: Any = client.info("replication")
    except redis.RedisError:
        yield wrong("redis", f"the primary that the Sentinels name does not answer us: {_COST}")
        return
    host, port = client.connection_pool.master_address  # type: ignore[attr-defined]  # a pool of Sentinels has it
    replicas = int(told["connected_slaves"])
    yield fine("redis", f"the primary is {host}:{port}; replicas that follow it: {replicas}")
    if not replicas:
        yield doubtful("redis", "no replica follows the primary: nothing can take over from it")


def _list(named: Counter[Any]) -> str:
    return ", ".join(f"{host}:{port}" for host, port in sorted(named))


_COST = "figures and deletions wait, and texts are not sent"
_FEWEST = 3
"""With fewer, the loss of one leaves no majority that could agree on a new primary."""
