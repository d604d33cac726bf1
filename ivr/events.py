"""What is counted, and what is to be done, behind the queue. None of it knows who called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

BAND_HOURS = 6
"""Length of an hour band: finer times would help to single out a caller."""
TEXT_LIFE = dt.timedelta(seconds=120)
"""A text that could not be sent within this time is dropped: the phone may be in other hands by then."""
NONE = "-"
"""Stands for a language, country or need that is not known yet."""


class EventKind(StrEnum):
    """What sort of thing happened."""

    CALL = "call"
    """A call began, chose a language, or was first told of a service: each at most once a call."""
    WRITTEN = "written"
    """The same of a conversation by text."""
    STEP = "step"
    """A step of the conversation was entered."""
    LEFT = "left"
    """A step was left for another one."""
    MISS = "miss"
    """Silence, a wrong key, words not understood."""
    OUTCOME = "outcome"
    """How a forwarding or a call ended."""
    TEXT = "text"
    """The fate of a text."""
    COVERAGE = "coverage"
    """Whether the service that a caller was first told of was open: open, closed, unknown or nobody."""
    RECORD = "record"
    """The fate of the provider's records (deleted, overdue)."""
    LANGUAGE = "language"
    """Whether the service that a caller was first told of speaks their language: spoken, not_spoken or unknown."""
    FAULT = "fault"
    """Something failed and a caller was led to a person all the same."""


class Event(NamedTuple):
    """One thing that happened, as it is counted. `day` and `band` (0 to 3) are UTC.

    A tuple, because equal ones are added up on the way, again and again.
    """

    day: dt.date
    band: int
    kind: EventKind
    name: str
    language: str = NONE
    country: str = NONE
    need: str = NONE

    @classmethod
    def at(
        cls,
        now: dt.datetime,
        kind: EventKind,
        name: str,
        language: str | None = None,
        country: str | None = None,
        need: str | None = None,
    ) -> Event:
        """Make the event of the aware instant `now`, coarsened to its day and hour band."""
        utc = now.astimezone(dt.UTC)
        return _event(utc.date(), utc.hour // BAND_HOURS, kind, name, language or NONE, country or NONE, need or NONE)

    def fields(self) -> list[str | int]:
        """Return the event as values that JSON knows, for the stream and the spool."""
        return [self.day.isoformat(), *self[1:]]

    @classmethod
    def from_fields(cls, fields: Sequence[object]) -> Event:
        """Read an event back; raises ValueError or TypeError where the fields are not one."""
        day, band, kind, *texts = fields
        if type(band) is not int or band not in range(24 // BAND_HOURS):
            raise ValueError("there is no such hour band")
        if len(texts) != len(_TEXTS) or not all(isinstance(text, str) for text in texts):
            raise ValueError("these are not the texts of an event")
        return cls(dt.date.fromisoformat(str(day)), band, EventKind(str(kind)), *map(str, texts))


_event = lru_cache(4096)(Event)
"""The same events happen to many: each is made once."""
_TEXTS = ("name", "language", "country", "need")


class Form(StrEnum):
    """The two forms of a referral text; the caller chooses."""

    SHORT = "short"
    """Number and hours only."""
    NAMED = "named"
    """With the service's name."""


@dataclass(frozen=True, slots=True)
class SendText:
    """Send one referral to whoever is on this call. `before` is the instant after which it is dropped.

    The caller's number is not here: the job asks the provider for it by `call` when it sends.
    """

    call: str
    helpline: str
    language: str
    form: Form
    before: dt.datetime


@dataclass(frozen=True, slots=True)
class PurgeCall:
    """Delete the provider's records of a call, and of its forwarded legs, once it is over.

    `over` False: the call has only begun; its records are deleted if nobody ever says that it is over.
    """

    call: str
    over: bool = True


@dataclass(frozen=True, slots=True)
class PurgeMessage:
    """Delete the provider's record of a text that has reached its end, and count its fate once.

    `ended` False: the text has only been sent; its record is deleted if nobody ever says how it ended.
    """

    message: str
    fate: str = ""
    """The provider's last word on a text of ours ("delivered"); empty for a caller's own text."""
    ended: bool = True


Errand = SendText | PurgeCall | PurgeMessage
