"""The client of the benchmark: only an answer with 200 counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.step import client
from bench.step.client import AnswerError, ask, measure

REQUEST = b"POST /%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"


class Answers(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer, in two pieces."""
        self.send_response(int(self.path[1:4]))
        answer = b"<Gather /" if self.path != "/200?dial" else b"<Dial   /"
        self.send_header("Content-Length", str(len(answer) + 1))
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.write(b">")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server to which it is nothing new that a client goes away."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Port of a server that keeps connections open."""
    with Server(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_whole_answers_are_counted(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request has an answer, also when a connection gives way to a new one."""
    monkeypatch.setattr(client, "REQUESTS_OF_A_CONNECTION", 2)

    sample = measure(port, [REQUEST % b"200"], connections=2, seconds=0.3)

    assert sample.requests > 4
    assert list(sample.latencies) == sorted(sample.latencies)
    assert b"<Gather />" == ask(port, REQUEST % b"200")


def test_whoever_does_not_answer_with_a_menu_is_not_measured(port: int) -> None:
    """A server that forwards everybody, which it may with 200, is not a fast server either."""
    with pytest.raises(AnswerError, match="menu"):
        measure(port, [REQUEST % b"200", REQUEST % b"200?dial"], connections=2, seconds=0.3)


@pytest.mark.parametrize("status", [b"403", b"500", b"201"])
def test_any_other_status_is_an_error(port: int, status: bytes) -> None:
    """A server that refuses quickly is not a fast server."""
    with pytest.raises(AnswerError, match=status.decode()):
        measure(port, [REQUEST % b"200", REQUEST % status], connections=2, seconds=0.3)
