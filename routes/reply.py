"""What the application answers, as bytes for a connection (PEP 3333, RFC 9112): no socket, no clock.

An answer is made whole where it is short, so that it leaves in one piece; of a long one each block is asked for when
the one before it has gone, so that whoever reads slowly holds one block.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from routes.wire import Environ

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BLOCK = 64 * 1024
"""Bytes after which the rest of an answer waits until they have gone."""
_OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "proxy-authenticate", "te", "trailers", "upgrade"})
"""Fields that are ours to say (RFC 9110 7.6.1)."""
_BODILESS = ("1", "204", "304")
"""Beginnings of the status of an answer that has no body, whatever the application gives."""
Headers = list[tuple[str, str]]


class BrokenReplyError(Exception):
    """The application gave what cannot be sent; the words name no content."""


class Reply:
    """One answer. `data` is to be sent next; `go_on` gives what follows."""

    # fmt: off
    __slots__ = (
        "_chunked", "_headers", "_is_head", "_is_old", "_left", "_parts", "_source", "_status",
        "data", "is_over", "last",
    )
    # fmt: on

    def __init__(self) -> None:
        self.last = True
        """Whether the connection ends after it."""
        self.is_over = False
        """Whether `data` is the end of it."""
        self.data = b""
        self._status = ""
        self._headers: Headers = []
        self._chunked = False
        self._left: int | None = None
        self._source: Any = None

    def start(self, status: str, headers: Headers, fault: Any = None) -> Callable[[bytes], object]:
        """Take status and headers (`start_response`). Of the outdated way to write a body nothing is known here."""
        if self._status and fault is None:
            raise BrokenReplyError("an answer was begun twice")
        self._status, self._headers = status, headers
        return _no_writing

    def ask(self, app: WSGIApplication, asked: Environ) -> None:
        """Have the application answer, and take the first block; raises whatever it raises."""
        self._is_head = asked["REQUEST_METHOD"] == "HEAD"
        self._is_old = asked["SERVER_PROTOCOL"] == "HTTP/1.0"
        self._source = app(asked, self.start)
        self._parts = iter(self._source)
        self.data = self._block()

    def begin(self, date: str, last: bool) -> None:
        """Put the head before the first block. `last` is whether the connection ends after the answer."""
        self.last = last
        without = self._is_head or self._status.startswith(_BODILESS)
        head = self._head(date, without)
        if without:
            self.close()
        self.data = head if without else head + self._framed(self.data)

    def go_on(self) -> None:
        """Make the next block; raises whatever the application raises."""
        self.data = self._framed(self._block())

    def close(self) -> None:
        """Let the application end; needed where the answer is left before its end, harmless elsewhere."""
        self.is_over = True
        source, self._source = self._source, None
        if hasattr(source, "close"):
            source.close()

    def _block(self) -> bytes:
        size, parts = 0, []
        for part in self._parts:
            parts.append(part)
            size += len(part)
            if size >= BLOCK:
                break
        else:
            self.close()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _head(self, date: str, without: bool) -> bytes:
        """Return the head. `without` is for an answer that has no body."""
        if not self._status:
            raise BrokenReplyError("an answer has no status")
        lines = [f"HTTP/1.1 {self._status}"]
        for name, value in self._headers:
            key = name.lower()
            if key == "content-length":
                self._left = int(value)
            if key not in _OF_THE_CONNECTION:
                lines.append(f"{name}: {value}")
        if self._left is None and not without:
            lines += self._length()
        lines.append(f"Date: {date}")
        if self.last or self._is_old:
            lines.append("Connection: close" if self.last else "Connection: keep-alive")
        head = "\r\n".join([*lines, "", ""])
        if head.count("\n") != len(lines) + 1 or head.count("\r") != len(lines) + 1:
            raise BrokenReplyError("an answer has a break in its head")
        return head.encode("latin-1")

    def _length(self) -> list[str]:
        """Say how long the body is, or how its end is to be known."""
        if self.is_over:
            self._left = len(self.data)
            return [f"Content-Length: {self._left}"]
        if self._is_old:
            self.last = True
            return []
        self._chunked = True
        return ["Transfer-Encoding: chunked"]

    def _framed(self, block: bytes) -> bytes:
        """Put a block into the form that the head has promised; an answer of another length ends the connection."""
        if self._chunked:
            piece = b"%x\r\n%b\r\n" % (len(block), block) if block else b""
            return piece + b"0\r\n\r\n" if self.is_over else piece
        if self._left is not None:
            block = block if len(block) <= self._left else block[: self._left]
            self._left -= len(block)
            if self.is_over and self._left:
                self.last = True
        return block


def bare(status: HTTPStatus) -> Reply:
    """Return an answer of the server itself, which ends the connection and says nothing but its status."""
    body = f"{status.phrase}\n".encode()
    reply = Reply()
    reply.is_over = True
    reply.data = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + body
    return reply


def _no_writing(_data: bytes) -> None:
    raise BrokenReplyError("an answer was written, and not returned")
