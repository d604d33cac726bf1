"""The JSON shapes that other people's scripts rely on, made from values of the directory.

Fields may be added; none is renamed or taken away without an issue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from directory.changes import Change
from directory.coverage import Coverage
from directory.effect import Effect
from directory.faults import Fault
from directory.find import Match
from directory.findings import Finding
from directory.model import Directory, Helpline, Number
from directory.revision import plain


def directory_json(directory: Directory, helplines: Iterable[Helpline]) -> dict[str, Any]:
    """Return what `fanal directory show --json` prints for some of a directory's helplines."""
    return {"revision": directory.revision, "helplines": [helpline_json(each) for each in helplines]}


def helpline_json(helpline: Helpline) -> dict[str, Any]:
    """Return one row; dates are ISO 8601, `hours` is OSM syntax or null, `anonymous` true, false or null."""
    return {
        "id": helpline.id,
        "country": helpline.country,
        "kind": helpline.kind.value,
        "name": dict(helpline.name),
        "needs": list(helpline.needs),
        "audience": list(helpline.audience),
        "languages": list(helpline.languages),
        "timezone": helpline.timezone.key,
        "hours": helpline.hours,
        "exceptions": [plain(each) for each in helpline.exceptions],
        "numbers": [number_json(each) for each in helpline.numbers],
        "cost": helpline.cost.value,
        "anonymous": helpline.anonymous,
        "source": plain(helpline.source),
        "checked": _date(helpline.checked),
        "note": helpline.note,
    }


def number_json(number: Number) -> dict[str, Any]:
    """Return one number: what to say, what to dial (E.164 or null), from where it works."""
    return {"say": number.say, "dial": number.dial, "from": number.reach.value}


def match_json(match: Match) -> dict[str, Any]:
    """Return one ranked service; `until` and `opens` are ISO 8601 in the service's own zone, or null."""
    helpline = match.helpline
    return {
        "id": helpline.id,
        "country": helpline.country,
        "kind": helpline.kind.value,
        "name": dict(helpline.name),
        "need": match.need,
        "step": match.step.value,
        "open": match.status.open,
        "until": _instant(match.status.until),
        "opens": _instant(match.status.opens),
        "timezone": helpline.timezone.key,
        "number": match.number.say,
        "dial": match.dial,
        "languages": list(helpline.languages),
        "cost": helpline.cost.value,
        "checked": _date(helpline.checked),
    }


def coverage_json(coverage: Coverage) -> dict[str, Any]:
    """Return one country and need; hours are counted over the 168 of the week."""
    return {
        "country": coverage.country,
        "need": coverage.need,
        "services": coverage.services,
        "open_now": coverage.open_now,
        "open_hours": coverage.open_hours,
        "unknown_hours": coverage.unknown_hours,
        "nobody_hours": coverage.nobody_hours,
        "checked": coverage.checked,
        "checked_share": coverage.checked_share,
    }


def change_json(change: Change) -> dict[str, Any]:
    """Return one difference between two directories; `message` is English."""
    return {
        "about": change.about.value,
        "code": change.code.value,
        "entries": list(change.entries),
        "field": change.field,
        "grave": change.grave,
        "message": str(change.statement),
    }


def effect_json(effect: Effect) -> dict[str, Any]:
    """Return one effect on callers; spans are ISO 8601 by the country's clock, `before` and `after` may be null."""
    return {
        "country": effect.country,
        "need": effect.need,
        "before": plain(effect.before),
        "after": plain(effect.after),
        "always": effect.whole,
        "spans": [{"start": _instant(each.start), "end": _instant(each.end)} for each in effect.spans],
    }


def fault_json(fault: Fault) -> dict[str, Any]:
    """Return one fault of the files."""
    return {
        "file": fault.file,
        "line": fault.line,
        "entry": fault.entry,
        "field": fault.field,
        "code": fault.code.value,
        "message": str(fault),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return one finding of the check."""
    return {
        "severity": finding.severity.value,
        "country": finding.country,
        "entry": finding.entry,
        "field": finding.field,
        "code": finding.code.value,
        "message": finding.words,
    }


def _date(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()


def _instant(instant: dt.datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="minutes")
