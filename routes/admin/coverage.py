"""Who answers when: for every country and need, hour by hour."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from directory.coverage import Coverage, coverage, stated_languages
from directory.model import Directory
from routes.admin import sources, weeks
from routes.admin.gate import signed_in
from routes.admin.names import country_name, language_name, need_name
from routes.admin.pages import now, page
from routes.admin.words import _, language

bp = Blueprint("coverage", __name__, url_prefix="/coverage")
bp.before_request(signed_in)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at; empty words for everything. `faults` says what could not be meant, in words."""

    directory: Directory | None
    source: str
    country: str
    need: str
    speaks: str
    faults: tuple[str, ...]

    @property
    def filters(self) -> dict[str, str]:
        """The same for an address, as far as it is not everything."""
        found = {"country": self.country, "need": self.need, "speaks": self.speaks}
        source = {} if self.source == sources.LIVE else {"source": self.source}
        return {**source, **{name: word for name, word in found.items() if word}}


@dataclass(frozen=True, slots=True)
class Cell:
    """One country and need in the overview."""

    need: str
    shade: weeks.Shade
    word: str
    hours: int | None
    """Hours of the week in which somebody answers, where that is not all or nothing."""
    summary: str


@dataclass(frozen=True, slots=True)
class Line:
    """One country in the overview."""

    country: str
    name: str
    cells: tuple[Cell, ...]


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the overview; with a country or a need, its weeks."""
    asked, moment = _asked(request.args), now()
    cells = _cells(asked, moment)
    narrowed = bool(asked.country or asked.need)
    status = 400 if asked.faults else 200
    return page(
        "coverage/show.html",
        asked=asked,
        moment=moment,
        title=_title(asked),
        sources=sources.choices(asked.source),
        source_name=sources.named(asked.source),
        **_options(asked.directory),
        shades=[(each, weeks.word_of(each), count) for each, count in _counted(asked, cells)],
        lines=[] if narrowed else _lines(cells),
        strips=_strips(asked, cells, moment) if narrowed else [],
        day=lambda instant: format_date(instant, "EEEE d MMMM", locale=Locale.parse(language())),
    ), status


def _asked(args: Mapping[str, str]) -> Asked:
    """Read the address; what cannot be meant falls away with a sentence."""
    faults, source = [], args.get("source") or sources.LIVE
    try:
        directory: Directory | None = sources.tables(source)
    except sources.SourceError as fault:
        faults.append(str(fault))
        directory, source = _live_tables(), sources.LIVE
    known = {
        "country": (directory.countries if directory else {}, _("This country is not in the directory. Choose one.")),
        "need": (directory.needs if directory else {}, _("This need is not in the directory. Choose one.")),
        "speaks": (
            stated_languages(directory) if directory else (),
            _("No service is stated to speak this language. Choose one of the list."),
        ),
    }
    chosen = {}
    for name, (values, fault_words) in known.items():
        chosen[name] = args.get(name, "")
        if chosen[name] and chosen[name] not in values:
            chosen[name] = ""
            faults.append(fault_words)
    return Asked(directory, source, chosen["country"], chosen["need"], chosen["speaks"], tuple(faults))


def _live_tables() -> Directory | None:
    try:
        return sources.tables(sources.LIVE)
    except sources.SourceError:
        return None


def _cells(asked: Asked, moment: dt.datetime) -> list[Coverage]:
    """Return what was asked for, countries by name, the needs of each in the order of the menu."""
    if asked.directory is None:
        return []
    found = [
        each
        for each in coverage(asked.directory, moment, asked.speaks or None)
        if asked.country in {"", each.country} and asked.need in {"", each.need}
    ]
    return sorted(found, key=lambda each: country_name(each.country))


def _title(asked: Asked) -> str:
    names = [
        *([country_name(asked.country)] if asked.country else []),
        *([need_name(asked.need)] if asked.need else []),
    ]
    return _("Who answers: {what}").format(what=", ".join(names)) if names else _("Who answers, and when")


def _options(directory: Directory | None) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen, each with its name."""
    if directory is None:
        return {"countries": [], "needs": [], "languages": []}
    return {
        "countries": sorted(((code, country_name(code)) for code in directory.countries), key=lambda each: each[1]),
        "needs": [(need, need_name(need)) for need in directory.needs],
        "languages": sorted(((tag, language_name(tag)) for tag in stated_languages(directory)), key=lambda e: e[1]),
    }


def _counted(asked: Asked, cells: list[Coverage]) -> list[tuple[weeks.Shade, int]]:
    """Count the shades of all that is shown, but for the emergency services, which answer everywhere."""
    apart = asked.directory.emergency_need if asked.directory else ""
    found = Counter(weeks.shade(each) for each in cells if each.need != apart)
    return [(each, found[each]) for each in weeks.Shade]


def _lines(cells: list[Coverage]) -> list[Line]:
    codes = dict.fromkeys(each.country for each in cells)
    return [
        Line(code, country_name(code), tuple(_cell(each) for each in cells if each.country == code)) for code in codes
    ]


def _cell(cell: Coverage) -> Cell:
    found = weeks.shade(cell)
    hours = cell.open_hours if found is weeks.Shade.PARTLY else None
    return Cell(cell.need, found, weeks.word_of(found), hours, weeks.summary(cell))


def _strips(asked: Asked, cells: list[Coverage], moment: dt.datetime) -> list[weeks.Strip]:
    if asked.directory is None:
        return []
    return [
        weeks.strip(
            asked.directory,
            each,
            need_name(each.need) if asked.country else country_name(each.country),
            moment,
            asked.speaks or None,
        )
        for each in cells
    ]
