"""Figures for the operator's monitoring. None carries anything about a caller."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class Metrics:
    """The counters of one web process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.steps = Counter("fanal_steps", "Turns answered, by step.", ["step"], registry=self.registry)
        self.faults = Counter(
            "fanal_faults", "Exceptions behind which a caller was led on.", ["where"], registry=self.registry
        )
        self.refused = Counter("fanal_refused", "Requests with a bad signature.", registry=self.registry)
