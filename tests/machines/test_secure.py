"""What has been written counts once a replica has it, or most Sentinels still name the primary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.adapters.claims import Claims
from ivr.adapters.connection import SHORT, InsecureError, connect, primaries, secure
from ivr.adapters.queue import Name, Queues
from ivr.events import Form, SendText
from tests.machines.sentinels import SentinelRedis

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
TEXT = SendText("CA" + "0" * 32, "ro-anitp", "ro", Form.SHORT, NOW + dt.timedelta(minutes=2))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[SentinelRedis]:
    """A primary, its replica and three Sentinels, of which parts are going to be killed."""
    redis = SentinelRedis(tmp_path)
    try:
        redis.start()
        yield redis
    finally:
        redis.remove()


def test_what_is_secure(own: SentinelRedis) -> None:
    """A replica's word is enough, or that of most Sentinels; without both nothing counts, and no claim stays."""
    with connect(own.url, SHORT) as client:
        claims, queues = Claims(client, ["s" * 40]), Queues(client)
        secure(client)
        own.kill_replica()
        queues.put(TEXT, NOW)
        queues.secure()
        taken = claims.take(TEXT, "one")
        claims.release(TEXT, "one")
        own.kill_sentinels(2)
        for act in (lambda: secure(client), queues.secure, lambda: claims.take(TEXT, "two")):
            with pytest.raises(InsecureError):
                act()

        assert taken
        assert not claims.held(TEXT, "two")
        assert [own.primary, None, None] == sorted(primaries(client), key=lambda each: each is None)
        assert 1 == queues.lengths()[Name.TEXTS]


def test_a_redis_alone_is_secure(redis_url: str) -> None:
    """Without Sentinels nothing takes over, so nothing is asked and nothing is written."""
    with connect(redis_url, SHORT) as client:
        secure(client)

        assert [] == client.keys()
        assert [] == list(primaries(client))
