"""The time that a caller pretends."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ivr.simulator import moments, people

BUCHAREST = ZoneInfo("Europe/Bucharest")
NOW = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
"""A Sunday in UTC, and Monday 01:30 in Bucharest."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T10:00+02:00", "2026-11-24T10:00:00+02:00"),
        ("2026-11-24T08:00Z", "2026-11-24T08:00:00+00:00"),
        ("2026-11-24 10:00", "2026-11-24T10:00:00+02:00"),
        ("2026-07-24 10:00", "2026-07-24T10:00:00+03:00"),  # summer time
        ("Tuesday 10:00", "2026-11-24T10:00:00+02:00"),
        ("tue 3:00", "2026-11-24T03:00:00+02:00"),
        ("Monday 10:00", "2026-11-23T10:00:00+02:00"),  # the day itself
        ("Sunday 10:00", "2026-11-29T10:00:00+02:00"),  # not the day that has passed there
        ("10:00", "2026-11-23T10:00:00+02:00"),
        (" 00:00 ", "2026-11-23T00:00:00+02:00"),
    ],
)
def test_times_are_read_in_the_callers_zone(text: str, expected: str) -> None:
    """A time without offset is one of the caller's zone; a weekday is the next one."""
    assert expected == moments.read(text, BUCHAREST, NOW).isoformat()


@pytest.mark.parametrize(
    "text", ["", "soon", "24:00", "10:60", "T 10:00", "Mardi 10:00", "Tuesday", "2026-13-01", "1000"]
)
def test_other_words_are_no_time(text: str) -> None:
    """What is no time is refused with a sentence that says how to write one. (T begins two days.)"""
    with pytest.raises(ValueError, match="is no time"):
        moments.read(text, BUCHAREST, NOW)


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        (people.person("RO").mobile, "Europe/Bucharest"),
        (people.person("HU").landline, "Europe/Budapest"),
        ("anonymous", "UTC"),
        ("+266696687", "UTC"),
    ],
)
def test_a_number_has_the_zone_of_its_country(number: str, zone: str) -> None:
    """A withheld number has no zone of its own, in either form."""
    assert zone == moments.zone_of(number).key
