"""Matching: which services to offer to a caller, best first.

A pure function of the directory, the question and an instant. The answer walks down the country's ladder for
the need (`directory.ladder`): services for the need itself, the general victim line, neighbours, emergency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from directory.hours import Status, hours_of
from directory.model import Cost, Directory, Helpline, Kind, Number, Reach

ANYONE = "anyone"
"""The audience of services that turn nobody away."""

_KINDS = tuple(Kind)
_COSTS = tuple(Cost)
_OPEN = (True, None, False)


class Step(StrEnum):
    """Why a service is offered: on which step of the ladder it stands."""

    NEED = "need"
    GENERAL = "general"
    NEIGHBOUR = "neighbour"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Query:
    """What a caller asks for.

    `country` is where help is wanted (ISO 3166-1 alpha-2). `language` is the caller's (BCP-47), None if it
    does not matter. `audience` is whom the caller is taken to be, None for the one that the need implies.
    `line_country` is the country of the number of ours that was called, None where it is international.
    """

    country: str
    need: str
    language: str | None = None
    audience: str | None = None
    line_country: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One service to offer.

    `number` is the one to say. `dial` is the E.164 number that a forward may ring from our line, or None
    where the number can only be said (emergency, short codes, numbers that do not work from our line).
    """

    helpline: Helpline
    need: str
    step: Step
    status: Status
    number: Number
    dial: str | None


def find(directory: Directory, query: Query, now: dt.datetime) -> tuple[Match, ...]:
    """Rank all services that `query` can be offered at `now` (aware; ValueError if naive), best first.

    The steps of the ladder come first: who serves the need stands above who only serves a neighbour of it. Inside a
    step the order is: serves the audience, speaks the caller's language, open now (open, unknown, closed), dialable
    from our line, cost, order in the table. Between services of the same cost a helpline stands before an
    organisation, and both before a reporting line, whatever their order.

    Never empty for a country and a need of the directory; empty for any other: the conversation handles that.
    """
    ladder = directory.ladders.get((query.country, query.need), ())
    audience = query.audience or (directory.needs[query.need].audience if ladder else ANYONE)
    matches: list[Match] = []
    for need, helplines in ladder:
        step = _step(directory, query, need)
        found = [_match(helpline, need, step, query, now) for helpline in helplines]
        matches += sorted(found, key=lambda match: rank(match, audience, query.language))
    return tuple(matches)


def rank(match: Match, audience: str, language: str | None) -> tuple[int, ...]:
    """Return the place of a match inside its step as a sort key, best smallest; `find` says what counts."""
    helpline = match.helpline
    return (
        _audience_rank(helpline, audience),
        _language_rank(helpline, language),
        _OPEN.index(match.status.open),
        int(match.dial is None),
        _COSTS.index(helpline.cost),
        _KINDS.index(helpline.kind),
        helpline.order,
    )


def first_open(matches: Iterable[Match]) -> Match | None:
    """Return the best service that is open for sure, or None."""
    return next((match for match in matches if match.status.open), None)


def number_to_dial(helpline: Helpline, line_country: str | None) -> str | None:
    """Return the E.164 number that our line may ring for a helpline, or None where it must only be said.

    An international line (`line_country` None) reaches what works from abroad. A line of the helpline's own
    country reaches what works inside. A line of another country reaches nothing: carriers may block a call
    that comes in on a domestic number and goes on abroad. Emergency services are never rung.
    """
    if helpline.kind is Kind.EMERGENCY or line_country not in (None, helpline.country):
        return None
    near = Reach.ABROAD if line_country is None else Reach.NATIONAL
    return next((n.dial for n in helpline.numbers if n.dial and n.reach in (near, Reach.ANYWHERE)), None)


def connected_by(helpline: Helpline) -> Reach | None:
    """Return which of our lines can connect callers to a helpline, None for none.

    An international line alone (`ABROAD`), a line of the helpline's country alone (`NATIONAL`), or both (`ANYWHERE`).
    """
    abroad, national = number_to_dial(helpline, None), number_to_dial(helpline, helpline.country)
    if abroad and national:
        return Reach.ANYWHERE
    return Reach.ABROAD if abroad else Reach.NATIONAL if national else None


def number_to_say(helpline: Helpline, at_home: str | None = None) -> Number:
    """Return the number to tell a caller whose own number is at home in country `at_home`.

    Inside the helpline's country, and where the caller's is not known: the first number that works there. From another
    country: the first that works from abroad, if there is one.
    """
    if at_home not in (None, helpline.country):
        reachable = next((n for n in helpline.numbers if n.reach is not Reach.NATIONAL), None)
        if reachable:
            return reachable
    return next((n for n in helpline.numbers if n.reach is not Reach.ABROAD), helpline.numbers[0])


def _match(helpline: Helpline, need: str, step: Step, query: Query, now: dt.datetime) -> Match:
    return Match(
        helpline=helpline,
        need=need,
        step=step,
        status=hours_of(helpline).at(now),
        number=number_to_say(helpline),
        dial=number_to_dial(helpline, query.line_country),
    )


def _step(directory: Directory, query: Query, need: str) -> Step:
    if need == directory.emergency_need:
        return Step.EMERGENCY
    if need == query.need:
        return Step.NEED
    return Step.GENERAL if need == directory.general_need else Step.NEIGHBOUR


def _audience_rank(helpline: Helpline, audience: str) -> int:
    if audience in helpline.audience:
        return 0
    return 1 if ANYONE in helpline.audience else 2


def _language_rank(helpline: Helpline, language: str | None) -> int:
    """Rank a language by its primary subtag: `ro` is served by a line that states `ro-MD`."""
    if language is None:
        return 0
    if not helpline.languages:
        return 1
    spoken = {tag.partition("-")[0] for tag in helpline.languages}
    return 0 if language.partition("-")[0] in spoken else 2
