"""Whoever is watched works as before: everything is passed on, and only kinds are told."""

from __future__ import annotations

import datetime as dt
from collections import deque

import pytest

from ivr.adapters.batch import Item, Once
from ivr.adapters.provider import CallRecord, Fate, ProviderError
from ivr.adapters.provider_watched import WatchedProvider, kind_of
from ivr.adapters.watched import WatchedOutbox
from ivr.events import Event, EventKind, PurgeCall
from ivr.metrics import ERRORS
from ivr.numbers import CallerNumber
from tests.application import FakeOutbox
from tests.fakes import FakeProvider

EVENT = Event.at(dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC), EventKind.TEXT, "sent")
CALLER = CallerNumber("+447700900123")


def test_outbox_passes_on_and_tells() -> None:
    """Every item is passed on; of those that are events, by a job too, it is told."""
    inner, told = FakeOutbox(), list[Event]()
    outbox = WatchedOutbox(inner, told.append)
    items: list[Item] = [EVENT, Once("text:1", EVENT), PurgeCall("CA1")]
    outbox.start()
    for item in items:
        outbox.put(item)

    assert items == inner.items
    assert [EVENT, EVENT] == told


def test_provider_passes_on() -> None:
    """What is asked of the provider is asked, its answers come back, and nothing is told while it does its work."""
    record = CallRecord(CALLER, "+442079460000")
    inner, told = FakeProvider(calls={"CA1": record}, legs={"CA1": ("CA2",)}), list[str]()
    provider = WatchedProvider(inner, told.append)
    provider.delete_call("CA1")
    provider.delete_message("SM9")

    assert (record, "SM1", ("CA2",)) == (
        provider.call("CA1"),
        provider.send(CALLER, "words", "+442079460000", 90),
        provider.forwarded_legs("CA1"),
    )
    assert (["CA1", "SM9"], [90], []) == (inner.deleted, inner.validity, told)


@pytest.mark.parametrize(
    ("status", "fate", "kind"),
    [
        (400, Fate.REFUSED, "refused"),
        (401, Fate.AGAIN, "refused"),
        (428, Fate.REFUSED, "refused"),
        (429, Fate.AGAIN, "limited"),
        (430, Fate.REFUSED, "refused"),
        (499, Fate.REFUSED, "refused"),
        (500, Fate.AGAIN, "other"),
        (302, Fate.REFUSED, "other"),
        (None, Fate.AGAIN, "unreachable"),
        (None, Fate.UNKNOWN, "unreachable"),
        (None, Fate.REFUSED, ""),
    ],
)
def test_errors_have_a_kind(status: int | None, fate: Fate, kind: str) -> None:
    """An error is told of by its kind; what we refused ourselves is none of the provider's, and all are raised."""
    fault, told = ProviderError(status, 20003, fate), list[str]()
    provider = WatchedProvider(FakeProvider(faults=deque([fault])), told.append)
    with pytest.raises(ProviderError) as raised:
        provider.delete_call("CA1")

    assert fault is raised.value
    assert kind == kind_of(fault)
    assert [kind] * bool(kind) == told
    assert {*told} <= {*ERRORS}
