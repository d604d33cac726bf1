"""`make bench`, or `python -m bench`: prints the table. Exit status 0 unless something was not answered with 200."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import click

from bench import WORKERS, servers
from bench.client import AnswerError, Sample, measure
from bench.figures import MENU_STEP, TITLES, TUTORIAL, Figures, as_json, figures, table
from bench.servers import BenchError, Server
from bench.workload import calls, pressed, signed_requests

Target = tuple[Server, list[bytes]]


@click.command(epilog='Examples: make bench, make bench ARGS="--quick", make bench ARGS="--json"')
@click.option("--rounds", default=12, show_default=True, type=click.IntRange(1, 20), help="How often each is measured.")
@click.option("--seconds", default=1.0, show_default=True, type=click.FloatRange(0.1, 1.2), help="Length of a round.")
@click.option("--connections", default=16, show_default=True, type=click.IntRange(1, 64), help="Requests at a time.")
@click.option("--quick", is_flag=True, help="One short round of each: whether it works, not how fast it is.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON for other programs.")
def main(rounds: int, seconds: float, connections: int, quick: bool, json_wanted: bool) -> None:
    """Measure menu steps of Fanal beside simpler servers, in turn, on this machine and loopback only."""
    if quick:
        rounds, seconds = 1, 0.3
    try:
        with ExitStack() as running:
            found = _measured(_targets(running), rounds, seconds, connections)
    except (AnswerError, BenchError) as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    conditions = {"rounds": rounds, "seconds": seconds, "connections": connections, "workers": WORKERS}
    machine = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    if json_wanted:
        click.echo(json.dumps({**conditions, **machine, **as_json(found)}, indent=2))
        return
    click.echo(
        f"{rounds} rounds of {seconds:g} s in turn, {connections} connections, {WORKERS} workers; "
        f"Python {machine['python']}, {machine['cores']} cores shared with the client.\n\n{table(found)}"
    )


def _targets(running: ExitStack) -> Mapping[str, Target]:
    """Start the servers, and make calls with Fanal up to the keys that will be measured."""
    folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="fanal-bench-")))
    fanal = running.enter_context(servers.fanal(folder))
    languages = pressed(calls(), fanal, "1")
    needs = pressed(languages, fanal, "1")
    targets = {MENU_STEP: (fanal, languages), "referral": (fanal, needs)}
    for kind in ("bare", "signed", TUTORIAL):
        targets[kind] = (running.enter_context(servers.simple(kind)), languages)
    return {name: (targets[name][0], signed_requests(targets[name][1], targets[name][0])) for name in TITLES}


def _measured(targets: Mapping[str, Target], rounds: int, seconds: float, connections: int) -> dict[str, Figures]:
    """Measure each in turn, round after round, so that what else the machine does meets all alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in targets}
    cpu: dict[str, float | None] = dict.fromkeys(targets, 0.0)
    for server, requests in targets.values():
        measure(server.port, requests, connections, min(seconds, 0.5))  # to warm up, not counted
    for _ in range(rounds):
        for name, (server, requests) in targets.items():
            before = server.cpu_seconds()
            samples[name].append(measure(server.port, requests, connections, seconds))
            cpu[name] = _sum(cpu[name], before, server.cpu_seconds())
    return {name: figures(samples[name], cpu[name]) for name in targets}


def _sum(so_far: float | None, before: float | None, after: float | None) -> float | None:
    return None if so_far is None or before is None or after is None else so_far + after - before


if __name__ == "__main__":
    main()
