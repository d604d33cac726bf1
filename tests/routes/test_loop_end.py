"""How the web server of one process ends: nobody who has come goes without an answer."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from routes import connection as connections
from routes import loop as loops
from routes.loop import Loop
from tests.installation import wait_until
from tests.routes.town import PATIENCE, TERMS, Town, get, rest, served


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let deadlines be short, and looked at often."""
    monkeypatch.setattr(loops, "BEAT", 0.05)
    monkeypatch.setattr(loops, "PARTING", 0.1)
    monkeypatch.setattr(connections, "LINGER", 0.3)


def test_end_loses_nobody_who_has_come() -> None:
    """Who had come, but was not taken up yet, is answered; who comes later is refused, so that another can be asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = listener.getsockname()
        with ExitStack() as held:
            early = [held.enter_context(socket.create_connection(address, PATIENCE)) for _ in range(9)]
            for connection in early:
                connection.sendall(get("/voice"))
            Loop(Town(), [listener], TERMS, None).run(lambda: False, 1.0)

            assert [True] * 9 == [b"Connection: close" in rest(connection) for connection in early]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, PATIENCE)


def test_end_while_a_request_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that comes in the moment in which its connection would be closed is answered."""
    monkeypatch.setattr(loops, "PARTING", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        with socket.create_connection(listener.getsockname(), PATIENCE) as connection:
            beats = iter([True, True, False])

            def goes_on() -> bool:
                going = next(beats, False)
                if not going and next(beats, None) is None:
                    connection.sendall(get("/voice"))
                return going

            Loop(Town(), [listener], TERMS, None).run(goes_on, 1.0)

            assert b"Connection: close" in rest(connection)


def test_orderly_end() -> None:
    """At the end what is under way is answered, what rests is closed, and nothing new is taken up."""
    with served(grace=PATIENCE) as town:
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
