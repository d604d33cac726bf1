"""`python -m bench.step`: prints the table. Exit status 0 if both targets are met."""

from __future__ import annotations

import json
import sys

import click

from bench.findings import as_json
from bench.findings import table as verdicts
from bench.installation import InstallationError
from bench.step import CONNECTIONS, QUICK_ROUNDS, QUICK_SECONDS, ROUNDS, SECONDS
from bench.step.client import AnswerError
from bench.step.figures import rounds_as_json, summary, table
from bench.step.rounds import measured


@click.command(epilog="Examples: python -m bench.step, python -m bench.step --rounds 5 --json")
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(1, 30), help="How often each.")
@click.option("--seconds", default=SECONDS, show_default=True, type=click.FloatRange(0.1, 1.2), help="Of a round.")
@click.option("--connections", default=CONNECTIONS, show_default=True, type=click.IntRange(1, 64), help="At a time.")
@click.option("--quick", is_flag=True, help="One short round of each: whether it works, not how fast it is.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON for other programs.")
def main(rounds: int, seconds: float, connections: int, quick: bool, json_wanted: bool) -> None:
    """Measure menu steps of Fanal beside simpler servers, in turn, on this machine and loopback only."""
    if quick:
        rounds, seconds = QUICK_ROUNDS, QUICK_SECONDS
    try:
        found = measured(rounds, seconds, connections, lambda line: click.echo(line, err=True))
    except (AnswerError, InstallationError) as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    judged = list(summary(found, quick=quick))
    if json_wanted:
        click.echo(json.dumps({"findings": as_json(judged), "servers": rounds_as_json(found)}, indent=2))
    else:
        click.echo(f"{table(found)}\n\n{verdicts(judged)}")
    sys.exit(1 if any(each.met is False for each in judged) else 0)


if __name__ == "__main__":
    main()
