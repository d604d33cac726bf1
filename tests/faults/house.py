"""A whole installation for the fault suite: every part is a real program, and can be stopped, killed and starved."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import psutil
import redis
import requests
from rq import Queue
from rq.serializers import JSONSerializer

from directory.database import open_database
from directory.desk import Desk
from directory.desk.people import OPERATOR
from directory.load import PACKAGED
from ivr.adapters import schema
from ivr.adapters.books import compare
from ivr.adapters.counters import Counters
from ivr.adapters.queue import Name
from ivr.adapters.spool import SUFFIX, read
from ivr.simulator.people import our_numbers
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import HttpTransport
from tests.application import PUBLIC_URL
from tests.faults.crowd import Crowd
from tests.faults.database import Database
from tests.faults.disk import Disk
from tests.faults.exchange import NotedExchange, Provider, TimedTransport
from tests.installation import command_of, free_port, is_alive, wait_until
from tests.services import RestartableRedis

ACCOUNT = "AC" + "0" * 32
TOKEN = "an auth token of a test"
LONG = 120.0
"""Seconds that the suite waits for a program at most: they pass only where something has failed."""
LEFT_SECONDS = 8.0
"""After so long a text that is still being sent has lost its process."""
LONGEST = 0.5
"""Seconds of a webhook at the 99th percentile at most."""


class House:
    """The installation. `redis`, `database`, `disk` and `provider` are what it leans on."""

    def __init__(self, redis_server: RestartableRedis, database: Database, disk: Disk, log: Path) -> None:
        self.redis, self.database, self.disk, self._log = redis_server, database, disk, log
        self._port, provider_port = free_port(), free_port()
        numbers = our_numbers()
        transport = TimedTransport(HttpTransport(PUBLIC_URL, reach_at=f"http://127.0.0.1:{self._port}"))
        self.exchange = NotedExchange(Subscription(ACCOUNT, TOKEN, numbers, PUBLIC_URL), transport)
        self.provider, self.provider_port = Provider(self.exchange), provider_port
        self.crowd = Crowd(self.exchange, next(number for number in numbers if number.startswith("+40")))
        self.environ = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": ",".join(numbers),
            "TWILIO_API_URL": f"http://127.0.0.1:{provider_port}",
            "PUBLIC_URL": PUBLIC_URL,
            "SECRET_KEY": "s" * 40,
            "REDIS_URL": redis_server.url,
            "DATABASE_URL": database.url,
            "VAR_PATH": str(disk.folder / "var"),
            "TMPDIR": str(disk.folder / "tmp"),
            "FANAL_EXCHANGE_TOKEN": "t" * 40,  # callers may pretend that it is Tuesday morning
        }
        (disk.folder / "tmp").mkdir()
        self.engine = open_database(database.url)
        self._web: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self.injected = 0

    def move_in(self) -> None:
        """Make the database, with two revisions published."""
        schema.upgrade(self.engine)
        desk, now = Desk(self.engine), dt.datetime.now(dt.UTC)
        files = {path.name: path.read_text(encoding="utf-8") for path in sorted(PACKAGED.glob("*.yaml"))}
        desk.revisions.ship(files, now, "the first")
        later = {**files, "ro.yaml": files["ro.yaml"] + "\n# read through once more\n"}
        desk.revisions.publish(later, OPERATOR, now, "the second", accept_unchecked=True, standing=desk.standing())

    def open_web(self) -> None:
        """Start `fanal serve --workers 2` and wait until it answers."""
        self._web = self._start("-m", "routes.cli", "serve", "--port", str(self._port), "--workers", "2")
        assert wait_until(lambda: self._answers() and len(self.web_processes()) == 2), self.log

    def open_worker(self) -> None:
        """Start `fanal worker`."""
        self._worker = self._start("-m", "routes.cli", "worker")

    def kill_web(self) -> None:
        """End the whole web server without warning."""
        self._kill(self._web)

    def kill_worker(self) -> None:
        """End the worker with all its processes, without warning."""
        self._kill(self._worker)
        self._worker = None

    def keep_worker_open(self) -> None:
        """Do what a manager of services does: start a worker again that has ended, as it does without its database."""
        if self._worker is not None and self._worker.poll() is not None:
            self.open_worker()

    def web_processes(self) -> list[psutil.Process]:
        """Return the processes that answer callers."""
        return _children(self._web)

    def queue_processes(self) -> list[psutil.Process]:
        """Return the processes of the queues."""
        return _children(self._worker)

    def is_on_disk(self) -> bool:
        """Tell whether every process has a file for what it is told."""
        return all(_has_file(each) for each in (*self.web_processes(), *self.queue_processes()))

    def programs(self) -> list[psutil.Process]:
        """Return every process that is ours."""
        started = [each for each in (self._web, self._worker) if each is not None and each.poll() is None]
        return [psutil.Process(each.pid) for each in started] + self.web_processes() + self.queue_processes()

    def close(self) -> None:
        """End everything in order."""
        for each in (self._web, self._worker):
            if each is not None and each.poll() is None:
                each.terminate()
        for each in (self._web, self._worker):
            if each is not None:
                each.wait(LONG)
        self.engine.dispose()

    def counted(self, need: str = "") -> Counter[str]:
        """Return what stands in the counters, or what does of one need: kind and name to how often."""
        sums = Counter[str]()
        for tally in Counters(self.engine).read(dt.date(2020, 1, 1), dt.date(2100, 1, 1)):
            if need in {"", tally.need}:
                sums[f"{tally.kind} {tally.name}"] += tally.count
        return sums

    def verified(self) -> dict[str, int]:
        """Return what `fanal stats verify` says when nothing waits; records go minutes after a call, an event each."""
        told: dict[str, int] = {}

        def is_whole() -> bool:
            told.update(self._told())
            return told["waiting"] == 0

        wait_until(is_whole)
        return told

    def settle(self) -> None:
        """Wait until every text that can be sent has been, let those that got lost be looked after, and all be counted.

        A text that Redis has lost is looked after minutes later; so the clock of whoever does that is put forward.
        """
        assert wait_until(self._is_counted), self.state
        with redis.Redis.from_url(self.redis.url) as client:
            texts = Queue(Name.TEXTS, connection=client, serializer=JSONSerializer)
            begun = texts.started_job_registry.key
            if not wait_until(lambda: self._is_idle(texts), LEFT_SECONDS):
                for job in client.zrange(begun, 0, -1):  # let RQ see now what it would see half a minute later,
                    client.zadd(begun, {job: 1}, xx=True)
                for job in client.lrange(texts.intermediate_queue_key, 0, -1):
                    client.set(texts.intermediate_queue.get_first_seen_key(job.decode()), 1.0)
                client.delete(f"rq:scheduler-lock:{Name.TEXTS}")  # and a minute after its scheduler was killed
            assert wait_until(lambda: self._is_idle(texts)), self.state
        with self.logging() as log:
            subprocess.run([sys.executable, "-m", "tests.faults.later"], env=self.environ, stderr=log, check=True)
        assert wait_until(self._is_counted), self.state

    @contextmanager
    def logging(self) -> Iterator[BinaryIO]:
        """Give the file that our programs print into."""
        with self._log.open("ab") as log:
            yield log

    @property
    def log(self) -> str:
        """The last of what the programs have printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def write_down(self, words: str) -> None:
        """Write a line of our own among those of the programs."""
        with self.logging() as log:
            log.write(f"--- {words}\n".encode())

    @property
    def state(self) -> str:
        """What stands where, for whoever has to find out why something is missing."""
        spool = self.disk.folder / "var" / "spool"
        files = [f"{path.name}: {read(path.read_bytes().rstrip(bytes(1)))}"[:2000] for path in sorted(spool.iterdir())]
        programs = [" ".join(command_of(each)[-2:]) + f" {each.pid}" for each in self.programs()]
        with redis.Redis.from_url(self.redis.url) as client:
            keys = sorted(key.decode() for key in client.keys("*") if b"claim" not in key)
            stream = client.xrange("fanal:events") if client.exists("fanal:events") else "no stream"
        return "\n".join([str(compare(self.engine, spool)), *files, *programs, *keys, str(stream)[:2000], self.log])

    @property
    def p99(self) -> float:
        """Seconds of a webhook at the 99th percentile, over the whole suite."""
        seconds = sorted(self.exchange.timed.seconds)
        return seconds[math.ceil(0.99 * len(seconds)) - 1]

    def _told(self) -> dict[str, int]:
        command = [sys.executable, "-m", "routes.cli", "stats", "verify", "--json"]
        ran = subprocess.run(command, env=self.environ, capture_output=True, text=True, check=True, timeout=LONG)
        told: dict[str, int] = json.loads(ran.stdout)
        return told

    def _is_counted(self) -> bool:
        """Tell whether nothing waits, and nothing new came meanwhile."""
        self.keep_worker_open()
        before = compare(self.engine, self.disk.folder / "var" / "spool")
        time.sleep(0.5)
        after = compare(self.engine, self.disk.folder / "var" / "spool")
        return after.waiting == 0 and before == after

    @staticmethod
    def _is_idle(texts: Queue) -> bool:
        taken = texts.connection.llen(texts.intermediate_queue_key)
        begun = texts.connection.zcard(texts.started_job_registry.key)
        return bool(texts.count + texts.scheduled_job_registry.count + taken + begun == 0)

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self._port}/health/ready", timeout=2).ok
        except requests.RequestException:
            return False

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.logging() as log:
            command = [sys.executable, *arguments]
            return subprocess.Popen(command, env=self.environ, stdout=log, stderr=log, start_new_session=True)

    @staticmethod
    def _kill(process: subprocess.Popen[bytes] | None) -> None:
        if process is None:
            return
        programs = _children(process)
        process.kill()
        for program in programs:
            with suppress(psutil.NoSuchProcess):
                program.kill()
        process.wait()
        psutil.wait_procs(programs, LONG)


def _has_file(program: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return any(each.path.endswith(SUFFIX) for each in program.open_files())
    return True


def _children(process: subprocess.Popen[bytes] | None) -> list[psutil.Process]:
    if process is None or process.poll() is not None:
        return []
    return [each for each in psutil.Process(process.pid).children() if is_alive(each)]
