"""The web server of one process, over real connections: nobody who is slow holds up anybody else."""

from __future__ import annotations

import errno
import logging
import math
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from routes import connection as connections
from routes import loop as loops
from routes.wire import PIPELINED
from tests.installation import wait_until
from tests.routes.town import LAST, LONG, PATIENCE, TERMS, Town, get, rest, served

BARE = b"Connection: close\r\n\r\nBad Request\n"
"""How a refusal of the server itself ends."""


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


def test_pages_hold_up_no_text(town: Town) -> None:
    """With every thread for pages waiting, as for a database that is away, texts and recordings are answered."""
    held = [town.connect() for _ in range(TERMS.threads + 1)]
    for connection in held:
        connection.sendall(get("/admin/wait", LAST))
    for _ in range(TERMS.threads):
        assert town.entered.acquire(timeout=PATIENCE)

    assert town.ask(get("/sms", LAST)).endswith(b"/sms")
    assert not town.entered.acquire(timeout=0.1)
    town.gate.set()
    for connection in held:
        with connection:
            assert rest(connection).endswith(b"/admin/wait")


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab", b"POST / HTTP/1.1\r\nHost: h\r\nX: "],
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


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has one family of addresses")
def test_address_of_the_other_family() -> None:
    """Who comes by IPv4 to a socket for both families has the address that they have elsewhere."""
    with (
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener,
        served(listener=listener) as town,
    ):
        assert town.ask(get("/voice/who", LAST)).endswith(b"\r\n\r\n127.0.0.1")


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


@pytest.mark.parametrize(
    "begun",
    [
        b"GET",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        get("/voice") + b"GET",
    ],
)
def test_sender_who_says_no_more_in_the_middle(town: Town, begun: bytes) -> None:
    """A request that ends before its end is refused, and not passed over in silence (RFC 9112 8)."""
    with town.connect() as connection:
        connection.sendall(begun)
        connection.shutdown(socket.SHUT_WR)

        assert rest(connection).endswith(BARE)


@pytest.mark.parametrize("said", [b"", b"\r\n", get("/voice")])
def test_sender_who_says_no_more_between_requests(town: Town, said: bytes) -> None:
    """Where no request has begun there is nothing to refuse."""
    with town.connect() as connection:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)

        assert b"400" not in rest(connection)


def test_body_in_two_parts(town: Town) -> None:
    """Whoever waits for a word before sending a body is asked for it."""
    with town.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n")
        time.sleep(0.05)
        connection.sendall(b"Connection: close\r\nContent-Length: 3\r\n\r\n")
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(1000)
        connection.sendall(b"abc")

        assert rest(connection).endswith(b"\r\n\r\nabc")


def test_broken_request(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets a bare refusal, after the answer of the one before it, however much more comes."""
    monkeypatch.setattr(connections, "LINGER", PATIENCE)  # a busy machine may be slow to send the rest
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
    assert wait_until(lambda: bool(caplog.records))  # by another thread, which has ended the connection before
    assert [("server_fault", "ValueError")] == [(each.message, each.__dict__["fault"]) for each in caplog.records]


def test_application_that_would_exit(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that ends in an exit costs neither a thread nor a connection."""
    assert [b""] * 3 == [town.ask(get("/page/exit")) for _ in range(TERMS.threads + 1)]
    assert town.ask(get("/page", LAST)).endswith(b"/page")
    assert wait_until(lambda: len(caplog.records) == TERMS.threads + 1)  # by threads that ended the connections before
    assert {("server_fault", "SystemExit")} == {(each.message, each.__dict__["fault"]) for each in caplog.records}


class Taking(socket.socket):
    """A connection to somebody who takes whatever is sent at once."""

    def send(self, data: Any, _flags: int = 0) -> int:
        """Take it."""
        return len(data)


class AtOnce:
    """A crew that has done each job before anybody can look."""

    def __init__(self, _size: int) -> None:
        pass

    def do(self, job: Callable[[], None]) -> None:
        """Do it now."""
        job()

    def stop(self) -> None:
        """Do no more."""


def test_quick_readers_hold_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """However quickly an answer without end is made and taken, others have their turn between its blocks."""
    accept, taking = socket.socket.accept, [True]

    def accepted(listener: socket.socket) -> Any:
        connection, address = accept(listener)
        return Taking(fileno=connection.detach()) if taking and taking.pop() else connection, address

    monkeypatch.setattr(loops, "Crew", AtOnce)
    monkeypatch.setattr(socket.socket, "accept", accepted)
    with served() as town, town.connect() as quick:
        quick.sendall(get("/page/endless"))
        assert wait_until(lambda: not taking)

        assert town.ask(get("/voice", LAST)).endswith(b"/voice")


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
    head = b"POST %b HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2000000\r\n\r\n"

    assert body in town.ask(head % b"/admin" + body)
    assert town.ask(head % b"/page" + body[:1]).startswith(b"HTTP/1.1 500")


@pytest.mark.parametrize(("name", "begun"), [("KEEP_ALIVE", b""), ("KEEP_ALIVE", get("/voice")), ("WHOLE", b"GET")])
def test_patience(monkeypatch: pytest.MonkeyPatch, name: str, begun: bytes) -> None:
    """A connection that rests too long, or sends a request too slowly, is ended."""
    monkeypatch.setattr(connections, name, 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), PATIENCE) as connection,
    ):
        connection.sendall(begun)  # before anybody waits for it
        with served(listener=listener):
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


def test_answers_of_calls_that_nobody_takes() -> None:
    """Where whoever asks as calls do takes no answer, the next one comes in instead of the one that began first."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # what is taken up from here inherits it
    with served(replace(TERMS, most=2), listener) as town, ExitStack() as held:
        for _ in range(4):
            asking = held.enter_context(socket.socket())
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            asking.connect(("127.0.0.1", town.port))
            asking.sendall(get("/voice/large") * PIPELINED)

        assert town.ask(get("/voice", LAST)).endswith(b"/voice")


def test_rush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all have only just come nobody loses a place to whoever comes later; that one waits."""
    monkeypatch.setattr(loops, "PATIENT", math.inf)
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
            monkeypatch.setattr(loops, "PATIENT", 1e-6)
            assert rest(late).endswith(b"/voice")
        assert b"" == rest(first)
        for connection in (first, second, third):
            connection.close()


def test_too_many_under_way() -> None:
    """Where all are being answered nobody loses a place: one more comes in, and others wait until one ends."""
    with served(replace(TERMS, most=2, threads=3)) as town:
        held = []
        for number in range(3):
            held.append(town.connect())
            held[number].sendall(get("/wait", LAST))
            assert town.entered.acquire(timeout=PATIENCE)
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


def test_pages_leave_places_for_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for pages that wait holds half of the places at most; beyond that pages are refused, not calls."""
    monkeypatch.setattr(loops, "PATIENT", math.inf)
    with served(replace(TERMS, most=6)) as town:
        held = [town.connect() for _ in range(8)]
        for connection in held:
            connection.sendall(get("/wait", LAST))
        for _ in range(3):
            assert town.ask(get("/voice", LAST)).endswith(b"/voice")
        town.gate.set()
        answers = [rest(connection) for connection in held]
        for connection in held:
            connection.close()

    assert [b"200 OK"] * 3 + [b"503 Service Unavailable"] * 5 == sorted(
        answer.partition(b"\r\n")[0].partition(b" ")[2] for answer in answers
    )


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
