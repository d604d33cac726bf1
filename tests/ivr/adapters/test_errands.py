"""What was promised stands in SQL until it is done, on either database, and says who has to be looked after when."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.adapters.batch import Batch, Once
from ivr.adapters.counters import Counters
from ivr.adapters.errands import (
    CALL_LIFE,
    OVERDUE,
    PURGE_GRACE,
    SENT_LIFE,
    TEXT_GRACE,
    Errands,
    LostText,
    errands,
    settling_mark,
)
from ivr.events import TEXT_LIFE, Errand, Event, EventKind, Form, PurgeCall, PurgeMessage, SendText

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
TEXT = SendText("CA1", "ro-anitp", "ro", Form.SHORT, NOW + TEXT_LIFE)
BEGUN, OVER, MESSAGE = PurgeCall("CA1", over=False), PurgeCall("CA1"), PurgeMessage("SM1")


class Desk:
    """Errands of one database, which come and go with batches."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine, self.counters, self.errands = engine, Counters(engine), Errands(engine)
        self._number = 0

    def note(self, *noted: Errand, now: dt.datetime = NOW) -> None:
        """Let a batch with errands be counted."""
        self._advance(now, errands=noted)

    def settle(self, errand: Errand, now: dt.datetime = NOW) -> None:
        """Let the event be counted that says that an errand is done."""
        self._advance(now, once=(Once(settling_mark(errand), Event.at(now, EventKind.RECORD, "deleted")),))

    def rows(self) -> int:
        """Return how many are not done."""
        with self.engine.connect() as connection:
            return len(connection.execute(sa.select(errands)).all())

    def _advance(self, now: dt.datetime, errands: tuple[Errand, ...] = (), once: tuple[Once, ...] = ()) -> None:
        self._number += 1
        self.counters.advance([Batch("a", self._number, 0, once=once, errands=errands, first=True)], now)


@pytest.fixture
def desk(engine: sa.Engine) -> Desk:
    """A database without errands."""
    return Desk(engine)


@pytest.mark.parametrize("errand", [TEXT, OVER, MESSAGE])
def test_done_is_forgotten_and_stays_so(desk: Desk, errand: Errand) -> None:
    """An errand that is settled is not there any more, nor when it is noted again, as a late batch may."""
    desk.note(errand)
    before = desk.rows()
    desk.settle(errand)
    after = desk.rows()
    desk.note(errand)

    assert (1, 0, 0) == (before, after, desk.rows())


@pytest.mark.parametrize(
    ("errand", "due", "found"),
    [
        (TEXT, TEXT.before + TEXT_GRACE, LostText(settling_mark(TEXT), "ro")),
        (BEGUN, NOW + CALL_LIFE, OVER),
        (OVER, NOW + PURGE_GRACE, OVER),
        (MESSAGE, NOW + PURGE_GRACE, MESSAGE),
        (PurgeMessage("SM1", ended=False), NOW + SENT_LIFE, MESSAGE),
        (PurgeMessage("SM1", "delivered"), NOW + PURGE_GRACE, MESSAGE),
    ],
)
def test_falls_due(desk: Desk, errand: Errand, due: dt.datetime, found: object) -> None:
    """Each falls due when it certainly should have been done, not a second before; and again after a while."""
    desk.note(errand)

    assert [] == list(desk.errands.due(due - SECOND))
    assert [found] == list(desk.errands.due(due))
    assert [] == list(desk.errands.due(due + PURGE_GRACE - SECOND))
    assert [found] == list(desk.errands.due(due + PURGE_GRACE))


@pytest.mark.parametrize("errand", [TEXT, BEGUN, OVER, MESSAGE])
def test_clock_that_was_ahead(desk: Desk, errand: Errand) -> None:
    """What was noted while a clock was days ahead is due as soon as it is right again, and a day later overdue."""
    ahead = dt.timedelta(days=400)
    desk.note(errand if errand is not TEXT else replace(TEXT, before=TEXT.before + ahead), now=NOW + ahead)
    found = list(desk.errands.due(NOW))

    assert 1 == len(found)
    assert [] == list(desk.errands.due(NOW + PURGE_GRACE - SECOND))
    assert found == list(desk.errands.due(NOW + PURGE_GRACE))
    assert int(errand is not TEXT) == desk.errands.overdue(NOW + OVERDUE)


def test_call_that_is_over_is_due_sooner(desk: Desk) -> None:
    """What says that a call is over takes the place of what said that it began, in whichever order they come."""
    desk.note(BEGUN)
    desk.note(OVER)
    desk.note(BEGUN)

    assert (1, [OVER]) == (desk.rows(), list(desk.errands.due(NOW + PURGE_GRACE)))


def test_overdue_after_a_day(desk: Desk) -> None:
    """A record is overdue a day after it could have been deleted; a text never is."""
    desk.note(TEXT, BEGUN, MESSAGE)

    assert 0 == desk.errands.overdue(NOW + OVERDUE - SECOND)
    assert 1 == desk.errands.overdue(NOW + OVERDUE)
    assert 2 == desk.errands.overdue(NOW + OVERDUE + CALL_LIFE)


def test_a_text_leaves_neither_call_nor_service(desk: Desk) -> None:
    """Of a text the database holds the id of its job and its language, and nothing by which a call could be found."""
    desk.note(TEXT)
    with desk.engine.connect() as connection:
        (row,) = connection.execute(sa.select(errands)).all()

    assert ("", "ro", "text") == (row.subject, row.language, row.kind)
    assert [] == [word for word in ("CA1", "anitp") if word in str(tuple(row))]
