"""The plain week: what it writes is read back the same, and what it cannot say it does not pretend to."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.calendar import calendar
from directory.plain_week import CLOSED, TIMES, UNKNOWN, USUAL, PlainWeek, read, written

TIME_PAIRS = st.sampled_from(["08:00-12:00", "13:00-16:30", "22:00-24:00", "00:00-06:00", "20:00-22:00"])
SPANS = st.lists(TIME_PAIRS, max_size=3, unique=True).map(lambda each: tuple(sorted(each)))


@given(st.lists(SPANS, min_size=7, max_size=7), st.sampled_from([USUAL, CLOSED, UNKNOWN]))
def test_what_is_written_is_read_back(week: list[tuple[str, ...]], holidays: str) -> None:
    """Every week that the form can hold comes back from the syntax as it was."""
    found = PlainWeek(tuple(week), holidays)
    if not any(week):
        assert "" == written(found)
        return

    assert found == read(written(found))


@pytest.mark.parametrize(
    "hours",
    [
        "24/7",
        "Mo-Fr 08:00-16:00",
        "07:30-19:30",
        "Mo-Fr 08:00-12:00,13:00-16:00; Sa 10:00-12:00; PH off",
        "Sa-Mo 10:00-12:00",
        "Mo-Su 22:00-06:00; PH 10:00-12:00",
        "Mo-Fr 08:00-16:00; PH unknown",
        "24/7; PH off",
        "Mo-Fr 22:00-06:00, Sa-Su 20:00-08:00; PH off",
        "Mo 22:00-06:00, We 08:00-12:00, Fr 08:00-12:00",
        "Mo 22:00-06:00; We 08:00-12:00",
        "Mo-Fr 08:00-16:00, Sa 10:00-12:00",
    ],
)
def test_rewriting_changes_no_meaning(hours: str) -> None:
    """What is read and written again opens and closes at the same minutes for a year, holidays included."""
    week = read(hours)
    assert week is not None
    year = [
        calendar(each, (), ZoneInfo("Europe/Paris"), "FR", dt.date(2027, 1, 1), 365) for each in (hours, written(week))
    ]

    assert year[0] == year[1]


@pytest.mark.parametrize(
    "hours",
    [
        "",
        "unknown",
        "PH off",
        'Mo-Fr 08:00-16:00 "ring twice"',
        "Mo-Fr 08:00-16:00; We off",
        "PH off; Mo-Fr 08:00-16:00",
        "Mo-Fr 08:00-12:00; Mo-Fr 13:00-16:00",
        "08:00-12:00; 13:00-16:00",
        "Jun-Aug Mo-Fr 08:00-16:00",
        "Mo[1] 08:00-16:00",
        "Mo 08:00-09:00,10:00-11:00,12:00-13:00,14:00-15:00",
        "mon-fri 08:00-16:00",
        "Mo-Fr 22:00-06:00; Sa-Su 20:00-08:00",
        "Tu 08:00-12:00; Mo 22:00-06:00",
        "Mo-Fr 08:00-12:00, Mo 13:00-16:00",
        "Mo-Fr 08:00-12:00, PH 10:00-12:00",
    ],
)
def test_what_the_form_has_no_room_for(hours: str) -> None:
    """Anything else stays with the written hours."""
    assert read(hours) is None


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(["", "22:00-06:00", "20:00-08:00", "08:00-12:00", "00:00-24:00"]), min_size=7, max_size=7)
)
def test_nights_last_until_their_morning(days: list[str]) -> None:
    """Whoever fills in nights and days side by side gets each to its end, whatever holds on the next day."""
    week = PlainWeek(tuple((span,) if span else () for span in days))
    if not any(days) or all(span == "00:00-24:00" for span in days):
        return
    monday = dt.date(2026, 11, 16)
    found = calendar(written(week), (), ZoneInfo("Etc/UTC"), "FR", monday, 7)
    opened = {
        day * 1440 + minute
        for day, each in enumerate(found)
        for span in each.spans
        for minute in range(span.begins, span.ends, 60)
    }

    assert _filled(days) == opened


def _filled(days: list[str]) -> set[int]:
    """Return the hours of a week that the boxes of a form say, by their first minute; Sunday's night is Monday's."""
    hours = set()
    for day, span in enumerate(days):
        begins, ends = (int(each[:2]) for each in span.split("-")) if span else (0, 0)
        last = ends if ends > begins or not span else ends + 24
        hours |= {(day * 24 + hour) % 168 * 60 for hour in range(begins, last)}
    return hours


def test_times_of_their_own_on_holidays() -> None:
    """Public holidays may have times; without any they are closed."""
    week = PlainWeek((("08:00-16:00",),) * 5 + ((), ()), TIMES, ("10:00-12:00",))

    assert "Mo-Fr 08:00-16:00; PH 10:00-12:00" == written(week)
    assert week == read(written(week))
