"""The carrier of a running installation, with every request and answer between the two noted, and faults on demand."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

from ivr.simulator.exchange import Exchange
from ivr.simulator.messages import RestError
from ivr.simulator.people import our_numbers
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import HttpTransport, Response
from routes.carrier import create_carrier_app

ACCOUNT, TOKEN, CONTROL = "AC" + "a" * 32, "an auth token of a test", "a token that opens the exchange of a test"


@dataclass
class Noted:
    """A transport that notes every address it is sent to, and every answer, headers included."""

    inner: HttpTransport
    addresses: set[str] = field(default_factory=set)
    answers: list[bytes] = field(default_factory=list)

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Post, and note."""
        self.addresses.add(url)
        return self._noted(self.inner.post(url, form, headers))

    def get(self, url: str) -> Response:
        """Fetch, and note."""
        self.addresses.add(url)
        return self._noted(self.inner.get(url))

    def _noted(self, answer: Response) -> Response:
        self.answers.append(repr(dict(answer.headers)).encode() + answer.body)
        return answer


class Wire:
    """Exchange, REST interface and what went over both."""

    def __init__(self, port: int) -> None:
        self.noted = Noted(HttpTransport(f"http://127.0.0.1:{port}"))
        self.exchange = Exchange(Subscription(ACCOUNT, TOKEN, our_numbers(), f"http://127.0.0.1:{port}"), self.noted)
        self.asked: set[str] = set()
        """Every address that the application has asked of the REST interface."""
        self.complaint = ""
        """While this is set the REST interface answers everything with it, status 500."""
        self.complaints = 0
        self.posted = threading.Event()
        """Set when a text is asked for."""
        self.url = ""

    def settings(self) -> dict[str, str]:
        """Return the environment of an installation that has this carrier."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": ",".join(our_numbers()),
            "TWILIO_API_URL": self.url,
            "FANAL_EXCHANGE_TOKEN": CONTROL,
        }

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Answer requests of the REST interface."""
        server = make_server("127.0.0.1", 0, self._app(), threaded=True, request_handler=_Silent)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield
        finally:
            self.exchange.close()
            server.shutdown()
            thread.join()
            server.server_close()

    def _app(self) -> Flask:
        app = create_carrier_app(self.exchange, CONTROL)

        @app.before_request
        def _note() -> None:
            if not request.path.startswith("/exchange"):
                self.asked.add(request.url)
            if request.method == "POST" and re.search(r"/Messages\.json$", request.path):
                self.posted.set()

        @app.url_value_preprocessor
        def _complain(endpoint: str | None, _values: object) -> None:
            if self.complaint and (endpoint or "").startswith("carrier_rest"):
                self.complaints += 1
                raise RestError(500, 20500, self.complaint)

        return app


class _Silent(WSGIRequestHandler):
    """Says nothing of the requests."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Keep quiet."""
