"""Who is served when: for each country and need, the hours of a week in which somebody answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from directory.hours import hours_of
from directory.model import Directory, Helpline

WEEK = 7 * 24
"""Hours looked at."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a caller with one need finds in one country, from the services for that need alone.

    `week` holds one state for each of the 168 hours from midnight (of the country's time) of the present day:
    True if a service is open in that hour, None if one may be, False if nobody answers.
    """

    country: str
    need: str
    services: int
    open_now: int
    checked: int
    """How many of the services somebody has verified."""
    week: tuple[bool | None, ...]

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


def coverage(directory: Directory, now: dt.datetime) -> tuple[Coverage, ...]:
    """Return the coverage of every country and need at `now` (aware), in the order of the tables."""
    weeks: dict[str, tuple[bool | None, ...]] = {}
    for helpline in directory.helplines.values():
        zone = directory.countries[helpline.country].timezone
        weeks[helpline.id] = _week(helpline, _midnight(now, zone))
    return tuple(
        _cell(country, need, _services(directory, country, need), weeks, now)
        for country in directory.countries
        for need in directory.needs
    )


def _services(directory: Directory, country: str, need: str) -> list[Helpline]:
    return [each for each in directory.helplines.values() if each.country == country and need in each.needs]


def _cell(
    country: str,
    need: str,
    services: list[Helpline],
    weeks: dict[str, tuple[bool | None, ...]],
    now: dt.datetime,
) -> Coverage:
    return Coverage(
        country=country,
        need=need,
        services=len(services),
        open_now=sum(hours_of(each).is_open(now) is True for each in services),
        checked=sum(each.checked is not None for each in services),
        week=tuple(_best(weeks[each.id][hour] for each in services) for hour in range(WEEK)),
    )


def _midnight(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _week(helpline: Helpline, start: dt.datetime) -> tuple[bool | None, ...]:
    """Return the state of each hour: the worse of its beginning and its middle, so that half an hour is none."""
    hours = hours_of(helpline)
    if hours.expression in (None, "24/7"):
        return (hours.is_open(start),) * WEEK
    first = start.astimezone(dt.UTC)
    halves = [hours.is_open(first + dt.timedelta(minutes=30 * half)) for half in range(2 * WEEK)]
    return tuple(_worst(pair) for pair in zip(halves[::2], halves[1::2], strict=True))


def _best(states: Iterable[bool | None]) -> bool | None:
    found = set(states)
    return True if True in found else None if None in found else False


def _worst(states: Iterable[bool | None]) -> bool | None:
    found = set(states)
    return False if False in found else None if None in found else True
