"""A real worker: its own processes, a real Redis-compatible server, SQLite, and a stand-in carrier over HTTP."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from directory.database import open_database
from ivr.adapters import schema, tally
from ivr.adapters.batch import Batch
from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.counters import Counters
from ivr.adapters.queue import Name, Queues
from ivr.adapters.stream import EventStream
from ivr.events import TEXT_LIFE, Event, EventKind, Form, SendText
from tests.carrier import Carrier, carrier_at_work
from tests.sample_directory import FILES
from tests.services import RestartableRedis

MOBILE = "+12025550123"
OURS = "+442079460123"
LONG = 120.0
"""Seconds that a test waits for another process, however little of the processor that one gets: it costs time only
where something has failed."""
MENU = Event.at(dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC), EventKind.STEP, "language", "en", "GB")


class Installation:
    """One installation with its worker, as an operator sees it."""

    def __init__(self, folder: Path, redis: RestartableRedis, carrier: Carrier) -> None:
        self.redis, self.carrier = redis, carrier
        self.folder = folder
        self.database_url = f"sqlite:///{folder / 'fanal.db'}"
        self.environ = {
            **os.environ,
            "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
            "TWILIO_AUTH_TOKEN": "token",
            "TWILIO_NUMBER": OURS,
            "TWILIO_API_URL": carrier.url,
            "PUBLIC_URL": "https://fanal.example.org",
            "SECRET_KEY": "s" * 40,
            "REDIS_URL": redis.url,
            "DATABASE_URL": self.database_url,
            "DIRECTORY_PATH": str(folder / "directory"),
            "VAR_PATH": str(folder / "var"),
        }
        self.client = connect(redis.url, PATIENT)
        self.stream, self.queues = EventStream(self.client), Queues(self.client)
        self.engine = open_database(self.database_url)
        self.process: subprocess.Popen[bytes] | None = None
        self._calls = self._batches = self._accepted = 0
        self._counted_before, self._sums_before = Counter[str](), Counter[str]()

    def start(self) -> None:
        """Start the worker and wait until each queue has its process at work."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "worker"], env=self.environ, stderr=log, cwd=self.folder
            )
        assert wait_for(lambda: self.at_work() == 3), self.log.read_text()

    def begin_anew(self) -> None:
        """Let `counted` and `sums` say what is counted from now on: the tests of one worker know nothing of another."""
        assert wait_for(lambda: self.children().keys() == set(Name)), self.log.read_text()
        self._counted_before, self._sums_before = self._all_counted(), self._all_sums()

    def at_work(self) -> int:
        """Return how many of RQ's workers have begun."""
        return self.client.scard("rq:workers")

    def child(self, queue: str) -> psutil.Process:
        """Return the process of a queue that is at work."""
        return self.children()[queue]

    def children(self) -> dict[str, psutil.Process]:
        """Return the living process of each queue that has one."""
        assert self.process is not None
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # it has ended
                found[(child.cmdline() or [""])[-1]] = child
        return {name: child for name, child in found.items() if name in set(Name)}

    def ask_for_text(self) -> SendText:
        """Put a text for a call of its own into its queue, as the outbox of a web process does."""
        now = dt.datetime.now(dt.UTC)
        self._calls += 1
        call = f"CA{self._calls:032x}"
        self.carrier.calls[call] = {"from": MOBILE, "to": OURS}
        errand = SendText(call, "gb-crime", "en", Form.NAMED, now + TEXT_LIFE)
        self.queues.put(errand, now)
        return errand

    def add(self, times: int) -> None:
        """Let the next batch wait to be counted, as the outbox of a web process sends it."""
        self._batches += 1
        self._accepted += times
        self.stream.add(Batch("web", self._batches, self._accepted, {MENU: times}, first=self._batches == 1))

    def sums(self) -> dict[str, int]:
        """Return what the worker's processes have added up for the metrics page."""
        return dict(self._all_sums() - self._sums_before)

    def counted(self) -> dict[str, int]:
        """Return what stands in the counters: kind and name to how often."""
        return dict(self._all_counted() - self._counted_before)

    def _all_sums(self) -> Counter[str]:
        return Counter({_text(key): int(value) for key, value in self.client.hgetall(tally.KEY).items()})

    def _all_counted(self) -> Counter[str]:
        tallies = Counters(self.engine).read(dt.date(2020, 1, 1), dt.date(2100, 1, 1))
        return Counter({f"{tally.kind} {tally.name}": tally.count for tally in tallies})

    @property
    def log(self) -> Path:
        """Where the worker's log goes."""
        return self.folder / "log"

    def end(self) -> None:
        """End what was started."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(LONG)
        self.engine.dispose()
        self.client.close()


def _text(key: bytes | str) -> str:
    return key.decode() if isinstance(key, bytes) else key


def wait_for(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, and tell whether it does."""
    deadline = time.monotonic() + LONG
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


@contextmanager
def an_installation(folder: Path, redis: RestartableRedis) -> Iterator[Installation]:
    """Make an installation in a folder, whose worker has not been started; end it at the end."""
    (folder / "directory").mkdir()
    for name, text in FILES.items():
        (folder / "directory" / name).write_text(text)
    with carrier_at_work() as carrier:
        installation = Installation(folder, redis, carrier)
        schema.upgrade(installation.engine)
        yield installation
        carrier.gate.set()
        installation.end()


@pytest.fixture
def installation(tmp_path: Path, restartable_redis: RestartableRedis) -> Iterator[Installation]:
    """An installation of the test's own whose worker has not been started."""
    with an_installation(tmp_path, restartable_redis) as installation:
        yield installation


@pytest.fixture
def working(installation: Installation) -> Installation:
    """An installation of the test's own whose worker is at work, to be killed or ended."""
    installation.start()
    return installation


@pytest.fixture(scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    redis = RestartableRedis()
    redis.start()
    with an_installation(tmp_path_factory.mktemp("shared"), redis) as installation:
        installation.start()
        yield installation
    redis.remove()


@pytest.fixture
def going_on(_shared: Installation) -> Installation:
    """An installation whose worker goes on from test to test: each waits for all that it has asked for."""
    _shared.begin_anew()
    return _shared
