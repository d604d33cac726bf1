"""Clients of Redis: how they are made from each kind of address, and that they give up."""

from __future__ import annotations

import pytest
import redis
from redis.sentinel import SentinelManagedConnection, SentinelManagedSSLConnection

from ivr.adapters.connection import FAILOVER, PATIENT, SHORT, connect, connect_for_rq
from ivr.adapters.queue import JOB_SECONDS

NOBODY = "127.0.0.1:1"


@pytest.mark.parametrize(
    ("scheme", "kind", "tls"),
    [
        ("redis+sentinel", SentinelManagedConnection, None),
        ("rediss+sentinel", SentinelManagedSSLConnection, True),
    ],
)
def test_sentinels_and_redis_are_asked_alike(scheme: str, kind: type[redis.Connection], tls: bool | None) -> None:
    """Each password goes to whom it belongs, and TLS is spoken with both or with neither."""
    client = connect(f"{scheme}://one:redis@{NOBODY}/fanal/3?sentinel_password=sentinel", SHORT)
    pool = client.connection_pool
    asked = pool.sentinel_manager.sentinels[0].connection_pool  # type: ignore[attr-defined]  # a pool of Sentinels has it

    assert issubclass(pool.connection_class, kind)
    assert [3, "one", "redis"] == [pool.connection_kwargs[name] for name in ("db", "username", "password")]
    assert "sentinel" == asked.connection_kwargs["password"]
    assert (tls is True) == issubclass(asked.connection_class, redis.SSLConnection)


@pytest.mark.parametrize("url", [f"redis://{NOBODY}", f"redis+sentinel://{NOBODY}/fanal"])
def test_gives_up(url: str) -> None:
    """Where nobody answers a client says so with an error that everybody who uses one expects."""
    with connect(url, SHORT) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_a_job_outlasts_a_failover() -> None:
    """A job that waits for a new primary, and then for its answer, ends before it is ended."""
    assert FAILOVER + 2 * PATIENT < JOB_SECONDS


@pytest.mark.parametrize("url", [f"redis://{NOBODY}/2", f"redis+sentinel://{NOBODY}/fanal/2"])
def test_rq_gets_a_client_of_the_same_database(url: str) -> None:
    """The worker's own client speaks with the database that the address names."""
    assert 2 == connect_for_rq(url).connection_pool.connection_kwargs["db"]
