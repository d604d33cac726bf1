"""The last good tables, kept on disk for a start without the place that they came from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path


class Kept:
    """A folder of files that is replaced whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> dict[str, bytes]:
        """Return the files; empty where nothing is kept. Raises OSError."""
        if not self.folder.is_dir():
            return {}
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}

    def put(self, files: Mapping[str, bytes]) -> None:
        """Put files in the place of those that are kept. Raises OSError.

        Several processes may do so at once, so each writes into a folder of its own and then renames that.
        """
        if self.read() == files:
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder.parent, ignore_cleanup_errors=True) as own:
            new, old = Path(own) / "new", Path(own) / "old"
            new.mkdir()
            for name, content in files.items():
                (new / name).write_bytes(content)
            if self.folder.exists():
                self.folder.rename(old)
            new.rename(self.folder)
