"""What `fanal doctor` finds about Redis: whether it answers and keeps what it is given; whom its Sentinels name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import redis

from ivr.adapters.connection import PATIENT, connect, primaries
from ivr.adapters.embedded import OLDEST
from ivr.sentinels import Sentinels
from ivr.settings import Settings
from routes.cli.findings import Finding, doubtful, fine, wrong


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found; of the Redis itself nothing where no Sentinel names one."""
    with connect(settings.redis_url, PATIENT) as client:
        if Sentinels.named_in(settings.redis_url):
            answers = list(primaries(client))
            named = Counter(each for each in answers if each is not None)
            yield from _about_sentinels(answers, named)
            if not named:
                return
        try:
            told: Any = client.info()
        except redis.RedisError:
            yield wrong("redis", f"it does not answer us, or refuses: {_COST}")
            return
        yield from about_itself(told)
        if Sentinels.named_in(settings.redis_url):
            yield from _about_primary(client, int(told["connected_slaves"]))


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


def about_itself(told: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong about a Redis by what it tells of itself (INFO), or that all is well."""
    version, policy = str(told["redis_version"]), told.get("maxmemory_policy", _KEEPS)
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        yield wrong("redis", f"it is of version {version}, and must be 6.2 or newer: {_COST}")
    elif policy != _KEEPS and int(told.get("maxmemory", 0)):
        yield wrong("redis", f"maxmemory-policy is {policy}, and must be {_KEEPS}: when it is full it forgets texts")
    else:
        yield fine("redis", f"it answers, version {version}")


def _about_primary(client: redis.Redis, replicas: int) -> Iterator[Finding]:
    host, port = client.connection_pool.master_address  # type: ignore[attr-defined]  # a pool of Sentinels has it
    yield fine("redis", f"the primary is {host}:{port}; replicas that follow it: {replicas}")
    if not replicas:
        yield doubtful("redis", "no replica follows the primary: nothing can take over from it")


def _list(named: Counter[Any]) -> str:
    return ", ".join(f"{host}:{port}" for host, port in sorted(named))


_COST = "figures and deletions wait, and texts are not sent"
_KEEPS = "noeviction"
_FEWEST = 3
"""With fewer, the loss of one leaves no majority that could agree on a new primary."""
