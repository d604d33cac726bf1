"""A sign of life: a file whose age says whether a process still goes round its loop.

The worker has no port that could be asked. Each of its processes touches a file of its own in VAR_PATH whenever it
looks for a job: every quarter of a minute where nothing is to be done, also while Redis is away. A job is ended after
half a minute, a release of figures after a minute and a half. So whoever finds a file that is two minutes old has found
a process that hangs, or none.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

FOLDER = "alive"
"""Below VAR_PATH; what asks for the signs is in docker-compose.yml and in ops/kubernetes."""


class Sign:
    """The sign of one process; made without touching the disk."""

    def __init__(self, var: Path, name: str) -> None:
        self._path = var / FOLDER / name

    def show(self) -> None:
        """Touch the file; a disk that refuses stops nobody's work."""
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
