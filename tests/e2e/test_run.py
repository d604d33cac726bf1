"""`fanal run` as a newcomer meets it: it answers, it counts, and it stops with all that it started."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from ivr.simulator.transcript import LegOutcome, TextArrived
from tests.installation import Installation, free_port, installed, is_alive, wait_until

TUESDAY_MORNING = "2026-11-24T10:00+02:00"


def _are_gone(programs: list[psutil.Process]) -> bool:
    return not any(map(is_alive, programs))


def test_a_call_from_first_to_last(tmp_path: Path) -> None:
    """A caller is led and counted, a coordinator's one-time link works, and Ctrl-C leaves nothing running."""
    with installed(tmp_path) as running:
        call = running.exchange.dial("RO", at=TUESDAY_MORNING)
        for keys in ("1", "3", "2", "1"):
            call = running.exchange.press(call.id, keys)
        assert wait_until(lambda: _texts(running, call.id) == ["0800 800 678 (lun-vin 08:00-16:00)"])
        call = running.exchange.press(call.id, "1")
        assert "leg" == call.awaiting
        running.exchange.leg(call.id, LegOutcome.COMPLETED)
        running.exchange.press(call.id, "4")

        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/phone", timeout=60) as page:
            assert 200 == page.status
        links = re.findall(r"http://localhost:\d+(/admin/enrol/[\w-]+)", running.log)
        assert 2 == len(links)
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}{links[0]}", timeout=60) as page:
            assert "approver@fanal.example" in page.read().decode()
        assert wait_until(lambda: "forwarding" in _counters(running) and "completed" in _counters(running))

        programs = running.programs()
        assert 0 == running.stop()
        assert _are_gone(programs)


@pytest.mark.parametrize("part", ["valkey-server", "serve", "-m worker"])
def test_any_part_dying_stops_all(tmp_path: Path, part: str) -> None:
    """When any part is killed, everything stops, in words, with exit status 1."""
    with installed(tmp_path) as running:
        programs = running.programs()
        running.part(part).send_signal(signal.SIGKILL)

        assert 1 == running.process.wait(40)
        assert wait_until(lambda: _are_gone(programs), 20)
        assert "has ended, so everything stops." in running.log


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a program that its parent is gone")
def test_killed(tmp_path: Path) -> None:
    """When the program itself is killed, nothing that it started lives on."""
    with installed(tmp_path) as running:
        programs = running.programs()
        running.process.kill()

        assert wait_until(lambda: _are_gone(programs), 30)


def test_port_taken() -> None:
    """A port that is taken is said in one sentence that names another, with exit status 2."""
    port = free_port()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        ran = subprocess.run(
            [sys.executable, "-m", "routes.cli", "run", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    assert 2 == ran.returncode
    assert f"PORT={port + 1}" in ran.stderr


def test_no_folder_can_be_made(tmp_path: Path) -> None:
    """A VAR_PATH that cannot be a folder is named in one line, with exit status 2."""
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "routes.cli", "run", "--port", str(free_port())]
    environ = {"PATH": os.environ["PATH"], "VAR_PATH": str(tmp_path / "file")}
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)

    assert 2 == ran.returncode
    assert f"VAR_PATH names {tmp_path / 'file'}, which cannot be made: File exists.\n" == ran.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_missing_settings(command: str) -> None:
    """Without settings, every missing one is named at once, with exit status 2 and no traceback."""
    ran = subprocess.run(
        [sys.executable, "-m", "routes.cli", command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": "/usr/bin:/bin"},
    )

    assert 2 == ran.returncode
    assert "Traceback" not in ran.stderr
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER", "PUBLIC_URL", "SECRET_KEY", "REDIS_URL"):
        assert name in ran.stderr


def _texts(running: Installation, call: str) -> list[str]:
    entries = running.exchange.call(call).transcript
    return [entry.body for entry in entries if isinstance(entry, TextArrived)]


def _counters(running: Installation) -> str:
    """Return what was counted around today: nothing of it is released before the month is over."""
    today = dt.datetime.now(dt.UTC).date()
    days = ["--from", str(today - dt.timedelta(1)), "--to", str(today + dt.timedelta(1))]
    return subprocess.run(
        [sys.executable, "-m", "routes.cli", "stats", "raw", *days],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "DATABASE_URL": f"sqlite:///{running.folder / 'var' / 'fanal.db'}"},
    ).stdout
