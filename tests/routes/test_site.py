"""Telephone side and coordinators' pages on one address: whatever becomes of the pages, calls are answered."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from werkzeug.test import Client

import routes
from routes import create_site
from tests.application import some_services, some_settings


@pytest.fixture
def site(tmp_path: Path) -> Client:
    """The whole site over a database that nobody has made."""
    return Client(create_site(some_services(some_settings(tmp_path, database_url=f"sqlite:///{tmp_path / 'none.db'}"))))


def test_both_are_there(site: Client) -> None:
    """The telephone side answers, and so do the pages below their own address."""
    assert 200 == site.get("/health/live").status_code
    assert "/admin/sign-in" in site.get("/admin/").headers["Location"]


def test_calls_are_answered_without_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Pages that cannot be made are logged, and keep no caller from the line."""

    def broken(_services: object) -> None:
        raise ImportError

    monkeypatch.setattr(routes, "_pages", broken)
    with caplog.at_level(logging.ERROR):
        site = Client(create_site(some_services(some_settings(tmp_path))))

    assert 200 == site.get("/health/ready").status_code
    assert 403 == site.post("/voice").status_code  # unsigned, and asked for as ever
    assert 404 == site.get("/admin/").status_code
    assert ["admin_unavailable"] == [record.message for record in caplog.records]
