"""The words of the field as types: helplines, their numbers and hours, and the tables around them.

Everything here is an immutable value; a whole `Directory` is swapped when a new revision is published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from directory.grain import grain_of


class Kind(StrEnum):
    """What stands behind a number."""

    HELPLINE = "helpline"
    """A line whose work is to answer callers who need help."""
    ORGANISATION = "organisation"
    """A body that serves callers directly and has a telephone, but is not a helpline."""
    REPORTING = "reporting"
    """A line that takes reports of a crime; it helps nobody by itself."""
    EMERGENCY = "emergency"
    """Police, ambulance, fire. Always said, never dialled."""


class Reach(StrEnum):
    """From where a number works."""

    NATIONAL = "national"
    ABROAD = "abroad"
    ANYWHERE = "anywhere"


class Cost(StrEnum):
    """What a call to the number costs inside its country, cheapest first."""

    FREE = "free"
    STANDARD = "standard"
    UNKNOWN = "unknown"
    CHARGED = "charged"
    """More than an ordinary call (shared-cost and premium ranges)."""


class Shown(StrEnum):
    """When a need stands in the menu."""

    ALWAYS = "always"
    WHERE_SERVED = "where_served"
    """Only in countries that have a service of their own for it."""
    APART = "apart"
    """Kept away from the menu for people who were hurt: professionals, people who use violence."""
    NEVER = "never"
    """Reached by a reserved key only (emergency advice)."""


@dataclass(frozen=True, slots=True)
class Number:
    """One telephone number of a helpline.

    `say` is what a caller dials, in the groups in which it is spoken ("0800 800 678").
    `dial` is the same line in E.164, or None where no carrier can be asked to reach it (short codes).
    """

    say: str
    dial: str | None
    reach: Reach


@dataclass(frozen=True, slots=True)
class DatedHours:
    """One day on which other hours hold; it beats the weekly hours and every computed holiday.

    `hours` is "off" or times of day in OSM syntax ("10:00-14:00").
    """

    date: dt.date
    hours: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read: the document, the day it was written (None if unknown), its own words."""

    file: str
    date: dt.date | None
    quote: str


@dataclass(frozen=True, slots=True)
class Helpline:
    """One service that can be named to a caller, as its row in the directory says."""

    id: str
    country: str
    """ISO 3166-1 alpha-2."""
    kind: Kind
    name: Mapping[str, str]
    """Language tag to name, in that language."""
    needs: tuple[str, ...]
    audience: tuple[str, ...]
    languages: tuple[str, ...]
    """Languages in which it is stated to answer; empty means that nobody has said."""
    hours: str | None
    """OSM opening hours, or None where they are not known."""
    exceptions: tuple[DatedHours, ...]
    timezone: ZoneInfo
    numbers: tuple[Number, ...]
    cost: Cost
    anonymous: bool | None
    source: Source
    checked: dt.date | None
    """The day somebody rang and verified the row; None means that nobody has."""
    note: str
    order: int
    """Position in its table; the last word when all else is equal."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something a caller may need. The table's order is the menu's order."""

    id: str
    shown: Shown
    audience: str
    """Whom a caller with this need is taken to be when services for one audience compete."""
    neighbours: tuple[str, ...]
    """Needs whose services come next when this one's are used up."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country that the directory covers."""

    code: str
    calling_code: str
    """Digits of its telephone prefix, without the plus."""
    timezone: ZoneInfo
    languages: tuple[str, ...]
    """National languages, then the others that its callers speak, most likely first."""
    fallback: Mapping[str, tuple[str, ...]]
    """Need to the needs tried after it, where this country departs from the general rule."""


Rung = tuple[str, tuple[tuple[Helpline, ...], ...]]
"""A step of a fallback chain: the need, and its services in groups of those that only their order tells apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """One revision of all tables: the value that matching and the conversation read.

    Two are the same only if they are one object, so that answers can be remembered by the directory they came from;
    whoever wants to know whether their contents agree compares `revision`.
    """

    revision: str
    """Short hash of the content."""
    helplines: Mapping[str, Helpline]
    countries: Mapping[str, Country]
    needs: Mapping[str, Need]
    audiences: tuple[str, ...]
    general_need: str
    """The need of the general victim line, first in every fallback."""
    emergency_need: str
    """The need of the emergency services, last in every fallback."""
    ladders: Mapping[tuple[str, str], tuple[tuple[str, tuple[Helpline, ...]], ...]] = field(repr=False)
    """For each (country, need): the steps of its fallback chain, each a need and the services for it.

    No service stands on two steps; the last step is the emergency need and is never empty.
    """
    rungs: dict[tuple[str, str], tuple[Rung, ...]] = field(default_factory=dict, init=False, repr=False)
    """What `directory.find` has worked out from the ladders so far: kept here, so that it goes with the directory."""
    grain: int = field(init=False)
    """Minutes: from one multiple of them to the next no hours change, and callers are told the same."""

    def __post_init__(self) -> None:
        texts = (
            text for each in self.helplines.values() for text in (each.hours, *(on.hours for on in each.exceptions))
        )
        object.__setattr__(self, "grain", grain_of(text for text in texts if text))
