"""What workers have met is added up in Redis, by the way: no job waits for it or fails by it."""

from __future__ import annotations

import datetime as dt

import pytest
import redis

from ivr.adapters.tally import KEY, Tally
from ivr.events import Event, EventKind

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


def test_adds_up(connection: redis.Redis) -> None:
    """The workers of all machines add to the same sums, and what is written once is not written again."""
    one, other = Tally(connection), Tally(connection)
    for _ in range(3):
        one.add("fanal_provider_errors", "limited")
    other.add("fanal_provider_errors", "limited")
    for each in (one, other, one):
        each.write()

    assert {b"fanal_provider_errors:limited": b"4"} == connection.hgetall(KEY)


@pytest.mark.parametrize(
    ("kind", "name", "stands"),
    [
        (EventKind.TEXT, "sent", {b"fanal_texts:sent": b"1"}),
        (EventKind.RECORD, "overdue", {b"fanal_records:overdue": b"1"}),
        (EventKind.FAULT, "overflow", {}),
        (EventKind.CALL, "begun", {}),
    ],
)
def test_events_of_jobs(connection: redis.Redis, kind: EventKind, name: str, stands: dict[bytes, bytes]) -> None:
    """Of a job's events the fates of texts and records are added up, without language, country and need."""
    tally = Tally(connection)
    tally.happened(Event.at(NOW, kind, name, "ro", "RO", "violence"))
    tally.write()

    assert stands == connection.hgetall(KEY)


def test_redis_is_away(connection: redis.Redis) -> None:
    """While Redis is away sums are kept, and are written when it is back."""
    tally = Tally(redis.Redis(unix_socket_path="/nowhere"))
    tally.add("fanal_texts", "sent")
    tally.write()
    tally._redis = connection
    tally.write()

    assert {b"fanal_texts:sent": b"1"} == connection.hgetall(KEY)
