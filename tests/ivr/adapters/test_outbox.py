"""The outbox never makes a call wait, and what it has taken is counted once, whatever dies or is forgotten."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.adapters import courier, spool
from ivr.adapters import outbox as module
from ivr.adapters.batch import Item, line_of
from ivr.adapters.stream import KEY
from ivr.events import TEXT_LIFE, Event, EventKind, Form, PurgeCall, SendText
from tests.counting import LONG, NOW, CountingHouse
from tests.services import RestartableRedis

MENU = Event.at(NOW, EventKind.STEP, "language", "ro", "RO")
TEXT = SendText("CA1", "ro-anitp", "ro", Form.SHORT, NOW + TEXT_LIFE)

Make = Callable[[str], CountingHouse]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes the counting of an installation for a server's address."""
    made: list[CountingHouse] = []

    def make(url: str) -> CountingHouse:
        made.append(CountingHouse(url, f"sqlite:///{tmp_path / 'fanal.db'}", tmp_path))
        return made[-1]

    yield make
    for each in made:
        each.end()


def _files(house: CountingHouse) -> list[Path]:
    return sorted(house.spool.glob("*"))


def _wait_for(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LONG
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_counts_and_queues(make: Make, redis_url: str) -> None:
    """Events are counted with their number, errands arrive in their queues, and the books agree."""
    house = make(redis_url)
    outbox = house.outbox()
    for item in (MENU, MENU, TEXT, PurgeCall("CA1"), PurgeCall("CA1"), PurgeCall("CA2", over=False)):
        outbox.put(item)

    assert outbox.flush(LONG)
    assert {"texts": 1, "counts": 0, "purges": 1} == house.queues.lengths()
    assert house.until(lambda: house.counted() == {"language": 2})
    assert (2, 2, 0, True) == (
        house.books().accepted,
        house.books().counted,
        house.books().waiting,
        house.books().agree,
    )


def test_file_is_erased_when_all_is_counted(make: Make, redis_url: str) -> None:
    """While events wait, the file holds them; once they are counted, nothing of them is on the disk."""
    house = make(redis_url)
    outbox = house.outbox()
    outbox.put(PurgeCall("CA1"))
    outbox.put(MENU)
    outbox.flush(LONG)
    (file,) = _files(house)
    before = file.read_bytes()
    house.count()

    assert b"CA1" in before
    assert _wait_for(lambda: b"CA1" not in file.read_bytes())
    assert 1 == len(file.read_bytes().strip(b"\0").splitlines())


def test_counts_from_many_threads(make: Make, redis_url: str) -> None:
    """Nothing is lost or doubled when every thread of a web process puts at once."""
    house = make(redis_url)
    outbox = house.outbox()

    def put_many() -> None:
        for _ in range(500):
            outbox.put(MENU)

    threads = [threading.Thread(target=put_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outbox.flush(LONG)

    assert house.until(lambda: house.counted() == {"language": 4000})


def test_outage_loses_and_doubles_nothing(make: Make, restartable_redis: RestartableRedis) -> None:
    """What is put before, during and after an outage of Redis is counted once each, errands included."""
    house = make(restartable_redis.url)
    outbox = house.outbox()
    outbox.put(MENU)
    outbox.flush(LONG)
    restartable_redis.stop()
    for _ in range(3):
        outbox.put(MENU)
        outbox.put(PurgeCall("CA1"))
        outbox.flush(LONG)
    waiting = house.books().waiting
    restartable_redis.start()
    outbox.put(MENU)

    assert waiting >= 3
    assert house.until(lambda: house.counted()["language"] >= 5)
    assert (5, 1) == (house.counted()["language"], house.queues.lengths()["purges"])


@pytest.mark.parametrize("counted", ["nothing", "some", "all, and not heard"])
def test_redis_that_forgets_everything_loses_nothing(make: Make, redis_url: str, counted: str) -> None:
    """A Redis that comes back empty is sent again what has not been counted, and what has been is not counted twice."""
    house = make(redis_url)
    outbox = house.outbox()
    for _ in range(3):
        outbox.put(MENU)
        outbox.flush(LONG)
        if counted == "some":
            house.count()
    if counted == "all, and not heard":
        house.counters.advance([entry.batch for entry in house.stream.read(100) if entry.batch], NOW)
    house.redis.flushall()
    outbox.put(MENU)

    assert house.until(lambda: house.books().counted == 4 and house.books().waiting == 0)
    assert (4, True) == (house.counted()["language"], house.books().agree)


def test_redis_that_forgets_the_stream_alone(make: Make, redis_url: str) -> None:
    """A batch that has vanished from the stream is sent again, also where its source has nothing to follow it."""
    house = make(redis_url)
    outbox = house.outbox()
    outbox.put(MENU)
    outbox.flush(LONG)
    house.redis.delete(KEY)

    assert house.until(lambda: house.counted() == {"language": 1})


def test_redis_that_comes_back_as_it_was_earlier(make: Make, restartable_redis: RestartableRedis) -> None:
    """A Redis restored from an older copy is sent again what it lacks, and what it has twice is counted once."""
    house = make(restartable_redis.url)
    outbox, client = house.outbox(), house.redis
    outbox.put(MENU)
    outbox.flush(LONG)
    copy = {key: client.dump(key) or b"" for key in client.keys("fanal:*")}
    for _ in range(3):
        outbox.put(MENU)
        outbox.flush(LONG)
    house.count()
    outbox.put(MENU)
    outbox.flush(LONG)
    client.flushall()
    for key, value in copy.items():
        client.restore(key, 0, value)

    assert house.until(lambda: house.books().counted == 5 and house.books().waiting == 0)
    assert (5, True) == (house.counted()["language"], house.books().agree)


def test_text_is_not_queued_again_when_redis_forgets(make: Make, redis_url: str) -> None:
    """A text may have been sent before Redis lost what it knew of it: it is not put into the queue a second time."""
    house = make(redis_url)
    outbox = house.outbox()
    outbox.put(TEXT)
    outbox.flush(LONG)
    house.redis.flushall()
    outbox.put(MENU)

    assert house.until(lambda: house.counted() == {"language": 1})
    assert 0 == house.queues.lengths()["texts"]


def test_text_asked_for_in_an_outage_is_queued_after_it(make: Make, restartable_redis: RestartableRedis) -> None:
    """A text waits for Redis like everything else; its job says whether it comes too late."""
    house = make(restartable_redis.url)
    restartable_redis.stop()
    outbox = house.outbox()
    outbox.put(TEXT)
    outbox.flush(LONG)
    restartable_redis.start()

    assert _wait_for(lambda: house.queues.lengths()["texts"] == 1)


def test_texts_that_dead_processes_have_left(make: Make, redis_url: str) -> None:
    """The texts of every process that died are put into the queue, also while nothing can be counted."""
    house = make(redis_url)
    for call in ("CA1", "CA2", "CA3"):
        file = spool.SpoolFile.make(house.spool)
        file.append(line_of(replace(TEXT, call=call)))
        file.release()
    outbox = house.outbox()
    for _ in range(4):  # rounds of its thread: a file is taken at the end of one, and carried in the next
        outbox._empty()

    assert 3 == house.queues.lengths()["texts"]


def test_files_that_wait_to_be_counted(make: Make, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file is in hand, also where each has had something to queue: all of an outage would not fit into memory."""
    monkeypatch.setattr(courier, "ADOPT_SECONDS", 0)
    house, held = make(redis_url), list[int]()
    for number in range(4):
        file = spool.SpoolFile.make(house.spool)
        file.append(line_of(MENU))
        if number > 1:
            file.mark_batch(1, 1)
            file.mark_sent(1)
        file.release()
    outbox = house.outbox()

    def all_counted() -> bool:
        outbox._empty()
        held.append(sum(each.file is not None for each in outbox._courier._others))
        return house.counted() == {"language": 4}

    for _ in range(6):
        all_counted()
    assert house.until(all_counted)
    assert 1 == max(held)


def test_lost_answer_does_not_double(make: Make, restartable_redis: RestartableRedis) -> None:
    """A server that hangs, lets the outbox give up, and then carries out what it had been sent, counts it once."""
    house = make(restartable_redis.url)
    outbox = house.outbox()
    outbox.put(MENU)
    outbox.flush(LONG)
    assert restartable_redis.server is not None
    pid = restartable_redis.server.process.pid
    os.kill(pid, signal.SIGSTOP)
    outbox.put(MENU)
    outbox.put(MENU)
    outbox.flush(LONG)
    os.kill(pid, signal.SIGCONT)

    assert house.until(lambda: house.counted()["language"] >= 3)
    assert (3, True) == (house.counted()["language"], house.books().agree)


PROGRAM = """
import sys
from pathlib import Path
from tests.counting import CountingHouse, NOW
from ivr.events import Event, EventKind
house = CountingHouse(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
outbox = house.outbox()
outbox.start()
for number in range(100_000):
    outbox.put(Event.at(NOW, EventKind.STEP, f"{sys.argv[4]}-{number}"))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("is_away", [False, True])
def test_killed_at_any_moment(make: Make, restartable_redis: RestartableRedis, is_away: bool, tmp_path: Path) -> None:
    """Each event for which `put` had returned when its process was killed is counted once, and no event twice."""
    house, dice = make(restartable_redis.url), random.Random(20261122)  # noqa: S311 - no secret
    if is_away:
        restartable_redis.stop()
    accepted = 0
    arguments = [restartable_redis.url, f"sqlite:///{tmp_path / 'fanal.db'}", str(tmp_path)]
    for turn in range(2):
        command = [sys.executable, "-c", PROGRAM, *arguments, str(turn)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(dice.uniform(0, 0.05))
            child.kill()
            accepted += 1 + child.stdout.read().count(b"\n")
    if is_away:
        restartable_redis.start()
    house.outbox().start()

    assert house.until(lambda: sum(house.counted().values()) >= accepted and house.books().waiting == 0)
    assert 1 == max(house.counted().values())
    assert accepted <= sum(house.counted().values()) <= accepted + 2
    assert house.books().agree


def test_full_disk_keeps_in_memory(make: Make, restartable_redis: RestartableRedis) -> None:
    """With Redis away and a disk that refuses, items stay in memory and are counted once when Redis is back."""
    house = make(restartable_redis.url)
    house.spool.write_text("a file where the folder should be")
    restartable_redis.stop()
    outbox = house.outbox()
    for _ in range(3):
        outbox.put(MENU)
        outbox.flush(0.1)
    restartable_redis.start()

    assert house.until(lambda: house.counted() == {"language": 3})


def test_disk_that_takes_files_again(make: Make, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the disk takes files again, what is put stands in one."""
    monkeypatch.setattr(module, "FILE_SECONDS", 0.1)
    house = make(redis_url)
    house.spool.write_text("a file where the folder should be")
    outbox = house.outbox()
    outbox.put(MENU)
    outbox.flush(LONG)
    house.spool.unlink()
    outbox.put(MENU)

    assert _wait_for(lambda: len(_files(house)) == 1)
    outbox.put(MENU)
    assert house.until(lambda: house.counted() == {"language": 3})
    assert house.books().agree


def test_file_that_is_full_is_followed_by_another(
    make: Make, restartable_redis: RestartableRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long Redis is away, what is put stands in files of one size, and all of it is counted once."""
    monkeypatch.setattr(spool, "SIZE", 1 << 14)
    monkeypatch.setattr(spool, "MARKS", 1 << 10)
    monkeypatch.setattr(courier, "ADOPT_SECONDS", 0.0)
    house = make(restartable_redis.url)
    restartable_redis.stop()
    outbox = house.outbox()
    outbox.start()
    for _ in range(8):
        for _ in range(100):
            outbox.put(MENU)
        outbox.flush(LONG)
    files = len(_files(house))
    restartable_redis.start()

    assert files > 2
    assert house.until(lambda: house.counted() == {"language": 800})
    assert _wait_for(lambda: len(_files(house)) == 1)
    assert house.books().agree


def test_burst_that_no_file_holds(make: Make, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put faster than files can be made waits in memory, and all of it is counted once."""
    monkeypatch.setattr(spool, "SIZE", 1 << 13)
    monkeypatch.setattr(spool, "MARKS", 1 << 10)
    house = make(redis_url)
    outbox = house.outbox()
    outbox.start()
    for _ in range(3):
        for _ in range(1000):
            outbox.put(MENU)
        outbox.flush(LONG)

    assert house.until(lambda: house.counted() == {"language": 3000})
    assert house.until(lambda: house.books().waiting == 0)
    assert house.books().agree


def _overflown(house: CountingHouse, items: list[Item], most: int, monkeypatch: pytest.MonkeyPatch) -> CountingHouse:
    """Put items where no file can be made and `most` may wait in memory, and only then begin to carry them."""
    monkeypatch.setattr(module, "LIMIT", most)
    house.spool.write_text("a file where the folder should be")
    outbox = house.outbox()
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "_start", lambda: None)
        for item in items:
            outbox.put(item)
    outbox.start()
    return house


def test_overflow_is_counted(make: Make, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file can be made, items beyond the limit are let go, and how many they were is counted."""
    house = _overflown(make(redis_url), [MENU] * 25, 10, monkeypatch)

    assert house.until(lambda: house.counted() == {"language": 10, "overflow": 15})


def test_text_in_an_overflow_is_reported(make: Make, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that is let go because too much waits is counted as one that was not sent."""
    house = _overflown(make(redis_url), [MENU, MENU, TEXT, PurgeCall("CA1")], 1, monkeypatch)

    assert house.until(lambda: house.counted() == {"language": 1, "overflow": 2, "dropped": 1})
    assert {"ro": 2, "-": 2} == house.counted("language")


def test_forked_child_begins_empty(make: Make, redis_url: str) -> None:
    """A web process forked from one that holds items delivers its own only, from a thread of its own."""
    house = make(redis_url)
    outbox = house.outbox()
    outbox.put(MENU)
    outbox.flush(LONG)
    child = os.fork()
    if child == 0:
        outbox.put(Event.at(NOW, EventKind.STEP, "child"))
        os._exit(0 if outbox.flush(LONG) else 1)
    _, status = os.waitpid(child, 0)
    outbox.put(MENU)

    assert 0 == status
    assert house.until(lambda: house.counted() == {"language": 2, "child": 1})


def test_end_leaves_what_is_not_counted(make: Make, redis_url: str) -> None:
    """Closing sends what was put last, leaves the file of what is not counted, and the next process ends it."""
    house = make(redis_url)
    outbox = house.outbox()
    outbox.put(MENU)
    outbox.close()
    left = len(_files(house))
    following = house.outbox()
    following.start()

    assert 1 == left
    assert house.until(lambda: house.counted() == {"language": 1})
    assert _wait_for(lambda: len(_files(house)) == 1)
    assert (0, True) == (house.books().waiting, house.books().agree)


def test_put_while_it_ends(make: Make, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put during the last round stands in a file that the next process carries to its end."""
    house = make(redis_url)
    outbox = house.outbox()
    monkeypatch.setattr(outbox._courier, "adopt", lambda: outbox.put(MENU))  # the last that is done in a round
    outbox._closing = True
    outbox._run()
    house.outbox().start()

    assert house.until(lambda: house.counted() == {"language": 1})


def test_put_after_the_end_raises_nothing(make: Make, redis_url: str) -> None:
    """A request that outlasts its process's end is answered all the same."""
    outbox = make(redis_url).outbox()
    outbox.start()
    outbox.close()
    outbox.put(MENU)

    assert not outbox.flush(0)


def test_file_that_lacks_a_mark(make: Make, redis_url: str) -> None:
    """A damaged file is carried to its end, and stops nothing."""
    house = make(redis_url)
    file = spool.SpoolFile.make(house.spool)
    for number in (1, 3):
        file.append(line_of(MENU))
        file.mark_batch(number, number)
    file.release()
    house.outbox().start()

    assert house.until(lambda: house.counted() == {"language": 2})
    assert _wait_for(lambda: len(_files(house)) == 1)
    assert 1 == house.books().lost


def test_put_needs_memory_only(make: Make, redis_url: str) -> None:
    """Putting raises nothing where neither Redis nor disk can be reached."""
    house = make(redis_url)
    house.redis_url = "unix:///nowhere/redis.sock"
    house.spool.write_text("a file where the folder should be")
    outbox = house.outbox()
    outbox.put(MENU)

    assert not outbox.flush(0.3)
