"""The stream appends each batch once, gives entries in order, and forgets what has been added up."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
import redis

from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.stream import BEGINNING, KEY, EventStream
from ivr.events import Event, EventKind

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
MENU = Event.at(NOW, EventKind.STEP, "language", "ro", "RO")
ENDED = Event.at(NOW, EventKind.OUTCOME, "completed", "ro", "RO", "trafficking")


@pytest.fixture
def connection(redis_url: str) -> redis.Redis:
    """A client of an empty server."""
    return connect(redis_url, PATIENT)


@pytest.fixture
def stream(connection: redis.Redis) -> EventStream:
    """An empty stream."""
    return EventStream(connection)


def _read(stream: EventStream) -> Counter[Event]:
    read = Counter[Event]()
    for entry in stream.read(stream.generation(), BEGINNING, 1000):
        read[entry.event] += entry.times
    return read


def test_gives_back_what_was_added(stream: EventStream) -> None:
    """Events come back whole and with their number of times."""
    stream.add("web", 1, {MENU: 3, ENDED: 1})

    assert {MENU: 3, ENDED: 1} == _read(stream)


def test_same_batch_again_changes_nothing(stream: EventStream) -> None:
    """A batch whose answer was lost can be sent again; its neighbours, the next batch and another source, count."""
    done = [stream.add(source, number, {MENU: 1}) for source, number in (("a", 1), ("a", 1), ("a", 2), ("b", 1))]

    assert ([True, False, True, True], 3) == (done, _read(stream)[MENU])


def test_marked_event_counts_once(stream: EventStream) -> None:
    """A job that runs again cannot count its event again; another mark can."""
    done = [stream.add_once(mark, MENU) for mark in ("job", "job", "other")]

    assert ([True, False, True], 2) == (done, _read(stream)[MENU])


def test_trim_forgets_up_to_a_position(stream: EventStream) -> None:
    """The entry at the position is forgotten, the next one is kept."""
    stream.add("web", 1, {MENU: 1, ENDED: 1})
    first = stream.read(stream.generation(), BEGINNING, 1)[0]
    stream.trim(stream.generation(), first.position)

    assert ({ENDED: 1}, 1) == (_read(stream), stream.waiting())


def test_reads_after_a_position(stream: EventStream) -> None:
    """Reading goes on after a position, and nothing comes after the last."""
    stream.add("web", 1, {MENU: 1, ENDED: 1})
    name = stream.generation()
    first, last = stream.read(name, BEGINNING, 10)

    assert ([last], []) == (stream.read(name, first.position, 10), stream.read(name, last.position, 10))


def test_empty_stream_has_nothing(stream: EventStream) -> None:
    """A stream that was never written to is read without a fault."""
    stream.trim(stream.generation(), BEGINNING)

    assert ([], 0) == (stream.read(stream.generation(), BEGINNING, 10), stream.waiting())


@pytest.mark.parametrize(
    "content", [{"event": "no json"}, {"event": "{}"}, {"other": "field"}, {"event": '{"times":1}'}]
)
def test_unreadable_entry_is_a_fault(stream: EventStream, connection: redis.Redis, content: dict[str, str]) -> None:
    """An entry that is not an event does not stop the others, and is counted as a fault."""
    connection.xadd(KEY, dict(content))
    stream.add("web", 1, {MENU: 1})
    first, second = stream.read(stream.generation(), BEGINNING, 10)

    assert (EventKind.FAULT, "unreadable", MENU) == (first.event.kind, first.event.name, second.event)


def test_generation_changes_when_redis_forgets(stream: EventStream, connection: redis.Redis) -> None:
    """A stream keeps its name, and a server that lost its memory gives another."""
    first, again = stream.generation(), stream.generation()
    connection.flushall()

    assert (True, False) == (first == again, first == stream.generation())


def test_other_generation_is_left_alone(stream: EventStream) -> None:
    """A reader that holds the name of a stream that Redis has lost reads and forgets nothing of the new one."""
    stream.add("web", 1, {MENU: 1})
    (entry,) = stream.read(stream.generation(), BEGINNING, 10)
    stream.trim("events:lost", entry.position)

    assert ([], 1) == (stream.read("events:lost", BEGINNING, 10), stream.waiting())
