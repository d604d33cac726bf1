"""`python -m bench.year`: prints the figures, what each part costs, and draws charts. Exit status 0 if all is met."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from bench.findings import as_json, table
from bench.installation import InstallationError, databases
from bench.year.load import StandstillError
from bench.year.report import chart, cost_table, findings
from bench.year.run import QUICK, SURGE, YEAR, Result, run

FOLDER = Path("var/bench")


@click.command(epilog="Examples: python -m bench.year --database sqlite, python -m bench.year --quick --json")
@click.option("--quick", is_flag=True, help="300 calls on SQLite: whether it works, not how fast it is.")
@click.option("--surge", is_flag=True, help="Only ten times the arrivals for 30 seconds.")
@click.option("--year", is_flag=True, help="Only 30,000 calls in two minutes.")
@click.option("--calls", type=click.IntRange(100), help="Fewer or more calls, at the same rate.")
@click.option("--database", default="both", type=click.Choice(["sqlite", "postgresql", "both"]), show_default=True)
@click.option("--chart", "folder", default=FOLDER, type=click.Path(path_type=Path), help="Folder of the charts.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON for other programs.")
def main(
    quick: bool, surge: bool, year: bool, calls: int | None, database: str, folder: Path, json_wanted: bool
) -> None:
    """Let a year of calls come in two minutes, then ten times as many at once; check that nothing is lost."""
    sizes = [QUICK] if quick else [size for size, wanted in ((YEAR, year), (SURGE, surge)) if wanted or year == surge]
    sizes = [size.of(calls) if calls else size for size in sizes]
    try:
        kinds = databases("sqlite" if quick else database)
        results = [run(size, each, _say) for size in sizes for each in kinds]
    except (InstallationError, StandstillError) as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    found = [each for result in results for each in findings(result)]
    if json_wanted:
        costs = {f"{each.size.part} {each.database}": each.cpu for each in results}
        click.echo(json.dumps({"findings": as_json(found), "cpu_seconds": costs}, indent=2))
    else:
        click.echo("\n\n".join([table(found), *map(cost_table, results)]))
        for path in draw(results, folder):
            click.echo(f"Latency over time: {path}")
    for each in results:
        if each.outcome.wrong:
            click.echo(f"{each.size.part}, {each.database}: differs from the tally: {each.outcome.wrong}", err=True)
    sys.exit(1 if any(each.met is False for each in found) else 0)


def draw(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write a chart of each part into a folder, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for part in dict.fromkeys(result.size.part for result in results):
        path = folder / f"{part}.svg"
        path.write_text(chart([each for each in results if each.size.part == part]), encoding="utf-8")
        paths.append(path)
    return paths


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
