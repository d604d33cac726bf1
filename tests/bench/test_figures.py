"""The figures of the benchmark: medians of rounds, percentiles of all answers, and an honest verdict."""

from __future__ import annotations

import json

import pytest

from bench.step.client import Sample
from bench.step.figures import MENU_STEP, TITLES, TUTORIAL, Figures, figures, rounds_as_json, summary, table


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


@pytest.mark.parametrize(
    ("menu", "beside_tutorial", "beside_check"),
    [(1500, True, True), (1499, False, True), (1000, False, True), (999, False, False)],
)
def test_targets(menu: float, beside_tutorial: bool, beside_check: bool) -> None:
    """One and a half times the tutorials' way and once the mere check are met by the figure itself, by no less."""
    judged = {each.name: each.met for each in summary(found(menu=menu, tutorial=1000))}

    assert beside_tutorial is judged["Fanal, from the language to the needs, beside (c)"]
    assert beside_check is judged["Fanal, from the language to the needs, beside (b)"]


def test_quick_round_judges_nothing() -> None:
    """A round that only shows that it works has no target to miss."""
    assert {None} == {each.met for each in summary(found(menu=1, tutorial=1000), quick=True)}


def test_table_and_json_hold_every_server() -> None:
    """What is measured is shown, with its ratio to the tutorials' way."""
    shown = table(found(menu=1500, tutorial=750))

    assert [] == [title for title in TITLES.values() if title not in shown]
    assert "2.00x" in shown
    assert set(TITLES) == set(json.loads(json.dumps(rounds_as_json(found(menu=1500, tutorial=750)))))
