"""The edition being served: one revision of the directory with everything made from it, swapped whole.

A call needs nothing but this value in memory. A revision that cannot be read leaves the old edition serving and is
reported as stale; the last good tables are kept on disk, so that a restart does not need the broken ones.
"""

from __future__ import annotations

import filecmp
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from directory.load import PACKAGED, load
from directory.model import Directory
from ivr.catalogue import Catalogue, placeholders
from ivr.flow.ways import PAGE
from ivr.phrases import Phrase
from ivr.recordings import NONE, Recordings
from ivr.sentences import is_spoken
from ivr.speech import Speech
from ivr.twiml import Scribe
from ivr.voices import Voice, Way

LOOK_SECONDS = 1.0
"""How often the tables are looked at: a new revision is served within 2 seconds."""
Fingerprint = tuple[tuple[str, int, int], ...]
"""Names of tables or folders, when each was last written, in nanoseconds, and its size in bytes (folders: 0)."""
_TABLES = "*.y*ml"
"""What `directory.load` reads, or refuses for its name."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Edition:
    """What a turn is made from."""

    directory: Directory
    speech: Speech
    scribe: Scribe
    spoken_languages: tuple[str, ...]
    """Languages with a whole catalogue and a voice or recordings, in the stated order."""
    voiced_languages: tuple[str, ...]
    """Those of them that need no file to be fetched."""
    written_languages: tuple[str, ...]
    """Languages with a whole catalogue."""
    listening_languages: frozenset[str] = frozenset()
    """Languages in which callers may also speak."""


class NoEditionError(Exception):
    """No revision of the directory could ever be read; callers are led by the lifeline."""


class Shelf:
    """Holds the current edition and replaces it when the tables or the recordings on disk change."""

    def __init__(
        self, folder: Path | None, kept: Path, make: Callable[[Directory], Edition], audio: Path | None = None
    ) -> None:
        self._folder = folder or PACKAGED
        self._audio = audio
        self._kept = kept
        self._make = make
        self._seen: Fingerprint | None = None
        self._heard: Fingerprint | None = None
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
        """Look at the tables and the audio, and serve what has changed and is without fault. Raises nothing."""
        found = None
        try:
            found, heard = _fingerprint(self._folder), _folders(self._audio)
            if (found, heard) == (self._seen, self._heard):
                return
            self._heard = heard
            if self._edition is not None and found == self._seen:
                self._edition = self._make(self._edition.directory)  # audio alone: what is wrong with tables stays so
                return
            self._edition = self._make(load(self._folder))
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with new tables, the old ones go on serving
            self._refuse(fault, found)
            return
        self._seen, self.stale = found, False
        self._keep(found)

    def watch(self) -> None:
        """Keep looking from a thread of this process; called after the server has made its workers."""
        if self._watcher is None or not self._watcher.is_alive():
            self._watcher = threading.Thread(target=self._look, name="shelf", daemon=True)
            self._watcher.start()

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            self.refresh()

    def _refuse(self, fault: Exception, found: Fingerprint | None) -> None:
        """Go on with what there is. Faults stay until the tables change; a disk may be well again without that."""
        again = isinstance(fault, OSError)
        if not (again and self.stale):
            log.error("directory_refused", exc_info=fault)
        self._seen, self.stale = None if again else found, True
        if self._edition is None and self._kept.is_dir():
            try:
                self._edition = self._make(load(self._kept))
            except Exception:
                log.exception("kept_directory_refused")

    def _keep(self, found: Fingerprint) -> None:
        """Keep a copy of the good tables; a disk that refuses must not stop anything.

        Several processes may do so at once, so each copies into a folder of its own and then renames that.
        """
        names = [name for name, _, _ in found]
        try:
            if _same_tables(self._folder, self._kept, names):
                return
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._kept.parent, ignore_cleanup_errors=True) as own:
                new, old = Path(own) / "new", Path(own) / "old"
                new.mkdir()
                for name in names:
                    shutil.copyfile(self._folder / name, new / name)
                if _fingerprint(self._folder) != found:
                    return  # they have changed meanwhile, and nobody knows yet whether they are good
                if self._kept.exists():
                    self._kept.rename(old)
                new.rename(self._kept)
        except OSError:
            log.warning("directory_not_kept")


def offered_languages(
    catalogues: Mapping[str, Catalogue], voices: Mapping[str, Voice], recordings: Recordings = NONE
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the languages that can be spoken, those that can be written, and why others cannot, a sentence each.

    A language is spoken from recordings once every sentence that is always the same has been recorded, and how it
    offers itself on each key of a page.
    """
    whole = {tag for tag, catalogue in catalogues.items() if not catalogue.faults}
    silent = {
        tag: why for tag in sorted(whole) if (why := _silence(catalogues[tag], voices.get(tag), recordings, whole))
    }
    listed = (*(tag for tag in voices if tag in whole), *sorted(whole - set(voices)))
    spoken = tuple(tag for tag in listed if tag not in silent)
    faults = [fault for catalogue in catalogues.values() for fault in catalogue.faults]
    return spoken, listed, (*faults, *(f"{tag}: {why}, so it is offered in texts only" for tag, why in silent.items()))


def _silence(catalogue: Catalogue, voice: Voice | None, recordings: Recordings, whole: Set[str]) -> str:
    """Say why a language cannot be spoken; nothing where it can."""
    if voice is None or voice.way is Way.TEXT:
        return "no voice is configured"
    if voice.way is Way.VOICE:
        return ""
    if voice.instead not in whole:
        return f"{voice.instead}, which would stand in for a missing recording, is not whole itself"
    fixed = [words for phrase, words in catalogue.words.items() if is_spoken(phrase) and not placeholders(words)]
    offer = catalogue.words[Phrase.LANGUAGE_CHOOSE]  # said in another language, it would offer that one
    fixed += [offer.format(key=key) for key in range(1, PAGE + 1)]
    missing = sum(recordings.find(words, voice) is None for words in fixed)
    advice = f"`fanal prompts render {catalogue.language}` makes them"
    return f"{missing} of {len(fixed)} sentences that never change are not recorded ({advice})" if missing else ""


def _fingerprint(folder: Path) -> Fingerprint:
    return tuple((path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in sorted(folder.glob(_TABLES)))


def _folders(audio: Path | None) -> Fingerprint:
    """Return which folders of recordings there are and when a file last came or went in each."""
    found = sorted(path for path in audio.glob("*/") if path.is_dir()) if audio else []
    return tuple((path.name, path.stat().st_mtime_ns, 0) for path in found)


def _same_tables(one: Path, other: Path, names: list[str]) -> bool:
    if names != sorted(path.name for path in other.glob(_TABLES)):
        return False
    return filecmp.cmpfiles(one, other, names, shallow=False)[0] == names
