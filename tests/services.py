"""Real services that tests stop, kill and start again."""

from __future__ import annotations

import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from ivr.adapters.embedded import RedisServer, start_redis


class RestartableRedis:
    """A Redis-compatible server that keeps its data and its address while it is away."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fanal-test-"))
        self._address = self._folder / "redis.sock"
        self.url = f"unix://{self._address}"
        self.server: RedisServer | None = None

    def start(self) -> None:
        """Start the server on the data that it left."""
        self.server = start_redis(self._folder / "data")
        self._point_at(self.server.socket_folder / "redis.sock")

    def stop(self) -> None:
        """End the server in order; its address refuses until it is started again."""
        if self.server is not None:
            self.server.stop()
            self.server = None

    def kill(self) -> None:
        """End the server without warning."""
        if self.server is not None:
            self.server.process.kill()
        self.stop()

    def lose_everything(self) -> None:
        """End the server without warning, and start another one that knows nothing, at the same address."""
        self.kill()
        shutil.rmtree(self._folder / "data")
        self.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the server live and do nothing: whoever asks it waits."""
        assert self.server is not None
        process = self.server.process
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave the server no memory: it refuses whatever would need some."""
        with redis.Redis.from_url(self.url) as client:
            client.config_set("maxmemory", 1)
        try:
            yield
        finally:
            with redis.Redis.from_url(self.url) as client:
                client.config_set("maxmemory", 0)

    @contextmanager
    def reached_through(self, address: Path) -> Iterator[None]:
        """Let everybody who connects come to another address first, and whoever is connected connect anew."""
        assert self.server is not None
        own = self.server.socket_folder / "redis.sock"
        self._point_at(address)
        self._send_all_away(own)
        try:
            yield
        finally:
            self._point_at(own)

    def remove(self) -> None:
        """End the server and remove its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _point_at(self, address: Path) -> None:
        link = self._folder / "next.sock"
        link.symlink_to(address)
        link.replace(self._address)

    @staticmethod
    def _send_all_away(own: Path) -> None:
        with redis.Redis.from_url(f"unix://{own}") as client:
            for kind in ("normal", "pubsub"):
                client.client_kill_filter(_type=kind, skipme=True)


@contextmanager
def empty_database(server: str, template: str = "template0") -> Iterator[str]:
    """Make a database in the PostgreSQL at an address, give its own address, and drop it at the end.

    It is empty, or the copy of another one that nobody is connected to.
    """
    import psycopg  # where there is no PostgreSQL there need not be its driver

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())  # template1 may be in use
    yield server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
