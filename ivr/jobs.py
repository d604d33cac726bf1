"""The jobs behind the queue. Each may run twice, and says why that is harmless.

A job gets ids of the provider and of the directory, never a number. Its collaborators are set once, when a worker
begins (`begin`), so that connections outlive jobs.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

import redis

from ivr.adapters.claims import Claims
from ivr.adapters.counters import Counters
from ivr.adapters.provider import CallRecord, Fate, ProviderError
from ivr.adapters.queue import SENT_PURGE_DELAY, Queues, token
from ivr.adapters.stream import EventStream
from ivr.events import Event, EventKind, Form, PurgeCall, PurgeMessage, SendText
from ivr.numbers import CallerNumber

COUNT_SECONDS = 20.0
"""How long one job adds up before it leaves the rest to the next."""
ENTRIES = 1000
"""Entries added up in one transaction."""
log = logging.getLogger(__name__)


class Carrier(Protocol):
    """The provider, as the jobs know it (`ivr.adapters.provider`)."""

    def call(self, call: str) -> CallRecord:
        """Return who is on a call."""

    def send(self, to: CallerNumber, body: str, called: str, seconds: int) -> str:
        """Text a caller and return the text's id."""

    def forwarded_legs(self, call: str) -> tuple[str, ...]:
        """Return the ids of a call's forwarded legs."""

    def delete_call(self, call: str) -> None:
        """Delete the record of a call."""

    def delete_message(self, message: str) -> None:
        """Delete the record of a text."""


Compose = Callable[[str, str, Form, str | None], str]
"""Writes the text about a helpline, in a language and form, for a phone of a country; KeyError if it is not known."""


@dataclass(frozen=True, slots=True)
class Collaborators:
    """What the jobs work with."""

    provider: Carrier
    claims: Claims
    stream: EventStream
    queues: Queues
    counters: Counters
    compose: Compose
    clock: Callable[[], dt.datetime]


_with: ContextVar[Collaborators] = ContextVar("collaborators")


def begin(collaborators: Collaborators) -> None:
    """Set what the jobs of this worker work with."""
    _with.set(collaborators)


def send_text(call: str, helpline: str, language: str, form: str, before: str) -> None:
    """Text a referral to whoever is on the call, unless it is too late, and count what came of it.

    Run twice, it sends once: the claim on call, service and form is taken before sending, and is given back only when
    the provider has said that nothing was sent. An attempt that finds its own claim died in the middle; the text is
    then counted as unknown and not sent again. What came of it is counted once, by a mark set in the same step.
    """
    errand = SendText(call, helpline, language, Form(form), dt.datetime.fromisoformat(before))
    mark, collaborators = token(errand), _with.get()
    fate = _send(errand, mark, collaborators)
    event = Event.at(collaborators.clock(), EventKind.TEXT, fate, language)
    collaborators.stream.add_once(f"text:{mark}", event)


def count_events() -> None:
    """Add up the events that wait, and forget them.

    Run twice, or twice at once, it counts once: the position moves in the transaction that adds, and only from where
    this run read it. Entries that were added but not forgotten lie before the position, and are never read again.
    """
    stream, counters = _with.get().stream, _with.get().counters
    generation, end = stream.generation(), time.monotonic() + COUNT_SECONDS
    position = counters.position(generation)
    while time.monotonic() < end and (entries := stream.read(generation, position, ENTRIES)):
        tallies = Counter[Event]()
        for entry in entries:
            tallies[entry.event] += entry.times
        if counters.advance(generation, position, entries[-1].position, tallies):
            position = entries[-1].position
        else:
            position = counters.position(generation)
    stream.trim(generation, position)


def purge_call(call: str, until: str) -> None:
    """Delete the provider's records of a call that has ended: its forwarded legs first, since they are found by it.

    Run twice, it deletes what is left: a record that is not there is deleted. It is counted once, by a mark.
    """
    provider = _with.get().provider

    def delete() -> None:
        for leg in provider.forwarded_legs(call):
            provider.delete_call(leg)
        provider.delete_call(call)

    _purge(token(PurgeCall(call)), until, delete)


def purge_message(message: str, fate: str, until: str) -> None:
    """Count how a text of ours ended, and delete the provider's record of it.

    Run twice, it deletes what is left: a record that is not there is deleted. Both are counted once, by marks.
    """
    collaborators, mark = _with.get(), token(PurgeMessage(message))
    if fate:
        event = Event.at(collaborators.clock(), EventKind.TEXT, fate)
        collaborators.stream.add_once(f"fate:{mark}", event)
    _purge(mark, until, lambda: collaborators.provider.delete_message(message))


def _send(errand: SendText, mark: str, with_: Collaborators) -> str:
    """Send the text if it may be sent, and return what came of it; raises `ProviderError` for another attempt."""
    if with_.claims.held(errand, mark):
        return "unknown"
    if with_.clock() >= errand.before:
        return "dropped"
    try:
        record = with_.provider.call(errand.call)
        body = with_.compose(errand.helpline, errand.language, errand.form, record.caller.country)
    except ProviderError as fault:
        return _refused(fault)
    except KeyError:  # the service has left the directory meanwhile
        return "refused"
    if not record.caller.can_text:
        return "refused"
    return _claim_and_send(errand, mark, record, body, with_)


def _claim_and_send(errand: SendText, mark: str, record: CallRecord, body: str, with_: Collaborators) -> str:
    left = math.ceil((errand.before - with_.clock()).total_seconds())
    if left <= 0:
        return "dropped"
    if not with_.claims.take(errand, mark):
        return "repeated"
    try:
        message = with_.provider.send(record.caller, body, record.called, left)
    except ProviderError as fault:
        if fault.fate is Fate.UNKNOWN:
            return "unknown"
        with_.claims.release(errand, mark)
        return _refused(fault)
    with suppress(redis.RedisError):  # the text is on its way: nothing may make this job begin again
        with_.queues.put(PurgeMessage(message), with_.clock(), SENT_PURGE_DELAY)
    return "sent"


def _refused(fault: ProviderError) -> str:
    if fault.retry:
        raise fault
    log.warning("text_refused", extra={"status": fault.status, "code": fault.code})
    return "refused"


def _purge(mark: str, until: str, delete: Callable[[], None]) -> None:
    """Delete, or raise `ProviderError` for a later attempt until it is too late, and then raise the alarm."""
    with_ = _with.get()
    now, name = with_.clock(), "deleted"
    try:
        delete()
    except ProviderError as fault:
        if now < dt.datetime.fromisoformat(until):
            raise
        log.error("record_overdue", extra={"status": fault.status, "code": fault.code})  # noqa: TRY400 - says it all
        name = "overdue"
    if with_.stream.add_once(f"record:{mark}", Event.at(now, EventKind.RECORD, name)) and name == "overdue":
        with_.queues.raise_alarm()
