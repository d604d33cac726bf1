"""The web application for tests: the real directory, catalogues, voices and seal, and fakes for the outside world."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from directory.load import PACKAGED
from ivr.adapters.batch import Item
from ivr.adapters.conversations import AwayError, Kept
from ivr.adapters.folder import FolderSource
from ivr.calls import CallsUnderWay
from ivr.edition import Shelf
from ivr.events import Event
from ivr.metrics import Metrics
from ivr.sealed import Seal
from ivr.services import Services, edition_maker
from ivr.settings import Secret, Settings
from ivr.simulator.people import our_numbers

PUBLIC_URL = "https://fanal.example.org"


class FakeOutbox:
    """Keeps what was put."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def start(self) -> None:
        """Be ready."""

    def put(self, item: Item) -> None:
        """Keep the item."""
        self.items.append(item)

    def of(self, kind: type) -> list[Item]:
        """Return what was put of one type."""
        return [item for item in self.items if isinstance(item, kind)]

    def counted(self) -> list[str]:
        """Return the names of what was counted, in order."""
        return [item.name for item in self.items if isinstance(item, Event)]


class FakeMemory:
    """Remembers conversations by text, or is away."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Kept] = {}
        self.away = False

    def recall(self, sender: str, receiver: str, now: dt.datetime) -> Kept | None:
        """Return what was kept."""
        del now
        if self.away:
            raise AwayError
        return self.kept.get((sender, receiver))

    def keep(self, sender: str, receiver: str, kept: Kept, now: dt.datetime) -> None:
        """Keep a state."""
        del now
        if self.away:
            raise AwayError
        self.kept[sender, receiver] = kept


def some_settings(folder: Path, numbers: tuple[str, ...] = (), **changes: object) -> Settings:
    """Return settings for an application in this process; without `numbers` one of ours in each first country."""
    values: dict[str, object] = {
        "account": "AC" + "0" * 32,
        "auth_tokens": (Secret("an auth token of a test"),),
        "numbers": numbers or our_numbers(),
        "public_url": PUBLIC_URL,
        "secret_keys": (Secret("a secret of a test that is long enough to be one"),),
        "redis_url": "unix:///nowhere",
        "var_path": folder,
        "exchange_token": Secret("a token that opens the stand-in exchange of a test"),
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]  # a test names what it changes


def some_services(settings: Settings, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> Services:
    """Return services with the real directory, catalogues, voices and seal, and fakes for the outside world."""
    seal = Seal(settings.secret_keys)
    source = FolderSource(settings.directory_path or PACKAGED, settings.kept_path)
    shelf = Shelf(source, edition_maker(settings, seal))
    shelf.refresh()
    return Services(settings, CallsUnderWay(settings.lines), shelf, seal, FakeOutbox(), FakeMemory(), Metrics(), clock)
