"""The provider, watched: what is asked is passed on, and each error of its interface is told of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from ivr.adapters.provider import TOO_MANY, CallRecord, Fate, ProviderError
from ivr.events import PurgeCall, PurgeMessage
from ivr.numbers import CallerNumber


class Carrier(Protocol):
    """The provider, as the jobs know it."""

    def call(self, call: str) -> CallRecord:
        """Return who is on a call."""

    def send(self, to: CallerNumber, body: str, called: str, seconds: int) -> str:
        """Text a caller and return the text's id."""

    def forwarded_legs(self, call: str) -> tuple[str, ...]:
        """Return the ids of a call's forwarded legs."""

    def left_over(self, now: dt.datetime) -> tuple[PurgeCall | PurgeMessage, ...]:
        """Return what is still recorded although it should not be."""

    def delete_call(self, call: str) -> None:
        """Delete the record of a call."""

    def delete_message(self, message: str) -> None:
        """Delete the record of a text."""


class WatchedProvider:
    """A provider that tells of each error of its interface, by its kind alone."""

    def __init__(self, provider: Carrier, tell: Callable[[str], None]) -> None:
        self._provider, self._tell = provider, tell

    def call(self, call: str) -> CallRecord:
        """Return who is on a call."""
        with self._watching():
            return self._provider.call(call)

    def send(self, to: CallerNumber, body: str, called: str, seconds: int) -> str:
        """Text a caller and return the text's id."""
        with self._watching():
            return self._provider.send(to, body, called, seconds)

    def forwarded_legs(self, call: str) -> tuple[str, ...]:
        """Return the ids of a call's forwarded legs."""
        with self._watching():
            return self._provider.forwarded_legs(call)

    def left_over(self, now: dt.datetime) -> tuple[PurgeCall | PurgeMessage, ...]:
        """Return what is still recorded although it should not be."""
        with self._watching():
            return self._provider.left_over(now)

    def delete_call(self, call: str) -> None:
        """Delete the record of a call."""
        with self._watching():
            self._provider.delete_call(call)

    def delete_message(self, message: str) -> None:
        """Delete the record of a text."""
        with self._watching():
            self._provider.delete_message(message)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except ProviderError as fault:
            kind = kind_of(fault)
            if kind:
                self._tell(kind)
            raise


def kind_of(fault: ProviderError) -> str:
    """Return the kind of an error (`ivr.metrics.ERRORS`); empty where we refused ourselves and nobody was asked."""
    if fault.status is None:
        return "" if fault.fate is Fate.REFUSED else "unreachable"
    if fault.status == TOO_MANY:
        return "limited"
    return "refused" if 400 <= fault.status < 500 else "other"
