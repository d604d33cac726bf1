"""Figures for the operator's monitoring. None carries anything about a caller.

Labels come from the closed lists of this module, so the page has about a hundred lines however many people call; and
none is a language, a country or a need, by which a single call could be told from others.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ivr.events import Event, EventKind
from ivr.state import Step

OUTCOMES = ("forwarding", "completed", "answered", "busy", "no_answer", "failed", "canceled")
"""A forwarding that begins, and how it ended; with "completed" and "answered" somebody was reached."""
FATES = ("sent", "dropped", "refused", "unknown", "repeated", "delivered", "undelivered", "failed")
"""What became of a text that a caller asked for: first by us, then by the carrier."""
RECORDS = ("deleted", "overdue")
"""What became of a record of the provider's."""
ERRORS = ("refused", "limited", "unreachable", "other")
"""Kinds of errors of the provider's interface."""
REQUESTS = ("voice", "sms", "status")
"""Kinds of the carrier's requests."""
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Bounds of the histogram: 50 ms is what nearly all answers shall take, and after 15 s the carrier hangs up."""
WRITE_SECONDS = 0.2
"""How often what calls have added is written."""
SERIES = 150
"""Lines with a value on the page at most, however many processes and callers there are."""


@dataclass(frozen=True, slots=True)
class Named:
    """The value of a figure, with one label that says what it is the value of."""

    value: float
    label: str
    name: str


Gauges = Mapping[str, float | Named | tuple[Named, ...]]
"""The value of each figure that is read when somebody asks, by name; several where it has a label."""
Kind = TypeVar("Kind", bound=MetricWrapperBase)


class Figure(Counter):
    """A counter that stops nothing: a disk that refuses it costs a figure, not a call."""

    def inc(self, amount: float = 1, exemplar: dict[str, str] | None = None) -> None:
        """Add an amount, if that can be done."""
        with suppress(Exception):  # the library raises what its file raised, and something else ever after
            super().inc(amount, exemplar)


class Spread(Histogram):
    """A histogram that stops nothing either, and takes values that were sorted into its buckets before."""

    def add(self, counts: Sequence[int], total: float) -> None:
        """Add so many values to each bucket, the one without bound included, and their sum, if that can be done."""
        with suppress(Exception):  # as above
            self._sum.inc(total)
            for bucket, count in zip(self._buckets, counts, strict=True):
                bucket.inc(count)


@dataclass(slots=True)
class _Times:
    """How long some answers took: how many in each bucket, and the sum in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(SECONDS) + 1))
    total: float = 0.0


@dataclass(slots=True)
class _Waiting:
    """What calls have added and nobody has written yet."""

    figures: dict[Counter, int] = field(default_factory=lambda: defaultdict(int))
    times: dict[str, _Times] = field(default_factory=lambda: {kind: _Times() for kind in REQUESTS})


class Metrics:
    """The counters of the web processes, and figures that are read when somebody asks.

    What a call adds is kept in memory and written by a thread: the library takes five microseconds for each figure. A
    process that is killed takes the last of it along; what has to be exact is counted elsewhere (the outbox).

    `fanal serve` names a folder to the library (PROMETHEUS_MULTIPROC_DIR) in which the processes of one server add up.
    `gauges` gives the value of each by name; it may be slow and may fail, since no caller waits for it.
    """

    def __init__(self, gauges: Callable[[], Gauges] = dict) -> None:
        registry = self.registry = CollectorRegistry()
        steps = Figure("fanal_steps", "Turns answered, by step.", ["step"], registry=registry)
        self._steps = _each(steps, [step.name.lower() for step in Step])
        calls = Figure("fanal_calls", "Conversations begun, by voice and by text.", ["channel"], registry=registry)
        outcomes = Figure("fanal_outcomes", "Forwardings begun, and how they ended.", ["outcome"], registry=registry)
        asked = Figure("fanal_texts_asked", "Texts that callers have agreed to.", registry=registry)
        self._happened: Mapping[tuple[EventKind, str], Counter] = {
            (EventKind.CALL, "begun"): calls.labels("voice"),
            (EventKind.WRITTEN, "begun"): calls.labels("text"),
            (EventKind.TEXT, "asked"): asked,
            **{(EventKind.OUTCOME, name): figure for name, figure in _each(outcomes, OUTCOMES).items()},
        }
        seconds = Spread(
            "fanal_request_seconds",
            "Time to answer a request of the carrier, by kind.",
            ["kind"],
            registry=registry,
            buckets=SECONDS,
        )
        self._seconds = _each(seconds, REQUESTS)
        self._lock, self._waiting = threading.Lock(), _Waiting()
        self.faults: Counter = Figure(
            "fanal_faults", "Exceptions behind which a caller was led on.", ["where"], registry=registry
        )
        _each(self.faults, ("voice", "sms"))
        self.refused: Counter = Figure("fanal_refused", "Requests with a bad signature.", registry=registry)
        self._gauges = _Gauges(gauges)

    def begin(self) -> None:
        """Begin, in a process that has just been made, to write what calls have added."""
        threading.Thread(target=self._write_often, name="metrics", daemon=True).start()

    def step(self, name: str) -> None:
        """Add one answered turn of a step."""
        with self._lock:
            self._waiting.figures[self._steps[name]] += 1

    def happened(self, event: Event) -> None:
        """Add an event, where it is one that is watched: a call that begins, an outcome, a text that is asked for."""
        figure = self._happened.get((event.kind, event.name))
        if figure is not None:
            with self._lock:
                self._waiting.figures[figure] += 1

    def answered(self, kind: str, seconds: float) -> None:
        """Add one answered request of the carrier, of one of the kinds in `REQUESTS`."""
        with self._lock:
            times = self._waiting.times[kind]
            times.counts[bisect_left(SECONDS, seconds)] += 1
            times.total += seconds

    def write(self) -> None:
        """Write what calls have added to where all processes of the server can read it."""
        with self._lock:
            waiting, self._waiting = self._waiting, _Waiting()
        for figure, count in waiting.figures.items():
            figure.inc(count)
        for kind, times in waiting.times.items():
            if any(times.counts):
                self._seconds[kind].add(times.counts, times.total)

    def _write_often(self) -> None:
        while True:
            time.sleep(WRITE_SECONDS)
            self.write()

    def page(self) -> bytes:
        """Write all figures as Prometheus reads them; those of other processes of the same server included."""
        self.write()
        registry = CollectorRegistry()
        registry.register(self._gauges)
        try:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library ships no types here
        except ValueError:  # there is one process only, and no folder
            return generate_latest(self.registry) + generate_latest(registry)
        return generate_latest(registry)


class _Gauges(Collector):
    """Asks for the figures each time."""

    def __init__(self, read: Callable[[], Gauges]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Yield each figure with its value now."""
        for name, value in self._read().items():
            make = CounterMetricFamily if name in SUMS else GaugeMetricFamily
            if isinstance(value, float):
                yield make(name, MEANINGS[name], value)
                continue
            several = value if isinstance(value, tuple) else (value,)
            family = make(name, MEANINGS[name], labels=[several[0].label])
            for each in several:
                family.add_metric([each.name], each.value)
            yield family


def _each(family: Kind, names: tuple[str, ...] | list[str]) -> dict[str, Kind]:
    """Return the figure of each name. Made now: later the disk might refuse it, and a rate has to begin at 0."""
    return {name: family.labels(name) for name in names}


SUMS = frozenset({"fanal_texts", "fanal_records", "fanal_provider_errors"})
"""Counters that the workers of all machines add up in Redis: a worker has no port of its own."""
MEANINGS = {
    "fanal_redis_up": "1 if Redis answers.",
    "fanal_redis_memory_ratio": "Part of the memory that Redis may have and has used; 0 where it has no limit.",
    "fanal_database_up": "1 if the database answers.",
    "fanal_batches_waiting": "Batches of events in the stream that have not been counted yet.",
    "fanal_events_waiting": "Events that processes of this machine have accepted and nobody has counted yet.",
    "fanal_events_age_seconds": "Age of the oldest batch of events that waits in the stream, in whole tens of seconds.",
    "fanal_queue_age_seconds": "How long the oldest job of a queue has been due, in whole tens of seconds.",
    "fanal_texts_queued": "Texts that wait for a worker.",
    "fanal_counts_queued": "Counting jobs that wait for a worker.",
    "fanal_purges_queued": "Deletions of the provider's records that wait for a worker.",
    "fanal_workers": "Processes of workers, on all machines, that take jobs of a queue.",
    "fanal_texts": "Texts by what became of them, as the workers of all machines have counted them.",
    "fanal_records": "The provider's records by what became of them, as the workers of all machines have counted them.",
    "fanal_provider_errors": "Errors of the provider's interface by kind, as the workers of all machines met them.",
    "fanal_records_due": "Records of the provider that could be deleted by now and are not yet.",
    "fanal_records_overdue": "Records of the provider that should have been deleted more than a day ago: an alarm.",
    "fanal_directory_stale": "1 if the newest tables cannot be read and earlier ones are served.",
    "fanal_directory_revision": "Number (0: never published) and name of the revision that is served.",
    "fanal_directory_switches": "Numbers that an emergency switch keeps out of service, or lets be read out only.",
}
"""Every figure that is read when somebody asks, in words."""
OFTEN = frozenset(
    {
        "fanal_redis_up",
        "fanal_redis_memory_ratio",
        "fanal_database_up",
        "fanal_events_age_seconds",
        "fanal_queue_age_seconds",
        "fanal_workers",
        "fanal_records_overdue",
        "fanal_directory_stale",
        "fanal_directory_revision",
        "fanal_directory_switches",
    }
)
"""Figures that a single call does not change, unless something is wrong. Only these may be collected every few seconds:
from all others, asked for so often, one could read when somebody called."""
