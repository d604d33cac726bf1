"""Three web processes and two workers, each on a machine of its own as far as it can tell, and people who call."""

from __future__ import annotations

import datetime as dt
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil
import requests
from rq import Queue
from rq.serializers import JSONSerializer

from directory.database import open_database
from ivr.adapters import schema
from ivr.adapters.books import Books, compare
from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.counters import Counters
from ivr.adapters.queue import Name
from ivr.simulator.call import Call
from ivr.simulator.ledger import Ledger
from ivr.simulator.people import our_numbers
from ivr.simulator.subscription import Subscription
from tests.application import PUBLIC_URL
from tests.faults.crowd import Crowd
from tests.faults.exchange import NotedExchange, Provider, TimedTransport
from tests.installation import free_port, wait_until
from tests.machines.proxy import Proxy
from tests.machines.wire import KeptConnections

ACCOUNT = "AC" + "0" * 32
TOKEN = "an auth token of a test"
WEB, WORKERS = 3, 2
FATES = ("sent", "dropped", "refused", "unknown")
STOP_SECONDS = 60
ROUND_SECONDS = 1.0
"""So often everybody calls, nine people each time; the machine has other things to do as well."""


class Program:
    """`fanal serve` or `fanal worker` with a folder of its own."""

    def __init__(self, environ: dict[str, str], folder: Path, log: Path, *arguments: str) -> None:
        self.folder = folder
        self._environ = {**environ, "VAR_PATH": str(folder)}
        self._log, self._arguments = log, arguments
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it takes a second or two until it is ready."""
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "routes.cli", *self._arguments]
            self.process = subprocess.Popen(command, env=self._environ, stdout=log, stderr=log, start_new_session=True)

    def stop(self) -> int:
        """Tell it to stop, as a manager of services does, and return its exit status when it has."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """End whatever of it still runs."""
        if self.process is not None and self.process.poll() is None:
            programs = psutil.Process(self.process.pid).children(recursive=True)
            self.process.kill()
            for program in programs:
                with suppress(psutil.NoSuchProcess):
                    program.kill()
            self.process.wait()

    @property
    def children(self) -> int:
        """How many processes it has made."""
        return len(psutil.Process(self.process.pid).children()) if self.process else 0


class LongMemory(Ledger):
    """What the provider keeps, without the limit of a demonstration: texts may be sent late here."""

    def add_call(self, call: Call) -> None:
        """Begin to keep a call."""
        with self._lock:
            self._calls[call.sid] = call


class Town:
    """The installation, and everybody who calls it."""

    def __init__(self, folder: Path, redis_url: str, database_url: str) -> None:
        self.folder, self.redis_url, self._log = folder, redis_url, folder / "log"
        self.ports = [free_port() for _ in range(WEB)]
        self.proxy = Proxy(folder / "nginx", free_port(), self.ports)
        numbers, self._provider_port = our_numbers(), free_port()
        self._connections = KeptConnections(PUBLIC_URL, self.proxy.port, self.proxy.certificate)
        self.wire = TimedTransport(self._connections)
        self.exchange = NotedExchange(Subscription(ACCOUNT, TOKEN, numbers, PUBLIC_URL), self.wire)
        self.exchange.ledger = LongMemory(ACCOUNT)
        self.provider = Provider(self.exchange)
        self.crowd = Crowd(self.exchange, next(number for number in numbers if number.startswith("+40")))
        self.engine = open_database(database_url)
        environ = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": ",".join(numbers),
            "TWILIO_API_URL": f"http://127.0.0.1:{self._provider_port}",
            "PUBLIC_URL": PUBLIC_URL,
            "SECRET_KEY": "s" * 40,
            "REDIS_URL": redis_url,
            "DATABASE_URL": database_url,
            "FANAL_EXCHANGE_TOKEN": "t" * 40,  # callers may pretend that it is Tuesday morning
        }
        serve = ("serve", "--workers", "1", "--port")
        self.web = [Program(environ, folder / f"web-{port}", self._log, *serve, str(port)) for port in self.ports]
        self.workers = [Program(environ, folder / f"worker-{each}", self._log, "worker") for each in range(WORKERS)]

    def open(self) -> None:
        """Make the database, start everything, and wait until all of it is ready."""
        schema.upgrade(self.engine)
        for each in (*self.web, *self.workers):
            each.folder.mkdir()
            each.start()
        self.proxy.start()
        assert wait_until(lambda: all(map(self.answers, self.ports))), self.log
        assert wait_until(lambda: all(each.children == len(Name) for each in self.workers)), self.log

    def close(self) -> None:
        """End everything."""
        self._connections.close()
        self.proxy.stop()
        for each in (*self.web, *self.workers):
            each.kill()
        self.engine.dispose()

    @property
    def provider_port(self) -> int:
        """Where the provider's interface is asked."""
        return self._provider_port

    def answers(self, port: int) -> bool:
        """Tell whether the web process on a port takes calls."""
        try:
            return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).ok
        except requests.RequestException:
            return False

    def calls_while(self, going_on: Iterable[object]) -> list[str]:
        """Let people call, several at once, until that has ended; return what went wrong."""
        wrong: list[str] = []
        for _ in going_on:
            began = time.monotonic()
            wrong += self.crowd.call(lambda: None, cut=False)
            time.sleep(max(0.0, began + ROUND_SECONDS - time.monotonic()))
        return wrong

    def settle(self) -> None:
        """Wait until everything has been counted, what became of every text included."""
        if not wait_until(self._is_settled, 6):
            self._find_left_texts()
        assert wait_until(self._is_settled), f"{self.books} {dict(self.counted())} {self.log}"

    def _is_settled(self) -> bool:
        before, counted = self.books, self.counted()
        fates = sum(counted[f"text {fate}"] for fate in FATES)
        if before.waiting or counted["text asked"] != fates:
            return False
        time.sleep(0.3)
        return before == self.books

    def _find_left_texts(self) -> None:
        """Let RQ see now what it would see half a minute later: that a worker let go of a text with its Redis."""
        with connect(self.redis_url, PATIENT, PATIENT) as client:
            texts = Queue(Name.TEXTS, connection=client, serializer=JSONSerializer)
            begun = texts.started_job_registry.key
            for job in client.zrange(begun, 0, -1):
                client.zadd(begun, {job: 1}, xx=True)
            for job in client.lrange(texts.intermediate_queue_key, 0, -1):
                client.set(texts.intermediate_queue.get_first_seen_key(job.decode()), 1.0)

    @property
    def books(self) -> Books:
        """What was accepted and counted; what waits is that of all machines."""
        each = [compare(self.engine, program.folder / "spool") for program in (*self.web, *self.workers)]
        waiting = sum(books.waiting for books in each)
        return Books(each[0].accepted, each[0].counted, each[0].repeated, waiting, each[0].lost, each[0].doubled)

    def counted(self) -> Counter[str]:
        """Return what stands in the counters: kind and name to how often."""
        sums = Counter[str]()
        for tally in Counters(self.engine).read(dt.date(2020, 1, 1), dt.date(2100, 1, 1)):
            sums[f"{tally.kind} {tally.name}"] += tally.count
        return sums

    def p99(self, since: int = 0) -> float:
        """Seconds of a webhook at the 99th percentile, from the number `since` on."""
        seconds = sorted(self.wire.seconds[since:])
        return seconds[math.ceil(0.99 * len(seconds)) - 1]

    @property
    def log(self) -> str:
        """The last of what the programs have printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-6000:] + self.proxy.log
