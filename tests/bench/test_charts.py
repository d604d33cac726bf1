"""Charts for documents: well-formed, nothing outside the frame, and never an axis that exaggerates."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, Series, Target, axis, line_chart

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = st.floats(1e-6, 1e6)
POINTS = st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=20).map(tuple)
LINES = st.lists(st.builds(Series, st.text("abc<&> ", min_size=1), POINTS), min_size=1, max_size=7)


def drawn(*lines: Series, log: bool = False, targets: tuple[Target, ...] = ()) -> ET.Element:
    """Return a chart, read back."""
    return ET.fromstring(  # noqa: S314 - our own
        line_chart(lines, title="Time & <size>", desc="It grows.", x="n", y="s", log_x=log, log_y=log, targets=targets)
    )


@given(LINES, st.booleans(), FIGURES)
def test_everything_stands_inside_the_frame(lines: list[Series], log: bool, most: float) -> None:
    """Whatever is drawn is XML, and every point, target and name has its place in the picture."""
    root = drawn(*lines, log=log, targets=(Target("most", most),))

    ways = [each.attrib["points"].split() for each in root.iter(f"{SVG}polyline")]
    assert [len(each.points) for each in lines] == [len(way) for way in ways]
    for x, y in (map(float, point.split(",")) for way in ways for point in way):
        assert LEFT <= x <= RIGHT
        assert TOP <= y <= BOTTOM
    assert all(0 < float(text.attrib["y"]) <= HEIGHT for text in root.iter(f"{SVG}text"))


def test_words_of_the_picture() -> None:
    """Title and description are there for whoever cannot see it, and each line is named at its end."""
    root = drawn(Series("load", ((1, 2), (2, 30))), Series("match", ((1, 1), (2, 0.004))))

    assert "Time & <size>" == root.findtext(f"{SVG}title")
    assert "It grows." == root.findtext(f"{SVG}desc")
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"load: 30", "match: 4e-3"} <= set(texts)


def test_names_do_not_touch() -> None:
    """Lines that end at one place have their names below each other."""
    names = [each for each in drawn(*(Series(str(n), ((1, 5), (2, 5))) for n in range(6))).iter(f"{SVG}text")][-6:]
    places = sorted(float(each.attrib["y"]) for each in names)

    assert all(lower - upper >= 15 for upper, lower in itertools.pairwise(places))


@pytest.mark.parametrize(
    ("values", "log", "ticks"),
    [
        ((3, 9), False, (0, 2, 4, 6, 8, 10)),
        ((0,), False, (0, 1)),
        ((50,), False, (0, 10, 20, 30, 40, 50)),
        ((51,), False, (0, 20, 40, 60)),
        ((2, 300), True, (1, 10, 100, 1000)),
        ((10,), True, (10, 100)),
    ],
)
def test_axis(values: tuple[float, ...], log: bool, ticks: tuple[float, ...]) -> None:
    """An axis begins at zero, or at a power of ten, and ends at a round figure that is no less than the greatest."""
    assert ticks == axis(values, 0, 1, is_log=log).ticks


@pytest.mark.parametrize(("values", "log"), [((), False), ((-1.0,), False), ((0.0, 1.0), True)])
def test_what_no_axis_can_hold(values: tuple[float, ...], log: bool) -> None:
    """Nothing at all, a figure below zero, and zero on a logarithmic axis are refused."""
    with pytest.raises(ValueError, match="a chart needs values"):
        axis(values, 0, 1, is_log=log)
