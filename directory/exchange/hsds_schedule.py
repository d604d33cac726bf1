"""Opening hours as HSDS schedules, and back as far as those can say them.

A schedule is a span of the day and the weekdays on which it holds (RFC 5545 day names). Times are local: HSDS knows
only a fixed offset from UTC, which cannot say summer time, so `timezone` is left out and the note names the zone. A
day's end is written 23:59, as is usual in HSDS. Hours that change with the season have only their rule, in the note.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opening_hours import State

from directory.model import Helpline
from directory.plain_week import joined
from directory.timetable import DAY, compile_hours, plain, spans_of_day

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONDAY = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - a day of the timetable, on no clock
_SEASONAL = re.compile(r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|easter|\d{4}|\[", re.IGNORECASE)
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::00)?")
_BYDAY = re.compile(r"(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*")

Span = tuple[int, int]
"""From and to, in minutes after midnight."""


def schedules_of(helpline: Helpline) -> Iterator[dict[str, Any]]:
    """Yield the schedules of a helpline, without ids: its weeks, then its dated exceptions."""
    if helpline.hours is not None:
        zone = helpline.timezone.key
        note = f"Local time in {zone}. The whole rule, as OpenStreetMap writes opening hours: {helpline.hours}"
        days = _days_by_span(helpline.hours, helpline.country)
        for (begins, ends), names in days.items():
            weekly = {"freq": "WEEKLY", "byday": ",".join(names), **_times(begins, ends)}
            yield {**weekly, "notes": note}
        if not days:
            yield {"description": helpline.hours, "notes": note}
    for exception in helpline.exceptions:
        date = exception.date.isoformat()
        day = {"valid_from": date, "valid_to": date, "notes": exception.reason}
        spans = spans_of_day(exception.hours)
        if not spans:
            yield {**day, "description": "closed on this day"}
        for begins, ends in spans:
            yield {**day, **_times(begins, ends), "description": "other hours on this day"}


def hours_of_schedules(schedules: Sequence[object]) -> str | None:
    """Return the weekly hours that schedules say, in OSM syntax; None where they say something else, or nothing."""
    days: dict[str, list[Span]] = {name: [] for name in DAYS}
    for schedule in schedules:
        read = _weekly(schedule)
        if read is None:
            return None
        names, span = read
        for name in names:
            days[name].append(span)
    written = [_spans(days[name]) for name in DAYS]
    if not any(written):
        return None
    return "24/7" if all(each == "00:00-24:00" for each in written) else "; ".join(joined(list(_rules(written))))


def weeks_and_days(schedules: object) -> tuple[frozenset[object], frozenset[object]]:
    """Return what can be compared of schedules: those that hold every week, and those of single days."""
    weekly: set[object] = set()
    dated: set[object] = set()
    for each in schedules if isinstance(schedules, list) else ():
        read = _weekly(each)
        if read is not None:
            weekly.update((day, read[1]) for day in read[0])
        elif isinstance(each, Mapping) and each.get("freq"):
            weekly.add(str(each))
        elif isinstance(each, Mapping) and each.get("valid_from"):
            dated.add((str(each["valid_from"]), *(_minutes(each.get(end)) for end in ("opens_at", "closes_at"))))
    return frozenset(weekly), frozenset(dated)


def _days_by_span(hours: str, country: str) -> dict[Span, list[str]]:
    """Return the spans of an ordinary week and the days of each; empty for hours that change with the season."""
    rules = [rule for rule in plain(hours).split(";") if not rule.strip().startswith("PH")]
    expression = ";".join(rules).replace("PH,", "").replace(",PH", "").strip()
    if not expression or _SEASONAL.search(expression):
        return {}
    compiled = compile_hours(expression, None, country)
    found: dict[Span, list[str]] = {}
    for place, name in enumerate(DAYS):
        midnight = _MONDAY + dt.timedelta(days=place)
        end = midnight + dt.timedelta(days=1)
        for begins, ends, state, _comment in compiled.intervals(midnight, end):
            if state is State.OPEN:
                minute = dt.timedelta(minutes=1)
                span = (begins - midnight) // minute, (min(ends or end, end) - midnight) // minute
                found.setdefault(span, []).append(name)
    return found


def _times(begins: int, ends: int) -> dict[str, str]:
    return {"opens_at": _clock(begins), "closes_at": "23:59" if ends == DAY else _clock(ends % DAY)}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _weekly(schedule: object) -> tuple[list[str], Span] | None:
    """Return the days and the span of a schedule that holds every week, in local time; None for any other."""
    if not isinstance(schedule, Mapping):
        return None
    bound = ("valid_from", "valid_to", "until", "count", "timezone", "byweekno", "bymonthday", "byyearday")
    if schedule.get("freq") != "WEEKLY" or any(schedule.get(each) for each in bound):
        return None
    byday = schedule.get("byday")
    opens, closes = (_minutes(schedule.get(each)) for each in ("opens_at", "closes_at"))
    whole = isinstance(byday, str) and _BYDAY.fullmatch(byday.replace(" ", ""))
    if not whole or opens is None or closes is None or schedule.get("interval") not in (None, 1):
        return None
    return str(byday).replace(" ", "").split(","), (opens, DAY if closes in {DAY, DAY - 1, 0} else closes)


def _minutes(text: object) -> int | None:
    """Return a local time as minutes after midnight; None for one with an offset, or none at all."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else int(found[1]) * 60 + int(found[2])


def _spans(spans: Sequence[Span]) -> str:
    return ",".join(f"{_clock(begins)}-{_clock(ends)}" for begins, ends in sorted(set(spans)))


def _rules(written: Sequence[str]) -> Iterator[str]:
    """Yield the rules of a week, days that follow each other with the same spans together."""
    place = 0
    while place < len(DAYS):
        last = place
        while last + 1 < len(DAYS) and written[last + 1] == written[place]:
            last += 1
        if written[place]:
            days = _OSM_DAYS[place] if last == place else f"{_OSM_DAYS[place]}-{_OSM_DAYS[last]}"
            yield f"{days} {written[place]}"
        place = last + 1
