"""The check of a directory that loads: what would mislead callers, and what nobody has verified.

Pure: it judges a `Directory` at an instant. Findings come in the order of the tables, errors first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from directory.findings import Finding, LintCode, Severity
from directory.lint_hours import lint_hours
from directory.lint_numbers import lint_numbers, lint_shared
from directory.model import Cost, Country, Directory, Helpline, Kind, Shown

LONGEST_NAME = 60
"""Characters of a name that can be said in one breath and texted in one segment."""

LONGEST_MENU = 8
"""Needs that may stand in one country's menu."""

CHECK_EVERY = dt.timedelta(days=180)
"""How long a verification holds."""


def lint(directory: Directory, now: dt.datetime) -> tuple[Finding, ...]:
    """Return all findings at `now` (aware), worst first, then in the order of the tables."""
    found = list(_findings(directory, now))
    weights = list(Severity)
    return tuple(sorted(found, key=lambda finding: weights.index(finding.severity)))


def lint_row(directory: Directory, helpline: Helpline, now: dt.datetime) -> tuple[Finding, ...]:
    """Return the findings about one service as if it stood in the directory, worst first: quick enough for typing."""
    beside = (row for row in directory.helplines.values() if row.country == helpline.country and row.id != helpline.id)
    shared = (each for each in lint_shared((*beside, helpline)) if helpline.id in (each.entry, each.detail))
    weights = list(Severity)
    found = (*_row_findings(directory, helpline, now), *shared)
    return tuple(sorted(found, key=lambda finding: weights.index(finding.severity)))


def _findings(directory: Directory, now: dt.datetime) -> Iterator[Finding]:
    for country in directory.countries.values():
        yield from _lint_menu(directory, country)
    for helpline in directory.helplines.values():
        yield from _row_findings(directory, helpline, now)
    yield from lint_shared(directory.helplines.values())


def _row_findings(directory: Directory, helpline: Helpline, now: dt.datetime) -> Iterator[Finding]:
    yield from lint_hours(helpline, now)
    yield from lint_numbers(helpline)
    yield from _lint_names(helpline, directory.countries[helpline.country], directory)
    yield from _lint_facts(helpline, now)


def _lint_menu(directory: Directory, country: Country) -> Iterator[Finding]:
    served = {
        need for helpline in directory.helplines.values() if helpline.country == country.code for need in helpline.needs
    }
    shown = [
        need.id
        for need in directory.needs.values()
        if need.shown is Shown.ALWAYS or (need.shown is Shown.WHERE_SERVED and need.id in served)
    ]
    if len(shown) > LONGEST_MENU:
        yield Finding(LintCode.MENU_LONG, country.code, country.code, "needs", str(len(shown)))


def _lint_names(helpline: Helpline, country: Country, directory: Directory) -> Iterator[Finding]:
    for language, name in helpline.name.items():
        if len(name) > LONGEST_NAME:
            yield Finding(LintCode.NAME_LONG, country.code, helpline.id, f"name.{language}", language)
    national = country.languages[0]
    first = {language for each in directory.helplines.values() for language in each.name}
    if national in first and national not in helpline.name:
        yield Finding(LintCode.NAME_MISSING, country.code, helpline.id, "name", national)


def _lint_facts(helpline: Helpline, now: dt.datetime) -> Iterator[Finding]:
    def finding(code: LintCode, field: str, detail: str = "") -> Finding:
        return Finding(code, helpline.country, helpline.id, field, detail)

    if helpline.cost is Cost.UNKNOWN and helpline.kind is not Kind.EMERGENCY:
        yield finding(LintCode.COST_UNKNOWN, "cost")
    if helpline.checked is None:
        yield finding(LintCode.NEVER_CHECKED, "checked")
    elif helpline.checked > now.date():
        yield finding(LintCode.CHECK_IN_FUTURE, "checked", helpline.checked.isoformat())
    elif now.date() - helpline.checked > CHECK_EVERY:
        yield finding(LintCode.CHECK_OVERDUE, "checked", helpline.checked.isoformat())
