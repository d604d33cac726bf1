"""`python -m bench.growth`: prints the figures, and draws them. Exit status 0 if all targets are met."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from bench.charts import Series, Target, line_chart
from bench.findings import as_json, table
from bench.growth import PUBLISHED_SECONDS, QUICK, SIZES, Size, measured, summary
from bench.installation import InstallationError

CHART = Path("var/bench/growth.svg")


@click.command(
    epilog="Examples: python -m bench.growth --database sqlite, python -m bench.growth --size 100 --size 1000"
)
@click.option("--quick", is_flag=True, help="Two small sizes on SQLite: whether it works, not how fast it is.")
@click.option("--size", "sizes", multiple=True, type=click.IntRange(30), help="Helplines; may be given several times.")
@click.option("--database", default="both", type=click.Choice(["sqlite", "postgresql", "both"]), show_default=True)
@click.option(
    "--chart", "path", default=CHART, type=click.Path(path_type=Path), show_default=True, help="Where to draw."
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON for other programs.")
def main(quick: bool, sizes: tuple[int, ...], database: str, path: Path, json_wanted: bool) -> None:
    """Read, publish, serve and search directories of 100 to 100,000 helplines."""
    wanted = sizes or (QUICK if quick else SIZES)
    try:
        sizes_found = measured(wanted, database, lambda line: click.echo(line, err=True), quick=quick)
    except InstallationError as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    found = list(summary(sizes_found, quick=quick))
    if json_wanted:
        click.echo(json.dumps({"findings": as_json(found)}, indent=2))
    else:
        click.echo(table(found))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(chart(sizes_found), encoding="utf-8")
    click.echo(f"Growth: {path}", err=True)
    sys.exit(1 if any(each.met is False for each in found) else 0)


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


if __name__ == "__main__":
    main()
