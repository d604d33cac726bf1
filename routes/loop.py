"""The web server of one process: one thread reads and answers what waits for nothing, the others do what may wait.

So no caller waits for a page, a text or a disk, and whoever sends or takes slowly holds no thread. The steps of a call
are answered where they are read: to hand them to another thread and back would cost more than it gains.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from typing import TYPE_CHECKING

from routes.connection import Connection
from routes.crew import Crew
from routes.reply import Reply, bare
from routes.shares import Shares
from routes.wire import Environ, Request, Room, base_environ

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)
MOST = 1000
"""Connections that one process holds."""
AT_ONCE = 4
"""Connections that are taken up in one turn, so that several processes share those that come together."""
SHARE = 4
"""Of those that it holds, a process may take up one to so many in one turn: else who comes in a rush waits longest."""
PATIENT = 2.0
"""Seconds that a connection has waited for the other side before it may lose its place: in a rush it waits for us."""
BEAT = 1.0
"""Seconds between two looks at what is due; a deadline may be missed by as much."""
COURTESY = 0.0005
"""Seconds that a process leaves another that holds fewer connections to take up the next one."""
OTHERS = 2
"""Of its places one in so many may be held by whoever waits for a page or takes one; the others are for calls."""
PARTING = 1.0
"""Seconds that a stopping process still reads from connections that rest: a request may be on its way."""
_MAPPED = "::ffff:"
"""What a socket for both families puts before an address of IPv4 (RFC 4291 2.5.5.2)."""
_FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


@dataclass(frozen=True, slots=True)
class Terms:
    """How one process serves."""

    threads: int
    """How many requests may wait for something at once; as many again below the path where bodies may be long."""
    at_once: tuple[str, ...] = ()
    """Beginnings of the paths that wait for nothing."""
    room: Room = field(default_factory=lambda: Room(64 * 1024, "", 64 * 1024, 0))
    number: int = 0
    """Which of the processes this is."""
    shares: Shares | None = None
    """What the others hold; None where there are none."""
    most: int = MOST


class Loop:
    """The connections of one process, until it is told to stop. `now` is the monotonic clock's, of this turn."""

    def __init__(self, app: WSGIApplication, listeners: Sequence[socket.socket], terms: Terms, errors: object) -> None:
        self.room = terms.room
        self.now = time.monotonic()
        self.waiting: dict[Connection, None] = {}
        """Connections that wait for the other side, the longest first."""
        self._app = app
        self._terms = terms
        base = base_environ({"wsgi.errors": errors, "wsgi.multiprocess": terms.shares is not None})
        self._listeners = {each: base | _name_of(each) for each in listeners}
        self._selector = selectors.DefaultSelector()
        self._connections: set[Connection] = set()
        self._again: deque[Connection] = deque()
        self._done: deque[tuple[Connection, Reply | None]] = deque()
        self._wakes, self.wakes = os.pipe()  # whoever writes a byte to the second wakes the loop
        os.set_blocking(self._wakes, False)
        os.set_blocking(self.wakes, False)
        self._accepts = False
        self._stops = False
        self._next_beat = 0.0
        self._date = ""
        self.crew = Crew(terms.threads)
        self._pages = Crew(terms.threads)  # so that texts and recordings wait for no page that waits for the database

    def run(self, goes_on: Callable[[], bool], grace: float) -> None:
        """Serve as long as `goes_on`, which is asked about once a second, and whenever the loop is woken.

        Then nobody is taken up but who has come already, and what is under way is ended, in at most `grace` seconds.
        """
        self._selector.register(self._wakes, EVENT_READ, self._woken)
        self._accept_more(True)
        self._tell()
        while self._beat(goes_on):
            self._turn()
        self._stops = True
        if self._terms.shares:
            self._terms.shares.leave(self._terms.number)
        self._accept_the_last()
        self._part(goes_on, grace)
        self._close()

    def watch(self, connection: Connection, events: int) -> None:
        """Be told of these events of a connection; 0 for none."""
        if not connection.watched:
            self._selector.register(connection.socket, events, connection)
        elif events:
            self._selector.modify(connection.socket, events, connection)
        else:
            self._selector.unregister(connection.socket)
        connection.watched = events

    def forget(self, connection: Connection) -> None:
        """Leave a connection that ends."""
        if connection.watched:
            self.watch(connection, 0)
        self._connections.discard(connection)
        self._tell()
        self.waiting.pop(connection, None)
        if not self._stops:
            self._accept_more(True)

    def again(self, connection: Connection) -> None:
        """Come back to a connection that has more to answer, in the next turn."""
        self._again.append(connection)

    def answer(self, connection: Connection, request: Request) -> None:
        """Have a request answered, at once or by a thread; refuse it where pages would take the places of calls."""
        if request.asked["PATH_INFO"].startswith(self._terms.at_once):
            connection.give(self._made(request))
        elif len(self._connections) - len(self.waiting) > max(self._terms.most // OTHERS, self._terms.threads):
            connection.give(bare(HTTPStatus.SERVICE_UNAVAILABLE))
        else:
            connection.work()
            crew = self._pages if self.room.is_below(request.asked["PATH_INFO"]) else self.crew
            crew.do(partial(self._work, connection, request))

    def _work(self, connection: Connection, request: Request) -> None:
        """Make an answer in a thread; whatever ends that, the connection is not forgotten."""
        reply = None
        try:
            reply = self._made(request)
        finally:
            self._hand_back(connection, reply)

    def go_on(self, connection: Connection, reply: Reply) -> None:
        """Have a thread make the next block of an answer."""

        def next_block() -> None:
            try:
                reply.go_on()
            except BaseException:
                self._hand_back(connection, None)
                reply.close()
                raise
            self._hand_back(connection, reply)

        self.crew.do(next_block)

    def _made(self, request: Request) -> Reply:
        """Return the application's answer, or that there is none."""
        reply = Reply()
        try:
            reply.ask(self._app, request.asked)
            reply.begin(self._date, last=request.last or self._stops)
        except Exception as fault:  # noqa: BLE001 - whatever breaks, whoever asked gets an answer
            log.error("server_fault", extra={"fault": type(fault).__name__})  # noqa: TRY400 - a traceback may hold a number
            with contextlib.suppress(Exception):
                reply.close()
            return bare(HTTPStatus.INTERNAL_SERVER_ERROR)
        return reply

    def _hand_back(self, connection: Connection, reply: Reply | None) -> None:
        """Give the loop an answer that a thread has made; None where it broke in the middle."""
        self._done.append((connection, reply))
        with contextlib.suppress(OSError):  # full of bytes that wake it, or the loop has ended
            os.write(self.wakes, b"\0")

    def _turn(self) -> None:
        """Wait until there is something to do, and do one thing for each connection that has any."""
        events = self._selector.select(0 if self._again else max(0.0, self._next_beat - self.now))
        self.now = time.monotonic()
        again, self._again = self._again, deque()
        others = []
        for key, _ in events:
            if isinstance(key.data, Connection):
                self._do(key.data, key.data.ready)
            else:
                others.append(key.data)
        for other in others:  # whoever is here already comes before whoever comes
            other()
        for connection in again:
            if connection in self.waiting:
                self._do(connection, connection.answer_next)

    def _do(self, connection: Connection, step: Callable[[], None]) -> None:
        """Do a step for a connection; one that breaks ends its connection and nothing else."""
        try:
            step()
        except OSError:
            connection.close()  # the other side has gone
        except Exception as fault:  # noqa: BLE001 - no connection may end the others
            log.error("server_fault", extra={"fault": type(fault).__name__})  # noqa: TRY400 - a traceback may hold a number
            connection.close()

    def _woken(self) -> None:
        """Take what the threads have made; or see whether the process is to stop."""
        self._next_beat = self.now
        with contextlib.suppress(BlockingIOError):
            os.read(self._wakes, 4096)
        for _ in range(len(self._done)):  # and no more: threads may be quicker than this, and callers wait
            connection, reply = self._done.popleft()
            if connection not in self._connections:
                if reply is not None and not reply.is_over:
                    self.crew.do(reply.close)
            elif reply is None:
                connection.close()
            else:
                self._do(connection, partial(connection.give, reply))

    def _beat(self, goes_on: Callable[[], bool]) -> bool:
        """Look at what is due, about once a second; tell whether to go on."""
        if self.now < self._next_beat:
            return True
        self._next_beat = self.now + BEAT
        self._date = formatdate(usegmt=True)
        for connection in [each for each in self._connections if each.deadline <= self.now]:
            self._do(connection, connection.give_up)
        if not self._stops and (len(self._connections) <= self._terms.most or self._make_place()):
            self._accept_more(True)
        return goes_on()

    def _accept_more(self, more: bool) -> None:
        """Begin or cease to take up connections."""
        if more == self._accepts:
            return
        self._accepts = more
        for listener in self._listeners:
            if more:
                self._selector.register(listener, EVENT_READ, partial(self._accept, listener))
            else:
                self._selector.unregister(listener)

    def _accept_the_last(self) -> None:
        """Take up who has come already, and let go of the sockets: whoever comes later is refused, and may ask another.

        Left open, they would take in requests until the process has ended, and lose them.
        """
        self._accept_more(False)
        for listener in self._listeners:
            while self._accept(listener):
                pass
            listener.close()

    def _accept(self, listener: socket.socket) -> bool:
        """Take up some connections; where there are too many, in place of those that have waited longest.

        Returns whether there may be more.
        """
        shares, base = self._terms.shares, self._listeners[listener]
        if shares and shares.is_full(self._terms.number):
            time.sleep(COURTESY)
        for _ in range(max(AT_ONCE, len(self._connections) // SHARE)):
            try:
                accepted, address = listener.accept()
            except OSError as fault:
                if fault.errno in _FULL:
                    self._make_place()
                return False
            accepted.setblocking(False)
            host, port = address[0].removeprefix(_MAPPED), str(address[1])
            connection = Connection(accepted, base | {"REMOTE_ADDR": host, "REMOTE_PORT": port}, self)
            self._connections.add(connection)
            self._tell()
            self.waiting[connection] = None
            self._selector.register(accepted, EVENT_READ, connection)
            if len(self._connections) > self._terms.most and not self._make_place():
                return False
        return True

    def _tell(self) -> None:
        """Tell the other processes how many connections there are, as long as any are taken up."""
        if self._terms.shares and not self._stops:
            self._terms.shares.tell(self._terms.number, len(self._connections))

    def _make_place(self) -> bool:
        """End the connection that has waited longest for the other side; else take up no more until one ends."""
        longest = next(iter(self.waiting), None)
        if longest is None or longest.since + PATIENT > self.now:
            self._accept_more(False)
            return False
        longest.close()
        return True

    def _part(self, goes_on: Callable[[], bool], grace: float) -> None:
        """End what is under way: what rests after a moment, what is asked when it is answered."""
        began = self.now
        while self._connections and self.now < began + grace:
            if self.now >= began + PARTING:
                for connection in [each for each in self._connections if each.is_idle]:
                    self._do(connection, connection.give_up)
            self._turn()
            self._beat(goes_on)

    def _close(self) -> None:
        for connection in list(self._connections):
            connection.close()
        self.crew.stop()
        self._pages.stop()
        self._selector.close()
        os.close(self._wakes)


def _name_of(listener: socket.socket) -> Environ:
    """Return what an environ says of the address that was called."""
    host, port = listener.getsockname()[:2]
    return {"SERVER_NAME": host, "SERVER_PORT": str(port)}
