"""Connections to Redis that give up soon: whoever uses them has another way, or a queue that tries again.

Where Sentinels look after Redis, each new connection asks them for the primary, so a client finds the new one after a
failover by itself. A replica may lack what was written last; `secure` waits until it has that too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import redis
from redis.backoff import ConstantBackoff, NoBackoff
from redis.client import Pipeline
from redis.retry import Retry
from redis.sentinel import (
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)

from ivr.sentinels import Sentinels

SHORT = 0.5
"""Seconds that a web process's own thread waits for Redis."""
PATIENT = 5.0
"""Seconds that a job waits for Redis; a job that fails is tried again."""
FAILOVER = 12.0
"""Seconds for which a job waits for a new primary; it may take 30 in all (`ivr.adapters.queue`)."""
SECURE_SECONDS = 0.1
"""Seconds for which a replica may keep us waiting; it takes one or two thousandths where it is well. Less than `SHORT`,
or the connection would be given up; and where there is no replica each text costs as much."""
_PAUSE = 0.25
"""Seconds between attempts to find a primary."""
_FENCE = "fanal:fence"
"""Written before a replica is asked what it has: it has all that was written before, too."""
_FENCE_SECONDS = 60


class _ToPrimary(SentinelManagedConnection):
    """A connection that asks the Sentinels whenever it is made anew.

    The library's own asks when it is taken from its pool only: while one command is tried again and again it would go
    back to the primary that has died.
    """

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Send a command, to whoever is the primary now if the connection was lost."""
        if not self.is_connected:
            self.connect_to(self.connection_pool.get_master_address())  # type: ignore[no-untyped-call]  # not typed there
        super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]  # not typed there


class _ToPrimaryByTls(_ToPrimary, SentinelManagedSSLConnection):
    """The same by TLS."""


class InsecureError(redis.RedisError):
    """A failover could lose what has just been written, and may be under way."""


def connect(url: str, seconds: float, failover: float = 0.0) -> redis.Redis:
    """Return a client that waits `seconds` for a connection or an answer, once; it connects when first used.

    Where Sentinels look after Redis it waits `failover` seconds longer for a primary, asking again and again, so what
    it is used for must be harmless when it is done twice.
    """
    once = Retry(NoBackoff(), 0)
    if not Sentinels.named_in(url):
        return redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=once)
    retry = Retry(ConstantBackoff(_PAUSE), round(failover / _PAUSE)) if failover else once
    return _primary(url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=retry)


def connect_for_rq(url: str) -> redis.Redis:
    """Return a client for RQ's worker, which sets how long it waits for an answer by itself."""
    if not Sentinels.named_in(url):
        return redis.Redis.from_url(url)
    retry = Retry(ConstantBackoff(_PAUSE), round(FAILOVER / _PAUSE))
    return _primary(url, socket_timeout=PATIENT, socket_connect_timeout=PATIENT, retry=retry)


def add_wait(asked: Pipeline, client: redis.Redis) -> None:
    """Let a replica confirm what stands in this pipeline; its answer is to be given to `check_wait`."""
    if isinstance(client.connection_pool, SentinelConnectionPool):
        asked.wait(1, int(SECURE_SECONDS * 1000))


def check_wait(answers: list[Any], client: redis.Redis) -> None:
    """Raise `InsecureError` where no replica has confirmed, unless most Sentinels say that our primary still is it.

    Without Sentinels nothing takes over from a Redis, so there is nothing to confirm.
    """
    if isinstance(client.connection_pool, SentinelConnectionPool) and not answers[-1]:
        named = list(primaries(client))
        agreed = sum(each == client.connection_pool.master_address for each in named)
        if 2 * agreed <= len(named):
            raise InsecureError("no replica has confirmed, and most Sentinels do not name this primary")


def secure(client: redis.Redis) -> None:
    """Wait until a replica has what was written so far, whoever wrote it. Raises `redis.RedisError`."""
    if isinstance(client.connection_pool, SentinelConnectionPool):
        with client.pipeline(transaction=False) as asked:
            asked.set(_FENCE, 1, ex=_FENCE_SECONDS)
            add_wait(asked, client)
            check_wait(asked.execute(), client)


def primaries(client: redis.Redis) -> Iterator[tuple[str, int] | None]:
    """Yield whom each Sentinel names as the primary, None for one that does not answer; nothing without Sentinels."""
    pool = client.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        for each in list(pool.sentinel_manager.sentinels):
            named = None
            with suppress(redis.RedisError):
                found: Any = each.sentinel_get_master_addr_by_name(pool.service_name)
                named = found and (found[0].decode(), int(found[1]))
            yield named


def _primary(url: str, **options: Any) -> redis.Redis:
    """Return a client of whatever the Sentinels name as the primary at the time."""
    asked = Sentinels.read(url)
    tls = {"ssl": True} if asked.tls else {}
    half = options["socket_connect_timeout"] / 2  # one of them may be away: the next is asked
    once = Retry(NoBackoff(), 0)
    waits = {"socket_timeout": half, "socket_connect_timeout": half, "retry": once}
    sentinel = Sentinel(asked.hosts, sentinel_kwargs={"password": asked.own_password, **waits, **tls})
    kind = _ToPrimaryByTls if asked.tls else _ToPrimary
    who = {"db": asked.database, "username": asked.username, "password": asked.password}
    client: redis.Redis = sentinel.master_for(asked.service, connection_class=kind, **who, **options)
    return client
