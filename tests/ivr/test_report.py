"""Reports add up what may be added, and never show a figure so small that it could point at a caller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ivr.events import EventKind
from ivr.report import Dimension, Row, Tally, columns, suppressed, totals

TALLY = Tally(dt.date(2026, 11, 24), EventKind.STEP, "language", "ro", "RO", "trafficking", 20)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, None), (1, None), (9, None), (10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (102, 100), (103, 105)],
)
def test_small_counts_are_suppressed(count: int, shown: int | None) -> None:
    """Below ten nothing is shown; ten and above are rounded to the nearest five."""
    assert shown == suppressed(count)


def test_suppression_comes_after_adding() -> None:
    """Small counts of one row are added before they are judged: 6 and 6 make 12, which is shown as 10."""
    (row,) = totals([replace(TALLY, count=6), replace(TALLY, count=6, language="en")], [Dimension.COUNTRY])

    assert (10, "10") == (row.count, row.shown)


def test_says_fewer_than_ten() -> None:
    """A suppressed count has words."""
    (row,) = totals([replace(TALLY, count=9)], [])

    assert (None, "fewer than 10") == (row.count, row.shown)


@pytest.mark.parametrize(
    ("by", "values"),
    [
        ([], [()]),
        ([Dimension.STEP], [()]),
        ([Dimension.DAY], [("2026-11-24",)]),
        ([Dimension.COUNTRY], [("BE",), ("RO",)]),
        ([Dimension.COUNTRY, Dimension.LANGUAGE], [("BE", "nl"), ("RO", "ro")]),
    ],
)
def test_tells_apart_what_was_asked(by: Sequence[Dimension], values: list[tuple[str, ...]]) -> None:
    """Rows differ in the dimensions that were asked for, and in nothing else."""
    rows = totals([TALLY, replace(TALLY, country="BE", language="nl")], by)

    assert values == [row.values for row in rows]


def test_never_adds_different_things() -> None:
    """A step and an outcome stay two rows whatever is asked."""
    rows = totals([TALLY, replace(TALLY, kind=EventKind.OUTCOME, name="completed")], [Dimension.COUNTRY])

    assert [
        Row(("RO",), EventKind.OUTCOME, "completed", 20),
        Row(("RO",), EventKind.STEP, "language", 20),
    ] == list(rows)


def test_keeps_to_the_kinds_asked() -> None:
    """Only the kinds that were asked for are reported."""
    rows = totals([TALLY, replace(TALLY, kind=EventKind.TEXT, name="sent")], [], [EventKind.TEXT])

    assert ["sent"] == [row.name for row in rows]


def test_dimension_asked_twice_is_one_column() -> None:
    """Asking the same twice changes nothing."""
    assert (Dimension.DAY,) == columns([Dimension.DAY, Dimension.STEP, Dimension.DAY])
