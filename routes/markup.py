"""The carrier's markup as an answer, without what the library does for pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response

from routes import MARKUP

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Markup(Response):
    """An answer that is one text in memory, to a POST: nothing in it depends on the request."""

    def __init__(self, text: str) -> None:
        super().__init__(text, content_type=MARKUP)

    def __call__(self, _environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the answer as it stands; its length was set with its text."""
        start_response(self.status, self.headers.to_wsgi_list())
        return [self.get_data()]
