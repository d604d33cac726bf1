"""The worker: `python -m worker` keeps a process at work for each queue, `python -m worker texts` is one of them.

The first is the supervisor. It starts the others as programs, starts again one that dies, and keeps the schedule; when
it ends they end, whatever ends it, because each watches a pipe whose other end only the supervisor holds.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from types import FrameType

import redis
import sqlalchemy as sa

from directory.database import AwayError, DatabaseError, open_database
from ivr import log as logs
from ivr.adapters.books import ascribe
from ivr.adapters.claims import Claims
from ivr.adapters.connection import FAILOVER, PATIENT, connect, connect_for_rq
from ivr.adapters.consume import QueueWorker
from ivr.adapters.counters import Counters
from ivr.adapters.errands import Errands
from ivr.adapters.outbox import Outbox, utc_now
from ivr.adapters.provider import Provider
from ivr.adapters.provider_watched import WatchedProvider
from ivr.adapters.queue import Name, Queues
from ivr.adapters.releases import Releases
from ivr.adapters.schedule import Schedule
from ivr.adapters.sign import Sign
from ivr.adapters.stream import EventStream
from ivr.adapters.tally import Tally
from ivr.adapters.watched import WatchedOutbox
from ivr.catalogue import load_catalogues
from ivr.domain import domain_of
from ivr.events import Form
from ivr.jobs import Collaborators, Compose, begin
from ivr.services import build
from ivr.settings import Settings, SettingsError
from ivr.texts import compose

LOOK_SECONDS = 0.2
STOP_SECONDS = 10.0
"""How long a job may go on when the worker is told to stop; then its process is killed, and the job begins again."""
PAUSES = (1.0, 2.0, 5.0, 10.0)
"""Seconds before a process that died is started again; longer each time that it dies soon."""
SOON_SECONDS = 30.0
NICE = {Name.TEXTS: 5, Name.COUNTS: 10, Name.PURGES: 15}
"""How far each queue stands behind what answers calls on the same machine: a text is waited for, a sum is not."""
log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Run the supervisor, or the process of the queue named, until told to stop; return the exit status."""
    logs.configure(waits=False)
    try:
        settings = Settings.from_env()
        if arguments:
            return work(Name(arguments[0]), settings)
        _check_database(settings)
    except (SettingsError, DatabaseError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return Supervisor(settings).run()


def _check_database(settings: Settings) -> None:
    """Wait until the database answers: it may start after us. Raises `DatabaseError` where its tables are not ours."""
    from ivr.adapters.schema import check  # a quarter of a start, which the processes of the queues do not need

    engine, told = open_database(settings.database_url), False
    while True:
        try:
            check(engine)
        except AwayError:
            if not told:
                log.warning("database_away")
            told = True
            time.sleep(1)
        else:
            engine.dispose()
            return


def work(name: Name, settings: Settings) -> int:
    """Do the jobs of one queue until told to stop, or until the supervisor is gone."""
    os.nice(NICE[name])
    threading.Thread(target=_end_with_supervisor, name="supervisor", daemon=True).start()
    connection = connect_for_rq(settings.redis_url)
    sign = Sign(settings.var_path, name.value)
    _wait_for(connection, sign)
    begin(collaborators(settings, name))
    try:
        QueueWorker(name, connection, sign.show).work(logging_level="WARNING")
    except redis.RedisError:  # it could not sign off: what is left of it in Redis expires
        log.warning("redis_away")
    return 0


def collaborators(settings: Settings, name: Name) -> Collaborators:
    """Make what the jobs of a queue work with; the outbox begins at once, to adopt what dead processes have left."""
    connection, engine = connect(settings.redis_url, PATIENT, FAILOVER), open_database(settings.database_url)
    tally, outbox = Tally(connection), Outbox.connect(settings)
    outbox.start()
    return Collaborators(
        provider=WatchedProvider(Provider.connect(settings), partial(tally.add, "fanal_provider_errors")),
        claims=Claims(connection, settings.secret_keys),
        stream=EventStream(connection),
        queues=Queues(connection),
        counters=Counters(engine),
        errands=Errands(engine),
        outbox=WatchedOutbox(outbox, tally.happened),
        compose=_composer(settings) if name is Name.TEXTS else _compose_nothing,
        release=partial(_release, settings, engine),
        clock=utc_now,
    )


class Supervisor:
    """Keeps one process for each queue."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._processes: dict[Name, _Process] = {}
        self._told_to_stop = False

    def run(self) -> int:
        """Start the processes and the schedule, and look after them until a signal comes."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        ended = threading.Event()
        schedule = Schedule(connect(self._settings.redis_url, PATIENT))
        keeper = threading.Thread(target=schedule.run, args=(ended,), name="schedule")
        keeper.start()
        self._processes = {name: _Process(name) for name in Name}
        while not self._told_to_stop:
            time.sleep(LOOK_SECONDS)
            for process in self._processes.values():
                process.look()
        ended.set()
        for process in self._processes.values():
            process.tell_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes.values():
            process.stop(deadline)
        keeper.join()
        return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._told_to_stop = True


class _Process:
    """The process of one queue."""

    def __init__(self, name: Name) -> None:
        self._name = name
        self._deaths = 0
        self._start()

    def _start(self) -> None:
        self._begun = time.monotonic()
        self._again_at: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError):  # the machine has no room for another process now: that is a death, too
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "worker", self._name.value],
                stdin=subprocess.PIPE,  # its end tells the process that we are gone
                process_group=0,  # Ctrl-C is for us; we tell the others
            )

    def look(self) -> None:
        """Start the process again if it died, after a pause."""
        code = self._process.poll() if self._process else os.EX_OSERR
        if code is None:
            return
        now = time.monotonic()
        if self._again_at is None:
            self._deaths = self._deaths + 1 if now - self._begun < SOON_SECONDS else 0
            self._again_at = now + PAUSES[min(self._deaths, len(PAUSES) - 1)]
            self._close()
            log.error("worker_died", extra={"queue": self._name.value, "code": code})
        if now >= self._again_at:
            self._start()

    def tell_to_stop(self) -> None:
        """Let the process finish its job and end."""
        if self._process:
            self._process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait for the end until the deadline, then make it."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()


def _composer(settings: Settings) -> Compose:
    """Write texts from the edition being served, which is replaced when the tables change."""
    shelf = build(settings).shelf
    shelf.watch()

    def write(helpline: str, language: str, form: Form, country: str | None) -> str:
        edition = shelf.current
        return compose(edition.directory, edition.speech, helpline, language, form, country)

    return write


def _compose_nothing(_helpline: str, _language: str, _form: Form, _country: str | None) -> str:
    raise LookupError("only the process of the queue of texts writes texts")


def _release(settings: Settings, engine: sa.Engine, now: dt.datetime) -> None:
    """Release figures with the rows that the tables of this moment have, and forget raw counters after their time."""
    releases, directory = Releases(engine), build(settings).shelf.current.directory
    if releases.looks_wrong(now):
        log.error("releases_held")
        return
    releases.release_due(now, domain_of(directory, load_catalogues(settings.places.catalogues)))
    releases.remove_old(now, settings.retention_months, ascribe)


def _wait_for(connection: redis.Redis, sign: Sign) -> None:
    """Wait until Redis answers: it may start after us."""
    told = False
    while True:
        sign.show()
        try:
            connection.ping()
        except redis.RedisError:
            if not told:
                log.warning("redis_away")
            told = True
            time.sleep(1)
        else:
            return


def _end_with_supervisor() -> None:
    """Read the pipe to its end, which comes when the supervisor is gone; then finish the job, or be ended."""
    while os.read(0, 1024):  # not sys.stdin, whose lock a thread that waits would still hold at the end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
