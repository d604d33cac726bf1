"""The folder of a server's figures: it goes with the server, or with the next one where the server was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - whoever makes a folder there owns it
"""Linux keeps this folder in memory."""
PREFIX = "fanal-serve-"
_OF_NOBODY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@contextmanager
def folder_of_figures() -> Iterator[str]:
    """Make the folder, which goes with the process that made it and with no other.

    A process that serves ends here too: one that took the folder along would take it from all others. The lock is held
    for as long as any of them lives. It has its name only when it is locked, so that nobody takes it for one left over.
    """
    place, maker = _in_memory(), os.getpid()
    _clear(place)
    made = Path(tempfile.mkdtemp(dir=place))
    lock = os.open(made, os.O_RDONLY)
    with suppress(OSError):  # where folders cannot be locked, none is cleared either
        flock(lock, LOCK_EX | LOCK_NB)
    folder = made.rename(made.with_name(f"{PREFIX}{made.name}"))
    try:
        yield str(folder)
    finally:
        if os.getpid() == maker:
            shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _in_memory() -> Path:
    """Return a folder that needs no disk, or the one for temporary files where there is none.

    The processes write their figures through memory that a file stands behind: on a full disk that would end them.
    """
    return MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def _clear(place: Path) -> None:
    """Remove what servers of ours have left that were killed with all their processes."""
    for left in place.glob(f"{PREFIX}*"):
        with suppress(OSError):  # it is no folder, another's, or locked: its server lives
            lock = os.open(left, _OF_NOBODY)
            try:
                flock(lock, LOCK_EX | LOCK_NB)
                if os.fstat(lock).st_uid == os.geteuid():
                    shutil.rmtree(left)
            finally:
                os.close(lock)
