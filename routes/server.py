"""The production web server: gunicorn with threads, the application built once before its workers are made.

What the workers share (directory, catalogues) is read once and stays in shared memory. Each worker then watches the
tables for itself. Connections to Redis are made by each worker when it first needs one.

A request that breaks the rules of HTTP never reaches the application. The library would answer it, and log it, with
its own words and the sender's address; here it gets a bare refusal, and nothing of it is kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_error
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from routes.senders import Sender, Waiting

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)
THREADS = 8
"""Requests that one worker can have in hand at once; each takes well under a millisecond of work."""
KEEP_ALIVE = 20
"""Seconds that a connection of the carrier may rest between two steps of a call."""


_REFUSALS = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}
"""How a broken request is refused where "bad request" does not say it (RFC 9110, RFC 6585)."""


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """A worker that keeps nothing of a broken request, and no thread for whoever sends slowly."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._waiting = Waiting(most=THREADS // 2)

    def handle(self, connection: Any) -> Any:
        """Take one request from a connection, once it has begun to come and as long as it comes soon."""
        if not isinstance(connection.sock, Sender):
            connection.sock = Sender(connection.sock, self._waiting)
        if not (connection.initialized or connection.data_ready or connection.wait_for_data(0)):
            return _DEFER  # the library would keep a thread for it, for some seconds
        connection.sock.begin()
        return super().handle(connection)

    def handle_error(self, _request: object, client: Any, _address: object, fault: Exception) -> None:
        """Refuse a request that could not be read; log an event, and nothing else, where the fault is our own."""
        ours = isinstance(fault, InvalidResponseHeader | InvalidResponseHeaderName)
        if isinstance(fault, ParseException) and not ours:
            status = _REFUSALS.get(type(fault), HTTPStatus.BAD_REQUEST)
        else:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            log.error("server_fault", extra={"fault": type(fault).__name__})
        try:
            write_error(client, int(status), status.phrase, "")
        except OSError:
            log.debug("nobody_waits")  # whoever asked has gone


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """One gunicorn server around one application."""

    def __init__(self, app: WSGIApplication, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options; gunicorn reads no file, environment or argument of its own."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Return the application."""
        return self._app


def serve(
    app: WSGIApplication,
    host: str,
    port: int,
    workers: int,
    in_worker: Callable[[], None] = lambda: None,
    folder: str | None = None,
) -> None:
    """Serve until told to stop. `in_worker` runs once in each worker process after it has been made.

    In `folder` each worker has a small file by which it shows that it lives; None for the system's own folder.
    """

    def post_fork(_arbiter: object, _worker: object) -> None:
        in_worker()

    Server(
        app,
        {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": Worker,
            "threads": THREADS,
            "keepalive": KEEP_ALIVE,
            "preload_app": True,
            "post_fork": post_fork,
            "accesslog": None,
            "loglevel": "warning",
            "limit_request_line": 4094,
            "graceful_timeout": 10,
            "control_socket_disable": True,
            "worker_tmp_dir": folder,
        },
    ).run()
