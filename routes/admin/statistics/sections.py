"""A release as sections of a page: for each table a title, a sentence on what is seen, a picture, and its rows.

Only figures that were released come in here. A hidden one is None all the way, so no sentence and no picture can tell
it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.dates import format_date
from babel.numbers import format_percent

from ivr.figures.release import Release
from ivr.figures.tables import Key, Table
from routes.admin.statistics.charts import Bars, Line, Mark, bars, line
from routes.admin.statistics.hidden import hidden_rows
from routes.admin.statistics.names import figure, month_name, row_names
from routes.admin.statistics.titles import COLUMNS, GROUPS, ROWS, TITLES
from routes.admin.words import _, language

DRAWN = 15
"""Bars of one picture at most: the largest; the table has the others."""
IN_ORDER = {"calls_by_day", "calls_by_band", "outcomes", "texts", "coverage"}
"""Tables whose rows have an order of their own; the others begin with the largest."""
EACH = {"calls_by_band", "coverage"}
"""Tables so short that every hidden row is drawn."""
FUNNEL = ("steps_entered", "steps_stayed")
"""The two tables that make one section: the first is drawn, the second says what share ended there."""
WHOLE = {"outcomes": "forwarding", "texts": "asked"}
"""Tables without a total, each with the row that the others are parts of."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a section's table, in words."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown of one table."""

    id: str
    title: str
    about: str
    finding: str
    bars: Bars | None
    line: Line | None
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    hidden: str
    """The rows that are hidden, named together; empty for none."""
    total: str
    """The sum in words; empty where there is none, or it is hidden."""
    tables: tuple[str, ...]
    """The names of the tables, for a file of them."""


def sections(release: Release, months: Sequence[Release]) -> tuple[Section, ...]:
    """Return the sections of a release; `months` are the single months it was joined from, in order."""
    found = []
    for name in TITLES:
        if name not in release.tables or name == FUNNEL[1]:
            continue
        if name == FUNNEL[0] and FUNNEL[1] in release.tables:
            found.append(_funnel(release.tables[name], release.tables[FUNNEL[1]]))
        elif name == "calls_by_day" and len(months) > 1:
            found.append(_over_months(release.tables[name], months))
        else:
            found.append(_section(release.tables[name]))
    return tuple(found)


def _marks(table: Table) -> list[Mark]:
    """Return the rows with their names, in the order in which they are read."""
    rows = sorted(table.rows, key=lambda row: _place(table.name, row[0][-1], row[1]))
    return [Mark(row_names(table, key), count) for key, count in rows]


def _place(table: str, key: str, count: int | None) -> tuple[int, int, str]:
    order = list(ROWS.get(GROUPS.get(table, ""), {}))
    if table in IN_ORDER:
        return order.index(key) if key in order else len(order), 0, key
    return 0, -(count or 0), key


def _section(table: Table) -> Section:
    marks = _marks(table)
    shown = [mark for mark in marks if mark.count is not None]
    words = TITLES[table.name]
    over_time = table.name == "calls_by_day"
    return Section(
        id=table.name,
        title=_(words.title),
        about=_(words.about),
        finding=_finding(*_parts(table)),
        bars=None if over_time else bars(_drawn(table.name, marks)),
        line=line([Mark(_short_day(key[0]), count) for key, count in sorted(table.rows)]) if over_time else None,
        headings=(", ".join(_(COLUMNS[column]) for column in table.columns), _(words.unit)),
        rows=tuple(Row(mark.name, (figure(mark.count),)) for mark in shown),
        hidden=hidden_rows(table),
        total="" if table.total is None else figure(table.total),
        tables=(table.name,),
    )


def _over_months(table: Table, months: Sequence[Release]) -> Section:
    """Show a longer time by its months; the days stand in the file."""
    marks = [
        Mark(month_name(each.first.first), each.tables[table.name].total)
        for each in months
        if table.name in each.tables
    ]
    short = [
        Mark(format_date(each.first.first, "MMM yy", locale=language()), mark.count)
        for each, mark in zip(months, marks, strict=True)
    ]
    shown = [mark for mark in marks if mark.count is not None]
    words = TITLES[table.name]
    return Section(
        id=table.name,
        title=_("Calls, month by month"),
        about=_("Calls that were answered by the line, by the month in which they began."),
        finding=_finding(shown, table.total),
        bars=None,
        line=line(short),
        headings=(_("Month"), _(words.unit)),
        rows=tuple(Row(mark.name, (figure(mark.count),)) for mark in shown),
        hidden=", ".join(mark.name for mark in marks if mark.count is None),
        total="" if table.total is None else figure(table.total),
        tables=(table.name,),
    )


def _funnel(entered: Table, stayed: Table) -> Section:
    ended = dict(stayed.rows)
    marks = sorted(entered.rows, key=lambda row: -(row[1] or 0))
    drawn, rows = [], []
    for key, count in marks:
        name, here = row_names(entered, key), ended.get(key)
        share = format_percent(min(here / count, 1), locale=language()) if here is not None and count else ""
        note = _("{share} ended here").format(share=share) if share else ""
        if count is not None:
            drawn.append(Mark(name, count, note))
            rows.append(Row(name, (figure(count), figure(here), share or _("hidden"))))
    words = TITLES[entered.name]
    return Section(
        id=entered.name,
        title=_("How far callers came, and where they hung up"),
        about=f"{_(words.about)} {_(TITLES[stayed.name].about)}",
        finding=_ended(entered, ended) or _finding([mark for mark in drawn if mark.count is not None], None),
        bars=bars(_with_hidden(drawn, sum(count is None for _key, count in marks))),
        line=None,
        headings=(_("Step"), _(words.unit), _(TITLES[stayed.name].unit), _("Share")),
        rows=tuple(rows),
        hidden=hidden_rows(entered),
        total="",
        tables=(entered.name, stayed.name),
    )


def _ended(entered: Table, ended: Mapping[Key, int | None]) -> str:
    """Say at which step most conversations ended; empty where that is hidden."""
    shown = [(ended.get(key) or 0, count, key) for key, count in entered.rows if count is not None]
    here, count, key = max(shown, default=(0, 0, ()))
    if not here:
        return ""
    return _("Most ended here: {name}, {count} of {total} times that it was reached.").format(
        name=row_names(entered, key), count=figure(min(here, count)), total=figure(count)
    )


def _parts(table: Table) -> tuple[list[Mark], int | None]:
    """Return the rows that are shown, and their sum; the row of the whole is the sum, where others are shown."""
    whole = (WHOLE.get(table.name, ""),)
    marks = {key: Mark(row_names(table, key), count) for key, count in table.rows if count is not None}
    if whole in marks and len(marks) > 1:
        return [mark for key, mark in marks.items() if key != whole], marks[whole].count
    return list(marks.values()), table.total


def _drawn(table: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return what is drawn: the largest that are shown, and the hidden as one bar, or each in a short table."""
    if table in EACH:
        return list(marks)
    shown = [mark for mark in marks if mark.count is not None]
    return _with_hidden(shown[:DRAWN], len(marks) - len(shown))


def _with_hidden(marks: list[Mark], hidden: int) -> list[Mark]:
    return [*marks, Mark(_("{number} more").format(number=hidden), None)] if hidden else marks


def _finding(shown: Sequence[Mark], total: int | None) -> str:
    """Say in one sentence what is seen."""
    if not shown:
        return _("Every single figure is hidden.") + (
            " " + _("In all: {total}.").format(total=figure(total)) if total is not None else ""
        )
    most = max(shown, key=lambda mark: mark.count or 0)
    if total is None:
        return _("Most: {name}, {count}.").format(name=most.name, count=figure(most.count))
    return _("Most: {name}, {count} of {total}.").format(name=most.name, count=figure(most.count), total=figure(total))


def _short_day(key: str) -> str:
    return format_date(dt.date.fromisoformat(key), "d MMM", locale=language())
