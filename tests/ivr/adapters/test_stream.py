"""The stream takes each batch once, in order, and knows what it has taken and what has been counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import redis

from ivr.adapters.batch import Batch
from ivr.adapters.stream import KEY, NOTHING, EventStream
from ivr.events import Event, EventKind

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
MENU = Event.at(NOW, EventKind.STEP, "language")
FIRST = Batch("a", 1, 2, {MENU: 2}, first=True)
SECOND, THIRD = Batch("a", 2, 3, {MENU: 1}), Batch("a", 3, 4, {MENU: 1})


@pytest.fixture
def stream(connection: redis.Redis) -> EventStream:
    """A stream on an empty server."""
    return EventStream(connection)


def _batches(stream: EventStream) -> list[Batch | None]:
    return [entry.batch for entry in stream.read(100)]


def test_gives_back_in_order(stream: EventStream) -> None:
    """Batches of several sources come back as they were added, the oldest first, as many as asked for."""
    other = Batch("b", 1, 1, {MENU: 1}, first=True)
    added = [stream.add(batch) for batch in (FIRST, other, SECOND)]

    assert ([1, 1, 2], [FIRST, other, SECOND]) == (added, _batches(stream))
    assert [FIRST, other] == [entry.batch for entry in stream.read(2)]
    assert (2, 1, NOTHING) == (stream.known("a"), stream.known("b"), stream.known("c"))


def test_takes_each_once(stream: EventStream) -> None:
    """A batch sent again is not taken again, and the answer says how far the stream is."""
    stream.add(FIRST)
    stream.add(SECOND)

    assert ([2, 2], [FIRST, SECOND]) == ([stream.add(FIRST), stream.add(SECOND)], _batches(stream))


def test_takes_none_out_of_turn(stream: EventStream) -> None:
    """A batch whose predecessor is not there is refused, and the answer says which is."""
    unknown = stream.add(SECOND)
    stream.add(FIRST)

    assert (NOTHING, 1, [FIRST]) == (unknown, stream.add(THIRD), _batches(stream))


def test_first_that_is_missing_may_follow_anything(stream: EventStream) -> None:
    """A batch before which nothing is missing is taken by a server that knows nothing, or less."""
    fifth = Batch("a", 5, 9, {MENU: 1}, first=True)
    fresh = stream.add(fifth)
    stream.forget(["a"])
    stream.add(FIRST)

    assert (5, 5) == (fresh, stream.add(fifth))
    assert 5 == stream.add(replace(fifth, number=4))


def test_settles_what_was_counted(stream: EventStream) -> None:
    """Entries up to a position are removed, that one included, and sources learn how far they have been counted."""
    for batch in (FIRST, SECOND, THIRD):
        stream.add(batch)
    stream.settle({"a": 2}, stream.read(2)[-1].position)

    assert ([THIRD], 1, 2, NOTHING) == (_batches(stream), stream.waiting(), stream.counted("a"), stream.counted("b"))
    assert 3 == stream.known("a")


def test_batch_that_vanished_is_not_known(stream: EventStream, connection: redis.Redis) -> None:
    """Where the stream holds nothing and a batch was not counted, it is gone; what was counted is known."""
    stream.add(FIRST)
    stream.add(SECOND)
    stream.settle({"a": 1}, stream.read(2)[0].position)
    waiting = stream.known("a")
    connection.delete(KEY)
    vanished = stream.known("a")
    stream.settle({"a": 2}, "1-0")
    stream.add(replace(THIRD, first=True))
    stream.settle({"a": 3}, stream.read(1)[0].position)

    assert (2, NOTHING, 3) == (waiting, vanished, stream.known("a"))


def test_entry_of_somebody_else(stream: EventStream, connection: redis.Redis) -> None:
    """An entry that is no batch has a position and nothing else, so that it can be passed over."""
    connection.xadd(KEY, {"batch": "{}"})
    connection.xadd(KEY, {"other": "x"})
    stream.add(FIRST)

    assert [None, None, FIRST] == _batches(stream)


def test_forgetting_nothing(stream: EventStream) -> None:
    """No source at all may be forgotten."""
    stream.forget([])

    assert NOTHING == stream.known("a")
