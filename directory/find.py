"""Matching: which services to offer to a caller, best first.

A pure function of the directory, the question and an instant. The answer walks down the country's ladder for
the need (`directory.ladder`): services for the need itself, the general victim line, neighbours, emergency.

Services that are alike in all that the ranking looks at are ranked together, and told apart by their order alone. So
the best service of a large country costs what it costs in a small one; each further one is made when it is asked for.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from directory.hours import Status, hours_of
from directory.model import Cost, Directory, Helpline, Kind, Number, Reach, Rung

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


@dataclass(frozen=True, slots=True)
class Ranking:
    """The services for one question, best first. It can be walked again and again, by several threads at once."""

    query: Query
    steps: tuple[tuple[str, Step, tuple[_Place, ...]], ...]
    """From first to last: the need, why its services are offered, and the services that stand together."""

    def __iter__(self) -> Iterator[Match]:
        """Yield the services; no more is done than is asked for."""
        return self._walk(lambda _: True)

    def connectable(self, *is_open: bool | None) -> Iterator[Match]:
        """Yield those that our line can ring and of which one of these is true: open (True), nobody knows (None)."""
        return self._walk(lambda place: place.is_dialable and place.status.open in is_open)

    def _walk(self, is_wanted: Callable[[_Place], bool]) -> Iterator[Match]:
        for need, step, places in self.steps:
            for _, alike in groupby(filter(is_wanted, places), key=lambda place: place.rank):
                for _, status, helpline in heapq.merge(*map(_in_order, alike), key=lambda each: each[0]):
                    number, dial = number_to_say(helpline), number_to_dial(helpline, self.query.line_country)
                    yield Match(helpline, need, step, status, number, dial)

    def before_emergency(self) -> Ranking:
        """Return the ranking without the emergency services, which stand on a step of their own."""
        return Ranking(self.query, tuple(each for each in self.steps if each[1] is not Step.EMERGENCY))


@dataclass(frozen=True, slots=True)
class _Place:
    """Services that only their order tells apart: what ranks them, what can be said of them now, themselves."""

    rank: tuple[int, ...]
    status: Status
    is_dialable: bool
    helplines: tuple[Helpline, ...]


def find(directory: Directory, query: Query, now: dt.datetime) -> tuple[Match, ...]:
    """Rank all services that `query` can be offered at `now` (aware; ValueError if naive), best first.

    The steps of the ladder come first: who serves the need stands above who only serves a neighbour of it. Inside a
    step the order is: serves the audience, speaks the caller's language, open now (open, unknown, closed), dialable
    from our line, cost, order in the table. Between services of the same cost a helpline stands before an
    organisation, and both before a reporting line, whatever their order.

    Never empty for a country and a need of the directory; empty for any other: the conversation handles that.
    """
    return tuple(ranked(directory, query, now))


def ranked(directory: Directory, query: Query, now: dt.datetime) -> Ranking:
    """Rank as `find`, for whoever needs only the first ones."""
    rungs = _rungs(directory, query.country, query.need)
    audience = query.audience or (directory.needs[query.need].audience if rungs else ANYONE)
    steps = []
    for need, groups in rungs:
        places = [_place(group, audience, query, now) for group in groups]
        steps.append((need, _step(directory, query, need), tuple(sorted(places, key=lambda place: place.rank))))
    return Ranking(query, tuple(steps))


def rank(match: Match, audience: str, language: str | None) -> tuple[int, ...]:
    """Return the place of a match inside its step as a sort key, best smallest; `find` says what counts."""
    helpline = match.helpline
    return *_rank(helpline, match.status, match.dial, audience, language), helpline.order


def _rank(helpline: Helpline, status: Status, dial: str | None, audience: str, language: str | None) -> tuple[int, ...]:
    """Return all of a rank but the order. What it looks at is what `_alike` compares."""
    return (
        _audience_rank(helpline, audience),
        _language_rank(helpline, language),
        _OPEN.index(status.open),
        int(dial is None),
        _COSTS.index(helpline.cost),
        _KINDS.index(helpline.kind),
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


def _rungs(directory: Directory, country: str, need: str) -> tuple[Rung, ...]:
    """Return a ladder with its services grouped; worked out when it is first asked for, and kept with the directory."""
    found = directory.rungs.get((country, need))
    if found is None:
        ladder = directory.ladders.get((country, need), ())
        found = directory.rungs[country, need] = tuple((step, _grouped(helplines)) for step, helplines in ladder)
    return found


def _grouped(helplines: Iterable[Helpline]) -> tuple[tuple[Helpline, ...], ...]:
    groups: dict[Hashable, list[Helpline]] = {}
    for helpline in sorted(helplines, key=lambda each: each.order):
        groups.setdefault(_alike(helpline), []).append(helpline)
    return tuple(map(tuple, groups.values()))


def _alike(helpline: Helpline) -> Hashable:
    """Return all that a rank looks at, but the order; services of one ladder are of one country."""
    return (
        helpline.audience,
        helpline.languages,
        (helpline.hours, helpline.exceptions, helpline.timezone),
        connected_by(helpline),
        helpline.cost,
        helpline.kind,
    )


def _place(helplines: tuple[Helpline, ...], audience: str, query: Query, now: dt.datetime) -> _Place:
    one = helplines[0]
    status, dial = hours_of(one).at(now), number_to_dial(one, query.line_country)
    return _Place(_rank(one, status, dial, audience, query.language), status, dial is not None, helplines)


def _in_order(place: _Place) -> Iterator[tuple[int, Status, Helpline]]:
    return ((each.order, place.status, each) for each in place.helplines)


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
