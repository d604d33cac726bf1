"""Pictures of figures: where each bar, mark and label stands. A template draws them as SVG.

Places across are percent of the width and places down are pixels, so that words keep their size on any screen. Every
axis begins at zero. A hidden figure is drawn hatched, always of one size, so that the size tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LOWEST_TOP = 10
"""No axis ends below this: no figure that is shown is smaller."""
HATCHED, HATCHED_HEIGHT = 8.0, 16
"""Percent that a hidden bar is long, and pixels that a hidden column is high."""
ROW = 46
"""Pixels that a bar takes, with its label above it."""
FULL = 72.0
"""Percent of the width that the longest bar takes: the rest is for its figure and a note."""
NOTED = 48.0
"""The same where notes stand behind the figures."""
LEAST = 0.6
"""Percent that a bar takes at least, to be seen."""
TOP, FLOOR, BELOW = 26, 206, 30
"""Pixels of a line's picture: above the plot, where zero is, and below it for names."""
LEFT, RIGHT = 12.0, 98.0
"""Percent between which a line runs; before it stand the figures of the grid."""
NAMES = 6
"""Names below a line at most."""
MARKED = 12
"""Points of a line at most that all show their figure."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure with its name; None where it is hidden. `note` is said behind it."""

    name: str
    count: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words and where they stand."""

    mark: Mark
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other."""

    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        """Pixels that the picture is high."""
        return len(self.bars) * ROW


@dataclass(frozen=True, slots=True)
class Point:
    """A figure on a line; `y` is the floor's where it is hidden. `labelled` says whether its figure is written."""

    mark: Mark
    x: float
    y: float
    labelled: bool
    named: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid and its figure."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Line:
    """Figures over time."""

    points: tuple[Point, ...]
    strokes: tuple[tuple[Point, Point], ...]
    """Neighbours that are both shown."""
    slot: float
    """Percent of the width that one figure has."""
    ticks: tuple[Tick, ...]
    height: int = FLOOR + BELOW
    floor: int = FLOOR
    hatched: int = HATCHED_HEIGHT


def bars(marks: Sequence[Mark]) -> Bars | None:
    """Return the marks as bars in their order; None where none of them is shown: there is nothing to see."""
    most = max((mark.count or 0 for mark in marks), default=0)
    if not most:
        return None
    full = NOTED if any(mark.note for mark in marks) else FULL
    unit = full / most
    return Bars(tuple(Bar(mark, number * ROW, _width(mark, unit)) for number, mark in enumerate(marks)))


def _width(mark: Mark, unit: float) -> float:
    return HATCHED if mark.count is None else max(LEAST, round(unit * mark.count, 2))


def line(marks: Sequence[Mark]) -> Line | None:
    """Return the marks as a line over time; None where fewer than two of them are shown."""
    shown = [mark.count for mark in marks if mark.count is not None]
    if len(shown) < 2:
        return None
    ticks = ticks_to(max(*shown, LOWEST_TOP))
    top = ticks[-1]
    points = tuple(_point(marks, number, top) for number in range(len(marks)))
    return Line(
        points=points,
        strokes=tuple(
            (one, other)
            for one, other in pairwise(points)
            if one.mark.count is not None and other.mark.count is not None
        ),
        slot=round((RIGHT - LEFT) / len(marks) * 0.8, 2),
        ticks=tuple(Tick(_y(value, top), value) for value in ticks),
    )


def ticks_to(most: int) -> tuple[int, ...]:
    """Return zero and up to five further figures, round ones, of which the last is `most` or more."""
    step = 5
    for factor in (2, 2.5, 2) * 12:  # 5, 10, 25, 50, 100, 250: beyond all that can be counted
        if step * 5 >= most:
            break
        step = int(step * factor)
    return tuple(range(0, most + step, step))


def _point(marks: Sequence[Mark], number: int, top: int) -> Point:
    mark = marks[number]
    counts = [each.count or 0 for each in marks]
    every = -(-len(marks) // NAMES)
    peak = counts.index(max(counts))
    return Point(
        mark=mark,
        x=round(LEFT + (RIGHT - LEFT) * (number + 0.5) / len(marks), 2),
        y=FLOOR if mark.count is None else _y(mark.count, top),
        labelled=mark.count is not None and (len(marks) <= MARKED or number == peak),
        named=number % every == 0,
    )


def _y(value: int, top: int) -> float:
    return round(FLOOR - (FLOOR - TOP) * value / top, 1)
