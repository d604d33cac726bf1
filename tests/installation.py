"""A whole installation as a newcomer starts it: `fanal run` as a program, with everything that it starts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from ivr.simulator.client import ExchangeClient

START_SECONDS = 120
STOP_SECONDS = 60


@dataclass
class Installation:
    """A running `fanal run` in a folder."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    exchange: ExchangeClient
    token: str

    @property
    def log(self) -> str:
        """Everything that its programs have printed."""
        return (self.folder / "output.log").read_text(encoding="utf-8", errors="replace")

    def programs(self) -> list[psutil.Process]:
        """Return every process that belongs to it, itself first."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def part(self, words: str) -> psutil.Process:
        """Return the oldest process whose command line holds these words."""
        return next(each for each in self.programs()[1:] if words in " ".join(command_of(each)))

    def stop(self) -> int:
        """Press Ctrl-C and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS)


def is_alive(program: psutil.Process) -> bool:
    """Tell whether a process has not ended, which it may do while it is asked."""
    with suppress(psutil.NoSuchProcess):
        return bool(program.is_running() and program.status() != psutil.STATUS_ZOMBIE)
    return False


def command_of(program: psutil.Process) -> list[str]:
    """Return the words of a process's command line, none of one that has ended."""
    with suppress(psutil.NoSuchProcess):
        return list(program.cmdline())
    return []


@contextmanager
def installed(folder: Path, **environ: str) -> Iterator[Installation]:
    """Start `fanal run` in a folder and wait until it can be called; stop it at the end."""
    port = int(environ.get("PORT") or free_port())
    settings = {**os.environ, "PORT": str(port), "PYTHONPATH": str(Path(__file__).parents[1]), **environ}
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "routes.cli", "run"], cwd=folder, env=settings, stdout=output, stderr=output
        )
    try:
        _wait_for(lambda: "Ctrl-C stops everything" in (folder / "output.log").read_text("utf-8"), process)
        exchange, token = _exchange(folder, environ)
        yield Installation(folder, port, process, ExchangeClient(exchange, token), token)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def _exchange(folder: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return where the carrier is and what opens it: the installation's own, unless the test has named another."""
    if "FANAL_EXCHANGE_TOKEN" in environ:
        return environ["TWILIO_API_URL"], environ["FANAL_EXCHANGE_TOKEN"]
    noted = json.loads((folder / "var" / "run.json").read_text(encoding="utf-8"))
    return noted["exchange"], noted["token"]


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float = START_SECONDS) -> bool:
    """Ask a condition again and again until it holds; False if it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    assert wait_until(lambda: process.poll() is not None or condition()), "the installation did not start"
    assert process.poll() is None, "the installation ended at once"
