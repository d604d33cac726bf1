"""The jobs behind the queue. Each may run twice, and says why that is harmless.

A job gets ids of the provider and of the directory, never a number. Its collaborators are set once, when a worker
begins (`begin`), so that connections outlive jobs.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ivr.adapters.batch import Item, Once
from ivr.adapters.claims import Claims
from ivr.adapters.counters import Counters
from ivr.adapters.errands import Errands, LostText, settling_mark
from ivr.adapters.provider import CallRecord, Fate, ProviderError
from ivr.adapters.queue import JOB_SECONDS, Queues, token
from ivr.adapters.stream import EventStream
from ivr.events import TEXT_LIFE, Event, EventKind, Form, PurgeCall, PurgeMessage, SendText
from ivr.numbers import CallerNumber

COUNT_SECONDS = 20.0
"""How long one job adds up before it leaves the rest to the next."""
BATCHES = 200
"""Batches added up in one transaction."""
DELETING = dt.timedelta(seconds=JOB_SECONDS / 2)
"""How long one job begins to delete the records of one more call."""
MARK_LIFE = dt.timedelta(days=7)
"""How long an event of a job cannot be counted again: longer than a job is retried."""
log = logging.getLogger(__name__)


class Carrier(Protocol):
    """The provider, as the jobs know it (`ivr.adapters.provider`)."""

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


Compose = Callable[[str, str, Form, str | None], str]
"""Writes the text about a helpline, in a language and form, for a phone of a country; KeyError if it is not known."""


class Puts(Protocol):
    """The outbox, as the jobs know it (`ivr.adapters.outbox`)."""

    def put(self, item: Item) -> None:
        """Take what is to be counted."""


@dataclass(frozen=True, slots=True)
class Collaborators:
    """What the jobs work with."""

    provider: Carrier
    claims: Claims
    stream: EventStream
    queues: Queues
    counters: Counters
    errands: Errands
    outbox: Puts
    compose: Compose
    release: Callable[[dt.datetime], None]
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
    collaborators.outbox.put(Once(settling_mark(errand), event))


def count_events() -> None:
    """Add up the batches that wait, and acknowledge them.

    Run twice, or twice at once, it counts once: a batch is added only where it follows the last one of its source.
    A source of which something is missing in between is forgotten by the stream, and sends it again.
    """
    with_, end = _with.get(), time.monotonic() + COUNT_SECONDS
    while time.monotonic() < end and (entries := with_.stream.read(BATCHES)):
        batches = [entry.batch for entry in entries if entry.batch]
        if len(batches) < len(entries):
            log.error("stream_entry_unreadable", extra={"count": len(entries) - len(batches)})
        done = with_.counters.advance(batches, with_.clock())
        if done.missing:
            log.warning("batches_missing", extra={"count": len(done.missing)})
        with_.stream.settle(done.counted, entries[-1].position)
        with_.stream.forget(done.missing)


def look_after() -> None:
    """Look after what should have been done by now: delete records whose job was lost, count texts that nobody sent.

    Run twice, it does nothing twice: a job that is still in the queue is not put there again, and the fate of a text
    is counted once, by a mark.
    """
    with_ = _with.get()
    now = with_.clock()
    late = list(with_.errands.due(now))
    for errand in late:
        if isinstance(errand, LostText):
            with_.outbox.put(Once(errand.mark, Event.at(now, EventKind.TEXT, "unknown", errand.language)))
    with_.queues.put_all((errand for errand in late if not isinstance(errand, LostText)), now)
    with_.counters.forget_marks((now - MARK_LIFE).date())


def release_figures() -> None:
    """Release the months that are due, and remove the raw counters whose time has come.

    Run twice, it does nothing twice: a month is released once, and what has been removed is not there.
    """
    with_ = _with.get()
    with_.release(with_.clock())


def purge_call(call: str, until: str, *others: str) -> None:
    """Delete the provider's records of calls that have ended: forwarded legs first, since they are found by the call.

    Run twice, it deletes what is left: a record that is not there is deleted. Each is counted once, by a mark. What
    cannot be deleted keeps none of the others, unless the provider does not answer at all. Where it answers slowly the
    rest becomes a job of its own: one that ran out of time would ask again for the first ones for ever.
    """
    with_, calls, failed = _with.get(), (call, *others), None
    provider, end = with_.provider, with_.clock() + DELETING

    def delete(call: str) -> None:
        for leg in provider.forwarded_legs(call):
            provider.delete_call(leg)
        provider.delete_call(call)

    for number, each in enumerate(calls):
        if number and with_.clock() >= end:
            with_.queues.put_rest(calls[number:], until, with_.clock())
            break
        try:
            _purge(token(PurgeCall(each)), until, partial(delete, each))
        except ProviderError as fault:
            failed = fault
            if fault.status is None:
                break
    if failed:
        raise failed


def purge_message(message: str, fate: str, until: str) -> None:
    """Count how a text of ours ended, and delete the provider's record of it.

    Run twice, it deletes what is left: a record that is not there is deleted. Both are counted once, by marks.
    """
    collaborators, mark = _with.get(), token(PurgeMessage(message))
    if fate:
        event = Event.at(collaborators.clock(), EventKind.TEXT, fate)
        collaborators.outbox.put(Once(f"fate:{mark}", event))
    _purge(mark, until, lambda: collaborators.provider.delete_message(message))


def purge_left_over() -> None:
    """Have deleted what the provider still holds of calls and texts because nobody told us of them, or of their end.

    Such are its own answers to STOP, a reply of which no word came back, a call that did not get through to us.
    Run twice, it does nothing twice: a deletion that is in the queue is not put there again, and is counted by a mark.
    """
    with_ = _with.get()
    for errand in with_.provider.left_over(with_.clock()):
        with_.outbox.put(errand)


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
    if not with_.claims.take(errand, mark):
        return "repeated"
    left = min(errand.before - with_.clock(), TEXT_LIFE)  # a clock of ours that lags must not lengthen its life
    if left <= dt.timedelta(0):
        with_.claims.release(errand, mark)
        return "dropped"
    try:
        message = with_.provider.send(record.caller, body, record.called, math.ceil(left.total_seconds()))
    except ProviderError as fault:
        if fault.fate is Fate.UNKNOWN:
            return "unknown"
        with_.claims.release(errand, mark)
        return _refused(fault)
    with_.outbox.put(PurgeMessage(message, ended=False))
    return "sent"


def _refused(fault: ProviderError) -> str:
    if fault.retry:
        raise fault
    log.warning("text_refused", extra={"status": fault.status, "code": fault.code})
    return "refused"


def _purge(mark: str, until: str, delete: Callable[[], None]) -> None:
    """Delete, or raise `ProviderError` for a later attempt; after a day say that it is overdue, and leave it to others.

    `look_after` begins again with what is overdue.
    """
    with_ = _with.get()
    now = with_.clock()
    try:
        delete()
    except ProviderError as fault:
        if now < dt.datetime.fromisoformat(until):
            raise
        log.error("record_overdue", extra={"status": fault.status, "code": fault.code})  # noqa: TRY400 - says it all
        with_.outbox.put(Once(f"overdue:{mark}", Event.at(now, EventKind.RECORD, "overdue")))
    else:
        with_.outbox.put(Once(f"record:{mark}", Event.at(now, EventKind.RECORD, "deleted")))
