"""Which counts of a month add up to which others: all that an attacker can reckon with.

A count is named by its table and its row; a total by the first table that has it, and no row. Totals of tables that
count the same events are one count, and so are the rows of one table and the sums of another's rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ivr.events import EventKind
from ivr.figures.network import Equation
from ivr.figures.tables import SPEC_OF, Key, Spec, Table

Cell = tuple[str, Key]
"""A table's name and a row's key; the empty key for its total."""
_Group = tuple[EventKind, tuple[str, ...], EventKind | None]
"""Tables of one group count the same events."""


def _rows(table: str, *keys: str) -> tuple[Cell, ...]:
    return tuple((table, (key,)) for key in keys)


_ALIKE: tuple[tuple[tuple[Cell, ...], tuple[Cell, ...]], ...] = (
    (
        _rows("outcomes", "forwarding"),
        _rows("outcomes", "completed", "answered", "busy", "no_answer", "failed", "canceled"),
    ),
    (_rows("texts", "asked"), _rows("texts", "sent", "dropped", "refused", "unknown", "repeated")),
    (_rows("texts", "sent"), _rows("texts", "delivered", "undelivered", "failed")),
    (_rows("steps_entered", "need"), (("calls_by_language", ()), ("written_by_language", ()))),
    (_rows("steps_entered", "forward"), _rows("outcomes", "forwarding")),
    (_rows("steps_entered", "sent"), _rows("texts", "asked")),
)
"""Rows that are nearly the sum of others: what became of them, but for what is under way when the month ends; or what
is counted when a step is entered, but for those who come to it again."""


def cells_of(table: Table) -> Iterator[tuple[Cell, int | None]]:
    """Yield the counts of a table with their names, the total first where there is one."""
    if SPEC_OF[table.name].total:
        yield total_of(table.name), table.total
    for key, count in table.rows:
        yield (table.name, key), count


def total_of(name: str) -> Cell:
    """Return the name of a table's total: that of the first table that counts the same."""
    group = _group(SPEC_OF[name])
    return next(spec.name for spec in SPEC_OF.values() if spec.total and _group(spec) == group), ()


def sums(tables: Iterable[Table]) -> Iterator[Equation[Cell]]:
    """Yield what holds exactly: the rows of a table add up to its total, or to the rows of a coarser table."""
    groups = defaultdict[_Group, list[Table]](list)
    for table in tables:
        groups[_group(SPEC_OF[table.name])].append(table)
    for group in groups.values():
        for table in group:
            for coarser in _next_coarser(table, group):
                yield from _margins(table, coarser)
            if SPEC_OF[table.name].total and not _next_coarser(table, group) and not _follows(table, group):
                yield Equation((total_of(table.name),), tuple((table.name, key) for key, _ in table.rows))


def likenesses(tables: Mapping[str, Table]) -> Iterator[Equation[Cell]]:
    """Yield what holds but for a difference that an attacker may guess; we take it that they know it.

    Every call stays at one step (texts begun are the difference), a step entered is left or stayed at, a forwarding
    has one outcome, a text one fate, and nearly every caller asks for one need, whose coverage is noted once. Whoever
    chooses a language, is put through or asks for a text enters a step at that moment, mostly once.
    """
    if {"calls_by_day", "steps_stayed"} <= tables.keys():
        yield Equation(_all(tables["calls_by_day"]), _all(tables["steps_stayed"]))
    if {"steps_entered", "steps_stayed"} <= tables.keys():
        for key, _ in tables["steps_stayed"].rows:
            yield Equation((("steps_entered", key),), (("steps_stayed", key), left(key)))
    if {"calls_by_need", "coverage_by_need"} <= tables.keys():
        yield from _margins(tables["coverage_by_need"], tables["calls_by_need"])
    for whole, parts in _ALIKE:
        if {name for name, _ in (*whole, *parts)} <= tables.keys():
            yield Equation(whole, parts)


def left(key: Key) -> Cell:
    """Name the count of a step left for another, which no table shows."""
    return "left", key


def _margins(table: Table, coarser: Table) -> Iterator[Equation[Cell]]:
    places = [table.columns.index(column) for column in coarser.columns]
    parts = defaultdict[Key, list[Cell]](list)
    for key, _ in table.rows:
        parts[tuple(key[place] for place in places)].append((table.name, key))
    for key, cells in parts.items():
        yield Equation(((coarser.name, key),), tuple(cells))


def _next_coarser(table: Table, group: Sequence[Table]) -> list[Table]:
    """Return the tables whose columns are some of this one's, but not some of another's that are."""
    below = [other for other in group if set(other.columns) < set(table.columns)]
    return [other for other in below if not any(set(other.columns) < set(third.columns) for third in below)]


def _follows(table: Table, group: Sequence[Table]) -> bool:
    """Tell whether the rows of a table have the right sum because those of an earlier one have.

    So it is where a finer table has both as its sums. The equation is left out: each count stands in two at most.
    """
    finer = [_next_coarser(other, group) for other in group]
    return any(table in coarser[1:] for coarser in finer)


def _group(spec: Spec) -> _Group:
    return spec.kind, spec.names, spec.minus


def _all(table: Table) -> tuple[Cell, ...]:
    return tuple((table.name, key) for key, _ in table.rows)
