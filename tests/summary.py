"""Figures that tests measure, said at the end of the run: `note("calls lost: 0")`.

A plugin of pytest (`tests/conftest.py`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

import pytest

_NOTED = "noted for the end of the run"
"""What the reports of a test carry such lines under: they come from whichever process ran it."""
_running: list[pytest.Item] = []
"""The test that this process is running, its fixtures included."""


def note(line: str) -> None:
    """Have one line printed at the end of the run, below all tests, whichever process this test runs in.

    To be called from a test or from one of its fixtures; `RuntimeError` elsewhere.
    """
    if not _running:
        raise RuntimeError("only a test can note a line")
    _running[-1].user_properties.append((_NOTED, line))


def lines(properties: Iterable[tuple[str, object]]) -> Iterator[str]:
    """Yield the noted lines among the properties of a report."""
    return (str(line) for name, line in properties if name == _NOTED)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Remember which test is running."""
    _running.append(item)
    try:
        return (yield)
    finally:
        _running.pop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was noted, sorted: the order of the tests is chance. The last report of a test has all its lines."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    ends = [report for report in reports if getattr(report, "when", None) == "teardown"]
    noted = sorted(line for report in ends for line in lines(report.user_properties))
    if noted:
        terminalreporter.section("figures")
        for line in noted:
            terminalreporter.write_line(line)
