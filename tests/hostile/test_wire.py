"""The production server under strange requests: real connections, real signatures, and such as break HTTP itself."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil
import pytest
import requests

from directory.load import PACKAGED
from ivr.adapters.embedded import RedisServer, start_redis
from routes.server import THREADS
from tests.hostile.attacks import (
    CALL,
    CANARY,
    FOREIGN_TOKEN,
    NEXT_TOKEN,
    OUR_NUMBER,
    PUBLIC_URL,
    SECRET,
    STEPS,
    TOKEN,
    Draft,
    make,
    sign,
    token,
)
from tests.hostile.judge import Reply, Tally, is_signed
from tests.hostile.wire import BROKEN, Framing, exchange, in_pieces, plain
from tests.installation import free_port, wait_until
from tests.summary import note

COUNT = 1500
"""Requests sent; a third of them break the rules of HTTP itself."""
SLOW = (
    b"POST /voice HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"X-Twilio-Signature: " + b"A" * 27 + b"=\r\n"
)
"""The head of a request that looks signed, but for the length of its body."""
METRICS_TOKEN = "a token for the figures of a test, which is long"
AWAY = '"event": "redis_away"'
"""What is logged where Redis stands still for half a second, as on a busy machine; strangers have no part in it."""
HOSTS = ("fanal.example.org", "fanal.example.org:443", "elsewhere.example.org", "127.0.0.1", "h:99999", "[::1]")


@dataclass(frozen=True)
class Server:
    """A running `fanal serve` with one worker."""

    port: int
    process: subprocess.Popen[bytes]
    output: Path

    def workers(self) -> list[int]:
        """Return the ids of its worker processes."""
        return [each.pid for each in psutil.Process(self.process.pid).children()]


@pytest.fixture(scope="module")
def empty_redis() -> Iterator[RedisServer]:
    """A Redis-compatible server of these tests' own."""
    started = start_redis()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def server(empty_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The production server, while its token is rotated."""
    folder, port = tmp_path_factory.mktemp("hostile"), free_port()
    environ = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": f"{NEXT_TOKEN},{TOKEN}",
        "TWILIO_NUMBER": OUR_NUMBER,
        "PUBLIC_URL": PUBLIC_URL,
        "SECRET_KEY": SECRET,
        "METRICS_TOKEN": METRICS_TOKEN,
        "REDIS_URL": empty_redis.url,
        "DATABASE_URL": f"sqlite:///{folder / 'fanal.db'}",
        "DIRECTORY_PATH": str(PACKAGED),
        "VAR_PATH": str(folder / "var"),
    }
    arguments = [sys.executable, "-m", "routes.cli", "serve", "--port", str(port), "--workers", "1"]
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen(arguments, env=environ, stdout=output, stderr=output)
    try:
        assert wait_until(lambda: _answers(port))
        yield Server(port, process, folder / "output.log")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).ok
    except requests.RequestException:
        return False


def test_hostile_traffic(server: Server) -> None:
    """No strange request is accepted, left without an answer, breaks the server, or leaves a trace of itself."""
    seed, tally, workers = secrets.randbits(64), Tally(), server.workers()
    random, silent = Random(seed), 0  # noqa: S311 - chance, not secrecy
    for _ in range(COUNT):
        attack, framing = make(random), random.choice((plain, plain, plain, in_pieces, *BROKEN))
        more = [("Host", random.choice(HOSTS[:5])), ("Connection", "close")]
        reply = exchange(server.port, framing(attack, more, random))
        if reply is None:
            silent += 1
        else:
            tally.judge(attack, reply, framed=framing in BROKEN)
    note(
        f"hostile traffic: {COUNT} requests to the server over HTTP fuzzed, {len(tally.wrong)} wrong answers, "
        f"{silent} closed without one"
    )
    output = server.output.read_text(encoding="utf-8", errors="replace")

    assert ([], 0) == (tally.wrong[:3], silent), f"the seed was {seed}"
    assert [] == [line for line in output.splitlines() if AWAY not in line][-3:]
    assert CANARY[-6:] not in output
    assert workers == server.workers()
    assert min(tally.accepted, tally.continued * 10, COUNT - tally.accepted) > COUNT / 10
    assert 200 == step(server, HOSTS[0], plain).status


@pytest.mark.parametrize("framing", [plain, in_pieces])
@pytest.mark.parametrize("host", HOSTS)
def test_every_host(server: Server, host: str, framing: Framing) -> None:
    """By whatever name a proxy asks for us, whole or in pieces, with either token: the signature alone decides."""
    proxy = (("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "elsewhere.example.org"))

    assert [200, 200, 403] == [
        step(server, host, framing, *proxy, key=key).status for key in (TOKEN, NEXT_TOKEN, FOREIGN_TOKEN)
    ]


def step(server: Server, host: str, framing: Framing, *more: tuple[str, str], key: str = TOKEN) -> Reply:
    """Press a key in a call, signed with a token, and send it with other headers."""
    attack = sign(Draft(STEPS[0], token(CALL)), key)
    assert is_signed(attack) == (key in {TOKEN, NEXT_TOKEN})
    headers = [*more, ("Connection", "close"), ("Host", host)]
    reply = exchange(server.port, framing(attack, headers, Random(0)))  # noqa: S311 - nothing is left to chance
    assert reply is not None
    return reply


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET / HTTP/1.0\r\n\r\n", id="whole, and never closed"),
        pytest.param(b"POST /voice HTTP/1.1\r\nHost: h\r\nX-Slow: ", id="half a head"),
        pytest.param(SLOW + b"Content-Length: 500\r\n\r\nCallSid=", id="half a body"),
        pytest.param(SLOW + b"Transfer-Encoding: chunked\r\n\r\n5\r\nCall", id="half a piece"),
    ],
)
def test_slow_senders(server: Server, begun: bytes) -> None:
    """Many connections that begin a request and do not end it keep no call from its answer."""
    with ExitStack() as held:
        for _ in range(3 * THREADS):
            held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10)).sendall(begun)

        assert [200] * 3 == [step(server, HOSTS[0], framing).status for framing in (plain, in_pieces, plain)]


def test_sender_who_pauses(server: Server) -> None:
    """A request that comes in two parts is answered."""
    attack = sign(Draft(STEPS[0], token(CALL)))
    content = plain(attack, [("Host", HOSTS[0]), ("Connection", "close")], Random(0))  # noqa: S311 - nothing by chance
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        for part in (content[:50], content[50:-9], content[-9:]):
            connection.sendall(part)
            time.sleep(0.2)

        assert connection.recv(20).startswith(b"HTTP/1.1 200")


def test_process_that_ends_takes_nothing_from_others(server: Server) -> None:
    """When a process ends in order another takes its place, and the figures of both are there."""
    assert 200 == step(server, HOSTS[0], plain).status
    before, figures = server.workers(), figures_of_steps(server)
    os.kill(before[0], signal.SIGTERM)

    assert wait_until(lambda: server.workers() not in ([], before) and _answers(server.port), 60)
    assert figures == figures_of_steps(server)


def figures_of_steps(server: Server) -> list[str]:
    """Return the lines that say how many turns were answered."""
    authorized = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    page = requests.get(f"http://127.0.0.1:{server.port}/metrics", headers=authorized, timeout=10)
    return [line for line in page.text.splitlines() if line.startswith("fanal_steps_total") and line[-3:] != "0.0"]
