"""The pictures of figures: from zero, to scale, and hatched where a figure is hidden."""

from __future__ import annotations

import pytest

from routes.admin.statistics.charts import FLOOR, FULL, HATCHED, LEFT, NOTED, RIGHT, TOP, Mark, bars, line, ticks_to


def test_bars_are_to_scale() -> None:
    """The longest bar is full, the others are as long as their share of it, and each has a row of its own."""
    found = bars([Mark("one", 200), Mark("other", 50)])

    assert found
    assert [FULL, FULL / 4] == [bar.width for bar in found.bars]
    assert [0, found.height / 2] == [bar.y for bar in found.bars]


def test_bars_leave_room_for_notes() -> None:
    """Where something is said behind the figures, bars are shorter, so that a telephone shows both."""
    found = bars([Mark("one", 200, "a third ended here"), Mark("other", 50)])

    assert found
    assert [NOTED, NOTED / 4] == [bar.width for bar in found.bars]


@pytest.mark.parametrize("most", [10, 100, 10_000])
def test_hidden_bars_are_of_one_length(most: int) -> None:
    """All hidden bars have one length, whatever they hide and whatever stands beside them, so that it tells nothing."""
    found = bars([Mark("one", most), Mark("hidden", None), Mark("hidden too", None)])

    assert found
    assert [FULL, HATCHED, HATCHED] == [bar.width for bar in found.bars]


@pytest.mark.parametrize("marks", [[], [Mark("hidden", None)]])
def test_no_picture_of_nothing(marks: list[Mark]) -> None:
    """Where no figure is shown there is nothing to draw."""
    assert bars(marks) is None
    assert line(marks) is None


def test_line_begins_at_zero() -> None:
    """Zero stands on the floor, the top of the axis at the top, all points in between and in order."""
    found = line([Mark("May", 25), Mark("June", 100), Mark("July", 50)])

    assert found
    assert (0, FLOOR) == (found.ticks[0].value, found.ticks[0].y)
    assert (100, TOP) == (found.ticks[-1].value, found.ticks[-1].y)
    assert [161.0, 26.0, 116.0] == [point.y for point in found.points]
    assert LEFT < found.points[0].x < found.points[1].x < found.points[2].x < RIGHT
    assert 2 == len(found.strokes)


def test_line_breaks_at_a_hidden_figure() -> None:
    """Nothing is drawn through a hidden figure: its height could be read off the line."""
    found = line([Mark("May", 25), Mark("June", None), Mark("July", 50), Mark("August", 55)])

    assert found
    assert [("July", "August")] == [(one.mark.name, other.mark.name) for one, other in found.strokes]
    assert (FLOOR, False) == (found.points[1].y, found.points[1].labelled)


def test_one_shown_figure_makes_no_line() -> None:
    """A line needs two figures."""
    assert line([Mark("May", 25), Mark("June", None)]) is None


def test_many_points_are_named_now_and_then() -> None:
    """Of the days of a month six are named, and the highest shows its figure."""
    found = line([Mark(str(day), 10 + day) for day in range(31)])

    assert found
    assert 6 == sum(point.named for point in found.points)
    assert ["30"] == [point.mark.name for point in found.points if point.labelled]


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (10, (0, 5, 10)),
        (25, (0, 5, 10, 15, 20, 25)),
        (26, (0, 10, 20, 30)),
        (99, (0, 25, 50, 75, 100)),
        (1000, (0, 250, 500, 750, 1000)),
    ],
)
def test_ticks(most: int, expected: tuple[int, ...]) -> None:
    """The axis has round figures from zero to the first that holds the largest."""
    assert expected == ticks_to(most)
