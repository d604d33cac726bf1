"""Figures for monitoring: what they stand on may fail, and nothing else fails with it."""

from __future__ import annotations

import datetime as dt

import pytest
from prometheus_client import CollectorRegistry

from ivr.events import Event, EventKind
from ivr.figures.tables import SPEC_OF
from ivr.metrics import FATES, MEANINGS, OFTEN, OUTCOMES, SUMS, Figure, Metrics, Spread


class Refusing:
    """What a figure stands on where the disk refuses."""

    def inc(self, _amount: float) -> None:
        """Refuse."""
        raise OSError(28, "No space left on device")


NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("amount", [1, 3])
def test_figure_that_cannot_be_kept(amount: float) -> None:
    """A figure that cannot be kept is let go of, and whoever wanted it added goes on; before and after it adds up."""
    figure = Figure("fanal_tests", "Counted in a test.", registry=CollectorRegistry())
    figure.inc(amount)
    stands_on, figure._value = figure._value, Refusing()
    figure.inc(amount)
    figure._value = stands_on
    figure.inc(amount)

    assert 2 * amount == figure._value.get()


def test_time_that_cannot_be_kept() -> None:
    """A time that cannot be kept is let go of."""
    spread = Spread("fanal_tests", "Measured in a test.", registry=CollectorRegistry())
    stands_on, spread._sum = spread._sum, Refusing()
    spread.observe(0.5)
    spread._sum = stands_on
    spread.observe(0.5)

    assert 0.5 == spread._sum.get()


@pytest.mark.parametrize(
    ("kind", "name", "sample", "labels"),
    [
        (EventKind.CALL, "begun", "fanal_calls_total", {"channel": "voice"}),
        (EventKind.WRITTEN, "begun", "fanal_calls_total", {"channel": "text"}),
        (EventKind.OUTCOME, "no_answer", "fanal_outcomes_total", {"outcome": "no_answer"}),
        (EventKind.TEXT, "asked", "fanal_texts_asked_total", {}),
    ],
)
def test_events_are_watched(kind: EventKind, name: str, sample: str, labels: dict[str, str]) -> None:
    """Calls, outcomes and texts that are asked for are figures; neither language nor country nor need is in them."""
    metrics = Metrics()
    metrics.happened(Event.at(NOW, kind, name, "ro", "RO", "violence"))
    metrics.happened(Event.at(NOW, EventKind.CALL, "language", "ro", "RO"))

    assert 1.0 == metrics.registry.get_sample_value(sample, labels)
    assert not {b"ro", b"RO", b"violence"} & {*metrics.page().replace(b'"', b" ").split()}


def test_lists_are_those_of_the_figures() -> None:
    """What is watched of outcomes and texts is what is counted of them, so that nothing is in one and not the other."""
    assert SPEC_OF["outcomes"].names == OUTCOMES
    assert SPEC_OF["texts"].names == ("asked", *FATES)


def test_what_may_be_asked_for_often() -> None:
    """Nothing that callers or jobs add up may be collected so often that it shows when one of them was."""
    assert set(MEANINGS) > OFTEN
    assert set() == OFTEN & SUMS
    assert set() == OFTEN & {metric.name for metric in Metrics().registry.collect()}
