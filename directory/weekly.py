"""What changes in opening hours, read as people read them: by day of the week, on public holidays, by season.

The expressions are compared by what they mean, not by how they are written, on the timetable (without a time zone).
A night shift belongs to the day on which it begins.
"""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opening_hours import OpeningHours, State

from directory.model import Helpline
from directory.statement import Listed, Statement, Value, state
from directory.timetable import HoursError, compile_hours, plain, spans_of_day

MONDAY = dt.date(2029, 1, 1)
"""First day of the week, and of the year, in which hours without a date are compared: any would do."""

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVERY_DAY = "every day"
DAY_TO_DAY = "{first} to {last}"
HOLIDAYS = "public holidays"
IN_SEASON = "{days} ({count} days, the first {first}, the last {last})"
IN_MONTHS = "{days} (in {months}: {count} days of a year)"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
CLOSED = "closed"
ROUND_THE_CLOCK = "open day and night"
OPEN = "open {times}"
PERHAPS = "perhaps open {times}"
UNKNOWN = "unknown"
AS_USUAL = "as on other days"
SPAN = "{begins} to {ends}"

TEMPLATES = (
    *DAYS, *MONTHS, EVERY_DAY, DAY_TO_DAY, HOLIDAYS, IN_SEASON, IN_MONTHS, CLOSED, ROUND_THE_CLOCK, OPEN, PERHAPS,
    UNKNOWN, AS_USUAL, SPAN,
)  # fmt: skip
"""All sentences and words of this module, for translators."""

_DAY = dt.timedelta(days=1)
_NOON = dt.timedelta(hours=12)
_MOST_YEARS = 7
"""Years after the first one in which hours that name years are compared."""
_SEASON = re.compile(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|easter)\b|\[|\b\d{4}\b")
_YEAR = re.compile(r"\b(20\d\d)\b")

Shift = tuple[int, int, bool | None]
"""From, to (minutes after midnight of its day; beyond 1440 in the night after), open (True) or perhaps (None)."""
Day = tuple[Shift, ...] | None
"""The shifts that begin on a day; None where the day is as any other."""

_NOBODY_KNOWS: tuple[Shift, ...] = ((0, 1440, None),)


@dataclass(frozen=True, slots=True)
class HoursChange:
    """One passage of the hours that changes: on which days, what held before, what will hold.

    `shorter` says that somebody who was answered at some time of these days would be so no longer.
    """

    days: Value
    was: Value
    will: Value
    shorter: bool


def weekly_changes(before: Helpline, after: Helpline) -> tuple[HoursChange, ...]:
    """Return what changes in the weekly hours of one service, public holidays last; empty if all means the same."""
    return (*_weekdays(before.hours, after.hours), *_holidays(before, after))


def dated_changes(before: Helpline, after: Helpline) -> tuple[tuple[dt.date, HoursChange], ...]:
    """Return what changes on single days by dated exceptions, in the order of the dates."""
    return tuple(_dated(before, after))


def times_of(day: Day) -> Value:
    """Return the hours of a day in words: "open 09:00 to 12:00, 13:00 to 17:00"."""
    if day is None:
        return state(AS_USUAL)
    if day == _NOBODY_KNOWS:
        return state(UNKNOWN)
    if day == ((0, 1440, True),):
        return state(ROUND_THE_CLOCK)
    sure = [(OPEN, True), (PERHAPS, None)]
    said = [state(words, times=_spans(day, kind)) for words, kind in sure if any(each[2] is kind for each in day)]
    return Listed(tuple(said)) if said else state(CLOSED)


def week_of(hours: str | None) -> tuple[tuple[Value, Value], ...]:
    """Return the plain week of an expression in words: days with the same hours together, and their hours."""
    timeline = _timeline(hours, None, MONDAY, MONDAY + 6 * _DAY)
    days = [timeline.day(MONDAY + number * _DAY) for number in range(7)]
    groups = itertools.groupby(range(7), key=lambda number: days[number])
    return tuple((days_of_week(list(numbers)), times_of(day)) for day, numbers in groups)


def days_of_week(weekdays: list[int]) -> Value:
    """Return days of the week (Monday is 0, ascending) in words: `Monday to Friday`, `Tuesday, Sunday`, `every day`."""
    if len(weekdays) == 7:
        return state(EVERY_DAY)
    runs: list[list[int]] = []
    for day in weekdays:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = tuple(part for run in runs for part in _run(run))
    return parts[0] if len(parts) == 1 else Listed(parts)


@dataclass(frozen=True, slots=True)
class _Stretch:
    begins: dt.datetime
    ends: dt.datetime
    open: bool | None


@dataclass(frozen=True, slots=True)
class _Timeline:
    """Hours over some days: the stretches in which a line is (perhaps) open, as long as they go, and by day."""

    stretches: tuple[_Stretch, ...]
    shifts: dict[dt.date, list[Shift]]

    def day(self, date: dt.date) -> tuple[Shift, ...]:
        return tuple(self.shifts.get(date, ()))

    def holds(self, date: dt.date, shift: Shift) -> bool:
        """Tell whether the line is in that state all through a shift of a day."""
        midnight = dt.datetime.combine(date, dt.time())
        begins, ends = (midnight + dt.timedelta(minutes=minutes) for minutes in shift[:2])
        place = bisect.bisect_right(self.stretches, begins, key=lambda each: each.begins) - 1
        found = self.stretches[place] if place >= 0 else None
        return found is not None and found.open is shift[2] and ends <= found.ends


def _timeline(hours: str | None, country: str | None, first: dt.date, last: dt.date) -> _Timeline:
    """Lay out the hours from the day before `first` to the day after `last`; without a country no day is a holiday."""
    begins = dt.datetime.combine(first - _DAY, dt.time())
    ends = dt.datetime.combine(last + 2 * _DAY, dt.time())
    unknown = [_Stretch(begins, ends, None)]
    stretches = unknown if hours is None else list(_stretches(hours, country, begins, ends))
    shifts: dict[dt.date, list[Shift]] = {}
    for stretch in stretches:
        for date, shift in _shifts(stretch):
            shifts.setdefault(date, []).append(shift)
    return _Timeline(tuple(stretches), shifts)


def _stretches(hours: str, country: str | None, begins: dt.datetime, ends: dt.datetime) -> Iterator[_Stretch]:
    text = plain(hours)
    compiled = OpeningHours(text) if country is None else compile_hours(text, None, country)
    found = [
        _Stretch(start, ends if end is None else min(end, ends), True if kind is State.OPEN else None)
        for start, end, kind, _comment in compiled.intervals(begins, ends)
        if kind is not State.CLOSED
    ]
    while found:
        first = found.pop(0)
        while found and found[0].begins == first.ends and found[0].open is first.open:
            first = _Stretch(first.begins, found.pop(0).ends, first.open)
        yield first


def _shifts(stretch: _Stretch) -> Iterator[tuple[dt.date, Shift]]:
    """Cut a stretch at the midnights, but for a night that ends before noon: that belongs to its evening."""
    begins = stretch.begins
    while begins < stretch.ends:
        date = begins.date()
        start = dt.datetime.combine(date, dt.time())
        night = begins > start and stretch.ends <= start + _DAY + _NOON
        ends = stretch.ends if night else min(stretch.ends, start + _DAY)
        minute = dt.timedelta(minutes=1)
        yield date, ((begins - start) // minute, (ends - start) // minute, stretch.open)
        begins = ends


def _weekdays(before: str | None, after: str | None) -> Iterator[HoursChange]:
    if before == after:
        return
    written = f"{before} {after}"
    first, last = MONDAY, MONDAY + 6 * _DAY
    if _SEASON.search(written):
        first, last = _years(written)
    dates = [first + number * _DAY for number in range((last - first).days + 1)]
    was, will = _timeline(before, None, first, last), _timeline(after, None, first, last)
    groups: dict[tuple[Day, Day, tuple[dt.date, ...] | None], list[int]] = {}
    for weekday in range(7):
        same = [date for date in dates if date.weekday() == weekday]
        for pair, found in _pairs(was, will, same).items():
            groups.setdefault((*pair, None if len(found) == len(same) else tuple(found)), []).append(weekday)
    for (old, new, season), weekdays in _joined(groups):
        lost = _is_lost(was, will, season or [dates[0] + (each - dates[0].weekday()) % 7 * _DAY for each in weekdays])
        yield HoursChange(_in_season(weekdays, season), times_of(old), times_of(new), lost)


def _years(written: str) -> tuple[dt.date, dt.date]:
    """Return the days in which hours with seasons are compared: a year, or those that are named and one on each side.

    Hours that hold in one year only are closed in the next, and were in the one before.
    """
    years = [int(year) for year in _YEAR.findall(written)]
    first, last = (min(years) - 1, max(years) + 1) if years else (MONDAY.year, MONDAY.year)
    return dt.date(first, 1, 1), dt.date(min(last, first + _MOST_YEARS), 12, 31)


def _pairs(was: _Timeline, will: _Timeline, dates: Iterable[dt.date]) -> dict[tuple[Day, Day], list[dt.date]]:
    """Return the dates that differ, by their hours before and after."""
    found: dict[tuple[Day, Day], list[dt.date]] = {}
    for date in dates:
        old, new = was.day(date), will.day(date)
        if old != new and not (_all_hold(will, date, old) and _all_hold(was, date, new)):
            found.setdefault((old, new), []).append(date)
    return found


def _all_hold(timeline: _Timeline, date: dt.date, day: tuple[Shift, ...]) -> bool:
    return all(timeline.holds(date, shift) for shift in day)


def _is_lost(was: _Timeline, will: _Timeline, dates: Iterable[dt.date]) -> bool:
    """Tell whether the line was open for sure at a time of these days at which it will not be."""
    return any(shift[2] and not will.holds(date, shift) for date in dates for shift in was.day(date))


def _joined(
    groups: dict[tuple[Day, Day, tuple[dt.date, ...] | None], list[int]],
) -> Iterator[tuple[tuple[Day, Day, tuple[dt.date, ...] | None], list[int]]]:
    """Join the seasons of several weekdays with the same hours, and order what is left by its first weekday."""
    joined: dict[tuple[Day, Day, bool], tuple[list[int], set[dt.date]]] = {}
    for (old, new, season), weekdays in groups.items():
        days, dates = joined.setdefault((old, new, season is None), ([], set()))
        days += weekdays
        dates.update(season or ())
    for (old, new, _always), (days, dates) in sorted(joined.items(), key=lambda item: item[1][0][0]):
        yield (old, new, tuple(sorted(dates)) or None), sorted(days)


def _in_season(weekdays: list[int], season: tuple[dt.date, ...] | None) -> Value:
    days = days_of_week(weekdays)
    if season is None:
        return days
    first, last = season[0], season[-1]
    if first == last:
        return first
    if first.year == last.year == MONDAY.year:
        months = Listed(tuple(state(MONTHS[month - 1]) for month in sorted({date.month for date in season})))
        return state(IN_MONTHS, days=days, months=months, count=len(season))
    return state(IN_SEASON, days=days, count=len(season), first=first, last=last)


def _run(run: list[int]) -> list[Statement]:
    if len(run) < 3:
        return [state(DAYS[day]) for day in run]
    return [state(DAY_TO_DAY, first=state(DAYS[run[0]]), last=state(DAYS[run[-1]]))]


def _spans(day: tuple[Shift, ...], kind: bool | None) -> Listed:
    return Listed(
        tuple(
            state(SPAN, begins=_clock(begins), ends=_clock(ends) if ends <= 1440 else _clock(ends - 1440))
            for begins, ends, open_ in day
            if open_ is kind
        )
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _holidays(before: Helpline, after: Helpline) -> Iterator[HoursChange]:
    """Compare what holds on public holidays, as far as it differs from what would hold on those days anyway."""
    if "PH" not in f"{before.hours} {after.hours}" or (before.hours, before.country) == (after.hours, after.country):
        return
    dates = _holiday_dates(after.country)
    found: dict[tuple[Day, Day], list[dt.date]] = {}
    for date, *pair in zip(dates, _on_holidays(before, dates), _on_holidays(after, dates), strict=True):
        if pair[0] != pair[1]:
            found.setdefault((pair[0], pair[1]), []).append(date)
    for (old, new), days in found.items():
        lost = any(_is_lost(_on(before, date), _on(after, date), [date]) for date in days)
        yield HoursChange(state(HOLIDAYS), times_of(old), times_of(new), lost)


def _holiday_dates(country: str) -> list[dt.date]:
    try:
        compiled = compile_hours("PH", None, country)
    except HoursError:
        return []
    begins = dt.datetime.combine(MONDAY, dt.time())
    days = [begins + number * _DAY for number in range(365)]
    return [day.date() for day in days if compiled.is_open(day)]


def _on_holidays(helpline: Helpline, dates: list[dt.date]) -> list[Day]:
    """Return what holds on each of these days; a holiday on a Sunday that is closed anyway is closed as the others."""
    real = [_on(helpline, date).day(date) for date in dates]
    usual = [_timeline(helpline.hours, None, date, date).day(date) for date in dates]
    special = {day for day, other in zip(real, usual, strict=True) if day != other}
    return [day if day in special else None for day in real]


def _on(helpline: Helpline, date: dt.date) -> _Timeline:
    return _timeline(helpline.hours, helpline.country, date, date)


def _dated(before: Helpline, after: Helpline) -> Iterator[tuple[dt.date, HoursChange]]:
    was, will = ({each.date: each for each in row.exceptions} for row in (before, after))
    for date in sorted(was.keys() | will.keys()):
        old, new = was.get(date), will.get(date)
        if (old and old.hours) == (new and new.hours):
            continue
        days = [None if each is None else _exception(each.hours) for each in (old, new)]
        real = [
            _on(row, date).day(date) if day is None else day for row, day in zip((before, after), days, strict=True)
        ]
        yield date, HoursChange(date, times_of(days[0]), times_of(days[1]), _shorter(*real))


def _exception(hours: str) -> tuple[Shift, ...]:
    return tuple((begins, ends, True) for begins, ends in sorted(spans_of_day(hours)))


def _shorter(was: tuple[Shift, ...], will: tuple[Shift, ...]) -> bool:
    lost = {minute for begins, ends, open_ in was if open_ for minute in range(begins, ends)}
    for begins, ends, open_ in will:
        if open_:
            lost.difference_update(range(begins, ends))
    return bool(lost)
