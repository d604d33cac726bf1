"""Findings: a figure meets its target or does not, and the table says which."""

from __future__ import annotations

import pytest

from bench.findings import Finding, table


@pytest.mark.parametrize(
    ("value", "at_least", "at_most", "met"),
    [
        (1.49, 1.5, None, False),
        (1.5, 1.5, None, True),
        (50.0, None, 50.0, True),
        (50.1, None, 50.0, False),
        (100.0, 100.0, 100.0, True),
        (99.0, 100.0, 100.0, False),
        (101.0, 100.0, 100.0, False),
        (7.0, None, None, None),
    ],
)
def test_target(value: float, at_least: float | None, at_most: float | None, met: bool | None) -> None:
    """A target is met by the figure itself and by better ones; without a target nothing is met or missed."""
    assert met is Finding("step", "a step", value, "times", at_least, at_most).met


def test_table() -> None:
    """Each line of the table shows the figure with its unit, the target in words, and the verdict."""
    found = [
        Finding("year", "slowest hundredth", 61.25, "ms", at_most=50, database="SQLite"),
        Finding("year", "calls", 30000, "", at_least=30000, at_most=30000),
    ]

    first, second = table(found).splitlines()[1:]

    assert ["year", "slowest hundredth, SQLite", "61.25 ms", "at most 50 ms", "NOT MET"] == _cells(first)
    assert ["year", "calls", "30,000", "exactly 30,000", "met"] == _cells(second)


def _cells(line: str) -> list[str]:
    parts = [part.strip() for part in line.split("  ") if part.strip()]
    head, *rest = parts
    return head.split(" ", 1) + rest if " " in head else parts
