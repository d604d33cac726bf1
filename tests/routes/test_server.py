"""The production server as a program: its processes share the work, are replaced when they die, and stop in order."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import requests
from gunicorn.arbiter import Arbiter

from routes import BODY_LIMIT, server
from routes.admin import MOUNT
from routes.admin.bodies import LONGEST_UPLOAD
from routes.loop import MOST
from routes.server import BODY, OTHER_FILES, PAGES, UPLOAD, Log, Master, Server, Worker, most_connections
from tests.installation import free_port, is_alive, wait_until
from tests.serving import WORKERS


@dataclass(frozen=True)
class Site:
    """The running program."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def ask(self, path: str) -> requests.Response:
        """Ask for a path on a connection of its own."""
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=20)

    def workers(self) -> set[int]:
        """Return the ids of the processes that serve."""
        return {each.pid for each in psutil.Process(self.process.pid).children()}

    def answers(self) -> bool:
        """Tell whether it serves."""
        try:
            return self.ask("/").ok
        except requests.ConnectionError:
            return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The program, with nothing under way."""
    with (tmp_path / "output.log").open("wb") as output, serving(tmp_path, output.fileno()) as site:
        yield site


@contextmanager
def serving(tmp_path: Path, output: int) -> Iterator[Site]:
    """Run the program, and let it write to an open file."""
    port = free_port()
    command = [sys.executable, "-m", "tests.serving", str(port), str(tmp_path)]
    site = Site(port, tmp_path, subprocess.Popen(command, stdout=output, stderr=output))
    try:
        assert wait_until(site.answers)
        assert wait_until(lambda: len(site.workers()) == WORKERS)
        yield site
    finally:
        (tmp_path / "gate").touch()
        site.process.terminate()
        site.process.wait(30)


@pytest.mark.parametrize("pause", [0.0, 0.02], ids=["together", "one by one"])
def test_processes_share_the_connections(site: Site, pause: float) -> None:
    """Of connections that come together, or one by one, no process takes nearly all; more come where the machine has
    kept one process from running just then, and all of them are counted.
    """
    counts: Counter[bytes] = Counter()

    def shared() -> bool:
        with ExitStack() as held:
            for _ in range(20):
                connection = held.enter_context(socket.create_connection(("127.0.0.1", site.port), 10))
                time.sleep(pause)
                connection.sendall(b"GET /voice HTTP/1.1\r\nHost: h\r\n\r\n")
                counts[connection.recv(1000).rpartition(b"\n")[2]] += 1
        return {str(pid).encode() for pid in site.workers()} == set(counts) and min(
            counts.values()
        ) > counts.total() / 10

    assert wait_until(shared)


def test_process_that_dies_is_replaced(site: Site) -> None:
    """Whichever process is killed, another takes its place, and calls are answered meanwhile."""
    before = site.workers()
    os.kill(min(before), signal.SIGKILL)

    assert site.ask("/voice").ok
    assert wait_until(lambda: len(site.workers() - {min(before)}) == WORKERS)
    assert site.ask("/voice").ok


def test_process_that_cannot_be_made(site: Site) -> None:
    """Where the system gives no process to replace one that died the others go on, and it is tried again."""
    before, log = site.workers(), site.folder / "output.log"
    (site.folder / "alone").touch()
    os.kill(min(before), signal.SIGKILL)

    assert wait_until(lambda: "process_not_made" in log.read_text(encoding="utf-8"))
    assert site.ask("/voice").ok
    (site.folder / "alone").unlink()
    assert wait_until(lambda: len(site.workers() - {min(before)}) == WORKERS)


@pytest.mark.parametrize("count", [1, WORKERS], ids=["one", "all"])
def test_process_that_cannot_begin(site: Site, count: int) -> None:
    """Where what replaces a process that died, or all of them, cannot begin, the server goes on and tries again."""
    before, log = site.workers(), site.folder / "output.log"
    (site.folder / "broken").touch()
    for victim in sorted(before)[:count]:
        os.kill(victim, signal.SIGKILL)

    assert wait_until(lambda: "process_not_made" in log.read_text(encoding="utf-8"))
    if count < WORKERS:
        assert site.ask("/voice").ok
    (site.folder / "broken").unlink()
    assert wait_until(lambda: site.answers() and len(site.workers()) == WORKERS)
    assert site.process.poll() is None


def test_processes_that_cannot_begin_at_the_start(tmp_path: Path) -> None:
    """Where no process of a start can begin the program says so and ends."""
    (tmp_path / "broken").touch()
    command = [sys.executable, "-m", "tests.serving", str(free_port()), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, timeout=60, check=False)

    assert 3 == ended.returncode
    assert b"Worker failed to boot" in ended.stderr


def test_pauses_of_the_master(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """It tries again after ever longer pauses, anew after a while; where none is left it ends after the longest."""
    clock, tried = SimpleNamespace(now=0.0), []

    def no_process(_master: Arbiter) -> None:
        tried.append(clock.now)
        raise BlockingIOError

    master = Master(Server(lambda _asked, _start: [], {"workers": 2, "worker_class": Worker, "logger_class": Log}))
    master.pid, master.worker_age, master.WORKERS = os.getpid(), 3, {1: "another"}
    monkeypatch.setattr(Arbiter, "spawn_worker", no_process)
    monkeypatch.setattr(Arbiter, "manage_workers", lambda master: master.spawn_worker())
    monkeypatch.setattr(server, "time", SimpleNamespace(monotonic=lambda: clock.now))
    for clock.now in (0.0, 0.9, 1.0, 3.9, 4.0, 10.9, 11.0, 17.9, 18.0, 40.0, 40.9, 41.0):
        master.manage_workers()

    assert [0.0, 1.0, 4.0, 11.0, 18.0, 40.0, 41.0] == tried
    assert ["process_not_made"] * 7 == [record.message for record in caplog.records]
    master.WORKERS = {}
    clock.now = 44.0
    master.manage_workers()
    clock.now = 51.0
    with pytest.raises(BlockingIOError):
        master.manage_workers()


def full_pipe() -> tuple[int, int]:
    """Return both ends of a pipe that takes no more until it is read."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b" " * 4096)
    os.set_blocking(writing, True)
    return reading, writing


def test_log_that_nobody_reads(tmp_path: Path) -> None:
    """Where whoever reads the log stands still, calls are answered, processes replaced, and no line is lost."""
    reading, writing = full_pipe()
    with os.fdopen(reading, encoding="utf-8") as log, ThreadPoolExecutor(1) as others:
        with serving(tmp_path, writing) as site:
            os.close(writing)
            victim = min(site.workers())
            os.kill(victim, signal.SIGKILL)
            assert wait_until(lambda: len(site.workers() - {victim}) == WORKERS)
            assert [True] * 6 == [site.ask("/voice/log").ok for _ in range(6)]
            read = others.submit(lambda: [log.readline() for _ in range(7)])
            lines = [json.loads(line) for line in read.result(60)]
        assert "" == log.read()

    assert ["error"] * 7 == [line["level"] for line in lines]
    assert 6 == [line.get("event") for line in lines].count("told")


def test_orderly_stop(site: Site) -> None:
    """What is under way is answered, connections that rest are closed, and then it ends with status 0."""
    with (
        ThreadPoolExecutor(1) as others,
        socket.create_connection(("127.0.0.1", site.port), 20) as idle,
    ):
        asked = others.submit(site.ask, "/wait")
        assert wait_until((site.folder / "entered").exists)
        site.process.terminate()
        assert b"" == idle.recv(10)
        (site.folder / "gate").touch()

        assert ("close", True) == (asked.result().headers["Connection"], asked.result().ok)
    assert 0 == site.process.wait(20)
    assert b"" == (site.folder / "output.log").read_bytes()


def test_new_processes_without_a_gap(site: Site) -> None:
    """SIGHUP makes new processes, and no request finds none."""
    before = site.workers()
    site.process.send_signal(signal.SIGHUP)
    answered = [site.ask("/voice").ok for _ in range(30)]

    assert [True] * 30 == answered
    assert wait_until(lambda: len(site.workers() - before) == WORKERS and not site.workers() & before)
    assert site.ask("/voice").ok


def test_orphans_end(site: Site) -> None:
    """Where the program itself is killed its processes do not go on alone."""
    workers = [psutil.Process(pid) for pid in site.workers()]
    site.process.kill()

    assert wait_until(lambda: not any(map(is_alive, workers)))


@pytest.mark.parametrize(
    ("soft", "hard", "most", "raised"),
    [
        (20_000, 20_000, MOST, None),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, MOST, None),
        (MOST + OTHER_FILES, 2000, MOST, None),
        (MOST + OTHER_FILES - 1, 2000, MOST, MOST + OTHER_FILES),
        (256, resource.RLIM_INFINITY, MOST, MOST + OTHER_FILES),
        (256, 1024, 1024 - OTHER_FILES, 1024),
        (100, 100, OTHER_FILES // 4, None),
    ],
)
def test_open_files(soft: int, hard: int, most: int, raised: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process asks for as many files as it needs, and holds fewer connections where it does not get them."""
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))

    assert (most, [(raised, hard)] if raised else []) == (most_connections(), asked)


def test_limits_of_the_applications() -> None:
    """The server takes in no less than the applications would, and no more than the longest of them."""
    assert (BODY_LIMIT, MOUNT, LONGEST_UPLOAD) == (BODY, PAGES, UPLOAD)
