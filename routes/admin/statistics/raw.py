"""The form of a look at the true counters, and its rows in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from directory.desk import Desk
from directory.desk.people import Actor
from ivr.events import EventKind
from routes.admin.statistics.names import value_name
from routes.admin.statistics.sections import Row
from routes.admin.statistics.titles import COLUMNS
from routes.admin.words import _
from routes.counters import Asked, Dimension, dimensions, look

DAYS = 31
"""Days that one look shows at most."""
ROWS = 1000
"""Rows that one page shows at most."""


def asked(now: dt.datetime) -> tuple[Asked | None, list[str]]:
    """Read the form; what cannot be meant is said in words."""
    sent: MultiDict[str, str] = request.form
    try:
        first, last = (dt.date.fromisoformat(sent.get(name, "")) for name in ("first", "last"))
        by = dimensions(sent.getlist("by"))
        kinds = tuple(EventKind(word) for word in sent.getlist("kind") if word)
    except ValueError:
        return None, [_("Write both days as in the calendar, and choose from the lists.")]
    if not dt.timedelta(0) <= last - first < dt.timedelta(DAYS):
        return None, [
            _("The last day is the first or after it, and a look takes {days} days at most.").format(days=DAYS)
        ]
    if first > now.astimezone(dt.UTC).date():
        return None, [_("These days are still to come.")]
    return Asked(first, last, by, kinds), []


def rows(desk: Desk, actor: Actor, now: dt.datetime, wanted: Asked) -> list[Row]:
    """Look: each count with the values it is told apart by, in words; what happened stands as the program calls it."""
    return [
        Row(
            ", ".join(value_name(each.value, value) for each, value in zip(wanted.by, found.values, strict=True)),
            (found.kind.value, found.name, str(found.count)),
        )
        for found in look(desk, actor, now, wanted)
    ]


def form(
    now: dt.datetime, wanted: Asked | None = None, faults: list[str] | None = None, found: list[Row] | None = None
) -> dict[str, Any]:
    """Return what the page shows."""
    today = now.astimezone(dt.UTC).date()
    return {
        "first": wanted.first if wanted else today,
        "last": wanted.last if wanted else today,
        "by": {each.value for each in wanted.by} if wanted else set(),
        "kind": wanted.kinds[0].value if wanted and wanted.kinds else "",
        "dimensions": [(each.value, _(COLUMNS[each.value])) for each in Dimension],
        "kinds": [each.value for each in EventKind],
        "faults": faults or [],
        "rows": found[:ROWS] if found is not None else None,
        "left_out": max(len(found) - ROWS, 0) if found else 0,
        "days": DAYS,
    }
