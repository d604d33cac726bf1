"""Hours that are well written and yet mean something else than their writer thought."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import combinations

from opening_hours import OpeningHours

from directory.findings import Finding, LintCode
from directory.hours import hours_of
from directory.model import Helpline
from directory.plain_week import parts
from directory.timetable import DAY, SPAN, minutes_of_span, plain

REGIONAL = frozenset({"AT", "CH", "DE", "ES", "GB", "IT", "PT"})
"""Countries whose regions keep holidays of their own, which the calendar behind `PH` does not know."""

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_EVERY_DAY = frozenset(_DAYS)
_DAY_RANGE = re.compile(r"\b(Mo|Tu|We|Th|Fr|Sa|Su)(?:\s*-\s*(Mo|Tu|We|Th|Fr|Sa|Su))?\b")
_SEASON = re.compile(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|easter|\d{4})\b|\[")
_A_DAY = dt.timedelta(days=1)
_A_MONDAY = dt.datetime(2029, 1, 1)  # noqa: DTZ001 - a day of the timetable, on no clock
_CLOSES = re.compile(r"\b(off|closed)\b")


def lint_hours(helpline: Helpline, now: dt.datetime) -> Iterator[Finding]:
    """Yield what is doubtful in the hours of one helpline at `now` (aware)."""
    yield from (
        Finding(code, helpline.country, helpline.id, field, detail) for code, field, detail in _findings(helpline, now)
    )


def _findings(helpline: Helpline, now: dt.datetime) -> Iterator[tuple[LintCode, str, str]]:
    if helpline.exceptions and max(each.date for each in helpline.exceptions) < now.date():
        last = max(each.date for each in helpline.exceptions)
        yield LintCode.EXCEPTIONS_EXPIRED, "exceptions", last.isoformat()
    if helpline.hours is None:
        yield LintCode.HOURS_UNKNOWN, "hours", ""
        return
    hours = plain(helpline.hours)
    rules = [rule.strip() for rule in hours.split(";")]
    found = dict.fromkeys((*_overrides(rules), *_cut_nights(rules), *_spans(hours), *_holidays(hours, rules, helpline)))
    yield from ((code, "hours", detail) for code, detail in found)
    status = hours_of(helpline).at(now)
    if status.open is False and status.opens is None:
        yield LintCode.HOURS_NEVER_OPEN, "hours", ""


def _overrides(rules: list[str]) -> Iterator[tuple[LintCode, str]]:
    """Compare each weekly rule with the later ones: a day that both name has only the later hours.

    `10:00-18:00; Sa 10:00-12:00` is the usual way to write a rule and its exception, and is let pass.
    """
    weekly = [rule for rule in rules if not _SEASON.search(rule) and _days(rule)]
    for earlier, later in combinations(weekly, 2):
        shared = _days(earlier) & _days(later)
        if not shared or _CLOSES.search(later) or _CLOSES.search(earlier):
            continue
        if shared == _days(earlier):
            yield LintCode.HOURS_OVERRIDDEN, f"`{later}`"
        elif _days(earlier) != _EVERY_DAY:
            yield LintCode.HOURS_PARTLY_OVERRIDDEN, f"`{later}`"


def _cut_nights(rules: list[str]) -> Iterator[tuple[LintCode, str]]:
    """Look at the minute after midnight of every night: what stands after `;` for the next day may have ended it."""
    weekly = [rule for rule in rules if not _SEASON.search(rule) and _days(rule)]
    if len(weekly) < 2:
        return
    compiled = OpeningHours("; ".join(weekly))
    for place, rule in enumerate(weekly):
        later = {day for other in weekly[place + 1 :] for day in _days(other)}
        for part in parts(rule):
            nights = any(minutes_of_span(span)[1] > DAY for span in SPAN.finditer(part))
            midnights = (_A_MONDAY + (_DAYS.index(day) + 1) * _A_DAY for day in _days(part) - later)
            if nights and any(map(compiled.is_closed, midnights)):
                yield LintCode.HOURS_CUT_NIGHT, f"`{part}`"


def _days(rule: str) -> frozenset[str]:
    """Return the weekdays that a rule names; every day if it names none, none if it is for holidays only."""
    found: set[str] = set()
    for match in _DAY_RANGE.finditer(rule):
        first = _DAYS.index(match[1])
        last = first if match[2] is None else _DAYS.index(match[2])
        found |= {_DAYS[place % 7] for place in range(first, last + 1 if last >= first else last + 8)}
    if found:
        return frozenset(found)
    return frozenset() if "PH" in rule else _EVERY_DAY


def _spans(hours: str) -> Iterator[tuple[LintCode, str]]:
    for found in SPAN.finditer(hours):
        begins, ends = minutes_of_span(found)
        if ends == begins + DAY and begins:
            yield LintCode.HOURS_FULL_CIRCLE, f"`{found.group()}`"
        elif int(found[3]) * 60 + int(found[4]) > DAY:
            yield LintCode.HOURS_AFTER_MIDNIGHT, f"`{found.group()}`"


def _holidays(hours: str, rules: list[str], helpline: Helpline) -> Iterator[tuple[LintCode, str]]:
    if "PH" not in hours:
        if hours != "24/7" and "unknown" not in hours:
            yield LintCode.HOLIDAY_UNSAID, ""
        return
    for earlier, later in combinations(rules, 2):
        if "PH" in earlier and _days(later) and "PH" not in later and not _SEASON.search(later):
            yield LintCode.HOLIDAY_UNDONE, f"`{later}`"
    over_midnight = any(minutes_of_span(found)[1] > DAY for found in SPAN.finditer(hours))
    if over_midnight and any(_CLOSES.search(rule) for rule in rules if "PH" in rule):
        yield LintCode.HOLIDAY_CUTS_NIGHT, ""
    if helpline.country in REGIONAL:
        yield LintCode.HOLIDAY_REGIONAL, helpline.country
