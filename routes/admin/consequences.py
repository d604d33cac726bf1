"""What a switch would mean for callers, in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from directory.effect import Effect, Offer, offered, when
from directory.model import Directory, Helpline, Kind
from directory.switched import Position, Switched
from directory.withdrawal import Withdrawal
from routes.admin.names import need_name, service_name
from routes.admin.reader import said
from routes.admin.words import _


@dataclass(frozen=True, slots=True)
class Row:
    """Whom callers with one need are offered first, before and after."""

    need: str
    when: str
    before: str
    after: str
    worse: bool
    """Nobody but the emergency services is left, or nobody who is open."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """Everything that a person should know before a switch is thrown."""

    services: tuple[str, ...]
    """What becomes of each service with the number, a sentence each."""
    rows: tuple[Row, ...]
    deserted: tuple[str, ...]
    """Needs for which callers would get nothing but the emergency advice."""
    idle: bool
    """Nothing changes: the number is only read out already."""


def consequences(found: Withdrawal, switch: Switched, now: dt.datetime) -> Consequences:
    """Put what would happen into words; `now` is what the withdrawal was asked for."""
    return Consequences(
        services=tuple(_service(row, found, switch) for row in found.services),
        rows=tuple(_row(each, found.before, found.after, now) for each in found.effects),
        deserted=tuple(need_name(need) for need in found.deserted),
        idle=all(row.numbers == _after(found, row) for row in found.services),
    )


def _service(row: Helpline, found: Withdrawal, switch: Switched) -> str:
    name = service_name(row)
    if row.id in found.gone:
        return _("{name}: callers do not hear of this service any more. It has no other number.").format(name=name)
    if switch.position is Position.READ_OUT:
        words = _("{name}: callers hear the number and can have it as a text, but are not connected to it.")
        return words.format(name=name)
    left = ", ".join(number.say for number in found.after.helplines[row.id].numbers)
    return _("{name}: callers hear its other number only: {left}.").format(name=name, left=left)


def _after(found: Withdrawal, row: Helpline) -> object:
    after = found.after.helplines.get(row.id)
    return after.numbers if after else None


def _row(each: Effect, before: Directory, after: Directory, now: dt.datetime) -> Row:
    return Row(
        need=need_name(each.need),
        when=said(when(each, now)),
        before=_offer(each.before, before.helplines),
        after=_offer(each.after, after.helplines),
        worse=_is_lost(each.after, after.helplines) or (_is_open(each.before) and not _is_open(each.after)),
    )


def _offer(offer: Offer | None, rows: Mapping[str, Helpline]) -> str:
    if offer is None or rows[offer.id].kind is Kind.EMERGENCY:
        return _("the emergency advice only")
    words = said(offered(offer, service_name(rows[offer.id])))
    how = _("{offer}; callers can be connected") if offer.dial else _("{offer}; read out, nobody is connected")
    return how.format(offer=words)


def _is_lost(offer: Offer | None, rows: Mapping[str, Helpline]) -> bool:
    return offer is None or rows[offer.id].kind is Kind.EMERGENCY


def _is_open(offer: Offer | None) -> bool:
    return bool(offer and offer.open)
