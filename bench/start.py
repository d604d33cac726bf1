"""Start: how soon after its start `fanal serve` has answered a call, and how soon `fanal --help` has said its piece.

`python -m bench.start` prints the figures; exit status 0 if the targets are met. The database has its first revision,
the settings are those of production, and nothing but the start is timed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

import click

from bench.findings import Finding, as_json, table
from bench.growth.outside import call_form
from bench.installation import Installation, InstallationError, databases, installed

FIRST_CALL_SECONDS, HELP_SECONDS = 2.0, 0.3
STARTS, HELPS = 5, 11
"""How often each is timed; the median counts."""
Say = Callable[[str], None]


def findings(quick: bool, say: Say, database: str = "both") -> Iterator[Finding]:
    """Start and yield the figures; `quick` starts once and judges nothing. Raises `InstallationError`."""
    for number, kind in enumerate(databases("sqlite" if quick else database)):
        say(f"start: on {kind}")
        with installed(kind) as installation:
            installation.run("db", "upgrade")
            if number == 0:
                seconds = median(installation.run("--help") for _ in range(1 if quick else HELPS))
                yield Finding("start", "fanal --help", seconds, "s", at_most=None if quick else HELP_SECONDS)
            seconds = median(_first_call(installation) for _ in range(1 if quick else STARTS))
            most = None if quick else FIRST_CALL_SECONDS
            yield Finding("start", "fanal serve, first call answered", seconds, "s", at_most=most, database=kind)


def _first_call(installation: Installation) -> float:
    """Start the server, and return the seconds until it has answered a call."""
    form = call_form("RO")
    began = time.perf_counter()
    with installation.serving():
        answer = installation.until_answered("/voice", form)
        seconds = time.perf_counter() - began
    if b"<Gather" not in answer:
        raise InstallationError("The first call was not answered with a menu.")
    return seconds


@click.command(epilog="Example: python -m bench.start --database sqlite")
@click.option("--quick", is_flag=True, help="Start once on SQLite: whether it works, not how fast it is.")
@click.option("--database", default="both", type=click.Choice(["sqlite", "postgresql", "both"]), show_default=True)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON for other programs.")
def main(quick: bool, database: str, json_wanted: bool) -> None:
    """Time how soon calls are answered after a start, and how soon the help page stands there."""
    try:
        found = list(findings(quick, lambda line: click.echo(line, err=True), database))
    except InstallationError as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    click.echo(json.dumps({"findings": as_json(found)}, indent=2) if json_wanted else table(found))
    sys.exit(1 if any(each.met is False for each in found) else 0)


if __name__ == "__main__":
    main()
