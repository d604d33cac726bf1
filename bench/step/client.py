"""The client: some connections that are kept open, each sending its next request as soon as it has its answer.

It is written on bare sockets so that it costs the machine as little as possible beside the servers it measures.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

PATIENCE = 10.0
"""Seconds without any answer after which a server counts as dead."""
REQUESTS_OF_A_CONNECTION = 200
"""Then a new one takes its place, and goes to whichever process has time: those that are kept for a whole round may all
lie with one of them."""
MENU = b"<Gather "
"""What stands in the answer of every server measured: a caller to whom it cannot say more is forwarded, with 200."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class AnswerError(Exception):
    """A request was answered with something else than 200, or not at all."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round of one server gave."""

    seconds: float
    latencies: tuple[float, ...]
    """Seconds from each request to the end of its answer, sorted."""

    @property
    def requests(self) -> int:
        """How many were answered."""
        return len(self.latencies)


class _Connection:
    """One connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0
        """How many requests it has had."""
        self.received = b""
        self._sent_at = 0.0

    def send(self, request: bytes) -> None:
        """Send a request; it is small enough to go out at once."""
        self.received = b""
        self.sent += 1
        self._sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> float | None:
        """Take what has come; return the seconds since the request if the answer is whole. Raises `AnswerError`."""
        came = self.socket.recv(65536)
        self.received += came
        if not came:
            raise AnswerError("The server closed a connection.")
        head, gap, body = self.received.partition(b"\r\n\r\n")
        if not gap or len(body) < _length(head):
            return None
        if not head.startswith(b"HTTP/1.1 200 "):
            raise AnswerError(f"A request was answered with {head[9:12].decode('ascii', 'replace')} instead of 200.")
        return time.perf_counter() - self._sent_at

    def receive_menu(self) -> float | None:
        """Receive, and raise `AnswerError` where the whole answer is no menu."""
        latency = self.receive()
        if latency is not None and MENU not in self.received:
            raise AnswerError("A request was answered with something else than a menu.")
        return latency


def _length(head: bytes) -> int:
    found = _LENGTH.search(head)
    if found is None:
        raise AnswerError("An answer does not say its length.")
    return int(found[1])


def ask(port: int, request: bytes) -> bytes:
    """Send one request on a connection of its own and return the answer's body."""
    connection = _Connection(port)
    with connection.socket:
        connection.send(request)
        while connection.receive() is None:
            pass
    return connection.received.partition(b"\r\n\r\n")[2]


def measure(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Sample:
    """Send the requests, which menus answer, again and again for some seconds, over several connections.

    Raises `AnswerError`.
    """
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        try:
            latencies = sorted(_latencies(selector, port, cycle(requests), connections, began + seconds))
        finally:
            for key in selector.get_map().values():
                key.data.socket.close()
    return Sample(time.perf_counter() - began, tuple(latencies))


def _latencies(
    selector: selectors.BaseSelector, port: int, requests: Iterator[bytes], connections: int, until: float
) -> Iterator[float]:
    """Keep all connections busy until the time has come, then wait for the last answers."""
    for _ in range(connections):
        _open(selector, port).send(next(requests))
    while selector.get_map():
        ready = selector.select(PATIENCE)
        if not ready:
            raise AnswerError(f"The server gave no answer for {PATIENCE:.0f} seconds.")
        for key, _ in ready:
            connection: _Connection = key.data
            latency = connection.receive_menu()
            if latency is None:
                continue
            yield latency
            is_over = time.perf_counter() >= until
            if is_over or connection.sent == REQUESTS_OF_A_CONNECTION:
                selector.unregister(connection.socket)
                connection.socket.close()
                connection = connection if is_over else _open(selector, port)
            if not is_over:
                connection.send(next(requests))


def _open(selector: selectors.BaseSelector, port: int) -> _Connection:
    connection = _Connection(port)
    selector.register(connection.socket, selectors.EVENT_READ, connection)
    return connection
