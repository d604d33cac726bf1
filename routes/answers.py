"""Answers: the carrier's markup without what the library does for pages, and pages bound to their own origin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MARKUP = "text/xml; charset=utf-8"
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Markup(Response):
    """An answer that is one text in memory, to a POST: nothing in it depends on the request."""

    def __init__(self, text: str) -> None:
        super().__init__(text, content_type=MARKUP)

    def __call__(self, _environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the answer as it stands; its length was set with its text."""
        start_response(self.status, self.headers.to_wsgi_list())
        return [self.get_data()]


def harden(response: Response) -> Response:
    """Bind pages to their own origin; the carrier's markup is no page."""
    if not isinstance(response, Markup):
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
    return response
