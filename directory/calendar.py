"""What opening hours mean, day by day: the calendar that an editor reads before a caller is told anything.

Pure. Times are what the wall clock of the service shows; the clock's own changes are marked on their days.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from directory.hours import Hours, Period
from directory.model import DatedHours
from directory.public_holidays import holiday_name, is_public_holiday
from directory.revision import plain
from directory.timetable import DAY

DAYS = 14
"""Days of the calendar that an editor confirms."""
SOON = dt.timedelta(days=45)
"""How long before its last day a list of exceptions is called to mind: time to learn the next year's dates."""
_A_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one day, from and to in minutes after midnight (at most 1440), open (True) or perhaps (None)."""

    begins: int
    ends: int
    open: bool | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar. What no span covers is closed."""

    date: dt.date
    spans: tuple[Span, ...]
    holiday: str | None
    """What the public holiday is called in English ("public holiday" where its name is not known); None for no such."""
    exception: DatedHours | None
    clock: int
    """Minutes that the clock is put forward in the course of the day, less than zero for back; mostly 0."""


def calendar(
    hours: str | None,
    exceptions: tuple[DatedHours, ...],
    zone: ZoneInfo,
    country: str,
    first: dt.date,
    days: int = DAYS,
) -> tuple[Day, ...]:
    """Return the days from `first`, in order, by the service's own clock.

    `hours` is OSM syntax, None for unknown; `country` (ISO 3166-1) is for its holidays. Raises HoursError as
    `Hours.parse` does.
    """
    compiled = Hours.parse(hours, exceptions, zone, country)
    dated = {each.date: each for each in exceptions}
    dates = [first + number * _A_DAY for number in range(days)]
    return tuple(
        Day(
            date=date,
            spans=tuple(_spans(compiled, date, zone)),
            holiday=holiday_name(country, date) if is_public_holiday(country, date) else None,
            exception=dated.get(date),
            clock=_clock_change(date, zone),
        )
        for date in dates
    )


def mark(hours: str | None, exceptions: tuple[DatedHours, ...], zone: ZoneInfo) -> str:
    """Name what a calendar shows, in 16 hexadecimal digits: who confirms it confirms exactly these hours."""
    content = [hours, sorted((plain(each) for each in exceptions), key=json.dumps), zone.key]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]


def running_out(exceptions: tuple[DatedHours, ...], today: dt.date) -> dt.date | None:
    """Return the last date of a list of exceptions that ends within `SOON`, None for one that is past or goes on."""
    last = max((each.date for each in exceptions), default=None)
    return last if last is not None and today <= last <= today + SOON else None


def _spans(compiled: Hours, date: dt.date, zone: ZoneInfo) -> Iterator[Span]:
    """Yield the open and unknown stretches of a day, joined where they touch."""
    midnight = dt.datetime.combine(date, dt.time(), zone)
    following = dt.datetime.combine(date + _A_DAY, dt.time(), zone)
    last: Span | None = None
    for period in compiled.periods(midnight, following):
        if period.start == period.end:
            continue  # an hour that the clocks leave out
        span = _on_the_clock(period, date)
        if last is not None and last.open is span.open and last.ends >= span.begins:
            last = Span(last.begins, max(last.ends, span.ends), last.open)
            continue
        if last is not None and last.open is not False:
            yield last
        last = span
    if last is not None and last.open is not False:
        yield last


def _on_the_clock(period: Period, date: dt.date) -> Span:
    """Read a stretch off the wall clock."""
    midnight = dt.datetime.combine(date, dt.time())
    begins, ends = ((edge.replace(tzinfo=None) - midnight) // _MINUTE for edge in (period.start, period.end))
    return Span(max(begins, 0), min(ends, DAY), period.open)


def _clock_change(date: dt.date, zone: ZoneInfo) -> int:
    before, after = (dt.datetime.combine(each, dt.time(), zone).utcoffset() for each in (date, date + _A_DAY))
    return ((after or dt.timedelta()) - (before or dt.timedelta())) // _MINUTE
