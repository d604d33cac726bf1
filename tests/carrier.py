"""A small stand-in for the provider's REST interface, over real HTTP on loopback, which does what a test tells it."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HANG_UP = "hang up"
"""Told instead of an answer: the connection ends after the request was read."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that the carrier got."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    form: Mapping[str, list[str]]
    authorization: str

    @property
    def resource(self) -> str:
        """The path after the account, such as `Calls/CA1.json`."""
        return self.path.partition("/Accounts/")[2].partition("/")[2]


@dataclass
class Carrier:
    """The records that the carrier holds, what it was asked, and how it is to answer next."""

    url: str = ""
    calls: dict[str, dict[str, str]] = field(default_factory=dict)
    """Call id to `from`, `to` and, for a forwarded leg, `parent`."""
    messages: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    told: dict[str, deque[tuple[int, Any] | str]] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    """While it is not set, a POST is read and recorded, and its answer waits."""
    posted: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released once for each POST that was read."""

    def __post_init__(self) -> None:
        self.gate.set()

    def tell(self, method: str, *answers: tuple[int, Any] | str) -> None:
        """Answer the next requests of this method so: status and content, or `HANG_UP`."""
        self.told.setdefault(method, deque()).extend(answers)

    @property
    def sent(self) -> list[tuple[str, str, str]]:
        """The texts that were taken: to, from, body."""
        return [(message["To"], message["From"], message["Body"]) for message in self.messages.values()]

    def asked(self) -> list[str]:
        """Method and resource of each request, in order."""
        return [f"{request.method} {request.resource}" for request in self.requests]

    def answer(self, request: Request) -> tuple[int, Any] | str:
        """Answer as told, else from the records."""
        told = self.told.get(request.method)
        if told:
            return told.popleft()
        kind, _, name = request.resource.removesuffix(".json").partition("/")
        records = self.calls if kind == "Calls" else self.messages
        match request.method, name:
            case "POST", "":
                return self._take(request)
            case "GET", "":
                parent = request.query.get("ParentCallSid", [""])[0]
                legs = [{"sid": sid, **call} for sid, call in self.calls.items() if call.get("parent") == parent]
                return 200, {kind.lower(): legs if parent else [], "page": 0}
            case "GET", _ if name in records:
                return 200, {"sid": name, **records[name]}
            case "DELETE", _ if records.pop(name, None) is not None:
                return 204, None
        return 404, {"status": 404, "code": 20404, "message": f"The requested resource {request.path} was not found"}

    def _take(self, request: Request) -> tuple[int, Any]:
        sid = f"SM{len(self.messages):032x}"
        self.messages[sid] = {name: values[0] for name, values in request.form.items()}
        return 201, {"sid": sid, "status": "queued"}


@contextmanager
def carrier_at_work() -> Iterator[Carrier]:
    """Run a carrier; its `url` is where it answers."""
    carrier = Carrier()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(carrier))
    server.daemon_threads = True
    carrier.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield carrier
    carrier.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


def _handler(carrier: Carrier) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            parts, form = urlsplit(self.path), self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            authorization = self.headers.get("Authorization", "")
            request = Request(self.command, parts.path, parse_qs(parts.query), parse_qs(form), authorization)
            carrier.requests.append(request)
            answer = carrier.answer(request)
            if request.method == "POST":
                carrier.posted.release()
                carrier.gate.wait()
            if isinstance(answer, str):
                self.close_connection = True
                return
            status, content = answer
            body = (
                b""
                if content is None
                else content.encode()
                if isinstance(content, str)
                else json.dumps(content).encode()
            )
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *arguments: object) -> None:
            """Keep quiet."""

    return Handler
