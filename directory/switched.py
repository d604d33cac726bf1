"""What stands above a revision: numbers that somebody took out of service, and checks that somebody ticked off.

A switch never changes a number; it removes one, or lets it be said and not rung. So whatever revision is live, and in
whatever order a publication and a switch come, the result is the revision with less in it, never with something else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from directory.dialling import digits, e164
from directory.ladder import build_ladders
from directory.model import Directory, Helpline, Kind, Number
from directory.revision import plain
from directory.tables import Vocabulary


class Position(StrEnum):
    """What an emergency switch does to a number."""

    OUT = "out"
    """Callers never hear it."""
    READ_OUT = "read_out"
    """Callers hear it and may have it as a text; nobody is connected to it."""


@dataclass(frozen=True, slots=True, order=True)
class Switched:
    """One number of one country, as a caller dials it (digits only), and what has been done to it."""

    country: str
    number: str
    position: Position


@dataclass(frozen=True, slots=True, order=True)
class Tick:
    """A service that somebody has rung: its id, what it was then (`fingerprint`), and the day."""

    helpline: str
    fingerprint: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class Standing:
    """All that stands above a revision at one moment."""

    switches: tuple[Switched, ...] = ()
    ticks: tuple[Tick, ...] = ()


NOTHING = Standing()


def overlaid(directory: Directory, standing: Standing) -> Directory:
    """Return the directory as callers are to be served it."""
    if standing == NOTHING:
        return directory
    switches = _lines(directory, standing.switches)
    ticks = {(each.helpline, each.fingerprint): each.on for each in sorted(standing.ticks, key=lambda tick: tick.on)}
    helplines: dict[str, Helpline] = {}
    for helpline in directory.helplines.values():
        served = _switched(_ticked(helpline, ticks), switches)
        if served is not None:
            helplines[served.id] = served
    words = Vocabulary(directory.needs, directory.audiences, directory.general_need, directory.emergency_need)
    ladders = build_ladders(directory.countries.values(), helplines.values(), words)
    return replace(directory, helplines=MappingProxyType(helplines), ladders=ladders)


def fingerprint(helpline: Helpline) -> str:
    """Name what a check is about, in 16 hexadecimal digits: the numbers and the hours of a service."""
    content = [helpline.id, plain(helpline.numbers), helpline.hours, plain(helpline.exceptions), helpline.timezone.key]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]


def _lines(directory: Directory, switches: Iterable[Switched]) -> dict[tuple[str, str], Position]:
    """Return the position of every switched line, by country and number as said (digits) and as rung (E.164).

    One line may be written in several ways, and be written otherwise in a later revision: whatever rings where a
    switched number rings, or would ring by its numbering plan, is switched with it. Of two switches on one line the
    stronger counts.
    """
    found: dict[tuple[str, str], Position] = {}
    ringing = {
        (each.country, digits(number.say)): number.dial
        for each in directory.helplines.values()
        for number in each.numbers
        if number.dial is not None
    }
    for switch in sorted(switches, key=lambda each: each.position is Position.OUT):
        line = (switch.country, switch.number)
        for name in (switch.number, ringing.get(line), e164(switch.number, switch.country)):
            if name is not None:
                found[switch.country, name] = switch.position
    return found


def _ticked(helpline: Helpline, ticks: Mapping[tuple[str, str], dt.date]) -> Helpline:
    on = ticks.get((helpline.id, fingerprint(helpline))) if ticks else None
    if on is None or (helpline.checked is not None and helpline.checked >= on):
        return helpline
    return replace(helpline, checked=on)


def _switched(helpline: Helpline, switches: Mapping[tuple[str, str], Position]) -> Helpline | None:
    """Return the service without what was taken out; None where nothing is left of it. Emergency services stay."""
    if helpline.kind is Kind.EMERGENCY:
        return helpline
    numbers = tuple(_numbers(helpline, switches))
    if numbers == helpline.numbers:
        return helpline
    return replace(helpline, numbers=numbers) if numbers else None


def _numbers(helpline: Helpline, switches: Mapping[tuple[str, str], Position]) -> Iterable[Number]:
    for number in helpline.numbers:
        names = (digits(number.say), number.dial, e164(number.say, helpline.country))
        positions = {switches.get((helpline.country, name)) for name in names if name is not None}
        if Position.OUT in positions:
            continue
        yield replace(number, dial=None) if Position.READ_OUT in positions else number
