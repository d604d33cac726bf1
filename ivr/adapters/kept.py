"""The last good tables, kept on disk for a start without the place that they came from."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


class Kept:
    """A folder of files that is replaced whole; whenever a process dies, one whole set of files is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = folder.with_name(f"{folder.name}.before")
        """Where the files before stand while they are being replaced."""

    @property
    def place(self) -> Path | None:
        """The folder that holds what is kept; None where nothing is."""
        return next((each for each in (self.folder, self._before) if each.is_dir()), None)

    def read(self) -> dict[str, bytes]:
        """Return the files; empty where nothing is kept. Raises OSError."""
        place = self.place
        return {path.name: path.read_bytes() for path in sorted(place.iterdir())} if place else {}

    def put(self, files: Mapping[str, bytes]) -> None:
        """Put files in the place of those that are kept. Raises OSError.

        Several processes may do so at once, so each writes into a folder of its own and then renames that.
        """
        if self.place == self.folder and self.read() == files:
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder.parent, ignore_cleanup_errors=True) as own:
            new = Path(own) / "new"
            new.mkdir()
            for name, content in files.items():
                (new / name).write_bytes(content)
            if self.folder.exists():
                shutil.rmtree(self._before, ignore_errors=True)
                self.folder.rename(self._before)
            new.rename(self.folder)
        shutil.rmtree(self._before, ignore_errors=True)
