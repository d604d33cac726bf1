"""What parts of the benchmark start: free of the measurer's own settings, waited for, and ended."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bench import installation
from bench.installation import (
    SQLITE,
    InstallationError,
    cpu_seconds,
    databases,
    family,
    installed,
    program,
    python,
    until_answered,
)


def test_no_setting_of_ours_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever settings whoever measures has, an installation has those of production, and what is no setting."""
    monkeypatch.setenv("PROMPTS_PATH", "/nowhere")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("SECRET_KEY", "mine")

    with installed(SQLITE) as made:
        environ = made.environ

    assert {"PROMPTS_PATH", "TWILIO_REGION"}.isdisjoint(environ)
    assert environ["SECRET_KEY"] != "mine"
    assert os.environ["PATH"] == environ["PATH"]


def test_a_database_that_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without PostgreSQL SQLite is measured and the other is said to be left out; nothing at all is no success."""
    monkeypatch.setattr(installation, "_has_postgres", lambda: False)

    assert [SQLITE] == databases("both") == databases("sqlite")
    assert "PostgreSQL is left out" in capsys.readouterr().err
    with pytest.raises(InstallationError, match="no database"):
        databases("postgresql")


def test_a_program_that_ends_at_once_is_not_waited_for() -> None:
    """Whoever is to answer and has ended is given up at once."""

    def refuse() -> None:
        raise ConnectionRefusedError

    with program(python("bench.no_such_program"), os.environ) as process:
        process.wait()
        with pytest.raises(InstallationError, match="did not start"):
            until_answered(refuse, process)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system has no /proc")
def test_processor_time_of_those_that_have_ended_counts() -> None:
    """The time of a child is its parent's as soon as it has been waited for."""
    mine = next(family(os.getpid()))
    before = cpu_seconds(mine) - time.process_time()
    with program(python("timeit", "-n", "1", "-r", "1", "sum(range(10_000_000))"), os.environ, speaks=True) as process:
        process.wait()

    assert cpu_seconds(mine) - time.process_time() - before > 0.03
