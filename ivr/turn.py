"""One turn of the conversation as data: what is said, which keys mean what, and what is to be done.

Voice and SMS are two renderings of the same turn.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from directory.model import Directory
from ivr.events import EventKind, Form
from ivr.phrases import Phrase
from ivr.state import State

KEPT_TURNS = 1024
"""Turns that a process remembers, and their words with them: five kilobytes each."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What the conversation may know of who calls: hints that order menus, and what is possible."""

    country: str | None
    """ISO country of the calling number's prefix; None where it is withheld."""
    can_text: bool
    """The calling number is a mobile one."""
    line: str | None
    """Country of the number that was dialled; None for our one international number."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside the state that a turn depends on: whoever agrees in all of it is given the same turn."""

    directory: Directory
    languages: tuple[str, ...]
    """Languages that can be offered on this channel, in the stated order."""
    now: dt.datetime
    """Aware, and cut to the grain of the directory's opening hours: in between nothing changes that is told."""
    caller: Caller
    listens: frozenset[str] = frozenset()
    """Languages in which a caller may say what it is about, as well as press a key."""

    def __post_init__(self) -> None:
        minute = self.now.minute - self.now.minute % self.directory.grain
        object.__setattr__(self, "now", self.now.replace(minute=minute, second=0, microsecond=0))


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the telephone, named in a sentence."""

    key: str


@dataclass(frozen=True, slots=True)
class Name:
    """A helpline's name, in the sentence's language."""

    helpline: str


@dataclass(frozen=True, slots=True)
class Digits:
    """A telephone number as its `say` groups it; `slowly` with a rest after each digit."""

    say: str
    slowly: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as the helpline's clocks show it. No instant: 16:00 in Bucharest is not 14:00 in London."""

    at: dt.time


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the helpline's calendar."""

    on: dt.date


@dataclass(frozen=True, slots=True)
class CountryName:
    """A country, named in the sentence's language."""

    code: str


@dataclass(frozen=True, slots=True)
class LanguageNames:
    """Languages, listed in the sentence's language."""

    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """How many of something; the sentence takes its language's plural form for it."""

    count: int


Value = Key | Name | Digits | Clock | Day | CountryName | LanguageNames | Amount


@dataclass(frozen=True, slots=True)
class Line:
    """One whole sentence in one language, with the values of its placeholders."""

    phrase: Phrase
    language: str
    values: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A key that means something in this turn."""

    key: str
    leads: State
    spoken: Line | None = None
    """How a voice offers it; None for keys that are understood but not announced here."""
    written: Line | None = None
    """How a text offers it, without the key."""
    heard: Phrase | None = None
    """The words that choose it where callers may speak."""
    text: Form | None = None
    """Choosing it asks for a referral text in this form."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Connect the caller to a helpline's number (E.164, from the published directory)."""

    helpline: str
    dial: str


@dataclass(frozen=True, slots=True)
class Count:
    """One thing to be counted about an answer."""

    kind: EventKind
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """What is said and offered in a state. Two are the same only if they are one object."""

    state: State
    language: str
    lines: tuple[Line, ...]
    options: tuple[Option, ...] = ()
    coda: tuple[Line, ...] = ()
    """Said after the options."""
    silence: State | None = None
    """Where no key leads; None where the turn forwards or ends."""
    forward: Forward | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """How one act of the caller is answered: a turn, with what led to it and what it leaves to be done."""

    turn: Turn
    lead: tuple[Line, ...] = ()
    """Said before the turn's own words."""
    counts: tuple[Count, ...] = ()
    text: Form | None = None
    """The caller has just agreed to a text about the turn's service, in this form."""
    told: str = ""
    """What the state has to remember of what was counted. No turn depends on it, so turns can be remembered."""

    @property
    def state(self) -> State:
        """Where the conversation now stands."""
        return replace(self.turn.state, told=self.told) if self.told else self.turn.state
