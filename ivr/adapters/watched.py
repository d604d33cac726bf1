"""An outbox that is watched: it passes everything on, and tells of the events that it saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ivr.adapters.batch import Item, Once
from ivr.events import Event


class Outbox(Protocol):
    """Takes what is to be counted or done."""

    def start(self) -> None:
        """Make ready."""

    def put(self, item: Item) -> None:
        """Take one item."""


class WatchedOutbox:
    """An outbox that tells of every event that is put into it, of those too that a job may put twice."""

    def __init__(self, outbox: Outbox, tell: Callable[[Event], None]) -> None:
        self._outbox, self._tell = outbox, tell

    def start(self) -> None:
        """Make ready."""
        self._outbox.start()

    def put(self, item: Item) -> None:
        """Take one item."""
        self._outbox.put(item)
        if isinstance(item, Event):
            self._tell(item)
        elif isinstance(item, Once):
            self._tell(item.event)
