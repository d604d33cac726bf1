"""The true counters, for whoever answers for the look: every look is written into the log before anything is read.

This is the only way on which a count that nobody has protected leaves the program.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from directory.desk import Desk
from directory.desk.people import Actor, Role
from ivr.adapters.counters import Counters
from ivr.events import EventKind

LOOKED = "raw counters read"
"""The action of an entry of the log that tells of a look."""


class Dimension(StrEnum):
    """What counts can be told apart by, beside what happened."""

    DAY = "day"
    LANGUAGE = "language"
    COUNTRY = "country"
    NEED = "need"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: days (UTC, both included), what is told apart, and which kinds; none for all of them."""

    first: dt.date
    last: dt.date
    by: tuple[Dimension, ...] = ()
    kinds: tuple[EventKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How often one thing happened: the values of the dimensions asked for, what, how often. Nothing is hidden."""

    values: tuple[str, ...]
    kind: EventKind
    name: str
    count: int


def look(desk: Desk, actor: Actor, now: dt.datetime, asked: Asked) -> tuple[Count, ...]:
    """Note in the log who looks at what, then return it. Raises `NotAllowedError` for all but administrators."""
    actor.must(Role.ADMINISTRATOR)
    told = {"by": [each.value for each in asked.by], "kinds": [each.value for each in asked.kinds]}
    desk.log(actor, LOOKED, f"{asked.first} to {asked.last}", now, **told)
    return _sums(Counters(desk.engine), asked)


def _sums(counters: Counters, asked: Asked) -> tuple[Count, ...]:
    sums = Counter[tuple[tuple[str, ...], EventKind, str]]()
    for tally in counters.read(asked.first, asked.last):
        if not asked.kinds or tally.kind in asked.kinds:
            sums[tuple(str(getattr(tally, each.value)) for each in asked.by), tally.kind, tally.name] += tally.count
    return tuple(Count(*key, count) for key, count in sorted(sums.items()) if count)


def dimensions(words: Sequence[str]) -> tuple[Dimension, ...]:
    """Return the dimensions of these names, each once. Raises ValueError for another name."""
    return tuple(dict.fromkeys(Dimension(word) for word in words))
