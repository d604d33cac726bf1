"""The list of the helplines: search, filters, and what stands out about each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from directory.agenda import endings
from directory.desk.checks import is_due
from directory.desk.draft import Stage
from directory.dialling import digits, e164
from directory.findings import LintCode, Severity
from directory.hours import Status, hours_of
from directory.lint import lint
from directory.model import Directory, Helpline, Kind
from directory.switched import Position
from routes.admin.helplines.picture import date_words
from routes.admin.helplines.tables import tables
from routes.admin.names import country_name, language_name, need_name, service_name
from routes.admin.pages import desk, now, page
from routes.admin.standing import rules
from routes.admin.words import _

_OF_CHECKS = frozenset({LintCode.NEVER_CHECKED, LintCode.CHECK_OVERDUE})
"""Findings that have a mark of their own."""
_FEWEST_DIGITS = 3
"""Digits that make a search one for a number."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that stands out, in a word and a colour of the style sheet."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One helpline in the list."""

    id: str
    name: str
    country: str
    needs: str
    opening: str
    number: str
    checked: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the list knows of the helplines beside their rows."""

    now: dt.datetime
    doubtful: frozenset[str]
    """Ids with an error or a warning of the check."""
    ending: frozenset[str]
    """Ids with single days that are all past, or soon will be."""
    switched: Mapping[tuple[str, str], Position]
    open_drafts: Mapping[str, int]
    waiting: Mapping[str, int]
    """Ids to the number of a draft that changes them and is open, or waits for approval."""
    checkers: Mapping[str, str]
    """Ids to the name of whoever checked them last."""


def show() -> ResponseReturnValue:
    """Show the helplines that were asked for."""
    found = tables(request.args.get("draft", ""))
    asked = {name: request.args.get(name, "").strip() for name in ("q", "country", "need", "language", "state", "sort")}
    if found is None:
        return page("helplines/listing.html", tables=None, asked=asked, lines=(), total=0)
    facts, directory = facts_of(found.directory), found.directory
    rows = [each for each in directory.helplines.values() if _fits(each, asked, facts)]
    lines = [_line(each, facts) for each in sorted(rows, key=_order(asked["sort"]))]
    return page(
        "helplines/listing.html",
        tables=found,
        asked=asked,
        lines=lines,
        total=len(directory.helplines),
        countries=_by_name((code, country_name(code)) for code in directory.countries),
        needs=[(need, need_name(need)) for need in directory.needs],
        languages=_by_name((tag, language_name(tag)) for tag in _stated(directory)),
        states=states(),
        rules=rules(),
        sorts=_sorts(),
    )


def facts_of(directory: Directory) -> Facts:
    """Collect what stands out at this moment."""
    moment = now()
    weighty = {Severity.ERROR, Severity.WARNING}
    drafts = {stage: _changed_in(stage) for stage in (Stage.OPEN, Stage.WAITING)}
    return Facts(
        now=moment,
        doubtful=frozenset(
            each.entry for each in lint(directory, moment) if each.severity in weighty and each.code not in _OF_CHECKS
        ),
        ending=frozenset(each.helpline for each in endings(directory, moment)),
        switched={(each.country, each.number): each.position for each in desk().standing().switches},
        open_drafts=drafts[Stage.OPEN],
        waiting=drafts[Stage.WAITING],
        checkers=desk().checks.checkers(),
    )


def marks_of(helpline: Helpline, facts: Facts) -> tuple[Mark, ...]:
    """Return what stands out about a helpline, the gravest first."""
    found = []
    thrown = positions(helpline, facts)
    if Position.OUT in thrown:
        found.append(Mark("danger", _("out of service")))
    if Position.READ_OUT in thrown:
        found.append(Mark("danger", _("read out only")))
    if helpline.id in facts.doubtful:
        found.append(Mark("lantern", _("doubtful")))
    if helpline.id in facts.waiting:
        found.append(Mark("lantern", _("waiting")))
    if helpline.id in facts.open_drafts:
        found.append(Mark("lantern", _("draft")))
    if helpline.checked is None:
        found.append(Mark("lantern", _("never checked")))
    elif is_due(helpline.checked, facts.now.date()):
        found.append(Mark("lantern", _("check overdue")))
    return tuple(found)


def opening_words(status: Status, moment: dt.datetime) -> str:
    """Return in a few words whether a line is open, until when, or when it opens; by its own clock."""
    if status.open is None:
        return _("hours not known")
    if status.open:
        if status.until is None:
            return _("open, always")
        return _("open until {when}").format(when=_when(status.until, moment))
    if status.opens is None:
        return _("closed, no opening known")
    return _("closed, opens {when}").format(when=_when(status.opens, moment))


def states() -> tuple[tuple[str, str], ...]:
    """Return what the list can be narrowed to, each with its name."""
    return (
        ("", _("All")),
        ("never", _("Never checked")),
        ("overdue", _("Check overdue")),
        ("closed", _("Closed now")),
        ("unknown", _("Hours not known")),
        ("doubtful", _("Doubtful")),
        ("ending", _("With single days that run out")),
        ("switched", _("Switched")),
        ("changing", _("In a draft or waiting")),
    )


def _sorts() -> tuple[tuple[str, str], ...]:
    return (("", _("Country")), ("name", _("Name")), ("checked", _("Oldest check first")), ("id", _("Our own name")))


def _fits(helpline: Helpline, asked: Mapping[str, str], facts: Facts) -> bool:
    return (
        asked["country"] in {"", helpline.country}
        and (not asked["need"] or asked["need"] in helpline.needs)
        and (not asked["language"] or asked["language"] in _primary(helpline))
        and _is(asked["state"], helpline, facts)
        and _is_meant(asked["q"], helpline)
    )


def _is(state: str, helpline: Helpline, facts: Facts) -> bool:
    tests: dict[str, Callable[[], bool]] = {
        "never": lambda: helpline.checked is None,
        "overdue": lambda: helpline.checked is not None and is_due(helpline.checked, facts.now.date()),
        "closed": lambda: hours_of(helpline).is_open(facts.now) is False,
        "unknown": lambda: hours_of(helpline).is_open(facts.now) is None,
        "doubtful": lambda: helpline.id in facts.doubtful,
        "ending": lambda: helpline.id in facts.ending,
        "switched": lambda: bool(positions(helpline, facts)),
        "changing": lambda: helpline.id in facts.open_drafts or helpline.id in facts.waiting,
    }
    return tests[state]() if state in tests else True


def _is_meant(query: str, helpline: Helpline) -> bool:
    """Tell whether a helpline is meant by a search: by its id, a name in any language, or a number in any writing."""
    if not query:
        return True
    wanted = query.casefold()
    if wanted in helpline.id or any(wanted in name.casefold() for name in helpline.name.values()):
        return True
    number = digits(query)
    plain = query.translate(str.maketrans("", "", " +-./()0123456789\u00a0\u2011\u2013"))
    if plain or len(number) < _FEWEST_DIGITS:
        return False
    whole = (e164(query, helpline.country) or "").lstrip("+")
    return any(_is_number(number, whole, each.say, each.dial or "") for each in helpline.numbers)


def _is_number(number: str, whole: str, say: str, dial: str) -> bool:
    return number in digits(say) or number in digits(dial) or (bool(whole) and whole == digits(dial))


def _primary(helpline: Helpline) -> set[str]:
    return {*helpline.languages, *(tag.partition("-")[0] for tag in helpline.languages)}


def _stated(directory: Directory) -> set[str]:
    return {tag.partition("-")[0] for each in directory.helplines.values() for tag in each.languages}


def _order(sort: str) -> Callable[[Helpline], tuple[object, ...]]:
    match sort:
        case "name":
            return lambda each: (service_name(each).casefold(), each.id)
        case "checked":
            return lambda each: (each.checked or dt.date.min, each.id)
        case "id":
            return lambda each: (each.id,)
    return lambda each: (country_name(each.country), each.kind is Kind.EMERGENCY, each.order)


def _line(helpline: Helpline, facts: Facts) -> Line:
    checked = _("never") if helpline.checked is None else date_words(helpline.checked)
    if helpline.checked is not None and helpline.id in facts.checkers:
        checked = _("{date}, {name}").format(date=checked, name=facts.checkers[helpline.id])
    return Line(
        id=helpline.id,
        name=service_name(helpline),
        country=country_name(helpline.country),
        needs=", ".join(need_name(need) for need in helpline.needs),
        opening=opening_words(hours_of(helpline).at(facts.now), facts.now.astimezone(helpline.timezone)),
        number=helpline.numbers[0].say,
        checked=checked,
        marks=marks_of(helpline, facts),
    )


def positions(helpline: Helpline, facts: Facts) -> set[Position]:
    """Return what has been done to the numbers of a helpline, however each is written."""
    if helpline.kind is Kind.EMERGENCY or not facts.switched:
        return set()
    lines = {digits(each.say) for each in helpline.numbers}
    lines |= {digits(each.dial) for each in helpline.numbers if each.dial}
    switched = {
        digits(e164(number, country) or number): position
        for (country, number), position in facts.switched.items()
        if country == helpline.country
    } | {number: position for (country, number), position in facts.switched.items() if country == helpline.country}
    return {position for number, position in switched.items() if number in lines}


def _changed_in(stage: Stage) -> dict[str, int]:
    return {edit.place.entry: draft.id for draft in desk().drafts.listing((stage,)) for edit in draft.edits}


def _when(at: dt.datetime, moment: dt.datetime) -> str:
    if at.date() == moment.date():
        return f"{at:%H:%M}"
    tomorrow = at.date() - moment.date() == dt.timedelta(days=1)
    if tomorrow and at.time() == dt.time():
        return _("midnight")
    if tomorrow:
        return _("tomorrow {time}").format(time=f"{at:%H:%M}")
    return _("{day} {time}").format(day=date_words(at.date()), time=f"{at:%H:%M}")


def _by_name(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: pair[1].casefold())
