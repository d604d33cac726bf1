"""The week of one need in one country, as a picture and as a table: the same stretches are read for both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from babel import Locale
from babel.dates import format_datetime
from babel.lists import format_list

from directory.coverage import WEEK, Coverage, Stretch, stretches, week_begins
from directory.model import Directory
from routes.admin.names import service_name
from routes.admin.words import _, language

HOUR = 6
"""Units of the picture that an hour is wide."""


class Shade(StrEnum):
    """What a caller finds, as a word of the style sheet; each has a pattern of its own as well as a colour."""

    OPEN = "open"
    PARTLY = "partly"
    PERHAPS = "perhaps"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Answerer:
    """A service that answers, or may."""

    id: str
    name: str
    checked: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Hours in which the same services answer."""

    hours: int
    x: int
    """Where it begins in the picture, and how wide it is."""
    width: int
    shade: Shade
    when: str
    finding: str
    """What a caller finds, in a word."""
    who: tuple[Answerer, ...]
    sentence: str
    """All of it in words."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One week of one need in one country."""

    country: str
    need: str
    title: str
    zone: str
    begins: dt.datetime
    shade: Shade
    summary: str
    spans: tuple[Span, ...]
    midnights: tuple[int, ...]
    """Where days begin in the picture, but the first."""
    now: int
    """Where the present minute is in the picture."""
    days: tuple[str, ...]
    """The seven days of the axis, by their short names."""


def strip(directory: Directory, cell: Coverage, title: str, now: dt.datetime, speaks: str | None = None) -> Strip:
    """Return the week of one cell of the overview, from the services for that need alone."""
    begins = week_begins(directory, cell.country, now)
    found = stretches(directory, cell.country, cell.need, now, speaks)
    return Strip(
        country=cell.country,
        need=cell.need,
        title=title,
        zone=directory.countries[cell.country].timezone.key,
        begins=begins,
        shade=shade(cell),
        summary=summary(cell),
        spans=tuple(_span(each, directory, begins) for each in found),
        midnights=tuple(hour * HOUR for hour in range(1, WEEK) if _local(begins, hour).hour == 0),
        now=round((now - begins).total_seconds() / 3600 * HOUR),
        days=tuple(_written(begins + dt.timedelta(days=ahead), "EEE d") for ahead in range(7)),
    )


def shade(cell: Coverage) -> Shade:
    """Return what a whole week looks like."""
    whole = {WEEK: Shade.OPEN}.get(cell.open_hours) or {WEEK: Shade.NOBODY}.get(cell.nobody_hours)
    return whole or (Shade.PARTLY if cell.open_hours else Shade.PERHAPS)


def word_of(found: Shade) -> str:
    """Return a shade in words."""
    return {
        Shade.OPEN: _("always"),
        Shade.PARTLY: _("partly"),
        Shade.PERHAPS: _("perhaps"),
        Shade.NOBODY: _("nobody"),
    }[found]


def summary(cell: Coverage) -> str:
    """Return a week in one sentence."""
    match shade(cell):
        case Shade.OPEN:
            return _("Somebody answers at every hour.")
        case Shade.NOBODY if not cell.services:
            return _("Nobody answers: there is no such service.")
        case Shade.NOBODY:
            return _("Nobody answers at any hour.")
    words = _("Of 168 hours: somebody answers in {open}, perhaps in {perhaps}, nobody in {nobody}.")
    return words.format(open=cell.open_hours, perhaps=cell.unknown_hours, nobody=cell.nobody_hours)


def _span(stretch: Stretch, directory: Directory, begins: dt.datetime) -> Span:
    found = {True: Shade.OPEN, None: Shade.PERHAPS, False: Shade.NOBODY}[stretch.state]
    who = (
        *(_answerer(each, directory, sure=True) for each in stretch.open),
        *(_answerer(each, directory, sure=False) for each in stretch.perhaps),
    )
    when, finding = _when(begins, stretch), _finding(found)
    return Span(
        hours=stretch.hours,
        x=stretch.first * HOUR,
        width=stretch.hours * HOUR,
        shade=found,
        when=when,
        finding=finding,
        who=who,
        sentence=": ".join([when, _listed(who) or finding]),
    )


def _finding(found: Shade) -> str:
    return {Shade.OPEN: _("somebody answers"), Shade.PERHAPS: _("perhaps somebody")}.get(found) or _("nobody answers")


def _answerer(id_: str, directory: Directory, *, sure: bool) -> Answerer:
    helpline = directory.helplines[id_]
    return Answerer(id_, service_name(helpline), helpline.checked is not None, sure)


def _listed(who: Iterable[Answerer]) -> str:
    """Name who answers, and who may."""
    names = [each.name if each.sure else _("perhaps {name}").format(name=each.name) for each in who]
    return str(format_list(names, locale=language())) if names else ""


def _when(begins: dt.datetime, stretch: Stretch) -> str:
    """Return a stretch by the country's clock: "Monday 09:00 to 17:00"."""
    if stretch.hours == WEEK:
        return _("All week, day and night")
    start, end = _local(begins, stretch.first), _local(begins, stretch.first + stretch.hours)
    last = end - dt.timedelta(minutes=1)
    clock = "24:00" if end.hour == 0 else f"{end:%H:%M}"
    until = clock if last.date() == start.date() else f"{_written(last, 'EEEE')} {clock}"
    return _("{day} {start} to {end}").format(day=_written(start, "EEEE"), start=f"{start:%H:%M}", end=until)


def _local(begins: dt.datetime, hours: int) -> dt.datetime:
    """Return the instant so many hours later, by the same clock; where it is changed, days have 23 or 25 hours."""
    return (begins.astimezone(dt.UTC) + dt.timedelta(hours=hours)).astimezone(begins.tzinfo)


def _written(moment: dt.datetime, form: str) -> str:
    return str(format_datetime(moment, form, tzinfo=moment.tzinfo, locale=Locale.parse(language())))
