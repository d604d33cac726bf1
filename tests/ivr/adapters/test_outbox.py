"""The outbox never makes a call wait, and what has left memory is counted once, whatever dies."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.adapters import outbox as module
from ivr.adapters.connection import PATIENT, SHORT, connect
from ivr.adapters.outbox import Outbox
from ivr.adapters.queue import Queues
from ivr.adapters.spool import Spool
from ivr.adapters.stream import BEGINNING, EventStream
from ivr.events import TEXT_LIFE, Event, EventKind, Form, PurgeCall, SendText
from tests.services import RestartableRedis

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
MENU = Event.at(NOW, EventKind.STEP, "language", "ro", "RO")
TEXT = SendText("CA1", "ro-anitp", "ro", Form.SHORT, NOW + TEXT_LIFE)
DROPPED = Event.at(NOW, EventKind.TEXT, "dropped", "ro")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        """Return the instant that was set."""
        return self.now


Make = Callable[[str], Outbox]


@pytest.fixture
def clock() -> Clock:
    """The clock of the test's outboxes."""
    return Clock()


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Iterator[Make]:
    """Makes an outbox for a server's address; all spool into one folder."""
    made: list[Outbox] = []

    def make(url: str) -> Outbox:
        connection = connect(url, SHORT)
        made.append(Outbox(EventStream(connection), Queues(connection), Spool(tmp_path / "spool"), clock))
        return made[-1]

    yield make
    for each in made:
        each.close()


def _counted(url: str) -> Counter[Event]:
    read = Counter[Event]()
    stream = EventStream(connect(url, PATIENT))
    for entry in stream.read(stream.generation(), BEGINNING, 100_000):
        read[entry.event] += entry.times
    return read


def _lengths(url: str) -> dict[str, int]:
    return dict(Queues(connect(url, PATIENT)).lengths())


def _wait_for(holds: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_delivers_to_stream_and_queue(make: Make, redis_url: str) -> None:
    """Events arrive in the stream with their number, errands in their queues."""
    outbox = make(redis_url)
    for item in (MENU, MENU, TEXT, PurgeCall("CA1")):
        outbox.put(item)

    assert outbox.flush(5)
    assert ({MENU: 2}, {"texts": 1, "counts": 0, "purges": 1}) == (_counted(redis_url), _lengths(redis_url))


def test_same_errand_twice_is_one_job(make: Make, redis_url: str) -> None:
    """A status callback that comes twice enqueues one deletion."""
    outbox = make(redis_url)
    outbox.put(PurgeCall("CA1"))
    outbox.put(PurgeCall("CA1"))
    outbox.flush(5)

    assert 1 == _lengths(redis_url)["purges"]


def test_counts_from_many_threads(make: Make, redis_url: str) -> None:
    """Nothing is lost or doubled when every thread of a web process puts at once."""
    outbox = make(redis_url)
    threads = [threading.Thread(target=lambda: [outbox.put(MENU) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outbox.flush(5)

    assert {MENU: 4000} == _counted(redis_url)


def test_outage_loses_and_doubles_nothing(make: Make, restartable_redis: RestartableRedis) -> None:
    """What is put before, during and after an outage of Redis is counted once each, errands included."""
    outbox = make(restartable_redis.url)
    outbox.put(MENU)
    outbox.flush(5)
    restartable_redis.stop()
    for _ in range(3):
        outbox.put(MENU)
        outbox.put(PurgeCall("CA1"))
        outbox.flush(5)
    restartable_redis.start()
    outbox.put(MENU)
    _wait_for(lambda: _counted(restartable_redis.url)[MENU] >= 5)

    assert ({MENU: 5}, 1) == (_counted(restartable_redis.url), _lengths(restartable_redis.url)["purges"])


def test_lost_answer_does_not_double(make: Make, restartable_redis: RestartableRedis, tmp_path: Path) -> None:
    """A server that hangs, lets the outbox give up, and then carries out what it had been sent, counts it once."""
    outbox = make(restartable_redis.url)
    outbox.put(MENU)
    outbox.flush(5)
    assert restartable_redis.server is not None
    pid = restartable_redis.server.process.pid
    os.kill(pid, signal.SIGSTOP)
    outbox.put(MENU)
    outbox.put(MENU)
    outbox.flush(5)
    spooled = Spool(tmp_path / "spool").waiting()
    os.kill(pid, signal.SIGCONT)
    _wait_for(lambda: Spool(tmp_path / "spool").waiting() == 0)

    assert (1, {MENU: 3}) == (spooled, _counted(restartable_redis.url))


def test_another_process_delivers_what_a_killed_one_left(
    make: Make, restartable_redis: RestartableRedis, tmp_path: Path
) -> None:
    """A web process killed while Redis is away loses nothing that it had written down."""
    restartable_redis.stop()
    program = (
        "import sys, datetime as dt; from pathlib import Path;"
        "from tests.ivr.adapters.test_outbox import *;"
        "c = connect(sys.argv[1], SHORT);"
        "o = Outbox(EventStream(c), Queues(c), Spool(Path(sys.argv[2])));"
        "[o.put(MENU) for _ in range(7)]; print(o.flush(5), flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, restartable_redis.url, str(tmp_path / "spool")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert child.stdout is not None
    assert b"True\n" == child.stdout.readline()
    child.kill()
    child.communicate()
    restartable_redis.start()
    make(restartable_redis.url).put(MENU)
    _wait_for(lambda: _counted(restartable_redis.url)[MENU] >= 8)

    assert {MENU: 8} == _counted(restartable_redis.url)


def test_text_waits_in_memory_for_redis(make: Make, restartable_redis: RestartableRedis, tmp_path: Path) -> None:
    """A text asked for in an outage is enqueued after it, and is never on disk."""
    restartable_redis.stop()
    outbox = make(restartable_redis.url)
    outbox.put(TEXT)
    outbox.flush(5)
    on_disk = Spool(tmp_path / "spool").waiting()
    restartable_redis.start()

    assert (0, True) == (on_disk, _wait_for(lambda: _lengths(restartable_redis.url)["texts"] == 1))


def test_late_text_is_dropped_and_counted(make: Make, restartable_redis: RestartableRedis, clock: Clock) -> None:
    """A text that has waited its life out for Redis is not enqueued any more, and is counted as dropped."""
    restartable_redis.stop()
    outbox = make(restartable_redis.url)
    outbox.put(TEXT)
    outbox.flush(5)
    clock.now = TEXT.before
    restartable_redis.start()
    _wait_for(lambda: bool(_counted(restartable_redis.url)))

    assert ({DROPPED: 1}, 0) == (_counted(restartable_redis.url), _lengths(restartable_redis.url)["texts"])


def test_end_drops_and_counts_texts(make: Make, restartable_redis: RestartableRedis, tmp_path: Path) -> None:
    """A process that ends while Redis is away writes down that its text was dropped."""
    restartable_redis.stop()
    outbox = make(restartable_redis.url)
    outbox.put(TEXT)
    outbox.flush(5)
    outbox.close()
    batches: list[dict[Event, int]] = []
    Spool(tmp_path / "spool").deliver(lambda batch: batches.append(dict(batch.tallies)))

    assert [{DROPPED: 1}] == batches


def test_full_disk_keeps_in_memory(make: Make, restartable_redis: RestartableRedis, tmp_path: Path) -> None:
    """With Redis away and a disk that refuses, items stay in memory and are counted once when Redis is back."""
    (tmp_path / "spool").write_text("a file where the folder should be")
    restartable_redis.stop()
    outbox = make(restartable_redis.url)
    for _ in range(3):
        outbox.put(MENU)
        outbox.flush(0.1)
    restartable_redis.start()

    assert (True, {MENU: 3}) == (outbox.flush(5), _counted(restartable_redis.url))


def test_overflow_is_counted(make: Make, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items beyond the limit are let go, and how many they were is counted."""
    monkeypatch.setattr(module, "LIMIT", 10)
    outbox = make(redis_url)
    for _ in range(25):
        outbox.put(MENU)
    outbox.flush(5)

    assert {MENU: 10, Event.at(NOW, EventKind.FAULT, "overflow"): 15} == _counted(redis_url)


def test_forked_child_begins_empty(make: Make, redis_url: str) -> None:
    """A web process forked from one that holds items delivers its own only, from a thread of its own."""
    outbox = make(redis_url)
    outbox.put(MENU)
    child = os.fork()
    if child == 0:
        outbox.put(Event.at(NOW, EventKind.STEP, "child"))
        os._exit(0 if outbox.flush(5) else 1)
    outbox.flush(5)
    _, status = os.waitpid(child, 0)

    assert (0, {"language": 1, "child": 1}) == (status, {e.name: times for e, times in _counted(redis_url).items()})


def test_orderly_end_delivers(make: Make, redis_url: str) -> None:
    """Closing delivers what was put last."""
    outbox = make(redis_url)
    outbox.put(MENU)
    outbox.close()

    assert {MENU: 1} == _counted(redis_url)


def test_put_needs_memory_only(make: Make, tmp_path: Path) -> None:
    """Putting raises nothing where neither Redis nor disk can be reached."""
    (tmp_path / "spool").write_text("a file where the folder should be")
    outbox = make("unix:///nowhere/redis.sock")
    outbox.put(MENU)

    assert not outbox.flush(0.3)
