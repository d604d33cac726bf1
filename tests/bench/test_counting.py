"""The counting of the benchmark: what it counts is of the size and kind that calls leave, and all of it is counted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa

from bench.counting import BATCH, EVENTS_OF_A_CALL, NOW, UNDER_WAY, batches
from directory.database import open_database
from ivr.adapters import schema
from ivr.adapters.books import compare
from ivr.adapters.counters import Counters
from ivr.adapters.errands import errands


def test_all_is_counted_and_settled(tmp_path: Path) -> None:
    """Every event is counted once, and of the errands as many are left as there are calls under way."""
    engine = open_database(f"sqlite:///{tmp_path / 'fanal.db'}")
    schema.upgrade(engine)
    events = 2 * UNDER_WAY * EVENTS_OF_A_CALL

    Counters(engine).advance(tuple(batches(events)), NOW + dt.timedelta(minutes=1))
    books = compare(engine, tmp_path / "spool")
    with engine.connect() as connection:
        left = connection.scalar(sa.select(sa.func.count()).select_from(errands))
    engine.dispose()

    assert (events, 0, 0) == (books.counted, books.lost, books.doubled)
    assert UNDER_WAY == left


def test_batches_are_as_small_as_in_an_installation() -> None:
    """No batch holds more than a process leaves in a twentieth of a second: in larger ones most is added up before."""
    sizes = [batch.events for batch in batches(1_010)]

    assert 1_010 == sum(sizes)
    assert max(sizes) == BATCH
