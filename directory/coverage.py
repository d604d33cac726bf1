"""Who is served when: for each country and need, the hours of a week in which somebody answers."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from directory.hours import Hours, hours_of
from directory.model import DatedHours, Directory, Helpline

WEEK = 7 * 24
"""Hours looked at."""
_HOUR, _MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
States = tuple[bool | None, ...]
"""One state for each hour: True for open, None for perhaps, False for nobody."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a caller with one need finds in one country, from the services for that need alone.

    `week` holds one state for each of the 168 hours from midnight (of the country's time) of the present day:
    True if a service is open in that hour, None if one may be, False if nobody answers.
    """

    country: str
    need: str
    services: int
    """How many serve the need; for one language, how many of them speak it or have not said what they speak."""
    open_now: int
    checked: int
    """How many of the services somebody has verified."""
    week: States

    @property
    def open_hours(self) -> int:
        """Hours of the week in which a service is open for sure."""
        return sum(hour is True for hour in self.week)

    @property
    def unknown_hours(self) -> int:
        """Hours in which none is open for sure, but one may be."""
        return sum(hour is None for hour in self.week)

    @property
    def nobody_hours(self) -> int:
        """Hours in which nobody answers."""
        return sum(hour is False for hour in self.week)

    @property
    def checked_share(self) -> float | None:
        """Verified services among all, from 0 to 1; None without services."""
        return self.checked / self.services if self.services else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours of one week, one after the other, in which the same services answer.

    `first` is counted in hours from the beginning of the week (`week_begins`); `open` and `perhaps` are ids of
    services in the order of the directory.
    """

    first: int
    hours: int
    open: tuple[str, ...]
    """Open for sure, and stated to speak the language asked for."""
    perhaps: tuple[str, ...]
    """Their hours are not known, or nobody has said whether they speak the language."""

    @property
    def state(self) -> bool | None:
        """What a caller finds: True if somebody answers for sure, None if somebody may, False if nobody does."""
        return True if self.open else None if self.perhaps else False


def coverage(directory: Directory, now: dt.datetime, language: str | None = None) -> tuple[Coverage, ...]:
    """Return the coverage of every country and need at `now` (aware), in the order of the tables.

    With a `language` only services count that are stated to speak it, and those that have not said what they speak
    count as perhaps.
    """
    return tuple(
        _cell(country, need, _services(directory, country, need, language), week_begins(directory, country, now), now)
        for country in directory.countries
        for need in directory.needs
    )


def stretches(
    directory: Directory, country: str, need: str, now: dt.datetime, language: str | None = None
) -> tuple[Stretch, ...]:
    """Return who answers through the week of `now` (aware), in one country for one need alone, without gaps.

    Raises KeyError for a country that the directory does not cover.
    """
    start = week_begins(directory, country, now)
    services = _services(directory, country, need, language)
    weeks = [(helpline.id, _perhaps(_week_of(helpline, start), speaks)) for helpline, speaks in services]
    hours = [(_ids(weeks, hour, True), _ids(weeks, hour, None)) for hour in range(WEEK)]
    found, first = [], 0
    for (sure, perhaps), same in itertools.groupby(hours):
        length = len(list(same))
        found.append(Stretch(first, length, sure, perhaps))
        first += length
    return tuple(found)


def week_begins(directory: Directory, country: str, now: dt.datetime) -> dt.datetime:
    """Return the midnight with which a country's week begins: of the present day there, in its own time."""
    zone = directory.countries[country].timezone
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def stated_languages(directory: Directory) -> tuple[str, ...]:
    """Return every language that a service is stated to speak, by tag."""
    return tuple(sorted({tag for each in directory.helplines.values() for tag in each.languages}))


def _services(
    directory: Directory, country: str, need: str, language: str | None
) -> list[tuple[Helpline, bool | None]]:
    """Return the services for a need that may speak the language, each with whether it is stated to."""
    found = [each for each in directory.helplines.values() if each.country == country and need in each.needs]
    spoken = [(each, _speaks(each, language)) for each in found]
    return [(helpline, speaks) for helpline, speaks in spoken if speaks is not False]


def _speaks(helpline: Helpline, language: str | None) -> bool | None:
    if language is None:
        return True
    return language in helpline.languages if helpline.languages else None


def _cell(
    country: str, need: str, services: list[tuple[Helpline, bool | None]], start: dt.datetime, now: dt.datetime
) -> Coverage:
    weeks = [_perhaps(_week_of(helpline, start), speaks) for helpline, speaks in services]
    return Coverage(
        country=country,
        need=need,
        services=len(services),
        open_now=sum(speaks is True and hours_of(each).is_open(now) is True for each, speaks in services),
        checked=sum(each.checked is not None for each, _ in services),
        week=tuple(_best(week[hour] for week in weeks) for hour in range(WEEK)),
    )


def _ids(weeks: list[tuple[str, States]], hour: int, state: bool | None) -> tuple[str, ...]:
    return tuple(id_ for id_, week in weeks if week[hour] is state)


def _perhaps(week: States, speaks: bool | None) -> States:
    """Doubt the open hours of a service that has not said whether it speaks the language."""
    return week if speaks else tuple(None if state else state for state in week)


def _week_of(helpline: Helpline, start: dt.datetime) -> States:
    return _week(helpline.hours, helpline.exceptions, helpline.timezone, helpline.country, start)


@lru_cache(maxsize=2048)
def _week(
    expression: str | None, exceptions: tuple[DatedHours, ...], zone: ZoneInfo, country: str, start: dt.datetime
) -> States:
    """Return the state of each hour: the worst of all its minutes, so that an hour served in part is none."""
    hours = Hours.parse(expression, exceptions, zone, country)
    if hours.expression in (None, "24/7"):
        return (hours.is_open(start),) * WEEK
    first, wall = start.astimezone(dt.UTC), start.astimezone(zone).replace(tzinfo=None)
    found: defaultdict[int, set[bool | None]] = defaultdict(set)
    for period in hours.periods(first, first + (WEEK + 1) * _HOUR):
        # By the wall clock, which shows one hour twice in autumn: the service does the same in both.
        begins, ends = ((edge.replace(tzinfo=None) - wall) // _MINUTE for edge in (period.start, period.end))
        for hour in range(begins // 60, -(-ends // 60) if begins < ends else 0):
            found[hour].add(period.open)
    shown = ((first + hour * _HOUR).astimezone(zone).replace(tzinfo=None) for hour in range(WEEK))
    return tuple(_worst(found[(each - wall) // _HOUR]) for each in shown)


def _best(states: Iterable[bool | None]) -> bool | None:
    found = set(states)
    return True if True in found else None if None in found else False


def _worst(states: Iterable[bool | None]) -> bool | None:
    found = set(states)
    return False if False in found else None if None in found else True
