"""A worker that is told to stop while it waits for a job takes none with it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
import redis

from ivr.adapters.connection import connect_for_rq
from ivr.adapters.consume import QueueWorker
from ivr.adapters.queue import Name, Queues
from ivr.events import PurgeMessage


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


def _stop_when_it_waits(client: redis.Redis) -> None:
    """Tell this process to stop once its worker waits for a job: before that it may not have said what it does then."""
    deadline = time.monotonic() + 60
    while not client.info("clients")["blocked_clients"] and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)
