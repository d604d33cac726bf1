"""`make bench`: all parts of the benchmark, one after another, and one table. Exit status 0 if all targets are met."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bench import counting, growth, start, step, year
from bench.findings import Finding, as_json, table
from bench.installation import InstallationError
from bench.step.client import AnswerError
from bench.year.load import StandstillError

Say = Callable[[str], None]
PARTS: dict[str, Callable[[bool, Say], Iterator[Finding]]] = {
    "step": step.findings,
    "start": start.findings,
    "counting": counting.findings,
    "growth": growth.findings,
    "year": year.findings,
}
"""In the order in which they are run: first what is over soon."""
FAULTS = (AnswerError, InstallationError, StandstillError)
"""What ends a part in a sentence."""


@click.command(epilog="""Examples: make bench, make bench ARGS="--quick", make bench ARGS="step start --json".""")
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--quick", is_flag=True, help="Whether everything works, not how fast it is: under a minute.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON for other programs.")
def main(parts: tuple[str, ...], quick: bool, json_wanted: bool) -> None:
    """Measure Fanal on this machine, loopback only, beside its targets; all parts take about twenty minutes."""
    found: list[Finding] = []
    broken = []
    for name in parts or PARTS:
        try:
            found += PARTS[name](quick, _say)
        except FAULTS as fault:
            _say(f"{name}: {fault}")
            broken.append(name)
    if json_wanted:
        click.echo(json.dumps({"machine": machine(), "findings": as_json(found), "broken": broken}, indent=2))
    else:
        click.echo(f"\n{table(found)}\n\n{', '.join(machine().values())}\n{verdict(found, broken)}")
    sys.exit(1 if broken or any(each.met is False for each in found) else 0)


def machine() -> dict[str, str]:
    """Return what the figures were taken on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return {
        "processor": f"{os.cpu_count()} cores of {_processor()}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"Python {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


def verdict(found: list[Finding], broken: list[str]) -> str:
    """Say how many targets are met, and which parts could not be measured."""
    judged = [each.met for each in found if each.met is not None]
    words = f"{sum(judged)} of {len(judged)} targets met."
    return f"{words} Not measured: {', '.join(broken)}." if broken else words


def _processor() -> str:
    """Return the name that the system gives the processor; its kind where it gives none."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
