"""Opening hours without their syntax: seven days, public holidays, and the way to OSM `opening_hours` and back.

Pure. Only what a plain form can hold is read; everything else stays with whoever knows the syntax.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MOST_SPANS = 3
"""Spans of a day that the form has room for."""
USUAL, CLOSED, UNKNOWN, TIMES = "usual", "off", "unknown", "times"
HOLIDAYS = (USUAL, CLOSED, UNKNOWN, TIMES)
"""What can be said of public holidays: nothing, closed, unknown, or times of their own."""
_SPAN = r"\d{2}:\d{2}-\d{2}:\d{2}"
_DAY = f"(?:{'|'.join(DAYS)})"
_RULE = re.compile(
    rf"(?:(?P<days>{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*|PH) ?)?"
    rf"(?P<times>24/7|off|closed|unknown|{_SPAN}(?:, ?{_SPAN})*)"
)
_COMMA = re.compile(rf"(?<=\d),\s+(?={_DAY}\b)")
_WORDS = frozenset({CLOSED, "closed", UNKNOWN})
_WHOLE_DAY = ("00:00-24:00",)
_CLOSED_ALL_DAY: tuple[str, ...] = ()

Spans = tuple[str, ...]
"""Spans of one day as they are written, such as 08:00-12:00; none for closed."""


@dataclass(frozen=True, slots=True)
class PlainWeek:
    """A week as a form holds it. `own` are the spans of public holidays where these have times of their own."""

    days: tuple[Spans, ...] = ((),) * 7
    holidays: str = USUAL
    own: Spans = ()
    always: bool = False
    """Open day and night: the days say nothing then."""


def written(week: PlainWeek) -> str:
    """Return a week in OSM syntax; empty for one that is never open."""
    holidays = {USUAL: "", TIMES: f"PH {','.join(week.own) or 'off'}"}.get(week.holidays, f"PH {week.holidays}")
    if week.always:
        rules = ["Mo-Su 00:00-24:00" if holidays else "24/7"]
    else:
        hours = dict.fromkeys(spans for spans in week.days if spans)
        rules = [f"{_named([day for day in range(7) if week.days[day] == spans])} {','.join(spans)}" for spans in hours]
    return "; ".join([*joined(rules), *([holidays] if rules and holidays else [])])


def joined(rules: list[str]) -> list[str]:
    """Return weekly rules as they stand side by side: as one with commas where there is a night among them.

    What is said of a day after `;` ends the night before at midnight (`opening-hours-py` 2.1.4); after a comma both
    hold.
    """
    nights = any(_is_night(span) for rule in rules for span in re.findall(_SPAN, rule))
    return [", ".join(rules)] if nights else rules


def parts(rule: str) -> list[str]:
    """Return the rules that stand in one with commas between them: `Mo 22:00-06:00, Tu 08:00-12:00` is two."""
    return _COMMA.split(rule.strip())


def read(expression: str) -> PlainWeek | None:
    """Return the week that an expression says, None where the form has no room for it."""
    groups = [[_RULE.fullmatch(rule) for rule in parts(group)] for group in expression.split(";")]
    holidays, own = USUAL, _CLOSED_ALL_DAY
    last = groups[-1][-1]
    if last is not None and last["days"] == "PH" and len(groups[-1]) == 1:
        groups.pop()
        holidays, own = _holidays(last["times"])
    days = _days([rule for group in groups for rule in group])
    if days is None or any(len(spans) > MOST_SPANS for spans in (*days, own)) or _cuts_a_night(groups):
        return None
    always = all(spans == _WHOLE_DAY for spans in days)
    return PlainWeek(((),) * 7 if always else days, holidays, own, always)


def _cuts_a_night(groups: list[list[re.Match[str] | None]]) -> bool:
    """Tell whether a night would end at midnight, because something is said of the next day after `;`."""
    named = [{day for rule in group if rule for day in _numbers(rule["days"])} for group in groups]
    return any(
        (day + 1) % 7 in others
        for place, group in enumerate(groups)
        for rule in group
        if rule and any(_is_night(span) for span in _spans(rule["times"]))
        for day in _numbers(rule["days"])
        for others in named[:place] + named[place + 1 :]
    )


def _is_night(span: str) -> bool:
    begins, _dash, ends = span.partition("-")
    return ends <= begins


def _days(rules: list[re.Match[str] | None]) -> tuple[Spans, ...] | None:
    """Return the seven days of weekly rules; None where one is something else, or takes the place of another."""
    days: dict[int, Spans] = {}
    for place, rule in enumerate(rules):
        if rule is None or rule["days"] == "PH" or rule["times"] in _WORDS or (place and not rule["days"]):
            return None
        named, spans = _numbers(rule["days"]), _spans(rule["times"])
        if any(day in days for day in named):
            return None
        days |= dict.fromkeys(named, spans)
    return tuple(days.get(day, ()) for day in range(7)) if days else None


def _holidays(times: str) -> tuple[str, Spans]:
    if times in _WORDS:
        return (UNKNOWN if times == UNKNOWN else CLOSED), ()
    return TIMES, _spans(times)


def _spans(times: str) -> Spans:
    return _WHOLE_DAY if times == "24/7" else tuple(each.strip() for each in times.split(","))


def _numbers(days: str | None) -> list[int]:
    if days is None:
        return list(range(7))
    found = []
    for part in days.split(","):
        first, _, last = part.partition("-")
        begins, ends = DAYS.index(first), DAYS.index(last or first)
        found += [day % 7 for day in range(begins, ends + 1 if ends >= begins else ends + 8)]
    return found


def _named(days: list[int]) -> str:
    """Return days in the syntax: runs of three or more joined."""
    runs = [
        [day for _, day in run] for _, run in itertools.groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])
    ]
    return ",".join(f"{DAYS[run[0]]}-{DAYS[run[-1]]}" if len(run) > 1 else DAYS[run[0]] for run in runs)
