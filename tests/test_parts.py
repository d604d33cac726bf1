"""What `make test` says about tests that were left out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parts import PARTS, account

ROOT = Path(__file__).parents[1]
CASES = """
import pytest

@pytest.mark.postgres
def test_with_postgres():
    pass

def test_without():
    pass
"""
CONFTEST = """
pytest_plugins = ("tests.parts",)

def pytest_configure():
    from tests import parts

    parts.PARTS = {"postgres": parts.Part("a made-up part", lambda: False, "`make it`")}
"""
SETTINGS = f"[pytest]\nmarkers =\n  postgres: needs a part\npythonpath = {ROOT}\n"


def test_nothing_left_out_is_not_mentioned() -> None:
    """A whole run has no such paragraph."""
    assert account({}) == ""
    assert account({"browser": 0}) == ""


def test_account_names_each_part_and_the_way_to_get_it() -> None:
    """Whoever reads the end of a run learns what was not tested and what to install."""
    paragraph = account({"browser": 3, "postgres": 1})

    assert "3 tests for want of Chromium: `apt install chromium libatomic1`" in paragraph
    assert "1 test for want of the embedded PostgreSQL" in paragraph


@pytest.mark.parametrize("marker", PARTS)
def test_every_part_is_a_marker_that_pytest_knows(marker: str, pytestconfig: pytest.Config) -> None:
    """A part without a registered marker could not be asked for by a test."""
    registered = {line.partition(":")[0] for line in pytestconfig.getini("markers")}

    assert marker in registered


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize(
    ("ci", "closing", "said"),
    [
        ("", "1 passed, 1 skipped", "1 test for want of a made-up part: `make it`."),
        ("true", "1 passed, 1 error", "needs a made-up part: `make it`"),
    ],
)
def test_missing_part_is_said_at_a_desk_and_fails_in_continuous_integration(
    tmp_path: Path, ci: str, closing: str, said: str, processes: int
) -> None:
    """At a desk the other tests still run; nobody reads the end of a green run, so there it is a failure.

    However many processes share the tests, it is said once.
    """
    for name, text in {"test_it.py": CASES, "conftest.py": CONFTEST, "pytest.ini": SETTINGS}.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", str(processes), str(tmp_path)]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.run(command, env={**ours, "CI": ci}, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert closing in run.stdout
    assert said in run.stdout.split("short test summary")[-1]
    assert run.stdout.count("Left out on this machine") == int(not ci)
    assert int(bool(ci)) == run.returncode
