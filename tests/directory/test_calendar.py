"""The calendar of opening hours: what a day says at midnight, when the clocks change, on holidays and single days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from directory.calendar import Day, calendar, mark, running_out
from directory.hours import HoursError
from directory.model import DatedHours
from directory.public_holidays import NAMES, PUBLIC_HOLIDAY, holiday_name, is_public_holiday

PARIS = ZoneInfo("Europe/Paris")
CHRISTMAS = DatedHours(dt.date(2026, 12, 24), "09:00-12:00", "Christmas Eve")


def days(
    hours: str | None, first: str, count: int = 1, *exceptions: DatedHours, country: str = "FR"
) -> tuple[Day, ...]:
    """Return days of Paris."""
    return calendar(hours, exceptions, PARIS, country, dt.date.fromisoformat(first), count)


def spans(day: Day) -> list[tuple[str, str, bool | None]]:
    """Return the spans of a day as clocks show them."""
    return [
        (f"{each.begins // 60:02d}:{each.begins % 60:02d}", f"{each.ends // 60:02d}:{each.ends % 60:02d}", each.open)
        for each in day.spans
    ]


@pytest.mark.parametrize(
    ("hours", "first", "expected"),
    [
        ("Mo-Fr 08:00-12:00,13:00-16:00", "2026-11-23", [("08:00", "12:00", True), ("13:00", "16:00", True)]),
        ("Mo-Fr 08:00-12:00,13:00-16:00", "2026-11-22", []),
        ("24/7", "2026-11-23", [("00:00", "24:00", True)]),
        ("Mo-Su 10:00-24:00", "2026-11-23", [("10:00", "24:00", True)]),
        ("Mo-Su 22:00-06:00", "2026-11-23", [("00:00", "06:00", True), ("22:00", "24:00", True)]),
        ("Mo 22:00-06:00", "2026-11-24", [("00:00", "06:00", True)]),
        ("unknown", "2026-11-23", [("00:00", "24:00", None)]),
        (None, "2026-11-23", [("00:00", "24:00", None)]),
        ("Mo-Fr 08:00-16:00; Mo 16:00-18:00 unknown", "2026-11-23", [("16:00", "18:00", None)]),
        ("Mo-Fr 08:00-12:00; Mo-Fr 13:00-16:00", "2026-11-23", [("13:00", "16:00", True)]),
    ],
)
def test_what_a_day_says(hours: str | None, first: str, expected: list[tuple[str, str, bool | None]]) -> None:
    """A day shows what opens and closes on it, cut at its midnights, traps of the syntax included."""
    assert expected == spans(days(hours, first)[0])


@pytest.mark.parametrize(
    ("first", "clock", "night"),
    [
        ("2026-10-24", 0, [("01:00", "05:00", True)]),
        ("2026-10-25", -60, [("01:00", "05:00", True)]),
        ("2026-10-26", 0, [("01:00", "05:00", True)]),
        ("2027-03-27", 0, [("01:00", "05:00", True)]),
        ("2027-03-28", 60, [("01:00", "05:00", True)]),
    ],
)
def test_clock_changes_are_marked(first: str, clock: int, night: list[tuple[str, str, bool | None]]) -> None:
    """On the two days of the year the change is marked, and the times are still those of the wall clock."""
    (day,) = days("01:00-05:00", first)

    assert (clock, night) == (day.clock, spans(day))


def test_hour_that_the_clocks_leave_out() -> None:
    """A service of the hour that does not exist is open from no time to no time: the day says nothing of it."""
    assert ([], [("01:00", "03:00", True)]) == (
        spans(days("Mo-Su 02:00-03:00", "2026-03-29")[0]),
        spans(days("Mo-Su 01:00-03:00", "2026-03-29")[0]),
    )


def test_days_stand_in_order_without_a_gap() -> None:
    """Fourteen days are fourteen dates, across the end of summer time."""
    found = days("24/7", "2026-10-20", 14)

    assert [dt.date(2026, 10, 20) + dt.timedelta(days=ahead) for ahead in range(14)] == [day.date for day in found]


def test_single_day_beats_week_and_holiday() -> None:
    """A dated exception is what holds, and says so; the day after is a holiday and closed."""
    eve, day, after = days("Mo-Fr 08:00-16:00; PH off", "2026-12-24", 3, CHRISTMAS)

    assert ([("09:00", "12:00", True)], CHRISTMAS, None) == (spans(eve), eve.exception, eve.holiday)
    assert ([], None, "Christmas Day") == (spans(day), day.exception, day.holiday)
    assert (None, None) == (after.exception, after.holiday)


@pytest.mark.parametrize(
    ("country", "date", "name"),
    [
        ("FR", "2027-03-29", "Easter Monday"),
        ("RO", "2027-05-03", "Easter Monday"),
        ("GR", "2027-04-30", "Good Friday"),
        ("DE", "2027-05-06", "Ascension Day"),
        ("FR", "2027-07-14", PUBLIC_HOLIDAY),
        ("RO", "2026-12-01", PUBLIC_HOLIDAY),
        ("FR", "2026-11-01", "All Saints' Day"),
    ],
)
def test_holidays_are_named(country: str, date: str, name: str) -> None:
    """A holiday whose name is sure has it, by its country's Easter; others are public holidays."""
    day = dt.date.fromisoformat(date)

    assert is_public_holiday(country, day)
    assert name == holiday_name(country, day)
    assert name in NAMES


@pytest.mark.parametrize(
    ("country", "date"), [("FR", "2027-05-03"), ("RO", "2027-03-29"), ("FR", "2026-12-26"), ("XK", "2026-12-25")]
)
def test_other_days_are_no_holidays(country: str, date: str) -> None:
    """The neighbour's Easter, the neighbour's second Christmas day, and countries nobody knows holidays of."""
    assert not is_public_holiday(country, dt.date.fromisoformat(date))


def test_mark_is_of_hours_exceptions_and_zone() -> None:
    """Who confirmed one calendar has confirmed no other."""
    base = mark("24/7", (CHRISTMAS,), PARIS)

    assert base == mark("24/7", (CHRISTMAS,), PARIS)
    assert 4 == len(
        {
            base,
            mark("Mo-Su 00:00-24:00", (CHRISTMAS,), PARIS),
            mark("24/7", (), PARIS),
            mark("24/7", (CHRISTMAS,), ZoneInfo("UTC")),
        }
    )


@pytest.mark.parametrize(
    ("today", "expected"),
    [("2026-11-08", None), ("2026-11-09", "2026-12-24"), ("2026-12-24", "2026-12-24"), ("2026-12-25", None)],
)
def test_list_that_runs_out(today: str, expected: str | None) -> None:
    """A list of single days is said to run out from 45 days before its last one; when it is past the check says so."""
    found = running_out((CHRISTMAS,), dt.date.fromisoformat(today))

    assert expected == (found and found.isoformat())


def test_hours_that_cannot_be_read() -> None:
    """What is no syntax is refused, as everywhere."""
    with pytest.raises(HoursError):
        days("Mo-Fr 9-17", "2026-11-23")
