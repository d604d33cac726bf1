"""What a directory will need somebody for: hours in which nobody answers, and lists of dates that run out.

Pure, like everything that is asked of a `Directory` at an instant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from directory.calendar import SOON
from directory.hours import hours_of
from directory.model import Directory, Helpline, Kind, Shown

TONIGHT = dt.timedelta(hours=12)
"""How far ahead holes are looked for."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Hours in which a caller with one need in one country finds every service for it closed.

    `spans` are by the country's clock (aware), one after the other; the last may be cut at the end of what was asked.
    """

    country: str
    need: str
    spans: tuple[tuple[dt.datetime, dt.datetime], ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """A service whose list of exceptions ends soon, or has ended."""

    helpline: str
    last: dt.date


def holes(directory: Directory, now: dt.datetime, ahead: dt.timedelta = TONIGHT) -> tuple[Hole, ...]:
    """Return where nobody answers between `now` (aware) and a while later, in the order of the tables.

    Only needs that every menu offers count, and only where there is a service that could answer: what is never served
    is a matter of coverage, not of tonight. A service whose hours nobody knows may answer, so it leaves no hole.
    """
    found = []
    for country in directory.countries.values():
        for need in main_needs(directory):
            rows = _services(directory, country.code, need)
            zone = country.timezone
            spans = tuple((start.astimezone(zone), end.astimezone(zone)) for start, end in _closed(rows, now, ahead))
            if spans:
                found.append(Hole(country.code, need, spans))
    return tuple(found)


def unserved(directory: Directory) -> tuple[tuple[str, str], ...]:
    """Return every country and main need for which there is no service at all."""
    return tuple(
        (country, need)
        for country in directory.countries
        for need in main_needs(directory)
        if not _services(directory, country, need)
    )


def endings(directory: Directory, now: dt.datetime, ahead: dt.timedelta = SOON) -> tuple[Ending, ...]:
    """Return the services whose exceptions are all past, or will be within a while, the earliest first."""
    found = [
        Ending(row.id, last)
        for row in directory.helplines.values()
        if row.exceptions
        and (last := max(each.date for each in row.exceptions)) <= (now + ahead).astimezone(row.timezone).date()
    ]
    return tuple(sorted(found, key=lambda each: each.last))


def main_needs(directory: Directory) -> tuple[str, ...]:
    """Return the needs that stand in the menu of every country."""
    return tuple(need.id for need in directory.needs.values() if need.shown is Shown.ALWAYS)


def _services(directory: Directory, country: str, need: str) -> list[Helpline]:
    return [
        row
        for row in directory.helplines.values()
        if row.country == country and need in row.needs and row.kind is not Kind.EMERGENCY
    ]


def _closed(rows: list[Helpline], now: dt.datetime, ahead: dt.timedelta) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Yield the stretches in which all services are closed for sure; none where there is no service."""
    first, last = now.astimezone(dt.UTC), (now + ahead).astimezone(dt.UTC)
    hours = {hours_of(row) for row in rows}
    cuts = {first, last}
    for each in hours:
        cuts |= {period.start.astimezone(dt.UTC) for period in each.periods(first, last)}
    begins = None
    for start, _end in pairwise([*sorted(cut for cut in cuts if first <= cut <= last), last]):
        closed = bool(hours) and start < last and all(each.is_open(start) is False for each in hours)
        if closed and begins is None:
            begins = start
        if not closed and begins is not None:
            yield begins, start
            begins = None
