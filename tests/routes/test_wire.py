"""HTTP without a connection: equal to what gunicorn's own parser makes of it, and stricter where two could differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http import wsgi
from gunicorn.http.parser import RequestParser
from hypothesis import given
from hypothesis import strategies as st

from routes.wire import FIELDS, HEAD, LINE, PIPELINED, READ, Request, Room, Unread, Wire, base_environ

CLIENT, SERVER = ("192.0.2.1", 50_000), ("192.0.2.2", 8000)
BASE = base_environ(
    {
        "REMOTE_ADDR": CLIENT[0],
        "REMOTE_PORT": str(CLIENT[1]),
        "SERVER_NAME": SERVER[0],
        "SERVER_PORT": str(SERVER[1]),
    }
)
SHORT, LONG = 64 * 1024, 200 * 1024
VOICE = b"POST /voice HTTP/1.1\r\nHost: h\r\n"
PAGE = b"POST /admin/x HTTP/1.1\r\nHost: h\r\n"
PIECES = b"Transfer-Encoding: chunked\r\n\r\n"
BAD, LONG_LINE = HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_URI_TOO_LONG
LONG_HEAD, EXPECTED = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, HTTPStatus.EXPECTATION_FAILED


def some_room(places: int = 1) -> Room:
    """Return a room for so many long bodies."""
    return Room(SHORT, "/admin", LONG, places)


def cut(content: bytes, at: Iterable[int]) -> list[bytes]:
    """Cut bytes at some places."""
    ends = sorted({each for each in at if 0 < each < len(content)})
    return [content[start:end] for start, end in zip([0, *ends], [*ends, len(content)], strict=True)]


def fed(content: bytes, at: Iterable[int] = (), room: Room | None = None, client: str = CLIENT[0]) -> Wire:
    """Hand bytes to a new connection, cut at some places, as its owner would: nothing after an end."""
    wire = Wire(BASE | {"REMOTE_ADDR": client}, room or some_room())
    for piece in cut(content, at):
        for start in range(0, len(piece), READ):
            if wire.refusal is None and not (wire.requests and wire.requests[-1].last):
                wire.feed(piece[start : start + READ])
    return wire


def body(request: Request) -> bytes:
    """Return the body of a request."""
    return bytes(request.asked["wsgi.input"].getvalue())


def told(environ: dict[str, Any]) -> dict[str, Any]:
    """Return what an environ says of the request, and not of the program that serves it."""
    return {name: value for name, value in environ.items() if "." not in name and name != "SERVER_SOFTWARE"}


class Deaf:
    """A socket that gunicorn says "continue" to."""

    def send(self, data: bytes) -> int:
        """Take it."""
        return len(data)


def as_gunicorn_reads(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what gunicorn tells an application about the first request, and its body; in pieces, as of its length."""
    config = Config()
    request = next(RequestParser(config, iter([content]), CLIENT))
    environ = wsgi.create(request, Deaf(), CLIENT, SERVER, config)[1]
    read = environ["wsgi.input"].read()
    if environ.pop("HTTP_TRANSFER_ENCODING", None):
        environ["CONTENT_LENGTH"] = str(len(read))
    return told(environ), read


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,15}", fullmatch=True).filter(
    lambda name: (
        name.upper() not in {"CONTENT-LENGTH", "TRANSFER-ENCODING", "EXPECT", "HOST", "CONTENT-TYPE", "UPGRADE"}
    )
)
VALUES = st.text(st.characters(codec="latin-1", exclude_characters=[*map(chr, range(32)), "\x7f"]), max_size=20)
PATHS = st.text("abcXYZ019-._~!$&'()*+,;=:@/%?[]|^{}<>\"\\`", max_size=30)
TARGETS = st.one_of(
    PATHS.map(lambda path: f"/{path}"),
    st.sampled_from(["/a%20b%2Fc%C3%A9%zz", "//x/y?z", "/*", "http://h/a?b", "https://h:80/%41", "http://h"]),
)
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Draw a request as it should be."""
    lines = [f"{draw(METHODS)} {draw(TARGETS)} HTTP/1.{draw(st.integers(0, 1))}", f"Host:{draw(VALUES)}"]
    lines += [f"{name}: {value}" for name, value in draw(st.lists(st.tuples(NAMES, VALUES), max_size=8))]
    if draw(st.booleans()):
        lines.append("content-type: text/plain")
    content, form = draw(st.binary(max_size=300)), draw(st.sampled_from(["stated", "pieces", "none"]))
    if form == "pieces" and lines[0].endswith("1"):
        lines.append("Transfer-Encoding: chunked")
        size = draw(st.integers(1, 200))
        parts = [content[at : at + size] for at in range(0, len(content), size)]
        content = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    elif form == "none":
        content = b""
    else:
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


@given(requests(), st.lists(st.integers(0, 900), max_size=6))
def test_as_gunicorn_reads(content: bytes, at: list[int]) -> None:
    """Whatever is asked, however it is cut, the application is told what gunicorn would tell it."""
    wire = fed(content, at)

    assert wire.refusal is None
    assert 1 == len(wire.requests)
    assert not wire.has_begun
    assert as_gunicorn_reads(content) == (told(wire.requests[0].asked), body(wire.requests[0]))


@given(st.lists(requests(), min_size=1, max_size=4), st.lists(st.integers(0, 3000), max_size=6))
def test_several_at_once(contents: list[bytes], at: list[int]) -> None:
    """Requests that come behind one another are handed on in their order, up to one that ends the connection."""
    wire = fed(b"".join(contents), at)
    told_of = [(told(request.asked), body(request)) for request in wire.requests]

    assert wire.refusal is None
    assert [as_gunicorn_reads(content) for content in contents][: len(told_of)] == told_of
    assert [False] * (len(told_of) - 1) == [request.last for request in wire.requests][:-1]
    assert len(contents) == len(told_of) or wire.requests[-1].last


def one_by_one(content: bytes) -> range:
    """Cut after every byte."""
    return range(len(content))


@pytest.mark.parametrize("cuts", [lambda _: (), one_by_one], ids=["whole", "byte by byte"])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(VOICE + b"Content-Length: 3\r\n" + PIECES + b"3\r\nabc\r\n0\r\n\r\n", id="a length and pieces"),
        pytest.param(VOICE + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", id="two lengths"),
        pytest.param(VOICE + b"Content-Length: 3, 3\r\n\r\nabc", id="a list of lengths"),
        pytest.param(VOICE + b"Content-Length: +3\r\n\r\nabc", id="a sign"),
        pytest.param(VOICE + b"Content-Length: 3 3\r\n\r\nabc", id="a space in a length"),
        pytest.param(VOICE + b"Content-Length: " + b"1" * 19 + b"\r\n\r\n", id="a length beyond all"),
        pytest.param(VOICE + b"Content-Length:\r\n\r\n", id="no length"),
        pytest.param(VOICE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", id="two codings"),
        pytest.param(VOICE + b"Transfer-Encoding: identity\r\n\r\n", id="another coding"),
        pytest.param(VOICE + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", id="a hidden coding"),
        pytest.param(VOICE + b"Transfer-Encoding: chunked\r\n" + PIECES + b"0\r\n\r\n", id="coded twice"),
        pytest.param(b"POST / HTTP/1.0\r\nHost: h\r\n" + PIECES + b"0\r\n\r\n", id="pieces of an old client"),
        pytest.param(VOICE + PIECES + b"zz\r\nabc\r\n0\r\n\r\n", id="a bad size"),
        pytest.param(VOICE + PIECES + b"-1\r\nabc\r\n0\r\n\r\n", id="a size below nothing"),
        pytest.param(VOICE + PIECES + b"0x3\r\nabc\r\n0\r\n\r\n", id="a size with a prefix"),
        pytest.param(VOICE + PIECES + b"3 \r\nabc\r\n0\r\n\r\n", id="a space behind a size"),
        pytest.param(VOICE + PIECES + b"3\nabc\r\n0\r\n\r\n", id="a bare LF behind a size"),
        pytest.param(VOICE + PIECES + b"3\r\nabcd\r\n0\r\n\r\n", id="a piece that is longer than it says"),
        pytest.param(VOICE + b"X : y\r\n\r\n", id="a space before a colon"),
        pytest.param(VOICE + b"X: y\r\n folded\r\n\r\n", id="a folded line"),
        pytest.param(VOICE + b"X: y\n\r\n", id="a bare LF"),
        pytest.param(VOICE + b"X: y\rz\r\n\r\n", id="a bare CR"),
        pytest.param(VOICE + b"X: \0\r\n\r\n", id="a NUL"),
        pytest.param(VOICE + b"X: \x7f\r\n\r\n", id="a DEL"),
        pytest.param(VOICE + b"X\0: y\r\n\r\n", id="a NUL in a name"),
        pytest.param(VOICE + b": y\r\n\r\n", id="no name"),
        pytest.param(VOICE + b"no colon\r\n\r\n", id="no colon"),
        pytest.param(VOICE + b"Host: i\r\n\r\n", id="two hosts"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET http://h/ HTTP/1.1\r\nX-Forwarded-Host: h\r\n\r\n", id="a host elsewhere"),
        pytest.param(VOICE + b"Content-Type: a\r\nContent-Type: a\r\n\r\n", id="two kinds"),
        pytest.param(b"GET / HTTP/0.9\r\nHost: h\r\n\r\n", id="HTTP/0.9"),
        pytest.param(b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", id="HTTP/2.0"),
        pytest.param(b"GET / HTTP/9.9\r\nHost: h\r\n\r\n", id="HTTP/9.9"),
        pytest.param(b"GET /\r\n\r\n", id="no version"),
        pytest.param(b"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", id="a space behind the version"),
        pytest.param(b"GET / HTTP/1.1\nHost: h\n\n", id="bare LFs"),
        pytest.param(b"GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n", id="a target beyond ASCII"),
        pytest.param(b"GET /#x HTTP/1.1\r\nHost: h\r\n\r\n", id="a fragment"),
        pytest.param(b"GET * HTTP/1.1\r\nHost: h\r\n\r\n", id="no target"),
        pytest.param(b"GET h:80 HTTP/1.1\r\nHost: h\r\n\r\n", id="a host and no path"),
        pytest.param(b"GET http://[x/ HTTP/1.1\r\nHost: h\r\n\r\n", id="a broken host"),
        pytest.param(b"get / HTTP/1.1\r\nHost: h\r\n\r\n", id="a small method"),
        pytest.param(b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", id="a tunnel"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="the beginning of HTTP/2"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", id="the beginning of TLS"),
        pytest.param(VOICE + b"Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 3\r\n\r\nabc", id="upgrade, body"),
    ],
)
def test_broken(content: bytes, cuts: Any) -> None:
    """What could be read in two ways, or breaks the rules, is refused, however it comes."""
    wire = fed(content, cuts(content))

    assert ([], BAD) == (list(wire.requests), wire.refusal)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(VOICE + b"Content-Length: 3\r\n\r\nabc", b"abc", id="a length"),
        pytest.param(VOICE + b"Content-Length: 0003\r\n\r\nabc", b"abc", id="a length with noughts"),
        pytest.param(VOICE + b"transfer-encoding: Chunked \r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n", b"abc", id="pieces"),
        pytest.param(VOICE + b"Transfer_Encoding: x\r\nContent-Length: 1\r\n\r\nabc", b"a", id="no coding at all"),
        pytest.param(VOICE + b"X: y z\t \r\n\r\n", b"", id="spaces in a value"),
        pytest.param(b"\r\nPOST /voice HTTP/1.1\r\nHost: h\r\n\r\n", b"", id="an empty line before"),
        pytest.param(b"POST /voice HTTP/1.1\r\nhost:\r\n\r\n", b"", id="an empty host"),
        pytest.param(b"POST /voice HTTP/1.0\r\n\r\n", b"", id="no host of an old client"),
    ],
)
def test_near_misses(content: bytes, expected: bytes) -> None:
    """What is nearly broken is taken."""
    request = fed(content).requests[0]

    assert ("POST", "/voice", expected) == (request.asked["REQUEST_METHOD"], request.asked["PATH_INFO"], body(request))


def test_options_of_the_server() -> None:
    """The one target that is no path is taken where it means something."""
    assert "*" == fed(b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").requests[0].asked["PATH_INFO"]


def test_names_that_could_pass_for_others() -> None:
    """A field with an underscore in its name is dropped: it would stand where that with a hyphen stands."""
    asked = fed(VOICE + b"X_Twilio_Signature: evil\r\nX-Twilio-Signature: good\r\n\r\n").requests[0].asked

    assert "good" == asked["HTTP_X_TWILIO_SIGNATURE"]


@pytest.mark.parametrize(
    ("client", "told", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("::1", "https", "https"),
        ("127.0.0.1", "x", "http"),
        (CLIENT[0], "https", "http"),
    ],
)
def test_scheme(client: str, told: str, scheme: str) -> None:
    """A proxy on the same machine may say that it ended TLS; nobody else may, and nothing else is taken from it."""
    asked = fed(VOICE + f"X-Forwarded-Proto: {told}\r\n\r\n".encode(), client=client).requests[0].asked

    assert scheme == asked["wsgi.url_scheme"]


def test_fields_behind_the_body() -> None:
    """What comes behind the pieces changes nothing: a proxy may not have looked at it."""
    content = VOICE + PIECES + b"1\r\na\r\n0\r\nX-Twilio-Signature: evil\r\nHost: evil\r\n\r\n"
    asked = fed(content).requests[0].asked

    assert ("h", None, "1") == (asked["HTTP_HOST"], asked.get("HTTP_X_TWILIO_SIGNATURE"), asked["CONTENT_LENGTH"])


@pytest.mark.parametrize(
    ("line", "fields", "last"),
    [
        ("GET / HTTP/1.1", "", False),
        ("GET / HTTP/1.1", "Connection: keep-alive\r\n", False),
        ("GET / HTTP/1.1", "Connection: close\r\n", True),
        ("GET / HTTP/1.1", "Connection: x, CLOSE\r\n", True),
        ("GET / HTTP/1.1", "Connection: closed\r\n", False),
        ("GET / HTTP/1.0", "", True),
        ("GET / HTTP/1.0", "Connection: keep-alive\r\n", False),
        ("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c\r\n", True),
        ("GET / HTTP/1.1", "Upgrade: h2c\r\n", False),
    ],
)
def test_how_long_a_connection_lives(line: str, fields: str, last: bool) -> None:
    """It lives on as RFC 9112 9.3 has it, and ends where something else than HTTP was asked for."""
    wire = fed(f"{line}\r\nHost: h\r\n{fields}\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n".encode())

    assert ([last] if last else [False, False], None) == ([each.last for each in wire.requests], wire.refusal)


@pytest.mark.parametrize(
    ("expectation", "version", "continues", "refusal"),
    [("100-Continue", "1.1", True, None), ("100-continue", "1.0", False, None), ("100", "1.1", False, EXPECTED)],
)
def test_expectations(expectation: str, version: str, continues: bool, refusal: HTTPStatus | None) -> None:
    """Whoever waits for a word before sending the body gets one; other expectations are refused."""
    wire = fed(f"POST / HTTP/{version}\r\nHost: h\r\nExpect: {expectation}\r\nContent-Length: 1\r\n\r\n".encode())

    assert (continues, refusal) == (wire.continues, wire.refusal)
    if continues:
        wire.feed(b"a")

        assert (False, b"a") == (wire.continues, body(wire.requests[0]))


START, HOST = b"GET / HTTP/1.1\r\n", b"Host: h\r\n"
LINES = {
    size: START.replace(b"/ ", b"/" + b"x" * (size - len("GET / HTTP/1.1")) + b" ") + HOST + b"\r\n"
    for size in (LINE - 1, LINE, LINE + 1)
}
HEADS = {
    size: START + HOST + b"X: %b\r\n" % (b"y" * (size - len(HOST + b"X: \r\n"))) + b"\r\n"
    for size in (HEAD - 1, HEAD, HEAD + 1)
}
MANY = {
    size: START + HOST + b"".join(b"X%d: y\r\n" % at for at in range(1, size)) + b"\r\n"
    for size in (FIELDS - 1, FIELDS, FIELDS + 1)
}


@pytest.mark.parametrize("at", [(), (7, 9, 2000, 4000, 4200, 9000)], ids=["whole", "cut"])
@pytest.mark.parametrize(
    ("contents", "limit", "refusal"),
    [
        pytest.param(LINES, LINE, LONG_LINE, id="line"),
        pytest.param(HEADS, HEAD, LONG_HEAD, id="head"),
        pytest.param(MANY, FIELDS, LONG_HEAD, id="fields"),
    ],
)
def test_limits_of_a_head(contents: dict[int, bytes], limit: int, refusal: HTTPStatus, at: Sequence[int]) -> None:
    """A head is taken up to its limits, and not beyond by one."""
    wires = [fed(contents[limit + more], at) for more in (-1, 0, 1)]

    assert [None, None, refusal] == [wire.refusal for wire in wires]
    assert [1, 1, 0] == [len(wire.requests) for wire in wires]


@pytest.mark.parametrize(
    "begun",
    [b"GET /", b"GET " + b" " * 9000, b"GET / HTTP/1.1\r\nX", b"GET / HTTP/1.1\r\nX: ", VOICE + PIECES + b"0\r\nX: "],
)
def test_head_that_never_ends(begun: bytes) -> None:
    """A line or a field that goes on for ever is refused, wherever it stands, before it has taken much memory."""
    wire = fed(begun + b"y" * (LINE + HEAD + 2 * READ))

    assert wire.refusal in {LONG_LINE, LONG_HEAD, BAD}


def of_length(head: bytes, size: int, in_pieces: bool) -> bytes:
    """Return a request with a body of so many bytes."""
    if in_pieces:
        return head + PIECES + b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"a" * size)
    return head + b"Content-Length: %d\r\n\r\n" % size + b"a" * size


@pytest.mark.parametrize("in_pieces", [False, True], ids=["stated", "pieces"])
@pytest.mark.parametrize(("head", "limit"), [(VOICE, SHORT), (PAGE, LONG)], ids=["voice", "page"])
def test_limits_of_a_body(head: bytes, limit: int, in_pieces: bool) -> None:
    """A body is taken up to its limit; of one byte more nothing is read, and the application sees how long it is."""
    wires = [fed(of_length(head, limit + more, in_pieces)) for more in (-1, 0, 1)]
    last = wires[2].requests[0]

    assert [limit - 1, limit] == [len(body(wire.requests[0])) for wire in wires[:2]]
    assert (True, True) == (last.last, isinstance(last.asked["wsgi.input"], Unread))
    assert limit < int(last.asked["CONTENT_LENGTH"])
    with pytest.raises(OSError, match="was not read"):
        last.asked["wsgi.input"].read()


def test_places_for_long_bodies() -> None:
    """So many long bodies are held at once; one more is refused, until one of them is answered or given up."""
    room = some_room(places=1)
    long = of_length(PAGE, SHORT + 1, in_pieces=False)
    first, second = fed(long, room=room), fed(long, room=room)

    assert (None, HTTPStatus.SERVICE_UNAVAILABLE) == (first.refusal, second.refusal)
    first.release(first.requests.popleft())
    assert None is fed(long[:-1], room=room).refusal
    assert 0 == room.places


@pytest.mark.parametrize("sent", [-1, 0], ids=["half", "whole"])
def test_places_are_given_back(sent: int) -> None:
    """A connection that ends gives back what it held, whatever has come of it."""
    room = some_room(places=1)
    long = of_length(PAGE, SHORT + 1, in_pieces=True)
    wire = fed(long[: len(long) + sent], room=room)

    assert 0 == room.places
    wire.close()
    assert 1 == room.places


def test_path_beside_the_pages() -> None:
    """Only what lies below the pages may be long, not what begins with the same letters."""
    room = some_room()

    assert [LONG, LONG, SHORT, SHORT] == [room.most(path) for path in ("/admin", "/admin/x", "/administrator", "/")]


def test_too_many_at_once() -> None:
    """Of many requests behind one another so many are answered, and then no more."""
    wire = fed(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * (PIPELINED + 1))

    assert (PIPELINED, BAD) == (len(wire.requests), wire.refusal)
