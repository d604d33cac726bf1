"""What a switch would mean for callers, in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from directory.effect import WEEK, Effect, Offer, Span, offered, when
from directory.model import Directory, Helpline, Kind, Reach
from directory.switched import Position, Switched
from directory.withdrawal import Withdrawal
from routes.admin.names import need_name, service_name
from routes.admin.reader import said
from routes.admin.words import _


@dataclass(frozen=True, slots=True)
class Row:
    """Whom callers with some needs are offered first, before and after."""

    needs: tuple[str, ...]
    when: str
    before: str
    after: str
    worse: bool
    """Nobody but the emergency services is left, or nobody who is open, or a line of ours connects no more."""


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
        rows=tuple(_rows(found, now)),
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


def _rows(found: Withdrawal, now: dt.datetime) -> Iterable[Row]:
    """Return one row for all needs that the same thing happens to at the same hours."""
    rows: dict[tuple[str, str, str, bool], list[str]] = {}
    for group in _together(found.effects):
        first, told, spans = group[0], len(group) == 1, _joined(group)
        hours = said(when(replace(first, spans=spans, whole=_is_whole(first, spans)), now))
        before = _offer(first.before, found.before.helplines, told)
        after = _offer(first.after, found.after.helplines, told)
        worse = any(_is_worse(each, found.after) for each in group)
        rows.setdefault((hours, before, after, worse), []).append(need_name(first.need))
    return (Row(tuple(needs), *row) for row, needs in rows.items())


def _together(effects: Iterable[Effect]) -> Iterable[list[Effect]]:
    """Put effects together that differ only in whether a service is open: the clock does that, not the switch."""
    groups: dict[object, list[Effect]] = {}
    for each in effects:
        key = [(offer.id, offer.say, offer.dial, offer.by) if offer else None for offer in (each.before, each.after)]
        groups.setdefault((each.need, *key), []).append(each)
    return groups.values()


def _joined(group: list[Effect]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for span in sorted((span for each in group for span in each.spans), key=lambda span: span.start):
        start = spans.pop().start if spans and spans[-1].end == span.start else span.start
        spans.append(Span(start, span.end))
    return tuple(spans)


def _is_whole(effect: Effect, spans: tuple[Span, ...]) -> bool:
    return effect.whole or any(span.end - span.start >= WEEK for span in spans)


def _offer(offer: Offer | None, rows: Mapping[str, Helpline], told: bool) -> str:
    """Return an offer in words; whether it is open only where that is `told` of all its hours."""
    if offer is None or rows[offer.id].kind is Kind.EMERGENCY:
        return _("the emergency advice only")
    name = service_name(rows[offer.id])
    words = said(offered(offer, name)) if told else f"{name}, {offer.say}"
    return _connecting(offer.by).format(offer=words)


def _connecting(by: Reach | None) -> str:
    match by:
        case Reach.ANYWHERE:
            return _("{offer}; callers can be connected")
        case Reach.ABROAD:
            return _("{offer}; whoever dials our international number can be connected, others hear it read out")
        case Reach.NATIONAL:
            return _("{offer}; whoever dials our number in the country can be connected, others hear it read out")
    return _("{offer}; read out, nobody is connected")


def _is_worse(effect: Effect, after: Directory) -> bool:
    """Tell whether callers lose what they have: somebody at all, somebody who is open, or being connected."""
    unconnected = not _lines(effect.before) <= _lines(effect.after)
    closed = _is_open(effect.before) and not _is_open(effect.after)
    return unconnected or closed or _is_lost(effect.after, after.helplines)


def _lines(offer: Offer | None) -> frozenset[Reach]:
    """Return the kinds of our lines that connect callers to an offer."""
    by = offer.by if offer else None
    return frozenset((Reach.ABROAD, Reach.NATIONAL) if by is Reach.ANYWHERE else (by,) if by else ())


def _is_lost(offer: Offer | None, rows: Mapping[str, Helpline]) -> bool:
    return offer is None or rows[offer.id].kind is Kind.EMERGENCY


def _is_open(offer: Offer | None) -> bool:
    return bool(offer and offer.open)
