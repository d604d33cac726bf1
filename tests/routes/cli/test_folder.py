"""The folder of a server's figures: left behind by whoever is killed, and cleared by the next, but for what lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from routes.cli import folder
from routes.cli.folder import PREFIX, folder_of_figures
from tests.installation import wait_until

KILLED = """
import os, signal, sys
from pathlib import Path
from routes.cli import folder

folder.MEMORY = Path(sys.argv[1])
with folder.folder_of_figures() as made:
    Path(made, "figures").touch()
    if os.fork():
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stdin.read()
    os._exit(0)
"""
"""A server that is killed, and a process of it that lives until nobody writes to it any more."""


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the folders are made."""
    monkeypatch.setattr(folder, "MEMORY", tmp_path)
    return tmp_path


def test_it_goes_with_its_server(memory: Path) -> None:
    """It is there while the server lives, for itself alone, and then not any more."""
    with folder_of_figures() as made:
        Path(made, "figures").touch()

        assert [Path(made)] == list(memory.iterdir())
        assert 0o700 == Path(made).stat().st_mode & 0o777
    assert [] == list(memory.iterdir())


def test_servers_side_by_side(memory: Path) -> None:
    """A server that starts leaves alone what belongs to others that live."""
    with folder_of_figures() as first, folder_of_figures() as second:
        assert {Path(first), Path(second)} == set(memory.iterdir())


def test_killed_server(memory: Path) -> None:
    """What a server has left goes at the next start, as soon as the last of its processes has ended."""
    server = subprocess.Popen([sys.executable, "-c", KILLED, str(memory)], stdin=subprocess.PIPE)
    server.wait(60)
    with folder_of_figures():
        assert 2 == len(list(memory.iterdir()))
    server.communicate()

    def is_cleared() -> bool:
        with folder_of_figures() as made:
            return [Path(made)] == list(memory.iterdir())

    assert wait_until(is_cleared)


def test_what_is_left_alone(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other names, files, what a link leads to and what belongs to somebody else are left alone."""
    kept = memory / "other" / "figures"
    kept.parent.mkdir()
    kept.touch()
    (memory / f"{PREFIX}file").touch()
    (memory / f"{PREFIX}link").symlink_to(kept.parent)
    before = set(memory.iterdir())
    with folder_of_figures():
        pass

    assert (before, True) == (set(memory.iterdir()), kept.exists())
    (memory / f"{PREFIX}another").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with folder_of_figures():
        pass

    assert {*before, memory / f"{PREFIX}another"} == set(memory.iterdir())
