"""The coordinators' pages, made when somebody first asks for them: no caller waits for them after a start."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from flask import Response

from routes.answers import harden

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)
PAUSE = 10
"""Seconds until pages that could not be made are tried again."""
_AWAY = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Fanal</title>
<p>These pages cannot be shown at the moment. Calls go on. Try again in a moment; the operator's log has the
details.</p>
<p lang="fr">Ces pages ne peuvent pas être affichées pour le moment. Les appels continuent. Réessayez dans un instant ;
le journal de l'exploitant donne les détails.</p>
</html>
"""


class Later:
    """An application that is made by the first who asks; whoever asks meanwhile waits with them.

    It is to be asked in threads that may wait. Where it cannot be made, the log and a page say so, and calls are
    answered all the same.
    """

    def __init__(self, make: Callable[[], WSGIApplication], now: Callable[[], float] = time.monotonic) -> None:
        self._make, self._now = make, now
        self._lock = Lock()
        self._made: WSGIApplication | None = None
        self._next = now()

    def __call__(self, asked: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, or with 503 as long as there is none."""
        return (self._made or self._first() or _away())(asked, start_response)

    def _first(self) -> WSGIApplication | None:
        """Make the application, once; None where that fails, or failed a moment ago."""
        with self._lock:
            if self._made is None and self._next <= self._now():
                try:
                    self._made = self._make()
                except Exception:
                    log.exception("admin_unavailable")
                    self._next = self._now() + PAUSE
            return self._made


def _away() -> Response:
    """Say that there are no pages now, in the languages that the pages have."""
    return harden(Response(_AWAY, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(PAUSE)}))
