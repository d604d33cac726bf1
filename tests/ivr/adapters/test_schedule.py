"""The schedule gives what has fallen due, and orders counting only where there is something to count."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from ivr.adapters import schedule as module
from ivr.adapters.batch import Batch
from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.queue import CALL_PURGE_DELAY, LEFT_SECONDS, Function, Name, Queues
from ivr.adapters.schedule import COUNT_TICKS, LOCK_SECONDS, LOOK_AFTER_TICKS, Schedule
from ivr.adapters.stream import EventStream
from ivr.events import Event, EventKind, PurgeCall
from tests.services import RestartableRedis

NOW = dt.datetime.now(dt.UTC)
BATCH = Batch("web", 1, 1, {Event.at(NOW, EventKind.STEP, "language"): 1}, first=True)


class Parts:
    """A schedule and what it works on."""

    def __init__(self, connection: redis.Redis) -> None:
        self.connection = connection
        self.stream, self.queues = EventStream(self.connection), Queues(self.connection)
        self.schedule = Schedule(self.connection)

    def waiting(self) -> list[str]:
        """Return the functions of the orders that wait, the first first."""
        found = Queue(Name.COUNTS, connection=self.connection, serializer=JSONSerializer).jobs
        return [each.func_name or "" for each in found]

    def tick(self, times: int) -> None:
        """Let some seconds pass."""
        for _ in range(times):
            self.schedule.tick()


@pytest.fixture
def parts(connection: redis.Redis) -> Parts:
    """A schedule on an empty server."""
    return Parts(connection)


def test_gives_what_is_due(parts: Parts) -> None:
    """An errand whose time has come is put into its queue; one whose time is still to come is not."""
    now = dt.datetime.now(dt.UTC)
    parts.queues.put(PurgeCall("CA1"), now - CALL_PURGE_DELAY)
    parts.queues.put(PurgeCall("CA2"), now)
    parts.tick(1)

    assert 1 == parts.connection.llen("rq:queue:purges")


def test_clock_that_was_ahead(parts: Parts) -> None:
    """What was put, or is to be tried again, while a clock was days ahead does not wait for that day."""
    now = dt.datetime.now(dt.UTC)
    parts.queues.put(PurgeCall("CA1"), now + dt.timedelta(days=400))
    parts.queues.put(PurgeCall("CA2"), now + dt.timedelta(hours=4))  # as long as the longest pause between attempts
    parts.tick(2)

    assert 1 == parts.connection.llen("rq:queue:purges")


def test_two_schedules_give_once(parts: Parts) -> None:
    """Of two schedules on two machines one gives what is due."""
    parts.queues.put(PurgeCall("CA1"), NOW - CALL_PURGE_DELAY)
    other = Parts(parts.connection)
    for each in (parts, other, parts, other):
        each.tick(1)

    assert 1 == parts.connection.llen("rq:queue:purges")


def test_a_dead_schedule_is_followed_soon(parts: Parts) -> None:
    """The locks of a machine that has died end by themselves, soon enough for a text to be tried again elsewhere."""
    parts.tick(1)
    locks = parts.connection.keys("rq:scheduler-lock:*")

    assert 2 == len(locks)
    assert all(0 < parts.connection.ttl(lock) <= LOCK_SECONDS for lock in locks)


def test_orders_counting_when_something_waits(parts: Parts) -> None:
    """An empty stream is left alone; one that is not is counted within two seconds."""
    parts.tick(1)  # the first looks after errands
    parts.connection.flushall()
    parts.tick(COUNT_TICKS)
    before = parts.queues.lengths()["counts"]
    parts.stream.add(BATCH)
    parts.tick(COUNT_TICKS)

    assert (0, 1) == (before, parts.queues.lengths()["counts"])


def test_orders_what_comes_round(parts: Parts) -> None:
    """At once and then every minute somebody looks after what got lost; half a minute on, figures that are due."""
    asked = []
    for _ in range(LOOK_AFTER_TICKS + 1):
        parts.tick(1)
        asked.append(parts.queues.lengths()["counts"])
        parts.connection.flushall()

    assert [1, LOOK_AFTER_TICKS // 2, LOOK_AFTER_TICKS + 1] == [tick for tick, orders in enumerate(asked, 1) if orders]


def test_looks_for_what_is_left_over(parts: Parts) -> None:
    """Half an hour after its beginning, and once within an hour however many ask, what is left over is looked for."""
    parts.schedule._clock, parts.schedule._ticks = lambda: NOW, LEFT_SECONDS // 2 - 2
    asked = []
    for _ in range(2):
        parts.tick(1)
        asked.append(parts.queues.lengths()["purges"])
    parts.queues.purge_left_over(NOW)

    assert ([0, 1], 1) == (asked, parts.queues.lengths()["purges"])


def test_looks_after_although_counting_waits(parts: Parts) -> None:
    """Where more comes than can be counted, orders to count keep nobody from looking after what got lost."""
    for second in range(3):
        parts.queues.count(NOW + dt.timedelta(seconds=second))
    before = parts.queues.lengths()["counts"]
    parts.tick(LOOK_AFTER_TICKS // 2)

    assert 2 == before
    assert [*[Function.COUNT_EVENTS] * 2, Function.LOOK_AFTER, Function.RELEASE_FIGURES] == parts.waiting()


def test_orders_wait_in_small_numbers(parts: Parts) -> None:
    """Where nobody takes orders they do not gather."""
    for second in range(9):
        now = NOW + dt.timedelta(seconds=second)
        parts.queues.look_after(now)
        parts.queues.count(now)
        parts.queues.release(now)

    assert 4 == parts.queues.lengths()["counts"]


def test_survives_an_outage(
    restartable_redis: RestartableRedis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While Redis is away it says so once, and it goes on when Redis is back."""
    monkeypatch.setattr(module, "TICK_SECONDS", 0.02)
    parts, ended, ticks = Parts(connect(restartable_redis.url, PATIENT)), threading.Event(), list[float]()
    tick = parts.schedule.tick

    def noted() -> None:
        ticks.append(time.monotonic())
        tick()

    monkeypatch.setattr(parts.schedule, "tick", noted)
    thread = threading.Thread(target=parts.schedule.run, args=(ended,))
    restartable_redis.stop()
    thread.start()
    _wait_for(lambda: len(ticks) > 3)
    restartable_redis.start()
    parts.stream.add(BATCH)
    _wait_for(lambda: Function.COUNT_EVENTS in parts.waiting())
    ended.set()
    thread.join()
    waiting = parts.waiting()
    parts.connection.close()

    assert Function.COUNT_EVENTS in waiting
    assert ["redis_away"] == [record.message for record in caplog.records]


def _wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_lets_go_of_its_locks(parts: Parts) -> None:
    """A schedule that ends in order leaves its part to another at once."""
    parts.tick(1)
    held = len(parts.connection.keys("rq:scheduler-lock:*"))
    ended = threading.Event()
    ended.set()
    parts.schedule.run(ended)

    assert (2, []) == (held, parts.connection.keys("rq:scheduler-lock:*"))
