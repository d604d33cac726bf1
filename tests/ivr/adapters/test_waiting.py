"""What waits is told in numbers: of jobs, of batches, of events; ages in whole tens of seconds only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from ivr.adapters import tally
from ivr.adapters.batch import Batch, Item, Once, gathered, line_of
from ivr.adapters.consume import QueueWorker
from ivr.adapters.counters import Counters
from ivr.adapters.queue import CALL_PURGE_DELAY, Name, Queues
from ivr.adapters.spool import SpoolFile
from ivr.adapters.stream import KEY, EventStream
from ivr.adapters.waiting import coarse, here, in_redis
from ivr.events import TEXT_LIFE, Event, EventKind, Form, PurgeCall, SendText

NOW = dt.datetime.now(dt.UTC)
EVENT = Event.at(NOW, EventKind.CALL, "begun")
TEXT = SendText("CA1", "ro-anitp", "ro", Form.SHORT, NOW + TEXT_LIFE)


def ages(connection: redis.Redis, now: dt.datetime) -> tuple[float, ...]:
    """Return the ages of the queues, in the order of their names."""
    return tuple(in_redis(connection, now).ages.values())


@pytest.mark.parametrize(("seconds", "shown"), [(-3, 0), (0, 0), (9.99, 0), (10, 10), (19.9, 10), (61, 60)])
def test_ages_are_coarse(seconds: float, shown: float) -> None:
    """What has been waiting for less than ten seconds has not been waiting, and a clock that lags makes no age."""
    assert shown == coarse(seconds)


def test_nothing_waits(connection: redis.Redis) -> None:
    """In an empty server nothing waits, nothing has an age, and nobody is at work."""
    found = in_redis(connection, NOW)

    assert (0, 0.0, {}) == (found.batches, found.batches_age, found.sums)
    assert [0] * len(Name) == list(found.lengths.values()) == list(found.workers.values())
    assert [0.0] * len(Name) == list(found.ages.values())


def test_jobs_wait(connection: redis.Redis) -> None:
    """A job has waited since it was put into its queue."""
    now = dt.datetime.now(dt.UTC)
    Queues(connection).put(TEXT, now)

    assert {"texts": 1, "counts": 0, "purges": 0} == dict(in_redis(connection, NOW).lengths)
    assert (0.0, 0.0, 0.0) == ages(connection, now + dt.timedelta(seconds=9))
    assert (60.0, 0.0, 0.0) == ages(connection, now + dt.timedelta(seconds=65))


def test_what_is_not_due_has_no_age(connection: redis.Redis) -> None:
    """A deletion that waits for its time has no age before, and from then on as if it stood in the queue."""
    Queues(connection).put(PurgeCall("CA1"), NOW)

    assert 1 == in_redis(connection, NOW).lengths["purges"]
    assert (0.0, 0.0, 0.0) == ages(connection, NOW + CALL_PURGE_DELAY - dt.timedelta(seconds=1))
    assert (0.0, 0.0, 30.0) == ages(connection, NOW + CALL_PURGE_DELAY + dt.timedelta(seconds=31))


def test_batches_wait(connection: redis.Redis) -> None:
    """The age of what waits in the stream is that of its oldest batch."""
    EventStream(connection).add(Batch("a", 1, 0, first=True))
    connection.xadd(KEY, {"batch": "later"})
    seconds, _ = connection.time()
    oldest = in_redis(connection, NOW).batches_age
    connection.delete(KEY)
    connection.xadd(KEY, {"batch": "old"}, id=f"{(int(seconds) - 65) * 1000}-0")

    assert 0.0 == oldest
    assert (1, 60.0) == (in_redis(connection, NOW).batches, in_redis(connection, NOW).batches_age)


def test_workers_are_seen(connection: redis.Redis) -> None:
    """Who takes jobs is counted for each queue, until it signs off; one that was killed until its key ends."""
    worker = QueueWorker(Name.TEXTS, connection)
    worker.register_birth()  # type: ignore[no-untyped-call]  # RQ ships no types for it
    alive = dict(in_redis(connection, NOW).workers)
    connection.delete(worker.key)

    assert {"texts": 1, "counts": 0, "purges": 0} == alive
    assert 0 == in_redis(connection, NOW).workers["texts"]


def test_memory_is_told(connection: redis.Redis) -> None:
    """Of a server without a limit no part is used; of one that has a limit, what it says."""
    without = in_redis(connection, NOW).memory
    connection.hset(tally.KEY, "fanal_texts:sent", 3)

    assert 0.0 == without
    assert {"fanal_texts:sent": 3} == dict(in_redis(connection, NOW).sums)


def filled(folder: Path, *items: Item) -> SpoolFile:
    """Return a new file of the spool with items in no batch yet."""
    made = SpoolFile.make(folder)
    assert all(made.append(line_of(item)) for item in items)
    return made


def test_events_in_files(engine: sa.Engine, tmp_path: Path) -> None:
    """Every event of a file counts until it is in the sums, whether it is in a batch or not; an errand is no event."""
    file = filled(tmp_path, EVENT, EVENT, TEXT, Once("text:1", EVENT))
    before = here(engine, tmp_path)
    file.mark_batch(1, 3)
    assert file.append(line_of(EVENT))
    batched = here(engine, tmp_path)
    counters = Counters(engine)
    counters.advance([gathered(file.source, 1, 0, [EVENT, EVENT, TEXT, Once("text:1", EVENT)])], NOW)
    one_counted = here(engine, tmp_path)
    file.mark_batch(2, 4)
    counters.advance([gathered(file.source, 2, 3, [EVENT])], NOW)
    all_counted = here(engine, tmp_path)
    file.erase(2, 4)
    assert file.append(line_of(EVENT))
    after = here(engine, tmp_path)
    file.release()

    assert (3, 4, 1, 0, 1) == (before, batched, one_counted, all_counted, after)


def test_several_files(engine: sa.Engine, tmp_path: Path) -> None:
    """All files of the folder are looked at, and what is none of ours is left out."""
    made = [filled(tmp_path, EVENT), filled(tmp_path, EVENT, EVENT)]
    (tmp_path / "strange.spool").write_bytes(b"not one of ours\n")
    (tmp_path / "empty.spool").write_bytes(b"")
    found = here(engine, tmp_path)
    for file in made:
        file.release()

    assert 3 == found
    assert 0 == here(engine, tmp_path / "nowhere")
