"""`python -m bench.growth`: prints the figures, and draws them. Exit status 0 if all targets are met."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from bench.findings import as_json, table
from bench.growth.report import CHART, draw
from bench.growth.sizes import QUICK, SIZES, measured, summary
from bench.installation import InstallationError


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
    draw(sizes_found, path)
    click.echo(f"Growth: {path}", err=True)
    sys.exit(1 if any(each.met is False for each in found) else 0)


if __name__ == "__main__":
    main()
