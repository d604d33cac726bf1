"""The connections: bare sockets that are kept open, a bounded number of them, each with one request at a time.

The bound is a thousand: at the provider, too, requests wait where a server takes no more at once.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

MOST = 1000
SPREAD = 32
"""So many are used in turn however few would do: the provider, too, calls from many places."""
IDLE_SECONDS = 5.0
"""One that has rested for longer is not used again: the server may just be closing it."""
REQUESTS = 200
"""Then a new one takes its place, and goes to whichever process has time."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
Task = TypeVar("Task")


class Connection(Generic[Task]):
    """One connection, and what its request is for."""

    __slots__ = ("last", "received", "requests", "socket", "task")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received, self.requests, self.last = b"", 0, 0.0
        self.task: Task | None = None

    def take(self) -> bool:
        """Take what has come; True when the answer is whole. Raises `ConnectionError` where the server has gone."""
        came = self.socket.recv(1 << 16)
        if not came:
            raise ConnectionError("the server closed the connection")
        self.received += came
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        length = _LENGTH.search(self.received, 0, end + 2)
        return len(self.received) >= end + 4 + (int(length[1]) if length else 0)

    @property
    def answer(self) -> tuple[int, bytes]:
        """The status and the document of the whole answer."""
        head, _, document = self.received.partition(b"\r\n\r\n")
        return int(head[9:12]), document

    @property
    def closes(self) -> bool:
        """True where the server will take no further request here."""
        return _CLOSES.search(self.received, 0, self.received.find(b"\r\n\r\n") + 2) is not None


class Connections(Generic[Task]):
    """Those to one server."""

    def __init__(self, port: int, most: int = MOST) -> None:
        self._port, self._most = port, most
        self._selector = selectors.DefaultSelector()
        self._free: deque[Connection[Task]] = deque()
        self._open = 0

    @property
    def under_way(self) -> int:
        """How many wait for an answer."""
        return self._open - len(self._free)

    def free(self, now: float) -> Connection[Task] | None:
        """Return one that can take a request; None where all are busy."""
        while self._free and self._open >= min(SPREAD, self._most):
            connection = self._free.popleft()
            if now - connection.last < IDLE_SECONDS and connection.requests < REQUESTS:
                return connection
            self.close(connection)
        if self._open >= self._most:
            return None
        connection = Connection(self._port)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._open += 1
        return connection

    def send(self, connection: Connection[Task], request: bytes, task: Task, now: float) -> None:
        """Send a request; it is small enough to go out at once."""
        connection.task, connection.received, connection.last = task, b"", now
        connection.requests += 1
        connection.socket.sendall(request)

    def ready(self, seconds: float) -> Iterator[Connection[Task]]:
        """Yield those on which something has come, after waiting for it a while."""
        for key, _ in self._selector.select(seconds):
            yield key.data

    def release(self, connection: Connection[Task], now: float) -> None:
        """Let a connection be used for another request."""
        if connection.closes:
            self.close(connection)
            return
        connection.task, connection.last = None, now
        self._free.append(connection)

    def close(self, connection: Connection[Task]) -> None:
        """Forget a connection."""
        self._selector.unregister(connection.socket)
        connection.socket.close()
        self._open -= 1

    def drop(self, connection: Connection[Task]) -> None:
        """Forget one on which the server has ended; it may be resting."""
        if connection.task is None:
            self._free.remove(connection)
        self.close(connection)

    def end(self) -> None:
        """Close all."""
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()


def seconds_now() -> float:
    """Return the clock by which latencies are measured."""
    return time.perf_counter()
