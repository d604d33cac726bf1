"""Answers as bytes: framed as HTTP has it, whole where they are short, block by block where they are long."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import pytest

from routes.reply import BLOCK, BrokenReplyError, Reply, bare
from routes.wire import Environ, base_environ

DATE = "Sun, 22 Nov 2026 16:00:00 GMT"
App = Callable[[dict[str, Any], Any], Iterable[bytes]]


def asked(method: str = "GET", version: str = "1.1") -> Environ:
    """Return what is told of a request."""
    return base_environ({"REQUEST_METHOD": method, "SERVER_PROTOCOL": f"HTTP/{version}"})


def answering(*body: bytes, status: str = "200 OK", **headers: str) -> App:
    """Return an application that always answers so."""

    def app(_asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        start(status, [(name.replace("_", "-"), value) for name, value in headers.items()])
        return iter(body)

    return app


def given(app: App, request: Environ | None = None, last: bool = False) -> tuple[list[str], bytes, Reply]:
    """Return the lines of the head, the body and the answer."""
    reply = Reply()
    reply.ask(app, request or asked())
    reply.begin(DATE, last)
    content = reply.data
    while not reply.is_over:
        reply.go_on()
        content += reply.data
    head, _, body = content.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), body, reply


def test_usual_answer() -> None:
    """Status, the application's own headers, the date, and the body: nothing else."""
    lines, body, reply = given(answering(b"ab", b"c", Content_Type="text/xml", Content_Length="3"))

    assert ["HTTP/1.1 200 OK", "Content-Type: text/xml", "Content-Length: 3", f"Date: {DATE}"] == lines
    assert (b"abc", False) == (body, reply.last)


def test_length_that_was_not_told() -> None:
    """A short answer is told its length by the server."""
    lines, body, _ = given(answering(b"abc"))

    assert ("Content-Length: 3", b"abc") == (lines[1], body)


@pytest.mark.parametrize(
    ("version", "last", "line"),
    [("1.1", False, f"Date: {DATE}"), ("1.1", True, "Connection: close"), ("1.0", False, "Connection: keep-alive")],
)
def test_end_of_the_connection(version: str, last: bool, line: str) -> None:
    """It is said where the other side would not expect it."""
    assert line == given(answering(b""), asked(version=version), last)[0][-1]


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
)
def test_answers_without_a_body(method: str, status: str) -> None:
    """Where no body may be, none is sent, whatever the application gives."""
    lines, body, reply = given(answering(b"abc", status=status), asked(method))

    assert ([f"HTTP/1.1 {status}", f"Date: {DATE}"], b"", False) == (lines, body, reply.last)


def test_long_answer_of_known_length() -> None:
    """Of a long answer one block is held at a time."""
    reply = Reply()
    reply.ask(answering(*[b"a" * BLOCK] * 3, Content_Length=str(3 * BLOCK)), asked())
    reply.begin(DATE, last=False)
    sizes = [len(reply.data.partition(b"\r\n\r\n")[2])]
    while not reply.is_over:
        reply.go_on()
        sizes.append(len(reply.data))

    assert [BLOCK, BLOCK, BLOCK, 0] == sizes
    assert not reply.last


def test_long_answer_of_unknown_length() -> None:
    """It goes out in pieces, whose end can be seen."""
    lines, body, reply = given(answering(b"a" * BLOCK, b"b"))

    assert "Transfer-Encoding: chunked" in lines
    assert b"10000\r\n" + b"a" * BLOCK + b"\r\n1\r\nb\r\n0\r\n\r\n" == body
    assert not reply.last


def test_long_answer_of_unknown_length_to_an_old_client() -> None:
    """It ends with the connection."""
    lines, body, reply = given(answering(b"a" * BLOCK, b"b"), asked(version="1.0"))

    assert ("Connection: close", BLOCK + 1, True) == (lines[-1], len(body), reply.last)


@pytest.mark.parametrize(("told", "sent", "last"), [("2", b"ab", False), ("3", b"abc", False), ("4", b"abc", True)])
def test_length_that_is_not_true(told: str, sent: bytes, last: bool) -> None:
    """Never more is sent than was told; where less came, the connection ends."""
    _, body, reply = given(answering(b"abc", Content_Length=told))

    assert (sent, last) == (body, reply.last)


def test_headers_of_the_connection() -> None:
    """What concerns the connection is the server's to say."""
    lines = given(answering(b"", Connection="upgrade", Upgrade="x", Content_Length="0"))[0]

    assert ["HTTP/1.1 200 OK", "Content-Length: 0", f"Date: {DATE}"] == lines


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "\N{SNOWMAN}"])
def test_head_that_would_break(value: str) -> None:
    """No header can say more than itself."""
    with pytest.raises((BrokenReplyError, UnicodeEncodeError)):
        given(answering(b"", X=value))


def test_application_that_never_begins() -> None:
    """An answer without a status is a fault."""
    with pytest.raises(BrokenReplyError):
        given(lambda _asked, _start: [b"abc"])


def test_application_that_begins_twice() -> None:
    """Only an exception may begin an answer anew, and then the second counts."""

    def twice(fault: object) -> App:
        def app(_asked: dict[str, Any], start: Any) -> Iterable[bytes]:
            start("200 OK", [])
            start("500 Internal Server Error", [], fault)
            return [b""]

        return app

    assert "HTTP/1.1 500 Internal Server Error" == given(twice(ValueError()))[0][0]
    with pytest.raises(BrokenReplyError):
        given(twice(None))


def test_application_that_writes() -> None:
    """The outdated way to answer is none here, and says so."""

    def app(_asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])(b"abc")
        return []

    with pytest.raises(BrokenReplyError):
        given(app)


def test_what_the_application_gave_is_closed() -> None:
    """The application learns that its answer has gone, once."""
    closed: list[bool] = []

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(_asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        return Body([b"abc"])

    reply = given(app)[2]
    reply.close()

    assert [True] == closed


def test_bare_refusal() -> None:
    """A refusal of the server's own says its status and ends the connection."""
    reply = bare(HTTPStatus.BAD_REQUEST)
    head, _, body = reply.data.partition(b"\r\n\r\n")

    assert (b"HTTP/1.1 400 Bad Request", b"Bad Request\n") == (head.split(b"\r\n")[0], body)
    assert b"Connection: close" in head
    assert (True, True) == (reply.is_over, reply.last)
