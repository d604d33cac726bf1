"""Tables from a folder: what DIRECTORY_PATH names, or the shipped ones."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path

from directory.load import load
from ivr.adapters.kept import Kept
from ivr.edition import Found

_TABLES = "*.y*ml"
"""What `directory.load` reads, or refuses for its name."""


class FolderSource:
    """Looks at the files of a folder; the last good ones are kept in another."""

    def __init__(self, folder: Path, kept: Path) -> None:
        self._folder = folder
        self._kept = Kept(kept)

    def look(self) -> Hashable:
        """Return the files' names, when each was last written, in nanoseconds, and their sizes in bytes."""
        found = sorted(self._folder.glob(_TABLES))
        return tuple((path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in found)

    def newest(self, seen: Hashable) -> Found:
        """Load the folder. Raises Faults, OSError."""
        del seen
        return Found(load(self._folder))

    def instead(self, seen: Hashable | None, *, started: bool) -> Iterator[Found]:
        """Yield the kept tables to a process that has none. Raises Faults, OSError."""
        del seen
        place = self._kept.place
        if not started and place is not None:
            yield Found(load(place))

    def keep(self, seen: Hashable) -> None:
        """Keep a copy of the tables, unless they have changed meanwhile and nobody knows yet whether they are good."""
        files = {path.name: path.read_bytes() for path in sorted(self._folder.glob(_TABLES))}
        if self.look() == seen:
            self._kept.put(files)

    def close(self) -> None:
        """Hold nothing."""
