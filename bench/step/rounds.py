"""The measurement: all servers running at once, each asked in turn, round after round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack

from bench.installation import InstallationError
from bench.step import servers
from bench.step.client import Sample, measure
from bench.step.figures import BARE, MENU_STEP, REFERRAL, SIGNED, TITLES, TUTORIAL, Figures, figures
from bench.step.servers import Server
from bench.step.workload import Step, calls, pressed, signed_requests, to_a_helpline

Target = tuple[Server, list[bytes]]


def measured(rounds: int, seconds: float, connections: int, say: Callable[[str], None]) -> dict[str, Figures]:
    """Measure all servers; raises `bench.installation.InstallationError` or `bench.step.client.AnswerError`."""
    with ExitStack() as running:
        say("step: the servers are started")
        fanal = running.enter_context(servers.fanal())
        languages, needs = _ways(fanal)
        found = _measured(_targets(running, fanal, languages, needs), rounds, seconds, connections, say)
        if not to_a_helpline(needs, fanal):
            raise InstallationError("In the end Fanal's answers did not lead to a helpline any more.")
        return found


def _ways(fanal: Server) -> tuple[list[Step], list[Step]]:
    """Make calls up to the keys that will be measured: of a language, and of a need that leads to a service."""
    languages = pressed(calls(), fanal, "1")
    needs = to_a_helpline(pressed(languages, fanal, "1"), fanal)
    if not needs:
        raise InstallationError("At this hour no way leads to a helpline, so there is nothing to measure.")
    return languages, needs


def _targets(running: ExitStack, fanal: Server, languages: list[Step], needs: list[Step]) -> Mapping[str, Target]:
    """Start the simpler servers, and sign for each what it will be asked."""
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
