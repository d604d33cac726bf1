"""The README's table of figures: what was found is shown with its target, and nothing is rounded to a success."""

from __future__ import annotations

import pytest

from bench.findings import Finding, as_json
from docs.speed_table import BEGIN, END, README, section

FOUND = [
    Finding("step", "a step", 1.499, "times", at_least=1.5),
    Finding("year", "a webhook", 40.0, "ms", at_most=50, database="SQLite"),
    Finding("year", "a webhook", 60.0, "ms", at_most=50, database="PostgreSQL"),
    Finding("year", "lost", 0.0, "", at_least=0, at_most=0, database="SQLite"),
    Finding("year", "webhooks", 145000.0, "", database="SQLite"),
]


def test_rows() -> None:
    """Databases share a row, which is met only if all of them met the target; what has no target has no verdict."""
    rows = section({"machine": {"cores": "2 cores"}, "findings": as_json(FOUND)}).splitlines()

    assert "Taken on 2 cores: 2 of 4 targets met." == rows[0]
    assert "| year | a webhook | SQLite 40 ms; PostgreSQL 60 ms | at most 50 ms | **not met** |" in rows
    assert "| year | lost | SQLite 0 | exactly 0 | met |" in rows
    assert "| year | webhooks | SQLite 145,000 |  |  |" in rows


def test_what_could_not_be_measured() -> None:
    """A part that broke is named beside the targets met."""
    report = {"machine": {"cores": "2 cores"}, "findings": as_json(FOUND), "broken": ["start", "year"]}

    assert "Taken on 2 cores: 2 of 4 targets met. Not measured: start, year." == section(report).splitlines()[0]


@pytest.mark.parametrize(
    ("finding", "shown"),
    [
        (Finding("step", "a step", 1.4999, "times", at_least=1.5), "1.49 times"),
        (Finding("growth", "live", 2.0001, "s", at_most=2), "2.01 s"),
        (Finding("year", "p99", 50.0, "ms", at_most=50), "50 ms"),
        (Finding("growth", "memory", 120.4, "MB", at_most=120), "121 MB"),
        (Finding("step", "bare", 9999.6, "req/s"), "10,000 req/s"),
    ],
)
def test_nothing_is_rounded_to_a_success(finding: Finding, shown: str) -> None:
    """A figure that just misses its target is shown as one that does, whichever side it misses it on."""
    assert shown == finding.shown


def test_the_readme_has_a_place_for_it() -> None:
    """The table stands between two marks, each there once, so that a new run can take its place."""
    text = README.read_text(encoding="utf-8")

    assert [1, 1] == [text.count(mark) for mark in (BEGIN, END)]
