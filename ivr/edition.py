"""The edition being served: one revision of the directory with everything made from it, swapped whole.

A call needs nothing but this value in memory. A revision that cannot be read leaves the old edition serving and is
reported as stale; the last good tables are kept on disk, so that a restart does not need the broken ones.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from directory.faults import Faults
from directory.load import PACKAGED, load
from directory.model import Directory
from ivr.catalogue import Catalogue
from ivr.speech import Speech
from ivr.twiml import Scribe
from ivr.voices import Voice

LOOK_SECONDS = 1.0
"""How often the tables are looked at: a new revision is served within 2 seconds."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Edition:
    """What a turn is made from."""

    directory: Directory
    speech: Speech
    scribe: Scribe
    spoken_languages: tuple[str, ...]
    """Languages with a whole catalogue and a voice, in the stated order."""
    written_languages: tuple[str, ...]
    """Languages with a whole catalogue."""


class NoEditionError(Exception):
    """No revision of the directory could ever be read; callers are led by the lifeline."""


class Shelf:
    """Holds the current edition and replaces it when the tables on disk change."""

    def __init__(self, folder: Path | None, kept: Path, make: Callable[[Directory], Edition]) -> None:
        self._folder = folder or PACKAGED
        self._kept = kept
        self._make = make
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._edition: Edition | None = None
        self.stale = False
        """The tables on disk cannot be read; an earlier revision is being served."""
        self._watcher: threading.Thread | None = None

    @property
    def current(self) -> Edition:
        """The edition to answer with; raises `NoEditionError` where there has never been one."""
        if self._edition is None:
            raise NoEditionError
        return self._edition

    def refresh(self) -> None:
        """Look at the tables, and serve them if they have changed and are without fault."""
        found = _fingerprint(self._folder)
        if found == self._seen:
            return
        self._seen = found
        try:
            self._edition = self._make(load(self._folder))
        except (Faults, OSError):
            self.stale = True
            log.exception("directory_refused")
            self._fall_back()
            return
        self.stale = False
        self._keep()

    def watch(self) -> None:
        """Keep looking from a thread of this process; called after the server has made its workers."""
        if self._watcher is None or not self._watcher.is_alive():
            self._watcher = threading.Thread(target=self._look, name="shelf", daemon=True)
            self._watcher.start()

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            self.refresh()

    def _fall_back(self) -> None:
        if self._edition is None and self._kept.is_dir():
            try:
                self._edition = self._make(load(self._kept))
            except (Faults, OSError):
                log.exception("kept_directory_refused")

    def _keep(self) -> None:
        """Keep a copy of the good tables; a disk that refuses must not stop anything."""
        fresh = self._kept.with_suffix(".new")
        try:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(parents=True)
            for path in self._folder.glob("*.yaml"):
                shutil.copyfile(path, fresh / path.name)
            shutil.rmtree(self._kept, ignore_errors=True)
            fresh.rename(self._kept)
        except OSError:
            log.warning("directory_not_kept")


def offered_languages(
    catalogues: Mapping[str, Catalogue], voices: Mapping[str, Voice]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the languages that can be spoken, those that can be written, and why others cannot, a sentence each."""
    whole = {tag for tag, catalogue in catalogues.items() if not catalogue.faults}
    spoken = tuple(tag for tag in voices if tag in whole)
    written = (*spoken, *sorted(whole - set(spoken)))
    faults = [fault for catalogue in catalogues.values() for fault in catalogue.faults]
    faults += [f"{tag}: no voice is configured, so it is offered in texts only" for tag in sorted(whole - set(voices))]
    return spoken, written, tuple(faults)


def _fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    return tuple((path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in sorted(folder.glob("*.yaml")))
