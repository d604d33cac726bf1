"""A small disk that can be full: a file system of its own where that may be mounted, else a limit on our programs."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

MEGABYTES = 48
_BLOCK = bytes(65536)


class Disk:
    """A folder on a disk of its own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fanal-disk-"))
        command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "fanal", str(self.folder)]
        may = os.geteuid() == 0 and shutil.which("mount") is not None
        self.mounted = may and subprocess.run(command, capture_output=True, check=False).returncode == 0
        self._starved: list[psutil.Process] = []

    def fill(self, programs: Iterable[psutil.Process]) -> None:
        """Leave not one byte; where the disk is not our own, the programs cannot make a file longer than nothing."""
        if self.mounted:
            with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
                while ballast.write(_BLOCK):
                    pass
            with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
                while ballast.write(b"0"):
                    pass
            return
        self._starved = list(programs)
        self._limit(0)

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)
        self._limit(resource.RLIM_INFINITY)
        self._starved = []

    def remove(self) -> None:
        """Let go of the disk."""
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def _limit(self, length: int) -> None:
        for program in self._starved:
            with suppress(psutil.NoSuchProcess):
                for each in (program, *program.children()):  # those that began meanwhile have inherited the limit
                    each.rlimit(psutil.RLIMIT_FSIZE, (length, resource.RLIM_INFINITY))
