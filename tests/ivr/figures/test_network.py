"""The reckoning by flows finds how far a count can move, and what prevents more."""

from __future__ import annotations

import pytest

from ivr.figures.network import INFINITE, Equation, Network
from ivr.figures.relations import likenesses, sums
from ivr.figures.tables import Domain, Month, tables_of


def _network(a: int, b: int) -> Network[str]:
    network = Network({"total": a + b, "a": a, "b": b}, [Equation(("total",), ("a", "b"))])
    for count in ("a", "b"):
        network.bound(count, 0, INFINITE)
    return network


@pytest.mark.parametrize(("low", "high", "up", "down"), [(10, 12, 2, 0), (8, 12, 2, 2), (10, 10, 0, 0), (0, 99, 4, 3)])
def test_hidden_count_moves_as_far_as_its_sum(low: int, high: int, up: int, down: int) -> None:
    """Beside a row that is known, a hidden one can be as much more or less as the total."""
    network = _network(3, 7)
    network.bound("total", low, high)
    network.bound("b", 7, 7)
    moves = [network.moves("a", True, 4), network.moves("a", False, 3)]

    assert [up, down] == [moved for moved, _ in moves]


def test_what_prevents_a_move_is_named() -> None:
    """The counts that would have to be hidden are those that are known."""
    network = _network(3, 7)
    network.bound("total", 10, 10)
    network.bound("b", 7, 7)

    assert {"total", "b"} == set(network.moves("a", True, 4)[1])


def test_two_hidden_counts_hide_each_other() -> None:
    """What one has more the other has less, as far as it goes."""
    network = _network(3, 7)
    network.bound("total", 10, 10)

    assert (7, 3) == (network.moves("a", True, 9)[0], network.moves("b", True, 9)[0])


def test_tables_of_a_month_are_a_network() -> None:
    """Each count stands in two equations at most, so flows can tell what would need a solver otherwise."""
    tables = tables_of([], Month(2026, 2), Domain(("ro",), ("RO",), ("violence",)))
    equations = [*sums(tables), *likenesses({table.name: table for table in tables})]
    counts = {count: 0 for equation in equations for count in (*equation.whole, *equation.parts)}

    assert counts.keys() == Network(counts, equations).edges.keys()


@pytest.mark.parametrize(
    "equations",
    [
        [Equation(("a",), ("b",)), Equation(("a",), ("c",)), Equation(("a",), ("d",))],
        [Equation(("a",), ("b",)), Equation(("b",), ("c",)), Equation(("c", "a"), ())],
    ],
)
def test_what_is_no_network_is_refused(equations: list[Equation[str]]) -> None:
    """A new table that does not fit must be noticed when it is written, not when it betrays somebody."""
    with pytest.raises(ValueError, match=r"equation"):
        Network(dict.fromkeys("abcd", 0), equations)
