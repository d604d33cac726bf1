"""A run as figures: beside their targets, as a table of what each part costs, and as a chart of latency over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bench.charts import Series, Target, line_chart
from bench.findings import Finding
from bench.year.run import Result

ARRIVE_SECONDS, WEBHOOK_MS, SETTLE_SECONDS = 120.0, 50.0, 60.0
"""The targets of issue 6 for a year of calls; those of errors and losses are zero."""


def findings(result: Result) -> Iterator[Finding]:
    """Yield the figures of one run. Of a surge and of a quick run, no time is judged."""
    part, where, tally, outcome = result.size.part, result.database, result.tally, result.outcome
    judged = result.size.is_judged

    def exact(name: str, value: float, wanted: float = 0.0) -> Finding:
        return Finding(part, name, value, "", at_least=wanted, at_most=wanted, database=where)

    def timed(name: str, value: float, unit: str, target: float) -> Finding:
        return Finding(part, name, value, unit, at_most=target if judged else None, database=where)

    yield exact("calls that came", float(tally.begun), float(result.size.calls))
    yield timed("seconds in which they came", result.arrived, "s", ARRIVE_SECONDS)
    yield Finding(part, "webhooks", float(tally.requests), "", database=where)
    yield Finding(part, "a webhook, half of them within", result.latency(0.5), "ms", database=where)
    yield timed("a webhook, 99 % of them within", result.latency(0.99), "ms", WEBHOOK_MS)
    yield exact("webhooks refused or in error", float(tally.faults.total()))
    yield exact("events accepted, and counted once", float(outcome.books.counted), float(outcome.accepted))
    yield exact("texts agreed to, and sent once", float(tally.asked - outcome.texts_wrong), float(tally.asked))
    yield exact("lost, or counted otherwise than it happened", float(outcome.lost))
    yield timed("until all is counted and sent", outcome.seconds, "s", SETTLE_SECONDS)


def cost_table(result: Result) -> str:
    """Return what each part used of the processors, for people."""
    lines = [f"{result.size.part}, {result.database:12}{'':14} {'CPU s':>9} {'ms a call':>11} {'us a webhook':>13}"]
    rows = [*sorted(result.cpu.items(), key=lambda each: -each[1]), ("together", sum(result.cpu.values()))]
    for part, seconds in rows:
        calls, requests = max(result.tally.begun, 1), max(result.tally.requests, 1)
        lines.append(f"  {part:30} {seconds:9.1f} {seconds / calls * 1e3:11.3f} {seconds / requests * 1e6:13.0f}")
    return "\n".join(lines)


def chart(results: Iterable[Result]) -> str:
    """Return the latency over time of the runs as an SVG document."""
    lines, name = [], ""
    for result in results:
        name = result.size.part
        for share, words in ((0.5, "p50"), (0.99, "p99")):
            points = tuple((second, 1000 * each) for second, each in result.latencies.over_time(share))
            lines.append(Series(f"{words} {result.database}", points))
    targets = [Target("target", WEBHOOK_MS)] if name == "year" else []
    return line_chart(
        lines,
        title=f"Latency of a webhook over time: {'a year of calls in two minutes' if name == 'year' else 'the surge'}",
        desc="Median and 99th percentile, second by second, of the time from when a webhook was due to its answer.",
        x="seconds since the first call",
        y="milliseconds",
        targets=targets,
    )
