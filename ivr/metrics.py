"""Figures for the operator's monitoring. None carries anything about a caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ivr.state import Step


@dataclass(frozen=True, slots=True)
class Named:
    """The value of a gauge, with one label that says what it is the value of."""

    value: float
    label: str
    name: str


Gauges = Mapping[str, float | Named]
"""The value of each gauge by name."""


class Figure(Counter):
    """A counter that stops nothing: a disk that refuses it costs a figure, not a call."""

    def inc(self, amount: float = 1, exemplar: dict[str, str] | None = None) -> None:
        """Add an amount, if that can be done."""
        with suppress(Exception):  # the library raises what its file raised, and something else ever after
            super().inc(amount, exemplar)


class Metrics:
    """The counters of the web processes, and gauges that are read when somebody asks.

    `fanal serve` names a folder to the library (PROMETHEUS_MULTIPROC_DIR) in which the processes of one server add up.
    `gauges` gives the value of each by name; it may be slow and may fail, since no caller waits for it.
    """

    def __init__(self, gauges: Callable[[], Gauges] = dict) -> None:
        self.registry = CollectorRegistry()
        steps = Figure("fanal_steps", "Turns answered, by step.", ["step"], registry=self.registry)
        self._steps = {step.name.lower(): steps.labels(step.name.lower()) for step in Step}
        self.faults: Counter = Figure(
            "fanal_faults", "Exceptions behind which a caller was led on.", ["where"], registry=self.registry
        )
        for where in ("voice", "sms"):
            self.faults.labels(where)  # made now: later it might be refused
        self.refused: Counter = Figure("fanal_refused", "Requests with a bad signature.", registry=self.registry)
        self._gauges = _Gauges(gauges)

    def step(self, name: str) -> None:
        """Add one answered turn of a step."""
        self._steps[name].inc()

    def page(self) -> bytes:
        """Write all figures as Prometheus reads them; those of other processes of the same server included."""
        registry = CollectorRegistry()
        registry.register(self._gauges)
        try:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library ships no types here
        except ValueError:  # there is one process only, and no folder
            return generate_latest(self.registry) + generate_latest(registry)
        return generate_latest(registry)


class _Gauges(Collector):
    """Asks for the gauges each time."""

    def __init__(self, read: Callable[[], Gauges]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each gauge with its value now."""
        for name, value in self._read().items():
            if not isinstance(value, Named):
                yield GaugeMetricFamily(name, MEANINGS[name], value)
                continue
            family = GaugeMetricFamily(name, MEANINGS[name], labels=[value.label])
            family.add_metric([value.name], value.value)
            yield family


MEANINGS = {
    "fanal_redis_up": "1 if Redis answers.",
    "fanal_database_up": "1 if the database answers.",
    "fanal_batches_waiting": "Batches of events in the stream that have not been counted yet.",
    "fanal_texts_queued": "Texts that wait for a worker.",
    "fanal_counts_queued": "Counting jobs that wait for a worker.",
    "fanal_purges_queued": "Deletions of the provider's records that wait for a worker.",
    "fanal_records_overdue": "Records of the provider that should have been deleted more than a day ago: an alarm.",
    "fanal_directory_stale": "1 if the newest tables cannot be read and earlier ones are served.",
    "fanal_directory_revision": "Number (0: never published) and name of the revision that is served.",
    "fanal_directory_switches": "Numbers that an emergency switch keeps out of service, or lets be read out only.",
}
"""Every gauge, in words."""
