"""The true counters leave on one way, which writes into the log first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from directory.desk import Desk
from directory.desk.people import OPERATOR, Actor, NotAllowedError
from ivr.events import EventKind
from routes.counters import LOOKED, Asked, Dimension, look
from tests import figures
from tests.desk import ADA, ANA, BEN, NOW, VERA, a_desk
from tests.sample_directory import FILES

ROUTES = Path(__file__).parents[2] / "routes"
ONE_DAY = Asked(figures.OCTOBER, figures.OCTOBER, (Dimension.LANGUAGE,), (EventKind.CALL,))
MAY_READ = {"routes/counters.py"}
"""Modules in front of people that may read counters; what they give is in the log."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk whose counters hold three months."""
    found = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    figures.count(found.engine)
    return found


@pytest.mark.parametrize("person", [ADA, OPERATOR], ids=lambda person: person.name)
def test_look(desk: Desk, person: Actor) -> None:
    """An administrator, and the operator, see true counts, told apart as they asked; the log says who saw what."""
    found = look(desk, person, NOW, ONE_DAY)
    entry = desk.entries(limit=1)[0]

    assert (("mt",), EventKind.CALL, "language", figures.RARE) in [
        (each.values, each.kind, each.name, each.count) for each in found
    ]
    assert (person.id, LOOKED, "2026-10-03 to 2026-10-03") == (entry.who, entry.action, entry.subject)
    assert {"by": ["language"], "kinds": ["call"]} == entry.detail


@pytest.mark.parametrize("person", [VERA, ANA, BEN], ids=lambda person: person.name)
def test_nobody_else(desk: Desk, person: Actor) -> None:
    """No other role sees them."""
    with pytest.raises(NotAllowedError):
        look(desk, person, NOW, ONE_DAY)


def test_no_log_no_look(desk: Desk) -> None:
    """Where the log cannot be written, nothing is read."""
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")

    with pytest.raises(Exception, match="full"):
        look(desk, ADA, NOW, ONE_DAY)


def test_other_days(desk: Desk) -> None:
    """The days beside are not in it."""
    before = figures.OCTOBER - dt.timedelta(1)

    assert () == look(desk, ADA, NOW, Asked(before, before))


def test_nothing_else_in_front_of_people_reads_counters() -> None:
    """Pages and commands have no other way to a true count: none but this module imports the counters."""
    found = {
        path.relative_to(ROUTES.parent).as_posix()
        for path in ROUTES.rglob("*.py")
        if "ivr.adapters.counters" in path.read_text(encoding="utf-8")
    }

    assert MAY_READ == found
