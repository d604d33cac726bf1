"""Telephone side and coordinators' pages on one address: whatever becomes of the pages, calls are answered."""

from __future__ import annotations

import inspect
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

import routes
from routes import create_app, create_site
from tests.application import some_services, some_settings
from tests.databases import with_tables


@pytest.fixture
def site(tmp_path: Path) -> Client:
    """The whole site over a database that nobody has made."""
    return Client(create_site(some_services(some_settings(tmp_path, database_url=f"sqlite:///{tmp_path / 'none.db'}"))))


def test_both_are_there(site: Client) -> None:
    """The telephone side answers, and so do the pages below their own address."""
    assert 200 == site.get("/health/live").status_code
    assert "/admin/sign-in" in site.get("/admin/").headers["Location"]


def test_views_are_plain_functions(tmp_path: Path) -> None:
    """No view of the telephone side is a coroutine: nobody looks for one while a caller waits (`routes.telephone`)."""
    app = create_app(some_services(some_settings(tmp_path)))

    assert "voice.key" in app.view_functions
    assert [] == [name for name, view in app.view_functions.items() if inspect.iscoroutinefunction(view)]


def test_phone_of_coordinators(tmp_path: Path) -> None:
    """Where callers call, the browser phone is the coordinators': its address leads to theirs, and to the sign-in."""
    tables = f"sqlite:///{tmp_path / 'tables.db'}"
    with_tables(tables).dispose()
    site = Client(create_site(some_services(some_settings(tmp_path, exchange_token=None, database_url=tables))))

    assert "/admin/try" == site.get("/phone").headers["Location"]
    assert "/admin/sign-in?then=/try" == site.get("/admin/try").headers["Location"]
    assert 404 == site.get("/phone/").status_code


def test_calls_wait_for_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The coordinators' pages are made when they are asked for: not at the start, and for no caller."""
    made: list[object] = []

    def pages(services: object) -> Response:
        made.append(services)
        return Response("a page")

    monkeypatch.setattr(routes, "_pages", pages)
    site = Client(create_site(some_services(some_settings(tmp_path))))
    answers = [
        site.post("/voice").status_code,
        site.get("/health/ready").status_code,
        site.get("/administer").status_code,
    ]

    assert ([403, 200, 404], []) == (answers, made)
    assert (["a page", "a page"], 1) == ([site.get(path).text for path in ("/admin", "/admin/people")], len(made))


def test_calls_are_answered_without_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Pages that cannot be made are logged when they are asked for, and keep no caller from the line."""

    def broken(_services: object) -> None:
        raise ImportError

    monkeypatch.setattr(routes, "_pages", broken)
    site = Client(create_site(some_services(some_settings(tmp_path))))
    with caplog.at_level(logging.ERROR):
        page = site.get("/admin/")

    assert 200 == site.get("/health/ready").status_code
    assert 403 == site.post("/voice").status_code  # unsigned, and asked for as ever
    assert 503 == page.status_code
    assert ["admin_unavailable"] == [record.message for record in caplog.records]


def test_start_reads_nothing_of_the_pages() -> None:
    """A server that nobody has asked for a page has read none of their libraries: they take a third of its start."""
    asked = """
import sys
from types import SimpleNamespace
from routes import create_site
create_site(SimpleNamespace(settings=SimpleNamespace(demo=False), metrics=None, clock=None))
print(sorted({"argon2", "flask_wtf", "webauthn", "routes.admin.areas", "directory.desk.drafts"} & {*sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
