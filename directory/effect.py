"""What a change does to callers: who is offered first, before and after, through the hours of a week.

Pure. It asks `directory.find` in each country and for each need whose services changed, at every instant at which one
of them opens or closes, so that the answer is exact to the minute and costs little.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from directory.find import Query, connected_by, find, number_to_dial
from directory.hours import hours_of
from directory.model import DatedHours, Directory, Helpline, Reach, Source
from directory.statement import Listed, Statement, Value, state
from directory.unusual_days import unusual_days
from directory.weekly import DAYS, days_of_week

WEEK = dt.timedelta(days=7)
"""How far ahead callers are looked at."""

AT_ALL_HOURS = "at all hours"
ON_DAYS = "{days} {begins} to {ends}"
ALL_DAY = "{days}, all day"
THROUGH = "{first} {begins} to {last} {ends}"
NOBODY = "nobody"
OFFERED = "{name}, {say}, {now}"
OPEN_NOW: dict[bool | None, str] = {True: "open", False: "closed", None: "hours unknown"}
TEMPLATES = (AT_ALL_HOURS, ON_DAYS, ALL_DAY, THROUGH, NOBODY, OFFERED, *OPEN_NOW.values())
"""All sentences and words of this module, for translators."""

_DAY = dt.timedelta(days=1)
_UNSAID = Source("", None, "")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a caller is offered first: a service, the number said, the number rung, open or not."""

    id: str
    say: str
    dial: str | None
    """E.164: what an international line rings, else what a line of the country itself rings; None if neither can."""
    by: Reach | None
    """Which of our lines can ring it: `directory.find.connected_by`."""
    open: bool | None
    """None where nobody knows its hours."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time by the country's clock; aware, `end` not included."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """Callers with one need in one country who are offered something else, and when.

    `before` or `after` is None where the country or the need is not in the directory. `whole` says that it is so at
    every hour that was looked at.
    """

    country: str
    need: str
    before: Offer | None
    after: Offer | None
    spans: tuple[Span, ...]
    whole: bool


def effect(before: Directory, after: Directory, now: dt.datetime, language: str | None = None) -> tuple[Effect, ...]:
    """Return what changes for callers in the week that begins with the day of `now` (aware), country by country.

    Days further ahead are looked at as well: those with a dated exception added, changed or removed, and the first of
    each kind on which changed hours mean something else than in the week (`unusual_days`). `language` is the callers'
    (BCP-47), None where it does not matter. Empty where every caller is offered the same as before.
    """
    found: list[Effect] = []
    for country in sorted(before.countries.keys() | after.countries.keys()):
        needs = [each for each in _needs(before, after) if _differs(before, after, country, each)]
        if needs:
            windows = _windows(before, after, country, now)
            for need in needs:
                found += _effects(before, after, Query(country, need, language), windows)
    return tuple(found)


def offered(offer: Offer | None, name: str) -> Statement:
    """Return an offer in words; `name` is what the service is called in the reader's language."""
    if offer is None:
        return state(NOBODY)
    return state(OFFERED, name=name, say=offer.say, now=state(OPEN_NOW[offer.open]))


def when(effect: Effect, now: dt.datetime) -> Value:
    """Return the hours of an effect in words, days with the same hours together; `now` is what `effect` was given."""
    if effect.whole:
        return state(AT_ALL_HOURS)
    weekdays: dict[tuple[dt.time, dt.time], list[int]] = {}
    others: list[Value] = []
    for span in effect.spans:
        today, first, last = now.astimezone(span.start.tzinfo).date(), span.start.date(), _last_day(span)
        begins, ends = span.start.time(), span.end.time()
        if last - today < WEEK and not _is_long(span):
            weekdays.setdefault((begins, ends), []).append(first.weekday())
        elif last - today < WEEK:
            others.append(
                _through(state(DAYS[first.weekday()]), begins, state(DAYS[span.end.weekday()]), f"{ends:%H:%M}")
            )
        elif _is_long(span):
            others.append(_through(first, begins, last, _closing(ends)))
        else:
            others.append(_on_days(first, begins, ends))
    daily = (_on_days(days_of_week(sorted(days)), *times) for times, days in weekdays.items())
    return Listed((*daily, *others))


def _is_long(span: Span) -> bool:
    """Tell whether a span reaches so far into another day that both its ends have to be named."""
    days, (begins, ends) = span.end.date() - span.start.date(), (each.time() for each in (span.start, span.end))
    return days > _DAY or (days == _DAY and ends >= begins and ends != dt.time())


def _last_day(span: Span) -> dt.date:
    """Return the last day of a span: one that ends at midnight has nothing of the next."""
    return (span.end - dt.timedelta(minutes=1)).date()


def _on_days(days: Value, begins: dt.time, ends: dt.time) -> Statement:
    if begins == ends == dt.time():
        return state(ALL_DAY, days=days)
    return state(ON_DAYS, days=days, begins=f"{begins:%H:%M}", ends=_closing(ends))


def _through(first: Value, begins: dt.time, last: Value, ends: str) -> Statement:
    return state(THROUGH, first=first, begins=f"{begins:%H:%M}", last=last, ends=ends)


def _closing(ends: dt.time) -> str:
    return f"{ends:%H:%M}" if ends != dt.time() else "24:00"


def _needs(before: Directory, after: Directory) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*after.needs, *before.needs)))


def _differs(before: Directory, after: Directory, country: str, need: str) -> bool:
    """Tell whether anything that decides who is offered is different."""
    return _deciding(before, country, need) != _deciding(after, country, need)


def _deciding(directory: Directory, country: str, need: str) -> object:
    ladder = directory.ladders.get((country, need), ())
    audience = directory.needs[need].audience if need in directory.needs else ""
    steps = [(name, [_plain(row) for row in sorted(rows, key=lambda row: row.order)]) for name, rows in ladder]
    return audience, steps


def _plain(helpline: Helpline) -> Helpline:
    """Return a row without what decides nothing: its names, its note, its source, its check, its absolute place."""
    return dataclasses.replace(helpline, name={}, note="", source=_UNSAID, checked=None, order=0, anonymous=None)


def _windows(before: Directory, after: Directory, country: str, now: dt.datetime) -> list[Span]:
    """Return the week, and later days with other exceptions or hours than before, by the country's clock."""
    zone = (after.countries.get(country) or before.countries[country]).timezone
    start = _midnight(now.astimezone(zone).date(), zone)
    end = _midnight(start.date() + WEEK, zone)
    others = _other_days(before, after, country) | unusual_days(before, after, country, start.date())
    days = {date for date in others if date >= end.date()}
    later = [Span(_midnight(date, zone), _midnight(date + _DAY, zone)) for date in sorted(days)]
    return [Span(start, end), *later]


def _midnight(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(), zone)


def _other_days(before: Directory, after: Directory, country: str) -> set[dt.date]:
    old, new = ({(row.id, each.date, each.hours) for row, each in _exceptions(one, country)} for one in (before, after))
    return {date for _id, date, _hours in old ^ new}


def _exceptions(directory: Directory, country: str) -> Iterator[tuple[Helpline, DatedHours]]:
    rows = (row for row in directory.helplines.values() if row.country == country)
    return ((row, each) for row in rows for each in row.exceptions)


def _effects(before: Directory, after: Directory, query: Query, windows: list[Span]) -> Iterator[Effect]:
    rows = [*_rows(before, query), *_rows(after, query)]
    found: dict[tuple[Offer | None, Offer | None], list[Span]] = {}
    for window in windows:
        for span in _constant(rows, window):
            pair = (_first(before, query, span.start), _first(after, query, span.start))
            spans = found.setdefault(pair, [])
            if spans and spans[-1].end == span.start:
                span = Span(spans.pop().start, span.end)
            spans.append(span)
    for (old, new), spans in found.items():
        if old != new:
            yield Effect(query.country, query.need, old, new, tuple(spans), len(found) == 1)


def _rows(directory: Directory, query: Query) -> list[Helpline]:
    return [row for _need, rows in directory.ladders.get((query.country, query.need), ()) for row in rows]


def _constant(rows: Iterable[Helpline], window: Span) -> Iterator[Span]:
    """Cut a window at every instant at which one of the services opens or closes."""
    first, last = window.start.astimezone(dt.UTC), window.end.astimezone(dt.UTC)
    cuts = {first, last}
    for hours in {hours_of(row) for row in rows}:
        cuts |= {period.start.astimezone(dt.UTC) for period in hours.periods(first, last)}
    zone = window.start.tzinfo
    for start, end in pairwise(sorted(cut for cut in cuts if first <= cut <= last)):
        yield Span(start.astimezone(zone), end.astimezone(zone))


def _first(directory: Directory, query: Query, now: dt.datetime) -> Offer | None:
    matches = find(directory, query, now)
    if not matches:
        return None
    best = matches[0]
    dial = best.dial or number_to_dial(best.helpline, query.country)
    return Offer(best.helpline.id, best.number.say, dial, connected_by(best.helpline), best.status.open)
