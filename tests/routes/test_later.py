"""The coordinators' pages are made when they are first asked for, once, and tried again where that fails."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from routes.later import PAUSE, Later

PATIENCE = 60
"""Seconds that another thread is waited for."""


class Maker:
    """Makes a page, or breaks as long as `broken`; the clock beside it stands still."""

    def __init__(self, broken: bool = False) -> None:
        self.made, self.broken, self.time = 0, broken, 1000.0

    def __call__(self) -> Response:
        """Make the page; count how often that was tried."""
        self.made += 1
        if self.broken:
            raise ImportError
        return Response("a page")

    def now(self) -> float:
        """Return the time."""
        return self.time


def test_made_once() -> None:
    """Nothing is made before somebody asks, and what the first has waited for serves whoever comes after."""
    maker = Maker()
    client = Client(Later(maker, maker.now))
    before = maker.made

    assert ["a page", "a page"] == [client.get("/").text, client.get("/").text]
    assert (0, 1) == (before, maker.made)


def test_two_who_ask_first() -> None:
    """Of two who ask at once one makes the pages, and the other waits for the same."""
    entered, gate, made = Event(), Event(), []

    def make() -> Response:
        made.append(Response("a page"))
        entered.set()
        gate.wait(PATIENCE)
        return made[-1]

    client = Client(Later(make))
    with ThreadPoolExecutor(2) as others:
        asked = [others.submit(client.get, "/") for _ in range(2)]
        assert entered.wait(PATIENCE)
        gate.set()

        assert ["a page", "a page"] == [each.result(PATIENCE).text for each in asked]
    assert 1 == len(made)


def test_page_that_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """Where the pages cannot be made the log says so once, and a page does, in both languages, bound like any other."""
    maker = Maker(broken=True)
    client = Client(Later(maker, maker.now))
    with caplog.at_level(logging.ERROR):
        answers = [client.get("/"), client.post("/people")]

    assert [503, 503] == [answer.status_code for answer in answers]
    assert ["admin_unavailable"] == [record.message for record in caplog.records]
    assert ("text/html; charset=utf-8", str(PAUSE)) == (answers[0].content_type, answers[0].headers["Retry-After"])
    assert "default-src 'self'" in answers[0].headers["Content-Security-Policy"]
    assert "no-store" == answers[0].headers["Cache-Control"]
    assert all(words in answers[0].text for words in ("Calls go on.", "Les appels continuent."))


@pytest.mark.parametrize(("seconds", "status", "made"), [(PAUSE - 0.5, 503, 1), (PAUSE, 200, 2)])
def test_tried_again(seconds: float, status: int, made: int) -> None:
    """What could not be made is tried again after some seconds, not at every request."""
    maker = Maker(broken=True)
    client = Client(Later(maker, maker.now))
    client.get("/")
    maker.broken = False
    maker.time += seconds

    assert (status, made) == (client.get("/").status_code, maker.made)
