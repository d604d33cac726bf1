"""The figures of the benchmark: medians of rounds, percentiles of all answers, and an honest verdict."""

from __future__ import annotations

import json

from bench.client import Sample
from bench.figures import MENU_STEP, TITLES, TUTORIAL, Figures, as_json, figures, table, verdict


def found(menu: float, tutorial: float) -> dict[str, Figures]:
    """Return made-up figures in which every other server answers 1000 requests a second."""
    rates = {name: 1000.0 for name in TITLES} | {MENU_STEP: menu, TUTORIAL: tutorial}
    return {name: Figures((rate,), 1.0, 2.0, None) for name, rate in rates.items()}


def test_rate_is_the_median_of_the_rounds() -> None:
    """One round in which the machine was busy with something else does not count."""
    rounds = [Sample(1.0, (0.001,) * answered) for answered in (100, 10, 90)]

    assert 90.0 == figures(rounds, None).rate


def test_percentiles_are_of_all_answers() -> None:
    """A slow answer in any round is in the last hundredth."""
    fast, slow = Sample(1.0, (0.001,) * 500), Sample(1.0, (0.001,) * 480 + (0.1,) * 20)
    both = figures([fast, slow], cpu_seconds=0.5)

    assert 1.0 == round(both.p50, 3)
    assert 100.0 == round(both.p99, 3)
    assert 500.0 == both.cpu


def test_verdict_says_when_the_expectation_is_not_met() -> None:
    """Equal is met; a little slower is not."""
    assert "met, 1.00 times" in verdict(found(menu=800, tutorial=800))
    assert "NOT met, 0.99 times" in verdict(found(menu=792, tutorial=800))
    assert as_json(found(menu=800, tutorial=800))["at_least_as_fast_as_tutorial"] is True
    assert as_json(found(menu=792, tutorial=800))["at_least_as_fast_as_tutorial"] is False


def test_table_and_json_hold_every_server() -> None:
    """What is measured is shown, with its ratio to the tutorials' way."""
    shown = table(found(menu=1500, tutorial=750))

    assert [] == [title for title in TITLES.values() if title not in shown]
    assert "2.00x" in shown
    assert set(TITLES) == set(json.loads(json.dumps(as_json(found(menu=1500, tutorial=750))))["servers"])
