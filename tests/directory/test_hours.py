"""Opening hours at their edges: minutes, midnight, clock changes, holidays, exceptions."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.hours import HORIZON, Hours, HoursError, Period, Status
from directory.model import DatedHours
from directory.timetable import LONGEST

BUCHAREST = ZoneInfo("Europe/Bucharest")


def at(text: str) -> dt.datetime:
    """Return an instant of Bucharest, or of the offset that is written."""
    instant = dt.datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=BUCHAREST)


def hours(expression: str | None, **exceptions: str) -> Hours:
    """Compile hours of Bucharest with exceptions in December 2026, such as `d24="off"`."""
    dated = tuple(DatedHours(dt.date(2026, 12, int(day[1:])), text, "why not") for day, text in exceptions.items())
    return Hours.parse(expression, dated, BUCHAREST, "RO")


def open_periods(compiled: Hours, start: str, end: str) -> list[str]:
    """Return the open stretches of December as "23 22:00 - 24 06:00"."""
    found = [period for period in compiled.periods(at(start), at(end)) if period.open]
    return [f"{period.start:%d %H:%M} - {period.end:%d %H:%M}" for period in found]


@pytest.mark.parametrize(
    ("clock", "status"),
    [
        ("08:59", Status(False, None, at("2026-11-24T09:00"))),
        ("09:00", Status(True, at("2026-11-24T17:00"), None)),
        ("16:59", Status(True, at("2026-11-24T17:00"), None)),
        ("17:00", Status(False, None, at("2026-11-25T09:00"))),
    ],
)
def test_edges_of_a_day(clock: str, status: Status) -> None:
    """A line is open from its first minute until, and not in, its closing minute."""
    assert status == hours("Mo-Fr 09:00-17:00").at(at(f"2026-11-24T{clock}"))


@pytest.mark.parametrize(
    ("clock", "status"),
    [
        ("2026-11-24T23:59", Status(True, at("2026-11-25T00:00"), None)),
        ("2026-11-25T00:00", Status(False, None, at("2026-11-25T10:00"))),
    ],
)
def test_midnight_closes(clock: str, status: Status) -> None:
    """`10:00-24:00` ends at midnight, the first minute of the next day."""
    assert status == hours("Mo-Su 10:00-24:00").at(at(clock))


def test_weekend() -> None:
    """On Friday evening the next opening is on Monday."""
    status = hours("Mo-Fr 08:00-16:00").at(at("2026-11-27T18:00"))

    assert Status(False, None, at("2026-11-30T08:00")) == status


def test_never_closes() -> None:
    """A line that never closes is open, without an end."""
    assert Status(True, None, None) == hours("24/7").at(at("2026-11-24T03:00"))


def test_unknown_hours() -> None:
    """Hours that nobody knows are neither open nor closed."""
    assert Status(None, None, None) == hours(None).at(at("2026-11-24T03:00"))


def test_unknown_stretch() -> None:
    """In an unknown stretch nothing is sure but the next opening; a closed line skips it to the sure opening."""
    compiled = hours('Mo-Fr 08:00-16:00; Sa unknown "sometimes"')

    assert Status(None, None, at("2026-11-30T08:00")) == compiled.at(at("2026-11-28T12:00"))
    assert Status(False, None, at("2026-11-30T08:00")) == compiled.at(at("2026-11-27T20:00"))


def test_open_until_unknown() -> None:
    """A line is told open only until the minute from which nobody knows."""
    compiled = hours("Mo-Fr 08:00-12:00, Mo-Fr 12:00-16:00 unknown")

    assert Status(True, at("2026-11-24T12:00"), None) == compiled.at(at("2026-11-24T09:00"))


def test_comments_do_not_cut() -> None:
    """Two stretches with different remarks are one opening."""
    compiled = hours('Mo-Fr 08:00-12:00 open "by day", Mo-Fr 12:00-16:00 open "by duty"')

    assert Status(True, at("2026-11-24T16:00"), None) == compiled.at(at("2026-11-24T09:00"))


def test_answer_is_in_its_own_zone() -> None:
    """An instant of any zone is understood, and the answer is in the helpline's zone."""
    status = hours("Mo-Fr 08:00-16:00").at(at("2026-11-24T07:30+01:00"))

    assert at("2026-11-24T16:00") == status.until
    assert status.until is not None
    assert status.until.tzinfo is BUCHAREST


@pytest.mark.parametrize("ask", [Hours.at, Hours.is_open])
def test_naive_instant(ask: object) -> None:
    """An instant without offset is refused."""
    assert callable(ask)
    with pytest.raises(ValueError, match="aware"):
        ask(hours("24/7"), dt.datetime(2026, 11, 24))  # noqa: DTZ001 - the naive instant is the point


def test_horizon() -> None:
    """An opening far ahead is told if it lies within the horizon, which is at least 60 days."""
    compiled = hours("Jan 15 10:00-12:00")

    assert dt.timedelta(days=60) <= HORIZON
    assert Status(False, None, at("2027-01-15T10:00")) == compiled.at(at("2026-11-20T10:00"))
    assert Status(False, None, None) == compiled.at(at("2026-02-01T10:00"))


@pytest.mark.parametrize(
    ("instant", "open_"),
    [
        ("2026-10-25T02:59+03:00", True),
        ("2026-10-25T03:30+03:00", True),
        ("2026-10-25T03:30+02:00", True),
        ("2026-10-25T03:59+02:00", True),
        ("2026-10-25T04:00+02:00", False),
    ],
)
def test_autumn_night(instant: str, open_: bool) -> None:
    """In the night of 25 hours a line that closes at four is open in both halves of the repeated hour."""
    assert open_ is hours("Mo-Su 00:00-04:00").is_open(at(instant))


def test_autumn_opening() -> None:
    """An opening inside the repeated hour is told in its second half."""
    status = hours("Mo-Su 03:15-05:00").at(at("2026-10-25T02:00+03:00"))

    assert status.opens is not None
    assert "2026-10-25T03:15:00+02:00" == status.opens.isoformat()


def test_spring_opening() -> None:
    """An opening inside the lost hour of spring is told at its end."""
    compiled = hours("Mo-Su 03:30-05:00")

    assert at("2026-03-29T04:00") == compiled.at(at("2026-03-29T02:00")).opens
    assert compiled.is_open(at("2026-03-29T04:00")) is True


def test_spring_opening_that_falls_away() -> None:
    """A line whose whole opening lies in the lost hour opens on the next day."""
    status = hours("Mo-Su 03:15-03:45").at(at("2026-03-29T02:00"))

    assert Status(False, None, at("2026-03-30T03:15")) == status


def test_spring_closing() -> None:
    """A closing inside the lost hour comes at its end, and the night shift is not cut before."""
    compiled = hours("Mo-Su 22:00-03:30")

    assert compiled.is_open(at("2026-03-29T02:59")) is True
    assert compiled.is_open(at("2026-03-29T04:00")) is False


def test_public_holiday() -> None:
    """On 1 May, a holiday in Romania, a line without holiday service is closed until Monday."""
    compiled = hours("Mo-Fr 08:00-16:00; PH off")

    assert Status(False, None, at("2026-05-04T08:00")) == compiled.at(at("2026-05-01T10:00"))
    assert compiled.is_open(at("2026-04-30T10:00")) is True


def test_exception_beats_holiday() -> None:
    """Dated hours hold on a day that the calendar calls a holiday."""
    compiled = hours("Mo-Fr 08:00-16:00; PH off", d1="10:00-14:00")

    assert Status(True, at("2026-12-01T14:00"), None) == compiled.at(at("2026-12-01T10:00"))


def test_exception_takes_the_place_of_the_day() -> None:
    """On its day an exception is all there is."""
    compiled = hours("Mo-Fr 08:00-16:00", d24="10:00-12:00")

    assert ["23 08:00 - 23 16:00", "24 10:00 - 24 12:00", "25 08:00 - 25 16:00"] == open_periods(
        compiled, "2026-12-23T00:00", "2026-12-26T00:00"
    )


def test_exception_when_hours_are_unknown() -> None:
    """A line whose hours nobody knows can still be known to be closed on one day."""
    compiled = hours(None, d24="off")

    assert Status(False, None, None) == compiled.at(at("2026-12-24T10:00"))
    assert Status(None, None, None) == compiled.at(at("2026-12-25T10:00"))


@pytest.mark.parametrize(
    ("expression", "exceptions", "expected"),
    [
        ("Mo-Su 22:00-06:00", {"d24": "off"}, ["23 22:00 - 24 06:00", "25 22:00 - 26 06:00"]),
        ("Mo-Su 22:00-06:00", {"d24": "off", "d25": "off"}, ["23 22:00 - 24 06:00"]),
        (
            "Mo-Su 22:00-06:00",
            {"d24": "20:00-02:00"},
            ["23 22:00 - 24 06:00", "24 20:00 - 25 02:00", "25 22:00 - 26 06:00"],
        ),
        ("Mo-Su 22:00-30:00", {"d24": "off"}, ["23 22:00 - 24 06:00", "25 22:00 - 26 06:00"]),
        (
            "Mo-Su 00:00-06:00,22:00-24:00",
            {"d24": "off"},
            ["23 22:00 - 24 00:00", "25 00:00 - 25 06:00", "25 22:00 - 26 06:00"],
        ),
        ("24/7", {"d24": "off"}, ["23 12:00 - 24 00:00", "25 00:00 - 26 12:00"]),
    ],
)
def test_exception_and_the_night_shift(expression: str, exceptions: dict[str, str], expected: list[str]) -> None:
    """An exception replaces the shifts that begin on its day: the one of the evening before runs to its end."""
    assert expected == open_periods(hours(expression, **exceptions), "2026-12-23T12:00", "2026-12-26T12:00")


def test_periods_without_gaps() -> None:
    """Periods follow each other from the first instant asked for to the last."""
    start, end = at("2026-10-24T12:00"), at("2026-10-26T12:00")
    periods = list(hours("Mo-Su 03:15-03:45").periods(start, end))

    assert [start, *(period.end for period in periods[:-1])] == [period.start for period in periods]
    assert end == periods[-1].end


def test_periods_of_unknown_hours() -> None:
    """Unknown hours are one period."""
    start, end = at("2026-11-24T00:00"), at("2026-11-25T00:00")

    assert [Period(start, end, None)] == list(hours(None).periods(start, end))


@pytest.mark.parametrize(
    ("expression", "until"),
    [
        ("Mo-Su 00:00-24:00", None),
        ("Mo-Fr 00:00-24:00; Sa,Su 00:00-24:00", None),
        ("24/7; 2027 Nov 25 off", "2027-11-25T00:00"),
        ("24/7; 2027 Nov 26 off", None),
        ("24/7; 9998 off", None),
    ],
)
def test_opening_is_followed_for_a_year(expression: str, until: str | None) -> None:
    """Whether an opening ends is looked for within 366 days: further on nobody is told of it, and calls would wait."""
    assert Status(True, at(until) if until else None, None) == hours(expression).at(at("2026-11-24T09:00"))


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Bucharest", "Atlantic/Azores"])
@pytest.mark.parametrize("minute", [0, 59])
@pytest.mark.parametrize("hour", range(5))
def test_year_that_ends_in_the_gap_of_spring(zone: str, hour: int, minute: int) -> None:
    """A year before the night in which clocks go forward, an opening is followed as on any other day."""
    before = dt.datetime(2027, 3, 26, hour, minute, tzinfo=ZoneInfo(zone))
    compiled = Hours.parse("Mo-Fr 08:00-16:00", (), ZoneInfo(zone), "RO")

    assert dt.datetime(2027, 3, 26, 8, 0, tzinfo=ZoneInfo(zone)) == compiled.at(before).opens


def test_longest_hours() -> None:
    """Hours of 500 characters are read, and not of one more."""
    longest = 'Mo-Fr 08:00-16:00; Sa unknown "'.ljust(LONGEST - 1, "a") + '"'

    assert LONGEST == len(longest)
    assert hours(longest).is_open(at("2026-11-23T09:00"))
    with pytest.raises(HoursError):
        hours(longest.replace("aa", "aaa", 1))


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "Mo-Fr 9-17",
        "08.00-16.00",
        "mon-fri 08:00-16:00",
        "PH,Dec 24 off",
        "Mo-Fr 08:00-16:00;",
        "Mo-Fr 08:00-16:00 || unknown",
        "Mo-Fr 08:00+",
        "sunrise-sunset",
        "Mo-Fr 08:00-16:00; SH off",
        "Mo-Fr 10:00-16:00/01:30",
        'Mo-Fr 08:00-16:00 "by appointment"',
        "Mo-Fr 08:00-72:00",
        "Feb 30 08:00-09:00",
        "Mo-Fr 08:00-16:00; Apr 31 off",
        "Feb 01-30 08:00-09:00",
        "Apr 30-Jun 31 08:00-09:00",
        f"Mo-Fr 08:00-16:00; {'Sa 08:00-09:00; ' * 30}PH off",
    ],
)
def test_refused_hours(expression: str) -> None:
    """What is not opening hours, or means something else than it seems, is refused."""
    with pytest.raises(HoursError):
        hours(expression)


@pytest.mark.parametrize(
    "date", ["Feb 29", "Jan 31", "Apr 30", "Feb 01-29", "Nov 30-Dec 31", "Aug 31-Sep 30", "Oct 31"]
)
def test_dates_that_come(date: str) -> None:
    """The neighbours of impossible dates are taken, the leap day among them."""
    assert hours(f"{date} 08:00-09:00; Mo off").is_open(at("2026-11-24T20:00")) is False


@pytest.mark.parametrize(
    "text", ["", "closed", "10-14", "10:00-14:00;", "24/7", "25:00-26:00", "10:70-11:00", "Mo off"]
)
def test_refused_exception(text: str) -> None:
    """An exception is `off` or times of day."""
    with pytest.raises(HoursError):
        hours("24/7", d24=text)


def test_holidays_of_an_unknown_country() -> None:
    """Holidays are refused for a country without a calendar; plain hours are not."""
    assert Hours.parse("24/7", (), ZoneInfo("Europe/Belgrade"), "XK").is_open(at("2026-11-24T10:00"))
    with pytest.raises(HoursError):
        Hours.parse("24/7; PH off", (), ZoneInfo("Europe/Belgrade"), "XK")


@given(st.text() | st.text(alphabet="MoTuWeThFrSaSuPH 0123456789:-,;/|\"'ofunkwclsed[]+"))
def test_arbitrary_hours(text: str) -> None:
    """Any text is hours or a HoursError."""
    try:
        compiled = hours(text)
    except HoursError:
        return
    now = at("2026-11-24T10:00")

    assert compiled.is_open(now) is compiled.at(now).open
