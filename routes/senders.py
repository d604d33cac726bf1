"""Slow senders: whoever sends a request bit by bit keeps a thread, but never so many that callers find none.

A carrier, or a proxy that takes in a request before it hands it on, sends all at once and never waits here. Twelve
connections that sent half a request and then nothing kept everybody else from an answer, for as long as they liked.
No address is counted: behind a proxy all have the same.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from threading import Lock
from typing import Any

WHOLE = 4.0
"""Seconds in which a request must have come whole."""
CROWDED = 0.1
"""Seconds that one may pause where as many as may wait do so already."""


class Waiting:
    """Counts the threads of a worker that wait for the rest of a request, at most `most` of them for long."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._count = 0

    def until_readable(self, sender: socket.socket, deadline: float) -> bool:
        """Wait until there is something to read, and tell whether there is. `deadline` is of the monotonic clock."""
        with self._lock:
            self._count += 1
            crowded = self._count > self._most
        try:
            seconds = deadline - time.monotonic()
            with selectors.DefaultSelector() as selector:
                selector.register(sender, selectors.EVENT_READ)
                return seconds > 0 and bool(selector.select(min(seconds, CROWDED) if crowded else seconds))
        finally:
            with self._lock:
                self._count -= 1


class Sender:
    """A connection whose requests must come soon; in all else the socket that it is."""

    def __init__(self, connection: socket.socket, waiting: Waiting) -> None:
        self._connection = connection
        self._waiting = waiting
        self._deadline = 0.0
        self._closing = False

    def begin(self) -> None:
        """Let the time of a request run from now."""
        self._deadline = time.monotonic() + WHOLE

    def recv(self, size: int) -> bytes:
        """Return what has come; raises `ConnectionResetError` where nothing comes in time."""
        try:
            return self._connection.recv(size, socket.MSG_DONTWAIT)
        except BlockingIOError:
            if self._closing:
                return b""
            if not self._waiting.until_readable(self._connection, self._deadline):
                raise ConnectionResetError(errno.ECONNRESET, "the sender was too slow") from None
        return self._connection.recv(size)

    def settimeout(self, _seconds: float | None) -> None:
        """Keep our own time: the library's would have each read wait for what is not there yet."""

    def shutdown(self, how: int) -> None:
        """Say that no more will be sent, and then wait for nothing.

        The library lingers for two seconds on each connection that the other side leaves open, in the one thread that
        takes up new ones.
        """
        self._closing = True
        self._connection.shutdown(how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
