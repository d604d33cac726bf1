"""Starts the servers that are measured, each in a process of its own on a free port of loopback, and ends them."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.step import WORKERS
from ivr.adapters.embedded import start_redis
from ivr.simulator.people import our_numbers

START_SECONDS = 30.0
STOP_SECONDS = 15.0
_TICK = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The benchmark cannot go on; the message is a sentence for whoever started it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    auth_token: str
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address, as the carrier is told it."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float | None:
        """Return the processor time that its workers have used so far; None where the system does not tell."""
        try:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            return sum(_cpu_seconds(child) for child in children)
        except OSError:
            return None


def _cpu_seconds(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


@contextmanager
def simple(kind: str) -> Iterator[Server]:
    """Run one of the servers of `bench.step.simple`."""
    port, token = _free_port(), secrets.token_hex(16)
    with _running([sys.executable, "-m", "bench.step.simple", kind, str(port), token], os.environ.copy()) as process:
        yield _answering(Server(port, token, process))


@contextmanager
def fanal(folder: Path) -> Iterator[Server]:
    """Run `fanal serve` with a Redis-compatible server of its own; what it keeps goes to `folder`."""
    port, token = _free_port(), secrets.token_hex(16)
    redis = start_redis()
    environ = os.environ | {
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": token,
        "TWILIO_NUMBER": ",".join(our_numbers()),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": secrets.token_hex(32),
        "REDIS_URL": redis.url,
        "DATABASE_URL": f"sqlite:///{folder / 'fanal.db'}",
        "VAR_PATH": str(folder),
    }
    environ.pop("FANAL_EXCHANGE_TOKEN", None)
    command = [sys.executable, "-m", "routes.cli", "serve", "--port", str(port), "--workers", str(WORKERS)]
    try:
        with _running(command, environ) as process:
            yield _answering(Server(port, token, process))
    finally:
        redis.stop()


@contextmanager
def _running(command: list[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environ)  # noqa: S603 (our own servers)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answering(server: Server) -> Server:
    """Wait until the port is open."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return server
    raise BenchError("A server did not start; the reason stands above.")
