"""The one composition root of the servers: settings in, everything that they work with out."""

from __future__ import annotations

import datetime as dt
import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from directory.database import open_database
from directory.languages import has_names
from directory.model import Directory
from ivr import cldr
from ivr.adapters.connection import SHORT, connect
from ivr.adapters.conversations import Conversations, Kept
from ivr.adapters.folder import FolderSource
from ivr.adapters.outbox import Outbox
from ivr.adapters.watched import WatchedOutbox
from ivr.calls import CallsUnderWay
from ivr.catalogue import Catalogue, load_catalogues
from ivr.edition import Edition, Makes, Shelf, Source, offered_languages
from ivr.events import Errand, Event
from ivr.gauges import Reader
from ivr.metrics import Metrics
from ivr.numbers import keep_patterns, read_regions
from ivr.recordings import Recordings
from ivr.sealed import Seal
from ivr.settings import Settings
from ivr.speech import Speech
from ivr.twiml import Scribe
from ivr.voices import Voice, Way, load_voices
from ivr.wordings import NO_WORDINGS, Wordings, with_wordings

log = logging.getLogger(__name__)


class Puts(Protocol):
    """Takes what is to be counted or done; never waits and never fails."""

    def start(self) -> None:
        """Make ready in a process that has just begun; what is put before is taken too."""

    def put(self, item: Event | Errand) -> None:
        """Take one item."""


class Remembers(Protocol):
    """Keeps conversations by text for a while."""

    def recall(self, sender: str, receiver: str, now: dt.datetime) -> Kept | None:
        """Return what is kept for these two numbers; raises `AwayError` where the memory is away."""

    def keep(self, sender: str, receiver: str, kept: Kept, now: dt.datetime) -> None:
        """Keep a conversation; raises `AwayError` where the memory is away."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the web application works with."""

    settings: Settings
    calls: CallsUnderWay
    shelf: Shelf
    seal: Seal
    outbox: Puts
    conversations: Remembers
    metrics: Metrics
    clock: Callable[[], dt.datetime]

    def begin(self) -> None:
        """Begin what each web process does beside answering: it watches the tables, keeps an outbox and its figures."""
        self.shelf.watch()
        self.outbox.start()
        self.metrics.begin()


def build(settings: Settings) -> Services:
    """Build the services of one server from its settings. The tables are read here, once."""
    keep_patterns()
    seal = Seal(settings.secret_keys)
    make = edition_maker(settings, seal)
    source = source_of(settings)
    shelf = Shelf(source, make, settings.places.audio)
    shelf.refresh()
    source.close()
    connection, engine = connect(settings.redis_url, SHORT), open_database(settings.database_url)
    metrics = Metrics(Reader(connection, engine, shelf, settings.spool_path))
    return Services(
        settings=settings,
        calls=CallsUnderWay(settings.lines),
        shelf=shelf,
        seal=seal,
        outbox=WatchedOutbox(Outbox.connect(settings), metrics.happened),
        conversations=Conversations(settings.redis_url, settings.secret_keys, seal),
        metrics=metrics,
        clock=lambda: dt.datetime.now(dt.UTC),
    )


def read_ahead(settings: Settings) -> None:
    """Read what libraries would read when a call first needs it: calls wait for no disk, and processes share it.

    To be called first in a process: what Babel leaves of each language is collected at once, so that the next one, and
    whatever is made later, takes its place. Left to the end it keeps some forty megabytes.

    What cannot be read stands in the log and keeps nobody else from an answer: callers from a country of which nothing
    is known count as withheld, and steps that need a language of which nothing is known lead to a person.
    """
    for country, kind in read_regions().items():
        log.error("data_unreadable", extra={"country": country, "fault": kind})
    gc.freeze()
    for language in filter(has_names, words_and_voices(settings.places.catalogues, settings.places.voices)[0]):
        try:
            cldr.words(language)
        except Exception as fault:  # noqa: BLE001 - whatever is damaged, the other languages are whole
            kind = type(fault).__name__
            log.error("data_unreadable", extra={"language": language, "fault": kind})  # noqa: TRY400 - a line for each
        gc.collect()


def source_of(settings: Settings) -> Source:
    """Return where tables come from: the folder that DIRECTORY_PATH names, else the revisions in the database."""
    if settings.directory_path is not None:
        return FolderSource(settings.directory_path, settings.kept_path)
    from ivr.adapters.published import DeskSource  # a call in the terminal needs no SQL

    return DeskSource(open_database(settings.database_url), settings.kept_path)


def edition_maker(settings: Settings, seal: Seal) -> Makes:
    """Return what makes an edition of a revision, with the catalogues and voices of this installation."""
    files, voices = words_and_voices(settings.places.catalogues, settings.places.voices)

    def make(directory: Directory, wordings: Wordings = NO_WORDINGS) -> Edition:
        catalogues = files if wordings == NO_WORDINGS else with_wordings(files, wordings)
        speech, recordings = Speech(directory, catalogues), Recordings.read(settings.places.audio)
        spoken, written, _ = offered_languages(catalogues, voices, recordings)
        return Edition(
            directory=directory,
            speech=speech,
            scribe=Scribe(speech, voices, seal, settings.public_url, recordings),
            spoken_languages=spoken,
            voiced_languages=tuple(tag for tag in spoken if voices[tag].way is Way.VOICE),
            written_languages=written,
            listening_languages=frozenset(tag for tag in spoken if voices[tag].listens),
        )

    return make


@lru_cache(maxsize=4)
def words_and_voices(catalogues: Path, voices: Path | None) -> tuple[Mapping[str, Catalogue], Mapping[str, Voice]]:
    """Read words and voices, once in a process: they change with a restart."""
    return load_catalogues(catalogues), load_voices(voices, catalogues)
