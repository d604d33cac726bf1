"""Released figures on a terminal: tables of the rows that are shown, and the others together in one line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from ivr.events import BAND_HOURS
from ivr.figures.tables import Month, Table
from routes import figures
from routes.admin.statistics.titles import COLUMNS, HIDDEN, TITLES, row_name
from routes.cli.columns import columns
from routes.figures import Period


def plain(found: Period | None, names: Sequence[str], now: dt.datetime) -> dict[str, Any]:
    """Return figures as JSON can hold them, with the months that were released and the one to come."""
    released = found.released if found else ()
    month, day = figures.next_release(released, now)
    tables_of_it = figures.plain(found, names) if found else {"months": [], "tables": []}
    coming = {"month": str(month), "on": day.isoformat()}
    return {"released": [str(each) for each in released], "next": coming, **tables_of_it}


def tables(found: Period | None, names: Sequence[str], now: dt.datetime) -> str:
    """Return figures as tables under a sentence on what they are of."""
    month, day = figures.next_release(found.released if found else (), now)
    is_late = day < now.date()
    coming = f"{month} is late: it was to be released on {day}." if is_late else f"{month} will be released on {day}."
    if found is None:
        until_then = "`fanal stats raw` shows what has been counted until then; each look is in the log."
        return f"No month has been released yet. {coming}\n{until_then}"
    whole = found.whole
    parts = [f"From {whole.first} to {whole.last}. Released: {_stretches(found.released)}. {coming}"]
    lacking = set(whole.first.upto(whole.last)) - {part.first for part in found.parts}
    if lacking:
        parts.append(f"Not released: {', '.join(map(str, sorted(lacking)))}.")
    return "\n\n".join([*parts, *(_table(each) for each in figures.only(whole, names)), f"hidden: {HIDDEN}"])


def _stretches(months: Sequence[Month]) -> str:
    """Write months in order, those that follow each other as one stretch."""
    ends = [month for month in months if month.plus(1) not in months]
    begins = [month for month in months if month.plus(-1) not in months]
    pairs = zip(begins, ends, strict=True)
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in pairs)


def _table(table: Table) -> str:
    words = TITLES[table.name]
    lines = [
        [*(_value(table, *cell) for cell in zip(table.columns, key, strict=True)), str(count)]
        for key, count in table.rows
        if count is not None
    ]
    if table.total is not None:
        lines.append(["in all", *("" for _each in table.columns[1:]), str(table.total)])
    headings = [*(_small(COLUMNS[column]) for column in table.columns), _small(words.unit)]
    parts = [f"{table.name}: {words.about}", *([columns(headings, lines)] if lines else []), *_hidden(table)]
    return "\n".join(parts)


def _hidden(table: Table) -> list[str]:
    hidden = [key for key, count in table.rows if count is None]
    if not hidden:
        return []
    if len(table.columns) > 1 or table.columns == ("day",):
        return [f"hidden: {len(hidden)} of {len(table.rows)} rows"]
    return [f"hidden: {', '.join(_value(table, table.columns[0], key[0]) for key in hidden)}"]


def _small(heading: str) -> str:
    return heading[:1].lower() + heading[1:]


def _value(table: Table, column: str, key: str) -> str:
    if column == "band":
        begins = int(key) * BAND_HOURS
        return f"{begins:02d}:00-{begins + BAND_HOURS:02d}:00"
    return row_name(table.name, key) if column == "what" else key
