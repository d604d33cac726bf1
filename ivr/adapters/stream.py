"""The stream of events in Redis: where they wait until a job has added them up.

Three things keep each event counted once. A batch carries its source and its number there, and is appended in one step
with that number remembered, so sending it again after a lost answer changes nothing. An event of a job carries a mark
that is set in the same step. And the reader's position is kept in SQL with the sums (`counters`), under the name of
this stream's generation: a Redis that lost its memory begins a new one, whose entries are read from the start.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import redis

from ivr.events import Event, EventKind

KEY = "fanal:events"
BEGINNING = "0-0"
"""The position before a stream's first entry."""
SOURCE_LIFE = dt.timedelta(days=90)
"""How long the last number of a source is remembered: longer than any spool file should wait."""
MARK_LIFE = dt.timedelta(days=2)
"""How long an event of a job cannot be counted again: longer than a job is retried."""
_GENERATION = f"{KEY}:generation"

_PREFIX = "events:"

_ADD = """
if tonumber(ARGV[1]) <= tonumber(redis.call('GET', KEYS[2]) or '0') then return 0 end
for i = 3, #ARGV do redis.call('XADD', KEYS[1], '*', 'event', ARGV[i]) end
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
return 1
"""
_ADD_ONCE = """
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then return 0 end
redis.call('XADD', KEYS[1], '*', 'event', ARGV[2])
return 1
"""
_TRIM = """
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('XTRIM', KEYS[1], 'MINID', ARGV[2]) end
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the stream: its position, what happened, and how many times."""

    position: str
    event: Event
    times: int


class EventStream:
    """Appends events, reads them in order, and forgets those that have been added up."""

    def __init__(self, connection: redis.Redis) -> None:
        self._redis = connection
        self._add = connection.register_script(_ADD)
        self._add_once = connection.register_script(_ADD_ONCE)
        self._trim = connection.register_script(_TRIM)

    def add(self, source: str, number: int, tallies: Mapping[Event, int]) -> bool:
        """Append batch `number` (from 1, rising) of a source, all or nothing; False if it was there already.

        Raises `redis.RedisError`; it may then have been appended or not, and can be sent again.
        """
        entries = [pack(event, times) for event, times in tallies.items()]
        arguments: list[str | int] = [number, int(SOURCE_LIFE.total_seconds()), *entries]
        return bool(self._add(keys=[KEY, f"{KEY}:source:{source}"], args=arguments))

    def add_once(self, mark: str, event: Event) -> bool:
        """Append an event unless one with this mark was appended in the last two days; raises `redis.RedisError`."""
        arguments: list[str | int] = [int(MARK_LIFE.total_seconds()), pack(event, 1)]
        return bool(self._add_once(keys=[KEY, f"{KEY}:mark:{mark}"], args=arguments))

    def generation(self) -> str:
        """Return the name of this stream, made new wherever Redis has lost it."""
        self._redis.set(_GENERATION, uuid.uuid4().hex, nx=True)
        return _name(self._redis.get(_GENERATION))

    def read(self, generation: str, after: str, most: int) -> list[Entry]:
        """Return up to `most` entries after a position of this generation, in order; none of another generation.

        An entry that cannot be read becomes a fault to be counted.
        """
        with self._redis.pipeline(transaction=True) as asked:
            asked.get(_GENERATION)
            asked.xread({KEY: after}, count=most)
            name, found = asked.execute()
        if _name(name) != generation or not found:
            return []
        pairs = found[KEY.encode()][0] if isinstance(found, dict) else found[0][1]
        return [_entry(_text(position), fields) for position, fields in pairs]

    def trim(self, generation: str, upto: str) -> None:
        """Forget the entries of this generation up to a position, that one included."""
        milliseconds, _, sequence = upto.partition("-")
        first_kept = f"{milliseconds}-{int(sequence) + 1}"
        self._trim(keys=[KEY, _GENERATION], args=[generation.removeprefix(_PREFIX), first_kept])

    def waiting(self) -> int:
        """Return how many entries have not been forgotten yet."""
        return int(self._redis.xlen(KEY))


def pack(event: Event, times: int) -> str:
    """Write an event and how often it happened, for the stream or the spool."""
    return json.dumps({**event.fields(), "times": times}, separators=(",", ":"))


def unpack(text: str) -> tuple[Event, int]:
    """Read what `pack` wrote; raises ValueError, KeyError or TypeError where it is something else."""
    fields = json.loads(text)
    return Event.from_fields(fields), int(fields["times"])


def _entry(position: str, fields: Mapping[bytes, bytes]) -> Entry:
    try:
        return Entry(position, *unpack(fields[b"event"].decode()))
    except (ValueError, KeyError, TypeError):
        instant = dt.datetime.fromtimestamp(int(position.partition("-")[0]) / 1000, dt.UTC)
        return Entry(position, Event.at(instant, EventKind.FAULT, "unreadable"), 1)


def _name(generation: object) -> str:
    return _PREFIX + _text(generation)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
