"""Starts the servers that are measured, each in a process of its own on a free port of loopback, and ends them."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.installation import SQLITE, cpu_seconds, family, free_port, installed, program, python, until_answered
from bench.step import WORKERS


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
        """Return the processor time that its processes have used so far; None where the system does not tell."""
        try:
            return sum(map(cpu_seconds, family(self.process.pid)))
        except OSError:
            return None


@contextmanager
def simple(kind: str) -> Iterator[Server]:
    """Run one of the servers of `bench.step.simple`. Raises `bench.installation.InstallationError`."""
    port, token = free_port(), secrets.token_hex(16)
    with program(python("bench.step.simple", kind, str(port), token), os.environ) as process:
        yield _answering(Server(port, token, process))


@contextmanager
def fanal() -> Iterator[Server]:
    """Run `fanal serve` in an installation with its first revision. Raises `bench.installation.InstallationError`."""
    with installed(SQLITE) as installation:
        installation.run("db", "upgrade")
        with installation.serving(WORKERS) as process:
            yield _answering(Server(installation.port, installation.token, process))


def _answering(server: Server) -> Server:
    """Wait until the port is open."""
    until_answered(lambda: socket.create_connection(("127.0.0.1", server.port), timeout=1).close(), server.process)
    return server
