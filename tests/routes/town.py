"""A small application behind the loop of the web server, over real connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from routes.loop import Loop, Terms
from routes.reply import BLOCK
from routes.wire import Room

PATIENCE = 10
LONG = b"x" * 8_000_000
"""More than the sockets of both sides take in."""
TERMS = Terms(threads=2, at_once=("/voice",), room=Room(1000, "/admin", 5_000_000, 1))


@dataclass
class Town:
    """A small application, and what becomes of it."""

    port: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    """Opens for those who wait at paths that end so."""
    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stop: threading.Event = field(default_factory=threading.Event)

    def __call__(self, asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer as the path says; the threads' names are told."""
        path, body = asked["PATH_INFO"], asked["wsgi.input"]
        if path.endswith("/wait"):
            self.entered.release()
            assert self.gate.wait(PATIENCE)
        if path.endswith("/fault"):
            raise ValueError("a number")
        if path.endswith("/exit"):
            raise SystemExit("a number")
        start("200 OK", [("Thread", threading.current_thread().name)])
        whole = {"who": asked["REMOTE_ADDR"].encode(), "large": LONG[: BLOCK - 1]}.get(path.rpartition("/")[2])
        if whole:
            return [whole]
        if path.endswith("/endless"):
            return iter(lambda: b"" if self.stop.is_set() else LONG[:100_000], b"")
        if path.endswith("/long"):
            return self._in_parts(len(LONG))
        if path.endswith("/broken"):
            return self._in_parts(200_000, broken=True)
        return [body.read() if asked["REQUEST_METHOD"] == "POST" else path.encode()]

    def _in_parts(self, size: int, broken: bool = False) -> Iterator[bytes]:
        try:
            for at in range(0, size, 100_000):
                yield LONG[at : at + 100_000]
            if broken:
                raise ValueError("a number")
        finally:
            self.closed.release()

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def ask(self, content: bytes) -> bytes:
        """Send bytes on a connection of their own, and return all that comes until it ends."""
        with self.connect() as connection:
            connection.sendall(content)
            return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """Return all that comes until the connection ends."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def get(path: str, *more: str) -> bytes:
    """Return a request for a path."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: h", *more, "", ""]).encode()


LAST = "Connection: close"


@contextmanager
def served(terms: Terms = TERMS, listener: socket.socket | None = None, grace: float = 1.0) -> Iterator[Town]:
    """Serve the town by a loop in a thread of its own, and stop it, with so many seconds for what is under way."""
    town = Town()
    with listener or socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        listener.setblocking(False)
        town.port = listener.getsockname()[1]
        loop = Loop(town, [listener], terms, None)
        thread = threading.Thread(target=loop.run, args=(lambda: not town.stop.is_set(), grace), name="loop")
        thread.start()
        try:
            yield town
        finally:
            town.gate.set()
            town.stop.set()
            thread.join(PATIENCE)
            assert not thread.is_alive()
