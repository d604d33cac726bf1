"""Real services that tests stop, kill and start again."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

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
        self._address.unlink(missing_ok=True)
        self._address.symlink_to(self.server.socket_folder / "redis.sock")

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

    def remove(self) -> None:
        """End the server and remove its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
