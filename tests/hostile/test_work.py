"""How much work a stranger can make of a request: counted in calls of functions, which no busy machine changes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from routes import create_site
from routes.guard import HEADER
from routes.wire import LINE
from tests.application import some_services, some_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SIGNED = Headers({HEADER: "A" * 27 + "="})
"""What looks like a signature."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> WSGIApplication:
    """The whole site, whose pages nobody asks for."""
    return create_site(some_services(some_settings(tmp_path_factory.mktemp("var"))))


@pytest.mark.parametrize("begin", ["/voice", "/health", "/sms", ""])
@pytest.mark.parametrize("part", ["/", "/a", "/%2F"])
def test_paths(site: WSGIApplication, begin: str, part: str) -> None:
    """A path of as many parts as find room costs no more than twice what a short one costs."""
    calls = [0]

    def count(*_: object) -> None:
        calls[0] += 1

    def cost(path: str) -> int:
        asked = EnvironBuilder(path, method="POST", headers=SIGNED).get_environ()
        calls[0] = 0
        sys.setprofile(count)
        try:
            run_wsgi_app(site, asked, buffered=True)
        finally:
            sys.setprofile(None)
        return calls[0]

    cost(begin + part)  # what is made once is made now

    assert cost(begin + part * ((LINE - 100) // len(part))) < 2 * cost(begin + part)
