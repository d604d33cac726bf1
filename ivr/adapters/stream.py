"""The stream of batches in Redis: where events wait until a job has added them up.

It carries batches of many sources. Of each source it takes a batch only after the one before, and knows the last number
it took, so a batch that is sent again after a lost answer changes nothing, and a source finds out when Redis has lost
something. What has been counted is acknowledged here, source by source: only then do sources forget it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import redis

from ivr.adapters.batch import Batch, UnreadableError, pack, unpack

KEY = "fanal:events"
SOURCE_LIFE = dt.timedelta(days=90)
"""How long the last number of a source is remembered after its last batch; it may always be forgotten."""
NOTHING = -1
"""What the stream knows of a source that it does not know."""

_ADD = """
local last = tonumber(redis.call('GET', KEYS[2]) or '-1')
local number = tonumber(ARGV[1])
if number <= last or (number ~= last + 1 and ARGV[2] ~= 'first') then return last end
redis.call('XADD', KEYS[1], '*', 'batch', ARGV[3])
redis.call('SET', KEYS[2], number, 'EX', ARGV[4])
return number
"""
_KNOWN = """
local last = tonumber(redis.call('GET', KEYS[2]) or '-1')
local counted = tonumber(redis.call('GET', KEYS[3]) or '-1')
if last <= counted or redis.call('XLEN', KEYS[1]) > 0 then return last end
redis.call('DEL', KEYS[2])
return -1
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the stream: its position, and the batch; None where it cannot be read."""

    position: str
    batch: Batch | None


class EventStream:
    """Takes batches, gives them out in order, and passes acknowledgements. All may raise `redis.RedisError`."""

    def __init__(self, connection: redis.Redis) -> None:
        self._redis = connection
        self._add = connection.register_script(_ADD)
        self._known = connection.register_script(_KNOWN)

    def add(self, batch: Batch) -> int:
        """Append a batch if it follows the last one of its source, or is marked as the first that is missing.

        Returns the last number that the stream knows of this source afterwards. After an error it may have been
        appended or not, and can be sent again.
        """
        arguments = [batch.number, "first" if batch.first else "", pack(batch), int(SOURCE_LIFE.total_seconds())]
        return int(self._add(keys=[KEY, _last(batch.source)], args=arguments))

    def known(self, source: str) -> int:
        """Return the last number that the stream has taken of a source, `NOTHING` if it knows none.

        Entries are removed in the step that acknowledges them. So where there is none, what has been taken and not
        acknowledged is gone (evicted, or left out because nobody could read it), and the source is forgotten.
        """
        return int(self._known(keys=[KEY, _last(source), _counted(source)]))

    def forget(self, sources: Iterable[str]) -> None:
        """Know nothing of these sources any more, so that they send again what has not been counted."""
        names = [_last(source) for source in sources]
        if names:
            self._redis.delete(*names)

    def read(self, most: int) -> list[Entry]:
        """Return up to `most` entries from the beginning, in order."""
        found: Any = self._redis.xrange(KEY, count=most)
        return [Entry(_text(position), _batch(fields)) for position, fields in found]

    def settle(self, counted: Mapping[str, int], upto: str) -> None:
        """Acknowledge the last number counted of each source, and remove the entries up to a position, both at once."""
        milliseconds, _, sequence = upto.partition("-")
        with self._redis.pipeline(transaction=True) as asked:
            for source, number in counted.items():
                asked.set(_counted(source), number, ex=SOURCE_LIFE)
            asked.xtrim(KEY, minid=f"{milliseconds}-{int(sequence) + 1}", approximate=False)
            asked.execute()

    def counted(self, source: str) -> int:
        """Return the last number of a source that has been counted, `NOTHING` if none is known."""
        return _number(self._redis.get(_counted(source)))

    def waiting(self) -> int:
        """Return how many batches wait to be counted."""
        return int(self._redis.xlen(KEY))


def _last(source: str) -> str:
    return f"{KEY}:last:{source}"


def _counted(source: str) -> str:
    return f"{KEY}:counted:{source}"


def _batch(fields: Mapping[bytes, bytes]) -> Batch | None:
    try:
        return unpack(fields[b"batch"])
    except (UnreadableError, KeyError):
        return None


def _number(value: object) -> int:
    return NOTHING if value is None else int(_text(value))


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
