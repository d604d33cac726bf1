"""The measurement: all servers running at once, each asked in turn, round after round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack

from bench.step import servers
from bench.step.client import Sample, measure
from bench.step.figures import BARE, MENU_STEP, REFERRAL, SIGNED, TITLES, TUTORIAL, Figures, figures
from bench.step.servers import Server
from bench.step.workload import calls, pressed, signed_requests

Target = tuple[Server, list[bytes]]


def measured(rounds: int, seconds: float, connections: int, say: Callable[[str], None]) -> dict[str, Figures]:
    """Measure all servers; raises `bench.installation.InstallationError` or `bench.step.client.AnswerError`."""
    with ExitStack() as running:
        say("step: the servers are started")
        return _measured(_targets(running), rounds, seconds, connections, say)


def _targets(running: ExitStack) -> Mapping[str, Target]:
    """Start the servers, and make calls with Fanal up to the keys that will be measured."""
    fanal = running.enter_context(servers.fanal())
    languages = pressed(calls(), fanal, "1")
    needs = pressed(languages, fanal, "1")
    targets = {MENU_STEP: (fanal, languages), REFERRAL: (fanal, needs)}
    for kind in (BARE, SIGNED, TUTORIAL):
        targets[kind] = (running.enter_context(servers.simple(kind)), languages)
    return {name: (targets[name][0], signed_requests(targets[name][1], targets[name][0])) for name in TITLES}


def _measured(
    targets: Mapping[str, Target], rounds: int, seconds: float, connections: int, say: Callable[[str], None]
) -> dict[str, Figures]:
    """Measure each in turn, round after round, so that what else the machine does meets all alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in targets}
    cpu: dict[str, float | None] = dict.fromkeys(targets, 0.0)
    for server, requests in targets.values():
        measure(server.port, requests, connections, min(seconds, 0.5))  # to warm up, not counted
    for number in range(rounds):
        say(f"step: round {number + 1} of {rounds}")
        for name, (server, requests) in targets.items():
            before = server.cpu_seconds()
            samples[name].append(measure(server.port, requests, connections, seconds))
            cpu[name] = _sum(cpu[name], before, server.cpu_seconds())
    return {name: figures(samples[name], cpu[name]) for name in targets}


def _sum(so_far: float | None, before: float | None, after: float | None) -> float | None:
    return None if so_far is None or before is None or after is None else so_far + after - before
