"""Who is served when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from directory.coverage import WEEK, Coverage, coverage
from directory.load import compile_files
from tests.sample_directory import FILES, changed

MONDAY = dt.datetime(2026, 11, 23, 12, 30, tzinfo=dt.UTC)


def cell(country: str, need: str, files: dict[str, str] = FILES, now: dt.datetime = MONDAY) -> Coverage:
    """Return the coverage of one need in one country."""
    found = coverage(compile_files(files), now)
    return next(each for each in found if (each.country, each.need) == (country, need))


def test_weekly_hours() -> None:
    """A line open eight hours on five days leaves nobody in the other hours of the week."""
    crime = cell("GB", "crime")

    assert (1, 1, 1) == (crime.services, crime.open_now, crime.checked)
    assert (40, 0, WEEK - 40) == (crime.open_hours, crime.unknown_hours, crime.nobody_hours)
    assert 1.0 == crime.checked_share


def test_week_begins_at_midnight_there() -> None:
    """The first hour of the week is the first of the present day in the country's own time."""
    week = cell("GB", "crime").week

    assert (False,) * 9 + (True,) * 8 + (False,) * 7 == week[:24]


def test_unknown_counts_where_nobody_is_sure() -> None:
    """A service with unknown hours fills what the sure one leaves."""
    children = cell("GB", "children")

    assert (2, 14 * 7, 10 * 7, 0) == (
        children.services,
        children.open_hours,
        children.unknown_hours,
        children.nobody_hours,
    )


def test_night_shift() -> None:
    """A night shift is seen on both sides of midnight."""
    week = cell("FR", "support").week

    assert (True,) * 6 + (False,) * 16 + (True,) * 2 == week[:24]


def test_half_an_hour_is_none() -> None:
    """An hour that is not served to its end is not counted as open."""
    files = changed("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:30-17:00; PH off")

    assert 35 == cell("GB", "crime", files).open_hours


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("Mo-Fr 09:00-17:00", range(9, 17)),
        ("Mo-Fr 09:00-16:59", range(9, 16)),
        ("Mo-Fr 09:01-17:00", range(10, 17)),
        ("Mo-Fr 08:15-16:45", range(9, 16)),
        ("Mo-Fr 09:00-12:10,12:20-17:00", (9, 10, 11, 13, 14, 15, 16)),
        ("Mo-Fr 09:00-12:00,12:00-17:00", range(9, 17)),
    ],
)
def test_minutes_without_anybody_are_seen(hours: str, expected: Sequence[int]) -> None:
    """However short a stretch is in which nobody answers, its hour is not counted as open."""
    week = cell("GB", "crime", changed("gb.yaml", "Mo-Fr 09:00-17:00; PH off", hours)).week

    assert list(expected) == [hour for hour in range(24) if week[hour]]


def test_exception_is_seen() -> None:
    """A dated exception in the coming week changes its hours."""
    now = dt.datetime(2026, 12, 21, 12, tzinfo=dt.UTC)

    assert 8 * 3 + 3 == cell("GB", "crime", now=now).open_hours  # Christmas Day is a holiday


def test_no_service() -> None:
    """A need without services of its own has nobody, and no share."""
    crime = cell("FR", "crime")

    assert (0, 0, WEEK, None) == (crime.services, crime.open_now, crime.nobody_hours, crime.checked_share)


def test_every_cell() -> None:
    """There is one cell for each country and need, and its hours make up the week."""
    directory = compile_files(FILES)
    found = coverage(directory, MONDAY)

    assert [(c, n) for c in directory.countries for n in directory.needs] == [(e.country, e.need) for e in found]
    assert {WEEK} == {each.open_hours + each.unknown_hours + each.nobody_hours for each in found}


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_clock_change(day: str) -> None:
    """The week of a clock change has its 168 hours too."""
    now = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), dt.UTC)

    assert WEEK == cell("GB", "emergency", now=now).open_hours


@pytest.mark.parametrize(
    ("hours", "day", "expected"),
    [
        ("Mo-Su 00:00-01:30", "2026-10-25", [0]),
        ("Mo-Su 00:00-02:00", "2026-10-25", [0, 1, 2]),
        ("Mo-Su 01:00-03:00", "2026-10-25", [1, 2, 3]),
        ("Mo-Su 02:00-03:00", "2026-10-25", [3]),
        ("Mo-Su 00:00-02:00", "2026-03-29", [0]),
        ("Mo-Su 01:00-03:00", "2026-03-29", [1]),
        ("Mo-Su 00:00-01:00", "2026-03-29", [0]),
    ],
)
def test_hour_that_comes_twice_or_not_at_all(hours: str, day: str, expected: list[int]) -> None:
    """In London the hour after one comes twice in autumn, served as the clock says, and not at all in spring."""
    files = changed("gb.yaml", "Mo-Fr 09:00-17:00; PH off", hours)
    week = cell("GB", "crime", files, dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")).week

    assert expected == [hour for hour in range(12) if week[hour]]
