"""The edition being served: one revision of the directory with everything made from it, swapped whole.

A call needs nothing but this value in memory. A revision that cannot be read leaves the old edition serving and is
reported as stale; the last good tables are kept on disk, so that a restart does not need the broken ones. Where tables
come from is a `Source`: a folder (`ivr.adapters.folder`), or the published revisions (`ivr.adapters.published`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from directory.model import Directory
from ivr.catalogue import Catalogue, placeholders
from ivr.flow.ways import PAGE
from ivr.phrases import Phrase
from ivr.recordings import NONE, Recordings
from ivr.sentences import is_spoken
from ivr.speech import Speech
from ivr.twiml import Scribe
from ivr.voices import Voice, Way
from ivr.wordings import NO_WORDINGS, Wordings

LOOK_SECONDS = 0.5
"""How often the tables are looked at: a new revision is served within 2 seconds, one of 10,000 services as well."""
Fingerprint = tuple[tuple[str, int], ...]
"""Names of folders, and when a file last came or went in each, in nanoseconds."""
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


@dataclass(frozen=True, slots=True)
class Found:
    """Tables that a source has found."""

    directory: Directory
    number: int | None = None
    """The number of the published revision; None for tables that nobody has published."""
    switches: int = 0
    """How many numbers an emergency switch keeps out of service, or lets be read out only."""
    wordings: Wordings = NO_WORDINGS
    """What is laid over the catalogues."""


class Makes(Protocol):
    """Makes an edition of tables and of other words for some sentences."""

    def __call__(self, directory: Directory, wordings: Wordings = NO_WORDINGS) -> Edition:
        """Return the edition."""


class Source(Protocol):
    """Where tables come from. What it raises is an OSError if the same look may succeed later."""

    def look(self) -> Hashable:
        """Return what is another whenever the tables are; it is asked twice a second."""

    def newest(self, seen: Hashable) -> Found:
        """Return the tables that were seen. Raises whatever is wrong with them."""

    def instead(self, seen: Hashable | None, *, started: bool) -> Iterator[Found]:
        """Yield what may be served where the newest cannot be, the best first; None if even the look failed.

        Nothing, where what is served since the process has `started` is as good.
        """

    def keep(self, seen: Hashable) -> None:
        """Keep what was seen, and is good, for a start without the source. Raises OSError."""

    def close(self) -> None:
        """Let go of what a process that is about to fork must not share; the next look opens it again."""


class Shelf:
    """Holds the current edition and replaces it when the tables of its source or the recordings change."""

    def __init__(self, source: Source, make: Makes, audio: Path | None = None) -> None:
        self._source = source
        self._audio = audio
        self._make = make
        self._seen: Hashable | None = None
        self._heard: Fingerprint | None = None
        self._shown: tuple[Edition, Found] | None = None
        self.stale = False
        """The newest tables cannot be read; earlier ones are being served."""
        self._watcher: threading.Thread | None = None

    @property
    def current(self) -> Edition:
        """The edition to answer with; raises `NoEditionError` where there has never been one."""
        return self._served()[0]

    @property
    def found(self) -> Found:
        """What the current edition was made from; raises `NoEditionError`."""
        return self._served()[1]

    def refresh(self) -> None:
        """Look at the source and the audio, and serve what has changed and is without fault. Raises nothing."""
        seen = None
        try:
            seen, heard = self._source.look(), _folders(self._audio)
            if (seen, heard) == (self._seen, self._heard):
                return
            self._heard = heard
            if self._shown is not None and seen == self._seen:
                self._show(self._shown[1])  # audio alone: what is wrong with tables stays so
                return
            self._show(self._source.newest(seen))
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with new tables, the old ones go on serving
            self._refuse(fault, seen)
            return
        self._seen, self.stale = seen, False
        self._keep(seen)

    def watch(self) -> None:
        """Keep looking from a thread of this process; called after the server has made its workers."""
        if self._watcher is None or not self._watcher.is_alive():
            self._watcher = threading.Thread(target=self._look, name="shelf", daemon=True)
            self._watcher.start()

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            self.refresh()

    def _served(self) -> tuple[Edition, Found]:
        if self._shown is None:
            raise NoEditionError
        return self._shown

    def _show(self, found: Found) -> None:
        self._shown = (self._make(found.directory, found.wordings), found)

    def _refuse(self, fault: Exception, seen: Hashable | None) -> None:
        """Go on with what there is. Faults stay until the tables change; what is away may be back without that."""
        again = isinstance(fault, OSError)
        if not (again and self.stale):
            log.error("database_away" if isinstance(fault, ConnectionError) else "directory_refused", exc_info=fault)
        self._seen, self.stale = None if again else seen, True
        try:
            any(map(self._can_show, self._source.instead(seen, started=self._shown is not None)))
        except Exception:
            log.exception("kept_directory_refused")

    def _can_show(self, found: Found) -> bool:
        """Serve these, if an edition can be made of them; else another may be there."""
        try:
            self._show(found)
        except Exception:
            log.exception("kept_directory_refused")
            return False
        return True

    def _keep(self, seen: Hashable) -> None:
        """A disk that refuses must not stop anything."""
        try:
            self._source.keep(seen)
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


def _folders(audio: Path | None) -> Fingerprint:
    """Return which folders of recordings there are and when a file last came or went in each."""
    found = sorted(path for path in audio.glob("*/") if path.is_dir()) if audio else []
    return tuple((path.name, path.stat().st_mtime_ns) for path in found)
