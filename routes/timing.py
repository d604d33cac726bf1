"""How long the carrier waits for our answers: measured around the whole application, and shown as a histogram."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ivr.metrics import Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Timed:
    """An application whose answers to the carrier are timed, some three microseconds each.

    What is refused is not: strangers would make the figure look better than callers have it. Time in which a request
    waits for its turn in the server is not seen from here.
    """

    def __init__(self, app: WSGIApplication, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    def __call__(self, asked: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, and add the time until the answer was ready."""
        kind = kind_of(asked.get("PATH_INFO", ""))
        if not kind:
            return self._app(asked, start_response)
        began = time.perf_counter()

        def started(status: str, headers: list[tuple[str, str]], fault: Any = None) -> Any:
            if status.startswith("2"):
                self._metrics.answered(kind, time.perf_counter() - began)
            return start_response(status, headers, fault)

        return self._app(asked, started)


def kind_of(path: str) -> str:
    """Return the kind of a request (`ivr.metrics.REQUESTS`), empty where it is none of the carrier's."""
    first, _, rest = path[1:].partition("/")
    if first not in {"voice", "sms"}:
        return ""
    return "status" if rest == "status" else first
