"""The parts under load, each a process of its own as in an installation, and what each costs in processor time."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.installation import (
    Installation,
    InstallationError,
    cpu_seconds,
    family,
    installed,
    program,
    python,
    until_answered,
)
from ivr.adapters.embedded import bound

WORKERS = 2
GENERATOR, WEB, WORKER, STAND_IN = ("generator", "web", "worker", "provider's stand-in")


@dataclass(frozen=True, slots=True)
class Parts:
    """A running installation, and the stand-in of its provider."""

    installation: Installation
    processes: Mapping[str, int]
    """The process of each part; those that it has started belong to it."""
    provider_port: int

    def told(self, *, whole: bool = False) -> Any:
        """Return what the provider's stand-in was asked; `whole` with the texts of each number."""
        address = f"http://127.0.0.1:{self.provider_port}/told{'?whole' if whole else ''}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)

    def cpu_seconds(self) -> dict[str, float]:
        """Return the processor time that each part has used so far; empty where the system does not tell."""
        used = {GENERATOR: time.process_time()}
        try:
            for name, process in self.processes.items():
                for proc in family(process):
                    with suppress(OSError):  # it has just ended
                        part = _part(name, proc)
                        used[part] = used.get(part, 0.0) + cpu_seconds(proc)
        except OSError:
            return {}
        return used


def _part(name: str, proc: Path) -> str:
    """Tell the worker's processes apart by what they were told to do."""
    words = (proc / "cmdline").read_text().rstrip("\0").split("\0")
    return f"worker: {words[-1]}" if words[-2:-1] == ["worker"] else name


@contextmanager
def running(database: str) -> Iterator[Parts]:
    """Run everything, with its files in a folder that is removed at the end. Raises `InstallationError`."""
    with ExitStack() as started:
        installation = started.enter_context(installed(database))
        provider = started.enter_context(
            program(bound(*python("bench.year.provider")), installation.environ, speaks=True)
        )
        provider_port = _told_port(provider, installation)
        environ = {**installation.environ, "TWILIO_API_URL": f"http://127.0.0.1:{provider_port}"}
        installation = replace(installation, environ=environ)
        installation.run("db", "upgrade")
        serve = ("serve", "--port", str(installation.port), "--workers", str(WORKERS))
        web = started.enter_context(program(bound(*python("routes.cli", *serve)), environ))
        worker = started.enter_context(program(bound(*python("worker")), environ))
        for each in (web, worker, provider):
            started.callback(each.terminate)  # all at once, before each is waited for
        ready = f"{installation.url}/health/ready"
        until_answered(lambda: urllib.request.urlopen(ready, timeout=2).close(), web)  # noqa: S310 - our own on loopback
        mine = {WEB: web.pid, WORKER: worker.pid, STAND_IN: provider.pid}
        yield Parts(installation, {**installation.servers, **mine}, provider_port)


def _told_port(process: subprocess.Popen[bytes], installation: Installation) -> int:
    """Tell the stand-in of the provider whom it serves, and return where it listens."""
    settings = {"account": installation.account, "token": installation.token, "public_url": installation.url}
    if process.stdin is None or process.stdout is None:
        raise InstallationError("The provider's stand-in has no pipes.")
    process.stdin.write(json.dumps(settings).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise InstallationError("The provider's stand-in did not start.")
    return int(line)
