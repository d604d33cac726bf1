"""HTTP of one connection without a connection: bytes in, whole requests out, each as a WSGI environ (PEP 3333).

llhttp reads (through httptools); what it lets pass and we do not is refused here: more than one meaning, more than the
limits. Nothing is handed on before head and body have come, so a slow sender holds bounded memory and nothing else.
The rules are those of RFC 9110 and RFC 9112; what is made of a request is what gunicorn makes of it, but for three
things: a body in pieces arrives as one of known length, trailers are dropped, and only "chunked" is a coding.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes, urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

Environ = dict[str, Any]

LINE = 4094
"""Bytes of a request line at most, without its end."""
HEAD = 16 * 1024
"""Bytes of the fields of a head at most, counting four for the marks of each."""
FIELDS = 100
"""Fields of a head at most."""
READ = 64 * 1024
"""Bytes that are handed in at once at most."""
PIPELINED = 20
"""Whole requests that wait for their turn at most; browsers and carriers send none before they have their answer."""

_BETWEEN, _IN_HEAD, _IN_BODY = range(3)
_TARGET = re.compile(rb"[!\"$-~]+")
"""RFC 9112 3.2: visible ASCII; a "#" begins what browsers keep to themselves."""
_LENGTH = re.compile(r"[0-9]{1,18}")
_VERSIONS = frozenset({"1.0", "1.1"})
_NEVER = frozenset({"CONNECT", "SOURCE"})
"""Methods after which the bytes are no HTTP any more, or never were."""
_ONCE = frozenset({"HTTP_HOST", "CONTENT_TYPE", "CONTENT_LENGTH"})
"""Fields of which a second one gives the request two meanings (RFC 9110 5.3)."""
_NEAR = frozenset({"127.0.0.1", "::1"})
"""Where a proxy stands whose word is taken for the scheme, on which the pages' own checks depend; on no other word."""
_OWN_NAMES = {"CONTENT_TYPE": "CONTENT_TYPE", "CONTENT_LENGTH": "CONTENT_LENGTH"}
# fmt: off
_USUAL = (
    "Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Connection", "Content-Type",
    "Content-Length", "Cookie", "Origin", "Referer", "X-Twilio-Signature", "I-Twilio-Idempotency-Token",
    "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip", "Transfer-Encoding", "Expect",
    "Cache-Control", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User",
)
# fmt: on
"""Fields whose names are known before they come."""


def _key(name: bytes) -> str:
    """Return the environ's name of a field; "" for one with an underscore, which could pass for another field."""
    if b"_" in name:
        return ""
    plain = name.decode("latin-1").upper().replace("-", "_")
    return _OWN_NAMES.get(plain, f"HTTP_{plain}")


_KEYS = {spelt: _key(spelt) for each in _USUAL for spelt in (each.encode(), each.lower().encode())}


@dataclass(slots=True)
class Room:
    """Bodies longer than `short` bytes that one process may hold at once: up to `long` bytes below a path."""

    short: int
    below: str
    long: int
    places: int

    def most(self, path: str) -> int:
        """Return how many bytes a body may have."""
        return self.long if self.is_below(path) else self.short

    def is_below(self, path: str) -> bool:
        """Tell whether a path is one below which bodies may be long."""
        return path == self.below or path.startswith(f"{self.below}/")


@dataclass(slots=True)
class Request:
    """A whole request."""

    asked: Environ
    last: bool
    """Whether the connection ends with its answer."""
    long: bool
    """Whether its body takes one of the places of `Room`."""


class RefusedError(Exception):
    """A request that is not taken; `status` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class _UnreadError(Exception):
    """The rest of a body is not read."""


class Unread(io.RawIOBase):
    """A body that is too long, and of which nothing is kept: the application sees its length, and says what it says."""

    def readable(self) -> bool:
        """Answer yes; what comes of it is another matter."""
        return True

    def readinto(self, _buffer: object) -> NoReturn:
        """Raise `OSError`, always."""
        raise OSError("this body is too long and was not read")


class Wire:
    """One connection's requests; `base` is what the environ of each begins with."""

    # fmt: off
    __slots__ = (
        "_base", "_body", "_environ", "_fault", "_fed", "_fields", "_last", "_length", "_limit", "_long",
        "_parser", "_room", "_size", "_stage", "_target", "continues", "refusal", "requests",
    )
    # fmt: on

    def __init__(self, base: Environ, room: Room) -> None:
        self._base = base
        self._room = room
        self._parser = HttpRequestParser(self)
        self._stage = _BETWEEN
        self._fault: HTTPStatus | None = None
        self._fed = 0
        self._long = False
        self.requests: deque[Request] = deque()
        self.refusal: HTTPStatus | None = None
        """How the connection ends once what came before is answered; None while it goes on."""
        self.continues = False
        """Whether the sender waits for a word before it sends the body (RFC 9110 10.1.1)."""

    @property
    def has_begun(self) -> bool:
        """Whether a request has begun to come and is not whole."""
        return self._stage != _BETWEEN

    def feed(self, data: bytes) -> None:
        """Take what has come, at most `READ` bytes; nothing after a refusal or a last request."""
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            if not (self.requests and self.requests[-1].last):
                self.refusal = self._fault or HTTPStatus.BAD_REQUEST
            return
        if self._stage != _BETWEEN:
            self._fed += len(data)  # the parser keeps a field, even one behind the body, until it is whole
            if self._fed > LINE + HEAD + READ:
                self.refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def close(self) -> None:
        """Give back all that is held."""
        if self._long:
            self._room.places += 1
            self._long = False
        for request in self.requests:
            self.release(request)
        self.requests.clear()
        del self._parser  # it knows this object, and this object it

    def release(self, request: Request) -> None:
        """Give back the place of a request that is answered, or never will be."""
        if request.long:
            self._room.places += 1

    # What follows is called by the parser, in the order in which it is written.

    def on_message_begin(self) -> None:
        """Begin a request."""
        if len(self.requests) >= PIPELINED:
            self._refuse(HTTPStatus.BAD_REQUEST)
        self._environ = self._base.copy()
        self._stage = _IN_HEAD
        self._target = b""
        self._body: bytes | bytearray = b""
        self._length = self._size = self._fields = self._fed = 0
        self._last = False

    def on_url(self, part: bytes) -> None:
        """Take the target, or a part of it."""
        self._target += part
        if len(self._target) > LINE:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field; those that stand behind the body count, and are dropped."""
        self._fields += 1
        self._size += len(name) + len(value) + 4
        if self._size > HEAD or self._fields > FIELDS:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        key = _KEYS.get(name)
        if key is None:
            key = _key(name)
        if not key or self._stage != _IN_HEAD:
            return
        text, asked = value.decode("latin-1").strip(" \t"), self._environ
        if key not in asked:
            asked[key] = text
        elif key in _ONCE:
            self._refuse(HTTPStatus.BAD_REQUEST)
        else:
            asked[key] += f",{text}"

    def on_headers_complete(self) -> None:
        """Judge the head, before anything of the body is taken."""
        asked = self._environ
        self._stage = _IN_BODY
        self._take_line(asked)
        self._take_path(asked)
        self._limit = self._room.short
        in_pieces = "HTTP_TRANSFER_ENCODING" in asked
        if in_pieces:
            self._judge_coding(asked)
            self._length = -1
        if "CONTENT_LENGTH" in asked:
            self._judge_length(asked["CONTENT_LENGTH"])
        if asked.get("HTTP_X_FORWARDED_PROTO") == "https" and asked["REMOTE_ADDR"] in _NEAR:
            asked["wsgi.url_scheme"] = "https"
        if "HTTP_EXPECT" in asked:
            self._judge_expectation(asked)
        if self._parser.should_upgrade():  # to nothing that is spoken here; the parser takes no body now
            if in_pieces or self._length:
                self._refuse(HTTPStatus.BAD_REQUEST)
            self._last = True

    def on_body(self, part: bytes) -> None:
        """Take a piece of the body."""
        self._fed = 0
        if not self._body:
            self._body = part
        elif isinstance(self._body, bytearray):
            self._body += part
        else:
            self._body = bytearray(self._body)
            self._body += part
        if len(self._body) > self._limit:
            self._make_room(len(self._body))

    def on_message_complete(self) -> None:
        """Hand on the request."""
        asked, body = self._environ, self._body
        if self._length < 0:
            asked["CONTENT_LENGTH"] = str(len(body))
        asked["wsgi.input"] = io.BytesIO(body)
        self._hand_on(self._last or not self._parser.should_keep_alive())

    def _hand_on(self, last: bool) -> None:
        self._stage = _BETWEEN
        self.continues = False
        self.requests.append(Request(self._environ, last, self._long))
        self._long = False

    def _take_line(self, asked: Environ) -> None:
        version, method = self._parser.get_http_version(), self._parser.get_method().decode("ascii")
        if version not in _VERSIONS or method in _NEVER:
            self._refuse(HTTPStatus.BAD_REQUEST)
        if len(method) + len(self._target) + len(" HTTP/1.1") + 1 > LINE:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)
        asked["REQUEST_METHOD"] = method
        if version == "1.0":
            asked["SERVER_PROTOCOL"] = "HTTP/1.0"
        elif "HTTP_HOST" not in asked:
            self._refuse(HTTPStatus.BAD_REQUEST)  # RFC 9112 3.2

    def _take_path(self, asked: Environ) -> None:
        if not _TARGET.fullmatch(self._target):
            self._refuse(HTTPStatus.BAD_REQUEST)
        target = self._target.decode("ascii")
        path, _, query = target.partition("?")
        if path[:1] != "/":
            path = self._absolute(path, asked["REQUEST_METHOD"])
        asked["RAW_URI"] = target
        asked["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1") if "%" in path else path
        asked["QUERY_STRING"] = query

    def _absolute(self, target: str, method: str) -> str:
        """Return the path of a target that names a host, as proxies are asked, or is "*" (RFC 9112 3.2)."""
        if "://" not in target and (target, method) != ("*", "OPTIONS"):
            self._refuse(HTTPStatus.BAD_REQUEST)
        try:
            return urlsplit(target).path
        except ValueError:
            self._refuse(HTTPStatus.BAD_REQUEST)

    def _judge_coding(self, asked: Environ) -> None:
        """Take pieces (RFC 9112 7.1), never beside a length, nor of HTTP/1.0 (6.1), nor anything coded twice."""
        coding = asked.pop("HTTP_TRANSFER_ENCODING")
        if coding.lower() != "chunked" or "CONTENT_LENGTH" in asked or asked["SERVER_PROTOCOL"] == "HTTP/1.0":
            self._refuse(HTTPStatus.BAD_REQUEST)

    def _judge_length(self, stated: str) -> None:
        if not _LENGTH.fullmatch(stated):
            self._refuse(HTTPStatus.BAD_REQUEST)
        self._length = int(stated)
        if self._length > self._limit:
            self._make_room(self._length)

    def _judge_expectation(self, asked: Environ) -> None:
        if asked["HTTP_EXPECT"].lower() != "100-continue":
            self._refuse(HTTPStatus.EXPECTATION_FAILED)
        self.continues = asked["SERVER_PROTOCOL"] != "HTTP/1.0"

    def _make_room(self, size: int) -> None:
        """Let a body be long where that may be, as long as there is a place; leave it to the application otherwise."""
        most = self._room.most(self._environ["PATH_INFO"])
        if size > most:
            self._environ["CONTENT_LENGTH"] = str(max(self._length, size))
            self._environ["wsgi.input"] = Unread()
            self._hand_on(last=True)
            raise _UnreadError
        if not self._long:
            if not self._room.places:
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            self._room.places -= 1
            self._long = True
        self._limit = most

    def _refuse(self, status: HTTPStatus) -> NoReturn:
        self._fault = status
        raise RefusedError(status)


def base_environ(given: Mapping[str, Any]) -> Environ:
    """Return what every environ of a server begins with, besides what is given."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "SCRIPT_NAME": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        **given,
    }
