"""The carrier of the fault suite: signed webhooks over real HTTP, each timed, and a REST interface that can fail."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

from ivr.simulator.exchange import Exchange
from ivr.simulator.records import Json
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import Response, Transport
from routes.carrier import create_carrier_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LATE_SECONDS = 10.0


class Mood(StrEnum):
    """How the provider answers every request of its REST interface."""

    WELL = "well"
    TOO_MANY = "429"
    BROKEN = "500"
    GARBAGE = "garbage"
    LATE = "late"
    """What was asked for is done at once; the answer comes after ten seconds."""


class TimedTransport:
    """Carries requests to the application, and notes how long each took and which had no answer."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self.seconds: list[float] = []
        """One figure for each webhook, also for those without an answer."""
        self._begun: set[str] = set()
        self.told: Counter[str] = Counter()
        """What the application must have counted, since it has answered what it was told: kind and name."""
        self.cut: Counter[str] = Counter()
        """What it may have counted: what it was told, and did not answer."""

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Ask; raises `CarrierError` where there is no answer."""
        began, answered = time.perf_counter(), False
        try:
            answer = self._inner.post(url, form, headers)
            answered = answer.status < 400
            return answer
        finally:
            with self._lock:
                self.seconds.append(time.perf_counter() - began)
                (self.told if answered else self.cut)[self._event(urlsplit(url).path, form)] += 1

    def get(self, url: str) -> Response:
        """Fetch audio."""
        return self._inner.get(url)

    def _event(self, path: str, form: Mapping[str, str]) -> str:
        """Return what is counted of a webhook, where one alone decides that; "" otherwise."""
        if "DialCallStatus" in form:
            return f"outcome {form['DialCallStatus'].replace('-', '_')}"
        if path == "/voice" and form["CallSid"] not in self._begun:
            self._begun.add(form["CallSid"])
            return "call begun"
        return ""


class NotedExchange(Exchange):
    """An exchange that remembers to whom a text was made, also when nobody heard its answer."""

    def __init__(self, subscription: Subscription, transport: TimedTransport) -> None:
        super().__init__(subscription, transport)
        self.timed = transport
        self.made: Counter[str] = Counter()
        """Receiver to how many texts the REST interface has made for them."""

    def create_message(self, form: Mapping[str, str]) -> Json:
        """Make a text, and note it."""
        shown = super().create_message(form)
        self.made[form["To"]] += 1
        return shown


class Provider:
    """The REST interface over HTTP; `mood` is how it answers, `met` how many requests it got in this mood."""

    def __init__(self, exchange: NotedExchange) -> None:
        self.mood = Mood.WELL
        self.met = 0
        self._app: WSGIApplication = create_carrier_app(exchange, "nobody has this token").wsgi_app
        self._closing = threading.Event()

    @contextmanager
    def at_work(self, port: int) -> Iterator[None]:
        """Answer on a port of loopback."""
        server = make_server("127.0.0.1", port, self._answer, threaded=True, request_handler=_Silent)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            self._closing.set()
            server.shutdown()
            thread.join()
            server.server_close()

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        mood = self.mood
        self.met += 1
        match mood:
            case Mood.TOO_MANY:
                return _answered(start, "429 Too Many Requests", b'{"code": 20429, "message": "Too Many Requests"}')
            case Mood.BROKEN:
                return _answered(start, "500 Internal Server Error", b"")
            case Mood.GARBAGE:
                return _answered(start, "200 OK", b"<html>\xff\x00 {")
        answer = self._app(environ, start)
        if mood is Mood.LATE:
            self._closing.wait(LATE_SECONDS)
        return answer


class _Silent(WSGIRequestHandler):
    """Says nothing of the requests, which are many."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Keep quiet."""


def _answered(start: StartResponse, status: str, body: bytes) -> Iterable[bytes]:
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
