"""Figures for people: totals by what was asked, without figures so small that they could point at a caller.

A count below 10 is not shown, any other is rounded to a multiple of 5, so that neither a figure nor the difference of
two figures tells of one caller. Different things (a step, an outcome) are never added together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.events import EventKind
from ivr.figures.tables import Tally as Tally

FEW = 10
"""Below this a count is not shown."""
STEP = 5
"""Counts are rounded to a multiple of this."""


class Dimension(StrEnum):
    """What figures can be told apart by."""

    DAY = "day"
    COUNTRY = "country"
    LANGUAGE = "language"
    NEED = "need"
    STEP = "step"
    """What happened: always told apart, so this asks for nothing more."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: values of the dimensions asked for, what happened, how often."""

    values: tuple[str, ...]
    kind: EventKind
    name: str
    count: int | None
    """Rounded to a multiple of 5, or None for fewer than 10."""

    @property
    def shown(self) -> str:
        """The count in words a table can hold."""
        return f"fewer than {FEW}" if self.count is None else str(self.count)


def totals(tallies: Iterable[Tally], by: Sequence[Dimension], kinds: Sequence[EventKind] = ()) -> tuple[Row, ...]:
    """Add up the tallies by the dimensions, for all kinds or the given ones, in the order of their values."""
    sums = Counter[tuple[tuple[str, ...], EventKind, str]]()
    asked = columns(by)
    for tally in tallies:
        if not kinds or tally.kind in kinds:
            sums[tuple(str(getattr(tally, each.value)) for each in asked), tally.kind, tally.name] += tally.count
    return tuple(Row(*key, suppressed(count)) for key, count in sorted(sums.items()) if count)


def columns(by: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """Return the dimensions that become columns of their own, each once."""
    return tuple(dict.fromkeys(each for each in by if each is not Dimension.STEP))


def suppressed(count: int) -> int | None:
    """Return the count as it may be shown: None below 10, else the nearest multiple of 5."""
    return None if count < FEW else (count + STEP // 2) // STEP * STEP
