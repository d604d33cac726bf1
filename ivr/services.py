"""The one composition root of the servers: settings in, everything that they work with out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from directory.model import Directory
from ivr.adapters.conversations import Conversations, Kept
from ivr.adapters.outbox import Outbox
from ivr.catalogue import load_catalogues
from ivr.edition import Edition, Shelf, offered_languages
from ivr.events import Errand, Event
from ivr.metrics import Metrics
from ivr.sealed import Seal
from ivr.settings import Settings
from ivr.speech import Speech
from ivr.twiml import Scribe
from ivr.voices import load_voices


class Puts(Protocol):
    """Takes what is to be counted or done; never waits and never fails."""

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
    shelf: Shelf
    seal: Seal
    outbox: Puts
    conversations: Remembers
    metrics: Metrics
    clock: Callable[[], dt.datetime]


def build(settings: Settings) -> Services:
    """Build the services of one server from its settings. The tables are read here, once."""
    seal = Seal(settings.secret_keys)
    shelf = Shelf(settings.directory_path, settings.var_path / "directory", edition_maker(settings, seal))
    shelf.refresh()
    return Services(
        settings=settings,
        shelf=shelf,
        seal=seal,
        outbox=Outbox.connect(settings),
        conversations=Conversations(settings.redis_url, settings.secret_keys, seal),
        metrics=Metrics(),
        clock=lambda: dt.datetime.now(dt.UTC),
    )


def edition_maker(settings: Settings, seal: Seal) -> Callable[[Directory], Edition]:
    """Return what makes an edition of a revision, with the catalogues and voices of this installation."""
    catalogues, voices = load_catalogues(), load_voices()
    spoken, written, _ = offered_languages(catalogues, voices)

    def make(directory: Directory) -> Edition:
        speech = Speech(directory, catalogues)
        return Edition(directory, speech, Scribe(speech, voices, seal, settings.public_url), spoken, written)

    return make
