"""What Redis keeps under a key, whatever kind of key it is, with what was compressed opened.

RQ compresses the call of a job, and writes the traceback of one that failed compressed and in base64.
"""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import redis


def values(client: redis.Redis, key: bytes) -> Iterator[bytes]:
    """Yield what is kept under a key, and what it is where it was compressed; fails at a kind that nobody reads yet."""
    kind = client.type(key)
    if kind == b"none":  # it has gone meanwhile
        return
    assert isinstance(kind, bytes)
    assert kind in _KINDS, f"{key!r} is of the kind {kind!r}, which nobody has searched yet"
    for value in _KINDS[kind](client, key):
        yield value
        with suppress(zlib.error):
            yield zlib.decompress(value)
        with suppress(ValueError, zlib.error):
            yield zlib.decompress(b64decode(value, validate=True))


_KINDS: Mapping[bytes, Callable[[Any, bytes], Iterable[bytes]]] = {
    b"string": lambda client, key: [client.get(key) or b""],
    b"hash": lambda client, key: [each for pair in client.hgetall(key).items() for each in pair],
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"set": lambda client, key: client.smembers(key),
    b"zset": lambda client, key: client.zrange(key, 0, -1),
    b"stream": lambda client, key: [
        each for name, entry in client.xrange(key) for pair in entry.items() for each in (name, *pair)
    ],
}
"""How the values of each kind of key are read."""
