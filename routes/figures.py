"""Released figures for whoever asks: which months there are, a stretch of them as one, and that as JSON or CSV.

Nothing here sees a true count: what comes in is what `ivr.figures.protect` let out when the month was released.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ivr.adapters.releases import DamagedReleaseError, Releases, due_on
from ivr.figures.release import Release, joined
from ivr.figures.tables import SPEC_OF, Month, Table
from routes.admin.statistics.titles import DAMAGED, NO_MONTH, NOT_RELEASED, WRONG_ORDER

FEW = 10
"""A figure below this is hidden."""
ROUNDED = 5
"""Every figure shown is a multiple of this, or a sum of such."""
HIDDEN_MARK = "hidden"
"""Stands beside an empty count in CSV."""
_COLUMNS = ("day", "band", "language", "country", "need", "what")


class PeriodError(Exception):
    """Months that cannot be meant; the message is one English sentence, which pages translate."""


@dataclass(frozen=True, slots=True)
class Period:
    """The released months from `first` to `last`, and the same as one release."""

    released: tuple[Month, ...]
    """All months that were ever released, in order."""
    parts: tuple[Release, ...]
    whole: Release


def period(releases: Releases, first: str = "", last: str = "") -> Period | None:
    """Return the months asked for, written 2026-01; without words the newest. None before the first release.

    Raises `PeriodError` for words that are no month, for an end before the beginning, where nothing was released, and
    where what was released has been changed since.
    """
    released = releases.months()
    begins, ends = _month(first or last), _month(last or first)
    if not released:
        return None
    begins, ends = begins or released[-1], ends or released[-1]
    if begins > ends:
        raise PeriodError(WRONG_ORDER)
    try:
        parts = releases.between(begins, ends)
    except DamagedReleaseError as fault:
        raise PeriodError(DAMAGED) from fault
    if not parts:
        raise PeriodError(NOT_RELEASED)
    return Period(released, parts, joined(parts))


def next_release(released: Sequence[Month], now: dt.datetime) -> tuple[Month, dt.date]:
    """Return the month that is released next, and the day (UTC) on which it is; `now` is aware.

    The day is past where that month is late.
    """
    present = Month.of(now.astimezone(dt.UTC).date())
    before = present.plus(-1)
    is_to_come = before not in released and (bool(released) or now < due_on(before))
    month = before if is_to_come else present
    return month, due_on(month).date()


def only(release: Release, names: Sequence[str]) -> tuple[Table, ...]:
    """Return the tables of these names; all for none. Raises KeyError for a name that is not there."""
    return tuple(release.tables[name] for name in names) if names else tuple(release.tables.values())


def plain(found: Period, names: Sequence[str] = ()) -> dict[str, Any]:
    """Return a period as JSON can hold it; a hidden count is null, and a table without a sum has no total."""
    return {
        "from": str(found.whole.first),
        "to": str(found.whole.last),
        "months": [str(each.first) for each in found.parts],
        "fewer_than": FEW,
        "rounded_to": ROUNDED,
        "tables": [
            {
                "name": table.name,
                "columns": list(table.columns),
                "rows": [{**dict(zip(table.columns, key, strict=True)), "count": count} for key, count in table.rows],
                **({"total": table.total} if SPEC_OF[table.name].total else {}),
            }
            for table in only(found.whole, names)
        ],
    }


def as_csv(found: Period, names: Sequence[str] = ()) -> str:
    """Return a period as CSV: a row each figure; a hidden one is empty, with a mark beside it."""
    tables = only(found.whole, names)
    used = [each for each in _COLUMNS if any(each in table.columns for table in tables)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["from", "to", "table", *used, "total", "count", "hidden"])
    where = [str(found.whole.first), str(found.whole.last)]
    for table in tables:
        for key, count in table.rows:
            cells = dict(zip(table.columns, key, strict=True))
            writer.writerow([*where, table.name, *(cells.get(each, "") for each in used), "", *_cells(count)])
        if SPEC_OF[table.name].total:
            writer.writerow([*where, table.name, *("" for _each in used), "total", *_cells(table.total)])
    return text.getvalue()


def _cells(count: int | None) -> tuple[str, str]:
    return ("", HIDDEN_MARK) if count is None else (str(count), "")


def _month(word: str) -> Month | None:
    try:
        return Month.parse(word) if word else None
    except ValueError as fault:
        raise PeriodError(NO_MONTH) from fault
