"""The production web server: gunicorn with threads, the application built once before its workers are made.

What the workers share (directory, catalogues) is read once and stays in shared memory. Each worker then watches the
tables for itself. Connections to Redis are made by each worker when it first needs one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 8
"""Requests that one worker can have in hand at once; each takes well under a millisecond of work."""
KEEP_ALIVE = 20
"""Seconds that a connection of the carrier may rest between two steps of a call."""


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
    app: WSGIApplication, host: str, port: int, workers: int, in_worker: Callable[[], None] = lambda: None
) -> None:
    """Serve until told to stop. `in_worker` runs once in each worker process after it has been made."""

    def post_fork(_arbiter: object, _worker: object) -> None:
        in_worker()

    Server(
        app,
        {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": KEEP_ALIVE,
            "preload_app": True,
            "post_fork": post_fork,
            "accesslog": None,
            "loglevel": "warning",
            "limit_request_line": 4094,
            "graceful_timeout": 10,
            "control_socket_disable": True,
        },
    ).run()
