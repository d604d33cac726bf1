"""One connection of the web server: reads, has its requests answered in order, and sends as fast as they are taken."""

from __future__ import annotations

import socket
from enum import Enum, auto
from http import HTTPStatus
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING

from routes.reply import Reply, bare
from routes.wire import READ, Environ, Request, Wire

if TYPE_CHECKING:
    from routes.loop import Loop

KEEP_ALIVE = 20.0
"""Seconds that a connection may rest between two requests, as the carrier's do between two steps of a call."""
WHOLE = 10.0
"""Seconds in which a request must have come whole."""
TAKEN = 30.0
"""Seconds in which an answer, or a block of a long one, must have been taken."""
LINGER = 2.0
"""Seconds in which the last answer may be taken; if the socket were closed at once, the system might throw it away."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NEVER = float("inf")


class Doing(Enum):
    """What a connection is about."""

    READING = auto()
    """It waits for a request, or for the rest of one."""
    WORKING = auto()
    """A thread makes its answer."""
    SENDING = auto()
    """It waits until there is room for more of an answer."""
    ENDING = auto()
    """All is said; what still comes is thrown away."""
    NOTHING = auto()
    """It has ended."""


class Connection:
    """A connection and what is under way on it; all of it runs in the loop's own thread."""

    __slots__ = (
        "_is_late",
        "_is_quick",
        "_loop",
        "_out",
        "_reply",
        "_request",
        "_wire",
        "deadline",
        "doing",
        "since",
        "socket",
        "watched",
    )

    def __init__(self, accepted: socket.socket, base: Environ, loop: Loop) -> None:
        self.socket = accepted
        self.doing = Doing.READING
        self.watched = EVENT_READ
        """What the loop watches for; 0 where it does not."""
        self.since = loop.now
        """The second at which it began to wait for the other side."""
        self.deadline = loop.now + KEEP_ALIVE
        """The second, of the monotonic clock, at which it is given up."""
        self._loop = loop
        self._wire = Wire(base, loop.room)
        self._is_late = False
        self._is_quick = True
        self._out = memoryview(b"")
        self._reply: Reply | None = None
        self._request: Request | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it rests between two requests."""
        return self.doing is Doing.READING and not self._wire.has_begun

    def ready(self) -> None:
        """Do what can be done, now that there is something to read, or room to write."""
        if self.doing is Doing.READING:
            self._read()
        elif self.doing is Doing.SENDING:
            self._send()
        elif self.doing is Doing.WORKING:
            self._loop.watch(self, 0)  # more has come, or the other side has gone: both wait for the answer
        elif self.doing is Doing.ENDING and not self._received():
            self.close()

    def answer_next(self) -> None:
        """Have the next whole request answered, one alone, so that others have their turn; else wait for more."""
        wire = self._wire
        if self.doing is not Doing.READING:
            return
        if wire.requests:
            self._is_late, self._is_quick = False, True
            request = self._request = wire.requests.popleft()
            self._loop.waiting.pop(self, None)
            self._loop.answer(self, request)
        elif wire.refusal:
            self.give(bare(wire.refusal))
        elif wire.has_begun:
            self._wait_for_the_rest()

    def work(self) -> None:
        """Wait for a thread."""
        self.doing, self._is_quick = Doing.WORKING, False
        self.deadline = _NEVER

    def give(self, reply: Reply) -> None:
        """Send an answer, or the next block of one."""
        self._reply = reply
        self.doing = Doing.READING  # unless it does not go at once
        if reply.data:
            self._out = memoryview(reply.data)
            self._send()
        else:
            self._sent(reply)

    def give_up(self) -> None:
        """End it, its time being over; but not where it rests and a request has come since anybody looked."""
        deadline = self.deadline
        if self.is_idle:
            self._read()
            if not self.is_idle or self.deadline != deadline:
                return
        self.close()

    def close(self) -> None:
        """End it, whatever is under way."""
        if self.doing is Doing.NOTHING:
            return
        at_work, self.doing = self.doing is Doing.WORKING, Doing.NOTHING
        self._loop.forget(self)
        self.socket.close()
        if self._request is not None:
            self._wire.release(self._request)
            self._request = None
        self._wire.close()
        if self._reply is not None and not self._reply.is_over and not at_work:
            self._loop.crew.do(self._reply.close)

    def _read(self) -> None:
        if self._wire.requests:
            self.answer_next()
            return
        try:
            data = self.socket.recv(READ)
        except BlockingIOError:
            return
        if data:
            self._wire.feed(data)
            self.answer_next()
        elif self._wire.has_begun:
            self.give(bare(HTTPStatus.BAD_REQUEST))  # the other side says no more, but may still listen (RFC 9112 8)
        else:
            self.close()

    def _received(self) -> bool:
        """Throw away what has come, and tell whether the other side is still there."""
        try:
            return bool(self.socket.recv(READ))
        except BlockingIOError:
            return True

    def _wait_for_the_rest(self) -> None:
        """Let the time of a request run from its first byte; ask for the body where the sender wants to be asked."""
        if not self._is_late:
            self._is_late = True
            self.deadline = self._loop.now + WHOLE
        if self._wire.continues:
            self._wire.continues = False
            self.socket.send(_CONTINUE)  # these few bytes find room, or else nobody waits for them

    def _send(self) -> None:
        try:
            sent = self.socket.send(self._out)
        except BlockingIOError:
            sent = 0
        if sent < len(self._out):
            self._out = self._out[sent:]
            if self.doing is not Doing.SENDING:
                self.doing = Doing.SENDING
                self.deadline = self._loop.now + TAKEN
                self._loop.watch(self, EVENT_WRITE)
                if self._is_quick:  # the places of pages have a bound of their own
                    self._wait()
        elif self._reply is not None:
            self._sent(self._reply)

    def _sent(self, reply: Reply) -> None:
        """Go on once an answer, or a block of it, has gone."""
        if not reply.is_over:
            self.work()
            self._loop.go_on(self, reply)
            return
        if self._request is not None:
            self._wire.release(self._request)
        self._reply = self._request = None
        self._out = memoryview(b"")
        if self.watched != EVENT_READ:
            self._loop.watch(self, EVENT_READ)
        if reply.last:
            self._end()
            return
        self.doing = Doing.READING
        self._wait()
        self.deadline = self.since + KEEP_ALIVE
        if self._wire.requests or self._wire.refusal or self._wire.has_begun:
            self._loop.again(self)

    def _end(self) -> None:
        """Say that no more will be sent, and wait a little until the other side has taken all."""
        self.doing = Doing.ENDING
        self._wait()
        self.deadline = self.since + LINGER
        self.socket.shutdown(socket.SHUT_WR)

    def _wait(self) -> None:
        """Begin to wait for the other side, behind all others that do."""
        self.since = self._loop.now
        self._loop.waiting.pop(self, None)
        self._loop.waiting[self] = None
