"""The hidden rows of a table, named together: days that follow each other as one stretch, needs below their country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from ivr.figures.tables import Key, Table
from routes.admin.statistics.names import day_name, value_name
from routes.admin.words import _

_DAY = dt.timedelta(days=1)


def hidden_rows(table: Table) -> str:
    """Return the hidden rows in words; empty where none is hidden."""
    hidden = [key for key, count in table.rows if count is None]
    if table.columns == ("day",):
        return ", ".join(_stretches(sorted(dt.date.fromisoformat(key[0]) for key in hidden)))
    if len(table.columns) == 2:
        return "; ".join(_grouped(table, hidden))
    return ", ".join(value_name(table.columns[0], key[0], table.name) for key in hidden)


def _stretches(days: Sequence[dt.date]) -> Iterator[str]:
    """Yield the days, those that follow each other as one stretch."""
    begins = 0
    for place, day in enumerate(days):
        if place + 1 == len(days) or days[place + 1] != day + _DAY:
            first, last = day_name(days[begins]), day_name(day)
            yield first if first == last else _("{first} to {last}").format(first=first, last=last)
            begins = place + 1


def _grouped(table: Table, hidden: Sequence[Key]) -> Iterator[str]:
    """Yield each value of the first column with the hidden values of the second; those of which all are, together."""
    one, other = table.columns
    every = {key[1] for key, _count in table.rows}
    groups = {group: [key[1] for key in hidden if key[0] == group] for group in dict.fromkeys(key[0] for key in hidden)}
    wholly = [group for group, mine in groups.items() if len(mine) == len(every)]
    for group, mine in groups.items():
        if group not in wholly:
            names = ", ".join(value_name(other, each, table.name) for each in mine)
            yield f"{value_name(one, group, table.name)}: {names}"
    if wholly:
        yield _("all of {names}").format(names=", ".join(value_name(one, each, table.name) for each in wholly))
