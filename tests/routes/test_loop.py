"""The web server of one process, over real connections: nobody who is slow holds up anybody else."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from routes import connection as connections
from routes import loop as loops
from routes.loop import Loop, Terms
from routes.wire import Room
from tests.installation import wait_until

PATIENCE = 10
LONG = b"x" * 8_000_000
"""More than the sockets of both sides take in."""
TERMS = Terms(threads=2, at_once=("/voice",), room=Room(1000, "/admin", 5_000_000, 1))


@dataclass
class Town:
    """A small application, and what becomes of it."""

    port: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    """Opens for those who wait at `/wait`."""
    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stop: threading.Event = field(default_factory=threading.Event)

    def __call__(self, asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Answer as the path says; the threads' names are told."""
        path, body = asked["PATH_INFO"], asked["wsgi.input"]
        if path == "/wait":
            self.entered.release()
            assert self.gate.wait(PATIENCE)
        if path.endswith("/fault"):
            raise ValueError("a number")
        start("200 OK", [("Thread", threading.current_thread().name)])
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
def served(terms: Terms = TERMS) -> Iterator[Town]:
    """Serve the town by a loop in a thread of its own, and stop it."""
    town = Town()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        town.port = listener.getsockname()[1]
        loop = Loop(town, [listener], terms, None)
        thread = threading.Thread(target=loop.run, args=(lambda: not town.stop.is_set(), 1.0), name="loop")
        thread.start()
        try:
            yield town
        finally:
            town.gate.set()
            town.stop.set()
            thread.join(PATIENCE)
            assert not thread.is_alive()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let deadlines be short, and looked at often."""
    monkeypatch.setattr(loops, "BEAT", 0.05)
    monkeypatch.setattr(loops, "PATIENT", 1e-6)
    monkeypatch.setattr(loops, "PARTING", 0.1)
    monkeypatch.setattr(connections, "LINGER", 0.3)


@pytest.fixture
def town() -> Iterator[Town]:
    """The town."""
    with served() as town:
        yield town


def test_steps_of_calls_need_no_thread(town: Town) -> None:
    """What waits for nothing is answered by the thread that reads, all else by another."""
    assert b"Thread: loop" in town.ask(get("/voice/key", LAST))
    assert b"Thread: crew" in town.ask(get("/page", LAST))


def test_pages_hold_up_no_call(town: Town) -> None:
    """With every thread waiting, and pages waiting for threads, calls are answered."""
    held = [town.connect() for _ in range(5)]
    for connection in held:
        connection.sendall(get("/wait", LAST))
    for _ in range(TERMS.threads):
        assert town.entered.acquire(timeout=PATIENCE)

    assert b"/voice" in town.ask(get("/voice", LAST))
    town.gate.set()
    for connection in held:
        with connection:
            assert rest(connection).endswith(b"/wait")


@pytest.mark.parametrize(
    "begun", [b"", b"GET", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", b"POST / HTTP/1.1\r\nX: "]
)
def test_slow_senders_hold_up_nobody(town: Town, begun: bytes) -> None:
    """Hundreds of requests that are half sent keep neither calls nor pages from their answers."""
    held = [town.connect() for _ in range(150)]
    for connection in held:
        connection.sendall(begun)

    assert [True, True] == [town.ask(get(path, LAST)).endswith(path.encode()) for path in ("/voice", "/page")]
    for connection in held:
        connection.close()


@pytest.mark.parametrize("path", ["/voice/long", "/page/long"])
def test_slow_readers_hold_up_nobody(town: Town, path: str) -> None:
    """Answers that are not taken wait, and are whole when they are; others are answered meanwhile."""
    held = [town.connect() for _ in range(5)]
    for connection in held:
        connection.sendall(get(path))

    assert town.ask(get("/voice", LAST)).endswith(b"/voice")
    assert town.ask(get("/page", LAST)).endswith(b"/page")
    for connection in held:
        with connection:
            connection.sendall(get("/voice/next", LAST))
            answered = rest(connection)
            assert len(LONG) < len(answered)
            assert answered.endswith(b"/voice/next")


def test_reader_who_goes(town: Town) -> None:
    """An answer that nobody takes to its end is ended for the application too."""
    with town.connect() as connection:
        connection.sendall(get("/page/long"))
        connection.recv(10)

    assert town.closed.acquire(timeout=PATIENCE)


def test_several_requests_at_once(town: Town) -> None:
    """Requests that come together are answered in their order, whoever makes the answers."""
    paths = ["/voice/1", "/page/2", "/voice/3", "/page/4"]
    answered = town.ask(b"".join(map(get, paths)) + get("/voice/5", LAST))
    found = [answered.index(path.encode()) for path in [*paths, "/voice/5"]]

    assert sorted(found) == found


def test_request_that_comes_while_another_is_answered(town: Town) -> None:
    """It waits for its turn."""
    with town.connect() as connection:
        connection.sendall(get("/wait"))
        assert town.entered.acquire(timeout=PATIENCE)
        connection.sendall(get("/voice", LAST))
        time.sleep(0.1)
        town.gate.set()
        answered = rest(connection)

    assert answered.index(b"/wait") < answered.index(b"/voice")


def test_sender_who_says_no_more(town: Town) -> None:
    """Whoever has sent all and says so gets the answer all the same."""
    for path in ("/voice", "/page"):
        with town.connect() as connection:
            connection.sendall(get(path))
            connection.shutdown(socket.SHUT_WR)

            assert rest(connection).endswith(path.encode())


def test_body_in_two_parts(town: Town) -> None:
    """Whoever waits for a word before sending a body is asked for it."""
    with town.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\n")
        time.sleep(0.05)
        connection.sendall(b"Connection: close\r\nContent-Length: 3\r\n\r\n")
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(1000)
        connection.sendall(b"abc")

        assert rest(connection).endswith(b"\r\n\r\nabc")


def test_broken_request(town: Town) -> None:
    """It gets a bare refusal, after the answer of the one before it, however much more comes."""
    answered = town.ask(get("/voice") + b"BROKEN\r\n\r\n" + b"x" * 500_000)

    assert answered.index(b"/voice") < answered.index(b"HTTP/1.1 400 Bad Request")


@pytest.mark.parametrize("path", ["/voice/fault", "/page/fault"])
def test_fault_of_the_application(town: Town, path: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever asked gets a bare answer, and the log the kind of the fault and nothing else."""
    assert town.ask(get(path)).startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    record = caplog.records[0]

    assert ("server_fault", "ValueError", None) == (record.message, record.__dict__["fault"], record.exc_info)
    assert town.ask(get("/voice", LAST)).endswith(b"/voice")


def test_fault_in_the_middle(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that breaks ends its connection without the mark of its end, and nobody else's."""
    answered = town.ask(get("/page/broken"))

    assert 200_000 < len(answered)
    assert not answered.endswith(b"0\r\n\r\n")
    assert town.ask(get("/page", LAST)).endswith(b"/page")
    assert [("server_fault", "ValueError")] == [(each.message, each.__dict__["fault"]) for each in caplog.records]


def test_no_room_for_connections(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has none left the next one is taken up as soon as there is room."""
    accept, faults = socket.socket.accept, [errno.EMFILE, errno.ENFILE, errno.EAGAIN]

    def scarce(listener: socket.socket) -> Any:
        if faults:
            raise OSError(faults.pop(), "none left")
        return accept(listener)

    with town.connect() as resting:
        resting.sendall(get("/voice"))
        assert resting.recv(1000)
        monkeypatch.setattr(socket.socket, "accept", scarce)

        assert town.ask(get("/voice", LAST)).endswith(b"/voice")
        assert b"" == rest(resting)
    assert [] == faults


def test_long_body(town: Town) -> None:
    """A body is long only where it may be; elsewhere the application sees none of it."""
    body = b"y" * 2_000_000
    head = b"POST %b HTTP/1.1\r\nConnection: close\r\nContent-Length: 2000000\r\n\r\n"

    assert body in town.ask(head % b"/admin" + body)
    assert town.ask(head % b"/page" + body[:1]).startswith(b"HTTP/1.1 500")


@pytest.mark.parametrize(("name", "begun"), [("KEEP_ALIVE", b""), ("KEEP_ALIVE", get("/voice")), ("WHOLE", b"GET")])
def test_patience(monkeypatch: pytest.MonkeyPatch, name: str, begun: bytes) -> None:
    """A connection that rests too long, or sends a request too slowly, is ended."""
    monkeypatch.setattr(connections, name, 0.2)
    with served() as town, town.connect() as connection:
        connection.sendall(begun)

        assert rest(connection).endswith(b"" if name == "WHOLE" or not begun else b"/voice")


def test_patience_with_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is not taken in time is given up."""
    monkeypatch.setattr(connections, "TAKEN", 0.2)
    with served() as town, town.connect() as connection:
        connection.sendall(get("/page/long"))

        assert town.closed.acquire(timeout=PATIENCE)


def test_too_many_connections() -> None:
    """One more than may be takes the place of the one that has waited longest for its sender."""
    with served(replace(TERMS, most=3)) as town:
        first, second, third = (town.connect() for _ in range(3))
        second.sendall(b"GET")
        for connection in (third, first):
            connection.sendall(get("/voice"))
            assert connection.recv(1000)
        with town.connect() as fourth:
            fourth.sendall(get("/voice", LAST))
            assert rest(fourth).endswith(b"/voice")

        assert b"" == rest(second)
        third.sendall(get("/voice", LAST))
        assert rest(third).endswith(b"/voice")
        for connection in (first, second, third):
            connection.close()


def test_rush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all have only just come nobody loses a place to whoever comes later; that one waits."""
    monkeypatch.setattr(loops, "PATIENT", 0.5)
    with served(replace(TERMS, most=2)) as town:
        first, second, third = (town.connect() for _ in range(3))
        with town.connect() as late:
            late.sendall(get("/voice", LAST))
            late.settimeout(0.2)
            with pytest.raises(TimeoutError):
                late.recv(10)
            late.settimeout(PATIENCE)
            second.sendall(get("/voice/2"))
            assert b"/voice/2" in second.recv(1000)
            assert rest(late).endswith(b"/voice")
        assert b"" == rest(first)
        for connection in (first, second, third):
            connection.close()


def test_too_many_under_way() -> None:
    """Where all are being answered nobody loses a place: one more comes in, and others wait until one ends."""
    with served(replace(TERMS, most=2)) as town:
        held = []
        for number in range(3):
            held.append(town.connect())
            held[number].sendall(get("/wait", LAST))
            assert town.entered.acquire(timeout=PATIENCE if number < TERMS.threads else 0.2) == (number < 2)
        with town.connect() as waiting:
            waiting.sendall(get("/voice", LAST))
            waiting.settimeout(0.3)
            with pytest.raises(TimeoutError):
                waiting.recv(10)
            waiting.settimeout(PATIENCE)
            town.gate.set()
            assert rest(waiting).endswith(b"/voice")
        for connection in held:
            with connection:
                assert rest(connection).endswith(b"/wait")


def test_orderly_end() -> None:
    """At the end what is under way is answered, what rests is closed, and nothing new is taken up."""
    with served() as town:
        idle, asking, resting = (town.connect() for _ in range(3))
        resting.sendall(get("/voice"))
        assert resting.recv(1000)
        asking.sendall(get("/wait"))
        assert town.entered.acquire(timeout=PATIENCE)
        town.stop.set()
        with idle, resting:
            assert (b"", b"") == (rest(idle), rest(resting))
        town.gate.set()
        with asking:
            answered = rest(asking)

        assert answered.endswith(b"/wait")
        assert b"Connection: close" in answered


def test_end_that_takes_too_long() -> None:
    """What is not ended in time is given up."""
    with served() as town, town.connect() as connection:
        connection.sendall(get("/wait"))
        assert town.entered.acquire(timeout=PATIENCE)
        town.stop.set()

        assert wait_until(lambda: b"" == connection.recv(10))


def test_no_log_of_what_is_usual(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """Connections that break off are nothing to write about."""
    caplog.set_level(logging.DEBUG)
    for content in (b"", b"GET", get("/voice"), get("/page/long")):
        connection = town.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.sendall(content)
        time.sleep(0.05)
        connection.close()

    assert town.ask(get("/voice", LAST)).endswith(b"/voice")
    assert [] == [record.message for record in caplog.records if record.name.startswith("routes")]
