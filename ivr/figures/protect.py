"""What may be seen of a month's counts: the one function that every release goes through.

A count below 10 is hidden, 0 too; the others are rounded to a multiple of 5. Then, while the tables together narrow a
hidden count down to fewer than five values, another one is hidden that they need for it: the smallest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.figures.network import INFINITE, Equation, Network
from ivr.figures.relations import Cell, cells_of, likenesses, sums
from ivr.figures.tables import Table

FEW = 10
"""Below this a count is hidden."""
STEP = 5
"""Shown counts are multiples of this."""
VALUES = 5
"""So many values, at least, must be possible for a hidden count."""


def rounded(count: int) -> int:
    """Return the nearest multiple of 5."""
    return (count + STEP // 2) // STEP * STEP


def protect(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return true counts of one month as they may be seen.

    All tables of the month must be given together: what one of them shows can betray what another hides. Raises
    ValueError where the tables contradict each other.
    """
    named = {table.name: table for table in tables}
    values = _values(tables)
    hidden = _narrowed(_system(named, values), frozenset(cell for cell, count in values.items() if count < FEW))
    return tuple(_seen(table, hidden) for table in tables)


def _values(tables: Sequence[Table]) -> Mapping[Cell, int]:
    found = [(cell, count) for table in tables for cell, count in cells_of(table) if count is not None]
    values = dict(found)
    doubtful = [cell for cell, count in found if values[cell] != count]
    for equation in sums(tables):
        whole, parts = (sum(values[cell] for cell in side) for side in (equation.whole, equation.parts))
        doubtful += equation.whole if whole != parts else ()
    if doubtful:
        raise ValueError(f"rows do not add up to {doubtful[0]}")
    return values


@dataclass(frozen=True, slots=True)
class _System:
    """Counts that are protected together."""

    values: Mapping[Cell, int]
    equations: tuple[Equation[Cell], ...]
    unreleased: frozenset[Cell]
    """Counts that no table shows, and nobody knows: steps left for others."""


def _system(tables: Mapping[str, Table], values: Mapping[Cell, int]) -> _System:
    equations = (*sums(tables.values()), *likenesses(tables))
    unreleased = {cell: 0 for equation in equations for cell in equation.parts if cell not in values}
    for cell in unreleased:
        unreleased[cell] = values["steps_entered", cell[1]] - values["steps_stayed", cell[1]]
    return _System({**values, **unreleased}, equations, frozenset(unreleased))


def _narrowed(system: _System, hidden: frozenset[Cell]) -> frozenset[Cell]:
    """Return the hidden counts, with those that must be hidden besides so that none can be narrowed down.

    First against an attacker who knows the rule, and has guessed of every hidden count whether it is below 10. Where
    nothing that could still be hidden would help, that is left; then against one who knows that no count is negative.
    """
    for knows_rule in (True, False):
        network = Network(system.values, system.equations)
        for cell in system.values:
            network.bound(cell, *_known(system, cell, hidden, knows_rule))
        waiting = [cell for cell in system.values if cell in hidden]
        while waiting:
            pinning = _pinning(network, waiting[-1], hidden | system.unreleased)
            if pinning is None:
                waiting.pop()
            else:
                hidden |= {pinning}
                network.bound(pinning, *_known(system, pinning, hidden, knows_rule))
                waiting.insert(0, pinning)
    return hidden


def _known(system: _System, cell: Cell, hidden: frozenset[Cell], knows_rule: bool) -> tuple[int, int]:
    """Return the smallest and the largest value that a count can have for all that its own cell tells."""
    count = system.values[cell]
    if cell in system.unreleased or (cell in hidden and not knows_rule):
        return 0, INFINITE
    if cell in hidden:
        return (0, FEW - 1) if count < FEW else (FEW, INFINITE)
    return max(FEW, rounded(count) - STEP // 2), rounded(count) + STEP // 2


def _pinning(network: Network[Cell], cell: Cell, hidden: frozenset[Cell]) -> Cell | None:
    """Return the smallest shown count of those that narrow a hidden one down to too few values, rows before totals."""
    edge = network.edges[cell]
    up, above = network.moves(cell, True, min(VALUES - 1, edge.room(True)))
    down, below = network.moves(cell, False, min(VALUES - 1 - up, edge.room(False)))
    shown = [each for each in (*above, *below) if each not in hidden and up + down < VALUES - 1]
    return min(shown, key=lambda each: (network.edges[each].value, not each[1], each), default=None)


def _seen(table: Table, hidden: frozenset[Cell]) -> Table:
    counts = {cell: None if count is None or cell in hidden else rounded(count) for cell, count in cells_of(table)}
    rows = tuple((key, counts[table.name, key]) for key, _ in table.rows)
    total = next((count for (_, key), count in counts.items() if not key), None)
    return replace(table, rows=rows, total=total)
