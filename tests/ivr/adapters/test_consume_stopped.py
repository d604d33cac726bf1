"""A worker that is told to stop while it waits for a job takes none with it, and ends the one that it has in hand."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from ivr import jobs
from ivr.adapters.connection import connect_for_rq
from ivr.adapters.consume import QueueWorker
from ivr.adapters.queue import Name, Queues
from ivr.events import PurgeMessage
from tests.counting import CountingHouse
from tests.services import RestartableRedis


@pytest.fixture
def _signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals")
def test_stopped_while_it_waits(redis_url: str) -> None:
    """It signs off, and what comes afterwards waits for another worker, though the process still lives."""
    with redis.Redis.from_url(redis_url) as client, connect_for_rq(redis_url) as own:
        stopping = threading.Thread(target=_stop_when_it_waits, args=(client,))
        stopping.start()
        QueueWorker(Name.PURGES, own).work(logging_level="WARNING")
        stopping.join()
        Queues(client).put(PurgeMessage("SM" + "0" * 32, "delivered"), dt.datetime.now(dt.UTC))

        assert [1, 0] == [client.llen(key) for key in ("rq:queue:purges", "rq:queue:purges:intermediate")]
        assert set() == client.smembers("rq:workers")


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize("seconds", [0, 2])
def test_stopped_twice_amid_a_job(
    restartable_redis: RestartableRedis, tmp_path: Path, caplog: pytest.LogCaptureFixture, seconds: int
) -> None:
    """Told again, as by a manager of services and by the supervisor, it ends its job first, and needs no Redis for it.

    RQ takes the second word for an order to give up, unless it comes within a second.
    """
    house = CountingHouse(restartable_redis.url, f"sqlite:///{tmp_path / 'fanal.db'}", tmp_path)
    released: list[dt.datetime] = []

    def release(now: dt.datetime) -> None:
        restartable_redis.stop()
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            assert worker._shutdown_requested_date is not None
            worker._shutdown_requested_date -= dt.timedelta(seconds=seconds)
        restartable_redis.start()
        released.append(now)

    jobs.begin(house.collaborators(release=release))
    house.queues.release(house.now)
    with connect_for_rq(restartable_redis.url) as own:
        worker = QueueWorker(Name.COUNTS, own)
        worker.work(logging_level="WARNING")
    house.end()

    assert ([house.now], []) == (released, [each for each in caplog.records if each.name.startswith("ivr")])


def _stop_when_it_waits(client: redis.Redis) -> None:
    """Tell this process to stop once its worker waits for a job: before that it may not have said what it does then."""
    deadline = time.monotonic() + 60
    while not client.info("clients")["blocked_clients"] and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)
