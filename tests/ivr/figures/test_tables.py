"""True counts of a month: every row that can be, each event in the tables that count it."""

from __future__ import annotations

import datetime as dt

import pytest

from ivr.events import EventKind
from ivr.figures.tables import SPECS, Domain, Month, Table, Tally, tables_of

MONTH = Month(2026, 2)
DOMAIN = Domain(("mt", "ro"), ("RO",), ("violence",))


def _tally(kind: EventKind, name: str, count: int = 1, day: dt.date = MONTH.first, **values: str) -> Tally:
    found = {"language": "-", "country": "-", "need": "-"} | values
    return Tally(day, kind, name, **found, count=count, band=3)


def _counted(*tallies: Tally) -> dict[str, Table]:
    return {table.name: table for table in tables_of(tallies, MONTH, DOMAIN)}


def _not_zero(table: Table) -> dict[tuple[str, ...], int | None]:
    return {key: count for key, count in table.rows if count}


def test_every_row_that_can_be_is_there() -> None:
    """A row that is missing would tell that there was nothing to count."""
    found = _counted()

    assert [spec.name for spec in SPECS] == list(found)
    assert 28 == len(found["calls_by_day"].rows)
    assert [("mt",), ("ro",), ("-",)] == [key for key, _ in found["calls_by_language"].rows]
    assert [("RO", "violence"), ("RO", "-"), ("-", "violence"), ("-", "-")] == [*found["needs_by_country"].cells]


def test_event_is_counted_in_each_of_its_tables() -> None:
    """A need that was told counts by country, by need, and by both."""
    found = _counted(_tally(EventKind.CALL, "need", 3, language="ro", country="RO", need="violence"))

    assert {("RO",): 3} == _not_zero(found["calls_by_country"])
    assert {("RO", "violence"): 3} == _not_zero(found["needs_by_country"])
    assert (3, 0) == (found["calls_by_need"].total, found["calls_by_day"].total)


def test_what_has_no_row_counts_in_the_last() -> None:
    """A language or a country that is on no list (any more) is counted all the same."""
    found = _counted(_tally(EventKind.CALL, "language", 2, language="xx"), _tally(EventKind.CALL, "language"))

    assert {("-",): 3} == _not_zero(found["calls_by_language"])


def test_days_and_bands() -> None:
    """A call is counted on its day, in its band of hours."""
    found = _counted(_tally(EventKind.CALL, "begun", day=MONTH.last), _tally(EventKind.CALL, "begun", 4))

    assert {("2026-02-01",): 4, ("2026-02-28",): 1} == _not_zero(found["calls_by_day"])
    assert {("3",): 5} == _not_zero(found["calls_by_band"])


@pytest.mark.parametrize("day", [MONTH.first - dt.timedelta(1), MONTH.last + dt.timedelta(1)])
def test_other_months_are_left_out(day: dt.date) -> None:
    """The day before and the day after belong to other months."""
    assert {} == _not_zero(_counted(_tally(EventKind.CALL, "begun", day=day))["calls_by_day"])


def test_stayed_is_entered_less_left() -> None:
    """Where callers hang up is where they entered and did not leave; never fewer than none."""
    found = _counted(
        _tally(EventKind.STEP, "need", 5), _tally(EventKind.LEFT, "need", 3), _tally(EventKind.LEFT, "country", 1)
    )

    assert {("need",): 5} == _not_zero(found["steps_entered"])
    assert {("need",): 2} == _not_zero(found["steps_stayed"])


def test_band_must_be_known_for_a_table_by_band() -> None:
    """Tallies of whole days cannot make every table, and must not make it wrong."""
    with pytest.raises(ValueError, match="hour band"):
        tables_of([Tally(MONTH.first, EventKind.CALL, "begun", "-", "-", "-", 1)], MONTH, DOMAIN)


@pytest.mark.parametrize("text", ["2026-1", "2026-13", "2026-00", "26-01", "2026-01-01", "2026", "", "２０２６-01"])
def test_month_is_written_in_one_way(text: str) -> None:
    """A year, a hyphen, two digits."""
    with pytest.raises(ValueError):
        Month.parse(text)


def test_months_follow_each_other() -> None:
    """December is followed by January of the next year."""
    december = Month.parse("2025-12")

    assert [december, Month(2026, 1), Month(2026, 2)] == [*december.upto(MONTH)]
    assert () == MONTH.upto(december)
    assert (dt.date(2024, 2, 29), Month(2023, 12)) == (Month(2024, 2).last, Month(2024, 2).plus(-2))
    assert december == Month.of(dt.date(2025, 12, 31))
