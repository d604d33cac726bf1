"""Events and errands: coarse, readable again after a stay on disk, and without anything about who called."""

from __future__ import annotations

import datetime as dt
import json
from typing import get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.events import TEXT_LIFE, Event, EventKind, PurgeCall, PurgeMessage, SendText

WORDS = st.text(max_size=20)
EVENTS = st.builds(
    Event,
    day=st.dates(),
    band=st.integers(0, 3),
    kind=st.sampled_from(EventKind),
    name=WORDS,
    language=WORDS,
    country=WORDS,
    need=WORDS,
)
NAMES = ("day", "band", "kind", "name", "language", "country", "need")
FIELDS: list[str | int] = ["2026-11-24", 1, "step", "need", "ro", "RO", "trafficking"]
EVENT = Event(dt.date(2026, 11, 24), 1, EventKind.STEP, "need", "ro", "RO", "trafficking")


@given(EVENTS)
def test_what_is_written_is_read_again(event: Event) -> None:
    """Any event comes back from the stream or the spool as it was, through JSON."""
    assert event == Event.from_fields(json.loads(json.dumps(event.fields())))


def test_fields() -> None:
    """The order of the fields is that of the stream and the spool, which outlive a version of the program."""
    assert FIELDS == EVENT.fields()
    assert EVENT == Event.from_fields(FIELDS)


@pytest.mark.parametrize(
    ("hour", "minute", "second", "band"),
    [
        (0, 0, 0, 0),
        (5, 59, 59, 0),
        (6, 0, 0, 1),
        (11, 59, 59, 1),
        (12, 0, 0, 2),
        (17, 59, 59, 2),
        (18, 0, 0, 3),
        (23, 59, 59, 3),
    ],
)
def test_bands(hour: int, minute: int, second: int, band: int) -> None:
    """A time is counted as a quarter of its day, which is all that is known of it afterwards."""
    now = dt.datetime(2026, 11, 24, hour, minute, second, 999_999, tzinfo=dt.UTC)

    assert Event(dt.date(2026, 11, 24), band, EventKind.STEP, "need") == Event.at(now, EventKind.STEP, "need")


@pytest.mark.parametrize(
    ("zone", "local", "day", "band"),
    [
        ("Europe/Bucharest", "2026-11-24T01:30", "2026-11-23", 3),
        ("Europe/Bucharest", "2026-11-24T02:00", "2026-11-24", 0),
        ("Europe/Bucharest", "2026-07-24T02:59", "2026-07-23", 3),
        ("Europe/London", "2026-11-24T06:00", "2026-11-24", 1),
        ("Europe/London", "2026-07-24T06:00", "2026-07-24", 0),
        ("America/New_York", "2026-11-24T19:00", "2026-11-25", 0),
    ],
)
def test_day_and_band_are_universal(zone: str, local: str, day: str, band: int) -> None:
    """Wherever the caller is, events are counted in days of universal time, in summer and in winter."""
    event = Event.at(dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)), EventKind.STEP, "need")

    assert (day, band) == (event.day.isoformat(), event.band)


def test_unknown_is_a_dash() -> None:
    """A language, country or need that is not known yet is counted as such."""
    now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    expected = Event(dt.date(2026, 11, 24), 0, EventKind.STEP, "language", "-", "-", "-")

    assert expected == Event.at(now, EventKind.STEP, "language", None, None, None)
    assert expected == Event.at(now, EventKind.STEP, "language", "", "", "")


@pytest.mark.parametrize("number", range(7))
def test_event_with_a_field_less_or_more_is_refused(number: int) -> None:
    """An entry without one of the fields, or with one twice, is no event."""
    for entry in (FIELDS[:number] + FIELDS[number + 1 :], FIELDS[:number] + FIELDS[number - 7 :] + ["x"]):
        with pytest.raises(ValueError):
            Event.from_fields(entry)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day", ""),
        ("day", "today"),
        ("day", "2026-11-31"),
        ("day", "24.11.2026"),
        ("band", -1),
        ("band", 4),
        ("band", "1"),
        ("band", 1.0),
        ("band", True),
        ("band", None),
        ("kind", ""),
        ("kind", "STEP"),
        ("kind", "stap"),
        ("need", None),
        ("name", 7),
    ],
)
def test_event_with_a_wrong_field_is_refused(field: str, value: object) -> None:
    """An entry with a day, a band or a kind that there is not, or with a text that is none, is no event."""
    number = NAMES.index(field)
    with pytest.raises(ValueError):
        Event.from_fields([*FIELDS[:number], value, *FIELDS[number + 1 :]])


@given(st.lists(st.one_of(st.text(max_size=12), st.integers(), st.none()), max_size=8))
def test_any_entry_is_read_or_refused(entry: list[object]) -> None:
    """Whatever stands in the stream, it is an event or is refused by one name."""
    try:
        event = Event.from_fields(entry)
    except ValueError:
        return

    assert event == Event.from_fields(event.fields())


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        (Event, {"day", "band", "kind", "name", "language", "country", "need"}),
        (SendText, {"call", "helpline", "language", "form", "before"}),
        (PurgeCall, {"call", "over"}),
        (PurgeMessage, {"message", "fate", "ended"}),
    ],
)
def test_nothing_is_known_of_the_caller(kind: type, known: set[str]) -> None:
    """No event and no errand has room for a number: a new field has to be thought about here."""
    assert known == set(get_type_hints(kind))


def test_events_of_one_band_are_equal() -> None:
    """Two callers who did the same in the same quarter of a day cannot be told apart."""
    now = dt.datetime(2026, 11, 24, 6, 0, tzinfo=dt.UTC)
    later = now + dt.timedelta(hours=5, minutes=59)

    assert Event.at(now, EventKind.STEP, "need", "ro") == Event.at(later, EventKind.STEP, "need", "ro")
    assert EVENT != EVENT._replace(band=2)


def test_text_lives_two_minutes() -> None:
    """A text that comes later may come into other hands."""
    assert dt.timedelta(seconds=120) == TEXT_LIFE
