"""What was found of all sizes as a chart: lines over the number of helplines, both logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.charts import Series, Target, line_chart
from bench.growth.sizes import PUBLISHED_SECONDS, Size

CHART = Path("var/bench/growth.svg")


def draw(sizes: Sequence[Size], path: Path) -> None:
    """Write the chart to a file, whose folder may not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(chart(sizes), encoding="utf-8")


def chart(sizes: Sequence[Size]) -> str:
    """Return the seconds of one database as lines over the number of helplines, both logarithmic."""
    mine = [each for each in sizes if each.database == sizes[0].database]
    inside = [(each.helplines, each.inside) for each in mine]
    series = [
        Series("read from YAML, s", tuple((size, each.yaml) for size, each in inside)),
        Series("read as published, s", tuple((size, each.published) for size, each in inside)),
        Series("publication live, s", tuple((each.helplines, each.outside.live) for each in mine if each.outside)),
        Series("a step of a call, s", tuple((size, each.step) for size, each in inside)),
        Series("a match, s", tuple((size, each.match) for size, each in inside)),
    ]
    return line_chart(
        [each for each in series if each.points],
        title="What a larger directory costs",
        desc="Reading grows with the number of helplines; a match and a step of a call do not.",
        x="helplines",
        y="seconds",
        log_x=True,
        log_y=True,
        targets=[Target("target at 10,000: 2 s", PUBLISHED_SECONDS)],
    )
