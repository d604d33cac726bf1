"""What is read of Redis when something is looked for in it: all of it, and what was compressed as well."""

from __future__ import annotations

import zlib
from base64 import b64encode

import pytest
import redis

from tests.kept import values

WORDS = b"somebody called about something"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(WORDS, id="as it is"),
        pytest.param(zlib.compress(WORDS), id="compressed, as a job's call"),
        pytest.param(b64encode(zlib.compress(WORDS)), id="compressed and in base64, as the traceback of a job"),
    ],
)
def test_every_kind_is_read(redis_url: str, written: bytes) -> None:
    """Words are found under a key of every kind, in whatever form RQ writes them; a key that has gone holds nothing."""
    with redis.Redis.from_url(redis_url) as client:
        client.set("string", written)
        client.hset("hash", "field", written)
        client.rpush("list", written)
        client.sadd("set", written)
        client.zadd("zset", {written: 1})
        client.xadd("stream", {"field": written})
        found = {key: WORDS in values(client, key) for key in client.scan_iter()}

        assert {b"string", b"hash", b"list", b"set", b"zset", b"stream"} == {
            key for key, is_in in found.items() if is_in
        }
        assert [] == list(values(client, b"gone"))
