"""Lines that tests note for the end of the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.summary import lines, note

ROOT = Path(__file__).parents[1]
CASES = """
import pytest
from tests.summary import note

@pytest.fixture
def measured():
    yield
    note("calls lost: 0")

def test_one(measured):
    note("events counted: 5")

def test_other():
    pass
"""


def test_noted_lines_are_printed_once_at_the_end(tmp_path: Path) -> None:
    """A line noted in another process, by a test or at the end of a fixture, is printed below the tests."""
    settings = f"[pytest]\npythonpath = {ROOT}\n"
    conftest = 'pytest_plugins = ("tests.summary",)\n'
    for name, text in {"test_it.py": CASES, "conftest.py": conftest, "pytest.ini": settings}.items():
        (tmp_path / name).write_text(text)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "1", str(tmp_path)]
    run = subprocess.run(command, env=ours, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 0 == run.returncode, run.stdout
    assert ["calls lost: 0", "events counted: 5"] == run.stdout.split(" figures ")[-1].splitlines()[1:3]


def test_a_note_belongs_to_the_running_test(request: pytest.FixtureRequest) -> None:
    """The line goes into this test's own report, from where the end of the run takes it."""
    before = list(request.node.user_properties)
    note("tests that note a line: 1")
    own = request.node.user_properties[len(before) :]
    del request.node.user_properties[len(before) :]

    assert ["tests that note a line: 1"] == list(lines(own))
    assert [] == list(lines([("another property", "tests that note a line: 1")]))
