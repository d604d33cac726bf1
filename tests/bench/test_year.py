"""The year of calls as a program, in its quick form: everything is started, and everything is counted exactly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_quick_run_loses_nothing(tmp_path: Path) -> None:
    """300 calls come, none is refused, and events and texts are what the generator says; no time is judged."""
    command = [sys.executable, "-m", "bench.year", "--quick", "--json", "--chart", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert 0 == done.returncode, done.stderr
    told = json.loads(done.stdout)
    judged = [each["met"] for each in told["findings"] if each["met"] is not None]

    assert [True] * 5 == judged
    assert "web" in told["cpu_seconds"]["year SQLite"] or sys.platform != "linux"
    assert 300 == next(each["value"] for each in told["findings"] if each["name"] == "calls that came")
