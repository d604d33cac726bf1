"""Figures for monitoring: what they stand on may fail, and nothing else fails with it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from ivr.events import Event, EventKind
from ivr.figures.tables import SPEC_OF
from ivr.metrics import FATES, MEANINGS, OFTEN, OUTCOMES, REQUESTS, SECONDS, SUMS, Figure, Metrics, Spread
from tests.installation import wait_until


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
    counts = [0, 1] + [0] * (len(spread._buckets) - 2)
    stands_on, spread._sum = spread._sum, Refusing()
    spread.add(counts, 0.5)
    spread._sum = stands_on
    spread.add(counts, 0.5)

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
    metrics.write()

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


SAMPLES = st.sampled_from([*SECONDS, *(bound * 1.001 for bound in SECONDS), 0.0, 60.0])


@given(st.lists(st.tuples(st.sampled_from(REQUESTS), SAMPLES | st.floats(0, 10)), max_size=20))
def test_times_are_sorted_as_the_library_sorts_them(answers: list[tuple[str, float]]) -> None:
    """Times that were kept and then written make the same histogram as the library's own, each written when it came."""
    metrics, registry = Metrics(), CollectorRegistry()
    library = Histogram("fanal_request_seconds", "The same.", ["kind"], registry=registry, buckets=SECONDS)
    for kind in REQUESTS:
        library.labels(kind)
    for kind, seconds in answers:
        metrics.answered(kind, seconds)
        library.labels(kind).observe(seconds)
    metrics.write()

    assert _histogram(registry) == pytest.approx(_histogram(metrics.registry))


def _histogram(registry: CollectorRegistry) -> dict[tuple[str, ...], float]:
    samples = (sample for metric in registry.collect() for sample in metric.samples)
    kept = (each for each in samples if each.name.startswith("fanal_request_seconds") and "created" not in each.name)
    return {(each.name, *each.labels.values()): each.value for each in kept}


def test_what_calls_have_added_is_written_once() -> None:
    """What was added is shown after it was written, or when the page is read, and never twice."""
    metrics = Metrics()
    metrics.step("need")
    before = metrics.registry.get_sample_value("fanal_steps_total", {"step": "need"})
    metrics.write()
    metrics.write()
    metrics.step("need")

    assert 0.0 == before
    assert 1.0 == metrics.registry.get_sample_value("fanal_steps_total", {"step": "need"})
    assert b'fanal_steps_total{step="need"} 2.0' in metrics.page()


def test_a_process_writes_by_itself() -> None:
    """Once a process has begun, nobody has to read the page for others to see what calls have added."""
    metrics = Metrics()
    metrics.begin()
    metrics.step("need")

    assert wait_until(lambda: metrics.registry.get_sample_value("fanal_steps_total", {"step": "need"}) == 1.0)
