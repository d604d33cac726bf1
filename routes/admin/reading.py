"""What somebody has to read of a change before it goes live: the difference, its effect, what is doubtful in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from directory.changes import About, Change
from directory.desk.revisions import unchecked
from directory.difference import difference, is_harmonised
from directory.effect import Effect, Offer, effect, offered, when
from directory.findings import Finding, LintCode, Severity
from directory.harmonised import FILE as HARMONISED
from directory.lint import lint
from directory.load import NEEDS
from directory.model import Directory, Helpline
from directory.pieces import Place
from directory.statement import Named, Things
from directory.switched import Standing, overlaid
from routes.admin.names import country_name, found_words, language_name, need_name, service_name
from routes.admin.reader import READER, said
from routes.admin.words import _

MOST_EFFECTS = 150
"""Rows of the table of effects on one page; a change of everything has thousands."""
_FACTS = frozenset({LintCode.NEVER_CHECKED})
"""Findings that have a place of their own on the page."""


@dataclass(frozen=True, slots=True)
class Said:
    """One change in the reader's language."""

    words: str
    grave: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What changes in one row of the tables, or in the rows of one harmonised number."""

    title: str
    ids: str
    changes: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One row of the table of effects, in the reader's language."""

    country: str
    need: str
    hours: str
    before: str
    after: str
    worse: bool
    """Callers found the first service open, and will not."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding of the check that the change brings with it."""

    severity: str
    words: str
    error: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything about one change."""

    entries: tuple[Entry, ...]
    grave: int
    effects: tuple[EffectRow, ...]
    more_effects: int
    """How many rows of the table are not shown."""
    doubts: tuple[Doubt, ...]
    unchecked: tuple[str, ...]
    """Names of services that are new or changed and that nobody has ever checked."""
    languages: tuple[tuple[str, str], ...]
    """Languages for which the effect can be asked: tag and name."""


def read(before: Directory, after: Directory, standing: Standing, now: dt.datetime, speaks: str | None) -> Reading:
    """Put together what `after` changes against `before`, for callers who speak `speaks` (None: any language)."""
    changes = difference(before, after)
    served = (overlaid(before, standing), overlaid(after, standing))
    effects = effect(*served, now, speaks)
    tags = sorted({tag for one in (before, after) for country in one.countries.values() for tag in country.languages})
    return Reading(
        entries=entries(changes, before, after),
        grave=sum(each.grave for each in changes),
        effects=tuple(_effect_row(each, *served, now) for each in effects[:MOST_EFFECTS]),
        more_effects=max(0, len(effects) - MOST_EFFECTS),
        doubts=tuple(_doubts(*served, now)),
        unchecked=tuple(_titled(after, id_) for id_ in unchecked(before, after, standing)),
        languages=tuple(sorted(((tag, language_name(tag)) for tag in tags), key=lambda pair: pair[1])),
    )


def entries(changes: Iterable[Change], before: Directory, after: Directory) -> tuple[Entry, ...]:
    """Return the changes in the reader's language by what they are about, in the order of the first of each."""
    groups: dict[tuple[About, tuple[str, ...]], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.about, change.entries), []).append(change)
    return tuple(
        Entry(
            _title(about, ids, before, after),
            ", ".join(ids) if about is About.SERVICE else "",
            tuple(Said(said(each.statement), each.grave) for each in found),
        )
        for (about, ids), found in groups.items()
    )


def entries_of(place: Place, before: Directory, after: Directory) -> tuple[Entry, ...]:
    """Return what changes in one piece of the files: a row, or the head of a file."""
    found = [each for each in difference(before, after) if _stands_in(each, place)]
    return entries(found, before, after)


def _stands_in(change: Change, place: Place) -> bool:
    if place.entry:
        return place.entry in change.entries
    if place.file == NEEDS:
        return change.about in {About.NEED, About.TABLE}
    if place.file == HARMONISED:
        return change.about is About.SERVICE and is_harmonised(change.entries[0])
    return change.about is About.COUNTRY and place.file[:2].upper() in change.entries


def _title(about: About, ids: tuple[str, ...], before: Directory, after: Directory) -> str:
    first = ids[0]
    match about:
        case About.COUNTRY:
            return _("The country {country}").format(country=country_name(first))
        case About.NEED:
            return _("The need {need}").format(need=need_name(first))
        case About.TABLE:
            return _("The table of needs")
    found = after.helplines.get(first) or before.helplines[first]
    if len(ids) == 1:
        return f"{service_name(found)}, {country_name(found.country)}"
    countries = ", ".join(sorted(country_name(id_[:2].upper()) for id_ in ids))
    return _("{name} in {count} countries: {countries}").format(
        name=service_name(found), count=len(ids), countries=countries
    )


def _titled(directory: Directory, id_: str) -> str:
    helpline = directory.helplines[id_]
    return f"{service_name(helpline)}, {country_name(helpline.country)} ({id_})"


def _effect_row(found: Effect, before: Directory, after: Directory, now: dt.datetime) -> EffectRow:
    return EffectRow(
        country=country_name(found.country),
        need=need_name(found.need),
        hours=said(when(found, now)),
        before=said(offered(found.before, _called(found.before, before))),
        after=said(offered(found.after, _called(found.after, after))),
        worse=bool(found.before and found.before.open) and not (found.after and found.after.open),
    )


def _called(offer: Offer | None, directory: Directory) -> str:
    return service_name(directory.helplines[offer.id]) if offer else ""


def _doubts(before: Directory, after: Directory, now: dt.datetime) -> Iterable[Doubt]:
    """Return what the check finds after the change and did not find before it, the worst first."""
    known = {_key(each) for each in lint(before, now)}
    names = {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.DOUBT: _("doubt")}
    for each in lint(after, now):
        if each.code not in _FACTS and _key(each) not in known:
            helpline = after.helplines.get(each.entry)
            title = _place(helpline, each)
            yield Doubt(names[each.severity], f"{title}: {found_words(each)}", each.severity is Severity.ERROR)


def _place(helpline: Helpline | None, finding: Finding) -> str:
    if helpline is None:
        return READER.name(Named(Things.COUNTRY, finding.country))
    return f"{service_name(helpline)} ({helpline.id})"


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.code.value, finding.entry, finding.field, finding.detail
