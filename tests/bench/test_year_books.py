"""What a run is judged by: events of calls that wait are missed, deletions of records that go on are not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bench.year.books import Books
from bench.year.tally import Tally
from directory.database import open_database
from ivr.adapters import schema
from ivr.adapters.batch import Item, Once, line_of
from ivr.adapters.spool import SpoolFile
from ivr.events import Event, EventKind, PurgeCall

NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
DELETED = Once("record:a", Event.at(NOW, EventKind.RECORD, "deleted"))
LATE = Event.at(NOW, EventKind.STEP, "goodbye")


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """The books of a database in which nothing has been counted; no text was sent."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    engine = open_database(url)
    schema.upgrade(engine)
    engine.dispose()
    return Books(url, tmp_path / "spool", lambda: {}, lambda: True)


def wait_in(folder: Path, *items: Item, is_batch: bool) -> SpoolFile:
    """Let items wait in a file of the spool, in a batch or in none yet."""
    file = SpoolFile.make(folder)
    for item in items:
        assert file.append(line_of(item))
    if is_batch:
        file.mark_batch(1, sum(isinstance(item, Event | Once) for item in items))
    return file


@pytest.mark.parametrize("is_batch", [False, True])
def test_deletions_may_go_on(books: Books, tmp_path: Path, is_batch: bool) -> None:
    """A deletion that waits to be counted is none of the run's events: nobody waits for it, and nothing is lost."""
    file = wait_in(tmp_path / "spool", DELETED, PurgeCall("CA1"), is_batch=is_batch)

    books.begin()
    outcome = books.settle(Tally(), seconds=60)
    file.release()

    assert ({}, 0, 1) == (outcome.wrong, outcome.lost, outcome.books.waiting)
    assert outcome.books.counted == outcome.accepted
    assert outcome.seconds < 30


@pytest.mark.parametrize("is_batch", [False, True])
def test_an_event_that_waits_is_missed(books: Books, tmp_path: Path, is_batch: bool) -> None:
    """What a call has left and nobody has counted in time is accepted and not counted, and the run has failed."""
    file = wait_in(tmp_path / "spool", DELETED, LATE, is_batch=is_batch)

    outcome = books.settle(Tally(), seconds=0.1)
    file.release()

    assert {"waiting": 1} == outcome.wrong
    assert (2, 0) == (outcome.accepted, outcome.books.counted)
    assert 1 == outcome.lost
