"""Ten thousand events, and twenty deaths of the process that counts them."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from ivr.adapters.outbox import Outbox
from ivr.adapters.queue import Queues
from ivr.events import Event, EventKind
from ivr.settings import Settings
from tests.faults.house import House
from tests.installation import wait_until

EVENTS = 10_000
KILLS = 20
LONGEST_LIFE = 0.4
"""Seconds that a process lives at most; it takes half a tenth of one to begin."""
NEED = "a need of a test"
_BURST = 50


def count_while_killing(house: House) -> int:
    """Put the events into an outbox while one process after another is killed at a random moment; return the kills."""
    done = threading.Event()
    with redis.Redis.from_url(house.redis.url) as client:
        orders = threading.Thread(target=_order, args=(Queues(client), done))
        outbox = Outbox.connect(Settings.from_env(house.environ))
        puts = threading.Thread(target=_put, args=(outbox,))
        orders.start()
        puts.start()
        try:
            with _nursery(house) as nursery:
                kills = sum(_kill(nursery) for _ in range(KILLS))
                puts.join()
                assert wait_until(lambda: counted(house) == EVENTS), f"{counted(house)} of {EVENTS} {house.log}"
        finally:
            outbox.close()
            done.set()
            orders.join()
    return kills


def counted(house: House) -> int:
    """Return how many of the events stand in the sums."""
    return house.counted(NEED)[f"{EventKind.STEP} language"]


def _put(outbox: Outbox) -> None:
    """Put them in small bursts, so that there is something to count all the time."""
    event = Event.at(dt.datetime.now(dt.UTC), EventKind.STEP, "language", "en", "GB", NEED)
    for _ in range(EVENTS // _BURST):
        for _ in range(_BURST):
            outbox.put(event)
        time.sleep(KILLS * LONGEST_LIFE / 2 / (EVENTS / _BURST))


def _order(queues: Queues, done: threading.Event) -> None:
    """Ask for the counting far more often than the schedule does."""
    while not done.wait(0.02):
        queues.count(dt.datetime.now(dt.UTC))


def _kill(nursery: subprocess.Popen[str]) -> bool:
    assert nursery.stdout is not None
    child = int(nursery.stdout.readline())
    time.sleep(random.uniform(0, LONGEST_LIFE))  # noqa: S311 - the test has seeded it
    os.kill(child, signal.SIGKILL)
    return True


@contextmanager
def _nursery(house: House) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.faults.nursery"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with house.logging() as log, subprocess.Popen(command, env=house.environ, stderr=log, **pipes) as nursery:  # type: ignore[call-overload]  # the options of a dictionary
        yield nursery
