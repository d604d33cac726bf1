"""What travels from the process in which something happened to the counters: items, and numbered batches of them.

An item is one line of text, whether it waits in the spool or travels in the stream: one letter for what it is, then
JSON. Every batch of a source has a number, one more than the last, and says how many events the source has accepted up
to its end, so that whoever adds up can tell whether one is missing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ivr.events import Errand, Event, Form, PurgeCall, PurgeMessage, SendText

MARK_LENGTH = 64
"""A mark is no longer than this: a word and the id of a job."""


@dataclass(frozen=True, slots=True)
class Once:
    """An event of a job, which may run twice: of all events with this mark the first is counted."""

    mark: str
    event: Event


Item = Event | Once | Errand


@dataclass(frozen=True, slots=True)
class Batch:
    """What one source hands over in one go."""

    source: str
    number: int
    """From 1, one more than the batch before."""
    accepted: int
    """Events that the source has accepted, from its first to the last of this batch."""
    tallies: Mapping[Event, int] = field(default_factory=Counter)
    once: tuple[Once, ...] = ()
    errands: tuple[Errand, ...] = ()
    first: bool = False
    """Every batch of its source before this one has been counted, or there is none."""

    @property
    def events(self) -> int:
        """How many events it holds."""
        return sum(self.tallies.values()) + len(self.once)


class UnreadableError(Exception):
    """A line or an entry that nobody of us has written so."""


def gathered(source: str, number: int, accepted_before: int, items: Iterable[Item]) -> Batch:
    """Make a batch of items; equal events become one with its number."""
    tallies, once, errands = Counter[Event](), list[Once](), list[Errand]()
    for item in items:
        match item:
            case Event():
                tallies[item] += 1
            case Once():
                once.append(item)
            case _:
                errands.append(item)
    accepted = accepted_before + sum(tallies.values()) + len(once)
    return Batch(source, number, accepted, tallies, tuple(once), tuple(errands))


def line_of(item: Item) -> str:
    """Write an item as one line."""
    match item:
        case Event():
            return _event_line(item)
        case Once():
            return "m" + _json([item.mark, *item.event.fields()])
        case SendText():
            return "t" + _json([item.call, item.helpline, item.language, item.form.value, item.before.isoformat()])
        case PurgeCall():
            return "c" + _json([item.call, item.over])
        case PurgeMessage():
            return "d" + _json([item.message, item.fate, item.ended])


def item_of(line: str) -> Item:
    """Read what `line_of` wrote; raises `UnreadableError`."""
    try:
        return _item(line[:1], json.loads(line[1:]))
    except (ValueError, TypeError, LookupError):
        raise UnreadableError from None


def pack(batch: Batch) -> str:
    """Write a batch as the stream carries it."""
    return _json(
        {
            "source": batch.source,
            "number": batch.number,
            "accepted": batch.accepted,
            "first": batch.first,
            "events": [[times, *event.fields()] for event, times in batch.tallies.items()],
            "items": [line_of(item) for item in (*batch.once, *batch.errands)],
        }
    )


def unpack(text: str | bytes) -> Batch:
    """Read what `pack` wrote; raises `UnreadableError`."""
    try:
        fields = json.loads(text)
        tallies = Counter({Event.from_fields(event): int(times) for times, *event in fields["events"]})
        items = [item_of(line) for line in fields["items"]]
        return Batch(
            str(fields["source"]),
            int(fields["number"]),
            int(fields["accepted"]),
            tallies,
            tuple(item for item in items if isinstance(item, Once)),
            tuple(item for item in items if isinstance(item, SendText | PurgeCall | PurgeMessage)),
            bool(fields["first"]),
        )
    except (ValueError, TypeError, LookupError):
        raise UnreadableError from None


@lru_cache(maxsize=4096)
def _event_line(event: Event) -> str:
    return "e" + _json(event.fields())


def _item(letter: str, values: list[Any]) -> Item:
    match letter, values:
        case "e", fields:
            return Event.from_fields(fields)
        case "m", [str(mark), *fields]:
            return Once(mark, Event.from_fields(fields))
        case "t", [str(call), str(helpline), str(language), form, before]:
            return SendText(call, helpline, language, Form(form), dt.datetime.fromisoformat(before))
        case "c", [str(call), bool(over)]:
            return PurgeCall(call, over)
        case "d", [str(message), str(fate), bool(ended)]:
            return PurgeMessage(message, fate, ended)
    raise ValueError("no such item")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
