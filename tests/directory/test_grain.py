"""The grain of time: within it nothing changes that callers are told, whatever the hours."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.grain import QUARTER, grain_of
from directory.hours import Hours, hours_of
from directory.load import load

SHIPPED = load()
ROWS = sorted(
    {(each.hours, each.exceptions, each.country): each for each in SHIPPED.helplines.values()}.items(), key=str
)
INSTANTS = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2028, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - given a zone here
CHANGES = st.sampled_from(
    [dt.datetime(2026, 3, 29, 0, 40, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 0, 40, tzinfo=dt.UTC)]
)
"""Shortly before clocks change in Europe."""


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([], QUARTER),
        (["24/7"], QUARTER),
        (["Mo-Fr 09:00-17:00", "off"], QUARTER),
        (["Mo-Fr 09:00-17:45; PH off"], QUARTER),
        (["Mo-Fr 09:00-17:40"], 5),
        (["Mo-Fr 09:00-17:00", "Sa 10:05-12:00"], 5),
        (["Mo 9:03-12:00"], 3),
        (["Mo 09:00-23:59"], 1),
        (["10:00-14:07"], 1),
    ],
)
def test_grain(hours: list[str], expected: int) -> None:
    """It is the longest time of which all times are multiples, a quarter at most; one odd minute anywhere counts."""
    assert expected == grain_of(hours)


def cut(now: dt.datetime, grain: int) -> dt.datetime:
    """Return the beginning of the grain in which an instant lies."""
    return now.replace(minute=now.minute - now.minute % grain, second=0, microsecond=0)


@given(st.sampled_from([row for _, row in ROWS]), INSTANTS | CHANGES, st.integers(0, 89))
def test_shipped_rows(row: object, now: dt.datetime, minutes: int) -> None:
    """Of a shipped row the same is said at any moment of a grain as at its beginning, around clock changes too."""
    hours, instant = hours_of(row), now + dt.timedelta(minutes=minutes, seconds=59)  # type: ignore[arg-type]  # hypothesis forgets

    assert hours.at(cut(instant, SHIPPED.grain)) == hours.at(instant)


@given(st.lists(st.integers(0, 1439), min_size=2, max_size=4, unique=True), INSTANTS | CHANGES, st.integers(0, 89))
def test_any_hours(minutes: list[int], now: dt.datetime, later: int) -> None:
    """Whatever the times of day, to the minute: the grain that they give is short enough."""
    times = [f"{minute // 60:02}:{minute % 60:02}" for minute in sorted(minutes)]
    expression = "Mo-Su " + ",".join(f"{a}-{b}" for a, b in zip(times[::2], times[1::2], strict=False))
    hours = Hours.parse(expression, (), ZoneInfo("Europe/Bucharest"), "RO")
    instant = now + dt.timedelta(minutes=later)

    assert hours.at(cut(instant, grain_of([expression]))) == hours.at(instant)


def test_zones_differ_by_quarters() -> None:
    """In our days the clocks of every zone differ from universal time by full quarters of an hour."""
    day = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    offsets = {day.astimezone(ZoneInfo(name)).utcoffset() for name in available_timezones()}

    assert [] == [offset for offset in offsets if offset is None or offset % dt.timedelta(minutes=QUARTER)]
