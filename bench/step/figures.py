"""Samples as figures: the median of the rounds, percentiles of all answers, and how each server stands to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from bench.findings import Finding
from bench.step.client import Sample

BARE, SIGNED, TUTORIAL = "bare", "signed", "tutorial"
MENU_STEP, REFERRAL = "menu", "referral"
TITLES: Mapping[str, str] = {
    BARE: "(a) a bare Flask route",
    SIGNED: "(b) only the provider's signature check",
    TUTORIAL: "(c) the way of the provider's tutorials",
    MENU_STEP: "    Fanal, from the language to the needs",
    REFERRAL: "    Fanal, from the need to a service",
}
"""What is measured, in the order in which it is measured."""
TARGETS: Mapping[str, float] = {TUTORIAL: 1.5, SIGNED: 1.0}
"""How many times as many requests a second as these a menu step of Fanal is to answer."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What all rounds of one server gave. Times are in milliseconds, but `cpu` in microseconds a request."""

    rounds: tuple[float, ...]
    """Requests a second of each round."""
    p50: float
    p99: float
    cpu: float | None

    @property
    def rate(self) -> float:
        """Requests a second: the median of the rounds."""
        return median(self.rounds)


def figures(samples: Sequence[Sample], cpu_seconds: float | None) -> Figures:
    """Sum up the rounds of one server; `cpu_seconds` is what its workers used in all of them."""
    latencies = [latency * 1000 for sample in samples for latency in sample.latencies]
    hundredths = quantiles(latencies, n=100)
    cpu = None if cpu_seconds is None else cpu_seconds / len(latencies) * 1e6
    return Figures(tuple(sample.requests / sample.seconds for sample in samples), hundredths[49], hundredths[98], cpu)


def summary(found: Mapping[str, Figures], *, quick: bool = False) -> Iterator[Finding]:
    """Yield the figures beside their targets; `quick` judges none."""
    for name, each in found.items():
        yield Finding("step", TITLES[name].strip(), each.rate, "req/s")
    for step in (MENU_STEP, REFERRAL):
        for name, times in TARGETS.items():
            title = f"{TITLES[step].strip()}, beside {TITLES[name][:3]}"
            ratio = found[step].rate / found[name].rate
            yield Finding("step", title, ratio, "times", at_least=None if quick else times)


def table(found: Mapping[str, Figures]) -> str:
    """Return the figures as a table for people."""
    lines = [f"{'':40} {'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>8} {'beside (c)':>11}"]
    for name, each in found.items():
        cpu = "-" if each.cpu is None else f"{each.cpu:.0f}"
        beside = each.rate / found[TUTORIAL].rate
        lines.append(f"{TITLES[name]:40} {each.rate:10.0f} {each.p50:8.2f} {each.p99:8.2f} {cpu:>8} {beside:10.2f}x")
    return "\n".join(lines)


def rounds_as_json(found: Mapping[str, Figures]) -> dict[str, Any]:
    """Return what was measured, round by round, for other programs."""
    return {
        name: {
            "requests_per_second": round(each.rate, 1),
            "rounds": [round(rate, 1) for rate in each.rounds],
            "p50_ms": round(each.p50, 3),
            "p99_ms": round(each.p99, 3),
            "cpu_us": None if each.cpu is None else round(each.cpu, 1),
        }
        for name, each in found.items()
    }
