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
        self._received = b""
        self._sent_at = 0.0

    def send(self, request: bytes) -> None:
        """Send a request; it is small enough to go out at once."""
        self._received = b""
        self._sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> float | None:
        """Take what has come; return the seconds since the request if the answer is whole. Raises `AnswerError`."""
        came = self.socket.recv(65536)
        self._received += came
        if not came:
            raise AnswerError("The server closed a connection.")
        head, gap, body = self._received.partition(b"\r\n\r\n")
        if not gap or len(body) < _length(head):
            return None
        if not head.startswith(b"HTTP/1.1 200 "):
            raise AnswerError(f"A request was answered with {head[9:12].decode('ascii', 'replace')} instead of 200.")
        return time.perf_counter() - self._sent_at


def _length(head: bytes) -> int:
    found = _LENGTH.search(head)
    if found is None:
        raise AnswerError("An answer does not say its length.")
    return int(found[1])


def ask(port: int, request: bytes) -> bytes:
    """Send one request on a connection of its own and return the answer's body."""
    connection = _Connection(port)
    connection.send(request)
    while connection.receive() is None:
        pass
    connection.socket.close()
    return connection._received.partition(b"\r\n\r\n")[2]


def measure(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Sample:
    """Send the requests again and again for some seconds, over several connections. Raises `AnswerError`."""
    several = [_Connection(port) for _ in range(connections)]
    latencies: list[float] = []
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for connection in several:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        for latency in _latencies(selector, several, cycle(requests), began + seconds):
            latencies.append(latency)
    took = time.perf_counter() - began
    for connection in several:
        connection.socket.close()
    return Sample(took, tuple(sorted(latencies)))


def _latencies(
    selector: selectors.BaseSelector, several: Sequence[_Connection], requests: Iterator[bytes], until: float
) -> Iterator[float]:
    """Keep all connections busy until the time has come, then wait for the last answers."""
    for connection in several:
        connection.send(next(requests))
    under_way = len(several)
    while under_way:
        ready = selector.select(PATIENCE)
        if not ready:
            raise AnswerError(f"The server gave no answer for {PATIENCE:.0f} seconds.")
        for key, _ in ready:
            latency = key.data.receive()
            if latency is None:
                continue
            yield latency
            if time.perf_counter() < until:
                key.data.send(next(requests))
            else:
                under_way -= 1
