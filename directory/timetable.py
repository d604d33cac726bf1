"""The written form of opening hours: what is accepted, and how dated exceptions become part of it.

Works on the timetable, not on the clock: minutes after midnight of a date, without a time zone.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves out the exceptions
    OpeningHours,
    ParserError,
    State,
    UnknownCountryError,
)

from directory.model import DatedHours

DAY = 24 * 60
"""Minutes in a day of the timetable (not of the clock)."""

LONGEST = 500
"""Characters of hours at most. Comparing rules with one another takes long where there are hundreds, and calls wait."""

SPAN = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?![\d:])")

_COMMENT = re.compile(r'"[^"]*"')
_STATED_COMMENT = re.compile(r'\b(unknown|off|closed|open)\s*"[^"]*"')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REFUSED = (
    (re.compile(r"\|\|"), "`||` is not understood as the standard means it; write the hours without it"),
    (
        re.compile(r"sunrise|sunset|dawn|dusk", re.IGNORECASE),
        "a helpline does not follow the sun; write times",
    ),
    (re.compile(r"\d\+"), "an open end (`20:00+`) cannot be told to a caller; write when it closes"),
    (re.compile(r"\bSH\b"), "school holidays (`SH`) are not known; write the dates"),
    (
        re.compile(r"\bFeb\s+(?:\d{1,2}\s*-\s*)?3\d\b|\b(?:Apr|Jun|Sep|Nov)\s+(?:\d{1,2}\s*-\s*)?31\b"),
        "a date that no calendar holds would be read as every day; write one that comes",
    ),
    (re.compile(r"\d:\d\d\s*/"), "repeated times (`/`) are not opening hours; write each span"),
)

Pieces = list[tuple[int, int, State]]
"""Open and unknown stretches of one day: (from, to) in minutes after midnight, and the state."""


class HoursError(ValueError):
    """Hours that cannot be told to a caller; the sentence says why."""


def spans_of_day(hours: str) -> tuple[tuple[int, int], ...]:
    """Read the hours of one dated exception: "off" or times of day, as (from, to) minutes after midnight.

    A span past midnight ends after 1440. Raises HoursError for anything else.
    """
    if hours == "off":
        return ()
    spans = []
    for part in hours.split(","):
        found = SPAN.fullmatch(part.strip())
        if found is None:
            raise HoursError(f"{hours!r} is neither `off` nor times such as `10:00-14:00`")
        spans.append(minutes_of_span(found))
    return tuple(spans)


def minutes_of_span(found: re.Match[str]) -> tuple[int, int]:
    """Return a span found by `SPAN` as minutes after midnight; the end is after 1440 if past midnight.

    Raises HoursError for times that no clock shows.
    """
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    begins, ends = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or begins >= DAY or ends > 2 * DAY:
        raise HoursError(f"{found.group()!r} is not a span of a day")
    return begins, ends if ends > begins else ends + DAY


def plain(expression: str) -> str:
    """Return the expression without comments, or refuse what would be misread, or is longer than any week."""
    if len(expression) > LONGEST:
        raise HoursError("these hours are longer than any week; write the weekly rules, and single days as exceptions")
    if _COMMENT.search(_STATED_COMMENT.sub("", expression)):
        raise HoursError("a comment may only follow `unknown`, `off` or `open`, or nobody knows what it means")
    bare = _COMMENT.sub("", expression).strip()
    for pattern, reason in _REFUSED:
        if pattern.search(bare):
            raise HoursError(reason)
    return bare


def compile_hours(expression: str, zone: ZoneInfo | None, country: str) -> OpeningHours:
    """Compile an expression with the holidays of `country`; no zone for timetables. Raises HoursError."""
    try:
        return OpeningHours(expression, timezone=zone, country=country)
    except UnknownCountryError:
        if "PH" in expression:
            raise HoursError(f"public holidays of {country} are not known; write the dates") from None
        return OpeningHours(expression, timezone=zone)
    except ParserError as error:
        place = str(error).strip().splitlines()
        raise HoursError(f"not opening hours: {place[-1].strip(' =')} in {expression!r}") from None


def dated_rules(base: str, exceptions: tuple[DatedHours, ...], country: str) -> list[str]:
    """Write the exceptions as rules for single dates, to stand after the weekly rules.

    The library lets a dated rule replace a calendar day, tail of last night's shift included, and lets the
    tail of the replaced shift stand on the morning after. So both days are written out in full.
    """
    if not exceptions:
        return []
    planned = {exception.date: spans_of_day(exception.hours) for exception in exceptions}
    whole = compile_hours(base, None, country)
    begun = compile_hours(SPAN.sub(_cut_at_midnight, base), None, country)
    rules = []
    for day in sorted(planned.keys() | {date + dt.timedelta(days=1) for date in planned}):
        pieces = _carried(day, planned, whole, begun) + _own(day, planned, begun)
        if day in planned or _minutes_of(pieces) != _minutes_of(_day_of(whole, day)):
            rules.append(_rule(day, pieces))
    return rules


def _cut_at_midnight(found: re.Match[str]) -> str:
    begins, ends = minutes_of_span(found)
    return found.group() if ends <= DAY else f"{_clock(begins)}-24:00"


def _own(day: dt.date, planned: dict[dt.date, tuple[tuple[int, int], ...]], begun: OpeningHours) -> Pieces:
    """Return the shifts that begin on `day`, cut at midnight."""
    if day in planned:
        return [(begins, min(ends, DAY), State.OPEN) for begins, ends in planned[day]]
    return _day_of(begun, day)


def _carried(
    day: dt.date,
    planned: dict[dt.date, tuple[tuple[int, int], ...]],
    whole: OpeningHours,
    begun: OpeningHours,
) -> Pieces:
    """Return the tails of the shifts that began the day before."""
    before = day - dt.timedelta(days=1)
    if before in planned:
        return [(0, ends - DAY, State.OPEN) for _begins, ends in planned[before] if ends > DAY]
    today, mornings = _day_of(whole, day), _day_of(begun, day)
    cuts = sorted({0, DAY, *(edge for piece in today + mornings for edge in piece[:2])})
    return [
        (begins, ends, state)
        for begins, ends in itertools.pairwise(cuts)
        if (state := _state_at(today, begins)) is not State.CLOSED and _state_at(mornings, begins) is State.CLOSED
    ]


def _day_of(hours: OpeningHours, day: dt.date) -> Pieces:
    """Return the open and unknown pieces of a calendar day, in minutes of its timetable."""
    midnight = dt.datetime.combine(day, dt.time())
    ends_at = midnight + dt.timedelta(days=1)
    minute = dt.timedelta(minutes=1)
    return [
        ((begins - midnight) // minute, (min(ends or ends_at, ends_at) - midnight) // minute, state)
        for begins, ends, state, _comment in hours.intervals(midnight, ends_at)
        if state is not State.CLOSED
    ]


def _state_at(pieces: Pieces, minute: int) -> State:
    return next((state for begins, ends, state in pieces if begins <= minute < ends), State.CLOSED)


def _minutes_of(pieces: Pieces) -> list[State]:
    """Return the state of each minute of the day; where pieces overlap, open wins."""
    minutes = [State.CLOSED] * DAY
    for wanted in (State.UNKNOWN, State.OPEN):
        for begins, ends, state in pieces:
            if state is wanted:
                minutes[begins:ends] = [state] * (ends - begins)
    return minutes


def _rule(day: dt.date, pieces: Pieces) -> str:
    date = f"{day.year} {_MONTHS[day.month - 1]} {day.day:02d}"
    parts = []
    for state, word in ((State.UNKNOWN, " unknown"), (State.OPEN, "")):
        times = ",".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends, kind in pieces if kind is state)
        if times:
            parts.append(f"{date} {times}{word}")
    return ", ".join(parts) if parts else f"{date} off"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
