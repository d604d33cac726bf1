"""The calls: who wants what, how long they think, and how they walk through the documents that they are given.

The mix is the field's: 60 % hang up or stay silent early, the others are connected or ask for a text. All is drawn
with one seed, so that every run has the same calls. Thinking is compressed: a tenth of a second to one and a half.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bench.year.answers import Answer
from bench.year.people import TEXTS_OF_ONE, Telephone
from bench.year.signing import NOTHING, Act, ended_leg, pressed
from bench.year.tally import Tally

SEED = 1930
SHORTEST, LONGEST = 0.1, 1.5
"""Seconds that a caller thinks."""
KEYS = ("1", "2", "3")
"""Keys of the menus of languages and needs; all three mean something in every country."""
NEAR, NEAR_SHARE = 12, 0.8
"""The first so many telephones are those of the first countries, a mobile and a landline each; so many of all callers
have one of them. Who asks for a text calls from anywhere, since one number gets a few texts a day at most."""
MOST_SILENCES = 4
"""The third leads to a person; where nobody can be reached at this hour, the emergency advice is repeated for ever."""


class Wish(Enum):
    """What a caller does; the first five are those who do not stay."""

    GREETING = auto()
    """Hangs up in the greeting."""
    LANGUAGE = auto()
    """Hangs up after the choice of a language."""
    NEED = auto()
    """Hangs up after that of a need."""
    HESITATE = auto()
    """Is silent once, and hangs up."""
    SILENT = auto()
    """Says and presses nothing, and is led to a person."""
    CONNECT = auto()
    TEXT = auto()


SHARES: Mapping[Wish, float] = {
    Wish.GREETING: 0.20,
    Wish.LANGUAGE: 0.15,
    Wish.NEED: 0.10,
    Wish.HESITATE: 0.10,
    Wish.SILENT: 0.05,
    Wish.CONNECT: 0.30,
    Wish.TEXT: 0.10,
}
OUTCOMES = ("completed", "completed", "completed", "busy", "no-answer", "hung-up")
"""How a forwarded leg ends; the last is a conversation that the caller ends for both."""


@dataclass(frozen=True, slots=True)
class Route:
    """One telephone's way to a helpline: the keys of language and need, and how many keys lead to the referral."""

    telephone: Telephone
    language: str
    need: str
    referral: int = 0
    """0 where it has not been walked yet; 2, or 3 where the country is asked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One call that is to be made."""

    route: Route
    wish: Wish
    outcome: str
    form: str
    """The key for the form of the text."""
    thinks: float
    """Where in the list of pauses this caller begins, from 0 to 1."""


def routes(telephones: Sequence[Telephone], count: int) -> list[Route]:
    """Return ways to be rehearsed: all keys from the first telephones, then one choice of keys from each other."""
    dice = random.Random(SEED)  # noqa: S311 - no secret
    every = [Route(each, language, need) for each in telephones[:NEAR] for language in KEYS for need in KEYS]
    more = [Route(each, dice.choice(KEYS), dice.choice(KEYS)) for each in telephones[NEAR:]]
    dice.shuffle(every)
    return (every + more)[:count] if count else every + more


def plans(ways: Sequence[Route], count: int) -> Iterator[Plan]:
    """Yield the calls. Where one number has asked for as many texts as it gets in a day, another one asks.

    When all have, callers are connected instead.
    """
    dice = random.Random(SEED)  # noqa: S311 - no secret
    texts: Counter[str] = Counter()
    near = [way for way in ways if way.telephone.index < NEAR] or ways
    mobiles = [way for way in ways if way.telephone.is_mobile]
    for wish in dice.choices(list(SHARES), list(SHARES.values()), k=count):
        way = dice.choice(near if dice.random() < NEAR_SHARE else ways)
        if wish is Wish.TEXT and mobiles:
            way = dice.choice(mobiles)
            texts[way.telephone.number] += 1
            if texts[way.telephone.number] == TEXTS_OF_ONE:
                mobiles = [each for each in mobiles if each.telephone is not way.telephone]
        elif wish is Wish.TEXT:
            wish = Wish.CONNECT
        yield Plan(way, wish, dice.choice(OUTCOMES), dice.choice("12"), dice.random())


@dataclass(frozen=True, slots=True)
class Step:
    """The next request of a call: where it goes, what it tells, the call's state in the carrier's word."""

    path: bytes
    act: Act = NOTHING
    status: bytes = b"in-progress"


Walk = Generator[Step, Answer, Route | None]
"""Yields steps, is sent their answers, and returns the route where it was rehearsed and leads to a helpline."""


def rehearsal(route: Route, tally: Tally) -> Walk:
    """Press one's way until somebody is rung; what is learnt is how many keys that takes."""
    answer = yield from _begin(tally)
    for number, key in enumerate((route.language, route.need, "1", "1"), 1):
        if not answer.key:
            break
        answer = yield Step(answer.key, _PRESSED[key])
        tally.languages += number == 1
        if answer.outcome:
            tally.rung += 1
            tally.needs += 1
            tally.outcomes["completed"] += 1
            yield Step(answer.outcome, _LEGS["completed"], b"completed")
            return Route(route.telephone, route.language, route.need, number - 1)
    tally.astray += 1
    return None


def walk(plan: Plan, tally: Tally, sent: Sequence[bytes]) -> Walk:
    """Walk through a call. `sent` are the sentences, in all languages, which say that a text is on its way."""
    answer = yield from _begin(tally)
    match plan.wish:
        case Wish.HESITATE:
            yield from _silent(answer, tally)
        case Wish.SILENT:
            for _ in range(MOST_SILENCES):
                if answer.silence:
                    answer = yield from _silent(answer, tally)
            yield from _talk(answer, plan, tally)
        case Wish.LANGUAGE | Wish.NEED | Wish.CONNECT | Wish.TEXT:
            yield from _chosen(answer, plan, tally, sent)
    return None


def _begin(tally: Tally) -> Generator[Step, Answer, Answer]:
    answer = yield Step(b"/voice", status=b"ringing")
    tally.begun += 1
    return answer


def _silent(answer: Answer, tally: Tally) -> Generator[Step, Answer, Answer]:
    following = yield Step(answer.silence)
    tally.silences += 1
    return following


def _chosen(answer: Answer, plan: Plan, tally: Tally, sent: Sequence[bytes]) -> Generator[Step, Answer, None]:
    """Choose language and need, and the country where it is asked; then do what the caller wants."""
    route = plan.route
    keys = (route.language, route.need, "1")[: 1 if plan.wish is Wish.LANGUAGE else route.referral]
    for key in keys:
        answer = yield Step(answer.key, _PRESSED[key])
    tally.languages += 1
    if plan.wish is Wish.LANGUAGE:
        return
    tally.needs += 1
    if plan.wish is Wish.CONNECT:
        answer = yield Step(answer.key, _PRESSED["1"])
        yield from _talk(answer, plan, tally)
    elif plan.wish is Wish.TEXT:
        answer = yield Step(answer.key, _PRESSED["2"])
        answer = yield Step(answer.key, _PRESSED[plan.form])
        if any(words in answer.document for words in sent):
            tally.texts[route.telephone.number] += 1
        else:
            tally.astray += 1


def _talk(answer: Answer, plan: Plan, tally: Tally) -> Generator[Step, Answer, None]:
    """Be rung through, and say goodbye; where nobody answers, take the next service once."""
    if not answer.outcome:
        tally.astray += 1
        return
    tally.rung += 1
    if plan.outcome == "hung-up":
        tally.outcomes["completed"] += 1
        yield Step(answer.outcome, _LEGS["completed"], b"completed")
        return
    answer = yield Step(answer.outcome, _LEGS[plan.outcome])
    tally.outcomes[plan.outcome] += 1
    if plan.outcome == "completed":
        yield Step(answer.key, _PRESSED["4"])
    elif plan.outcome == "busy" and answer.key:
        answer = yield Step(answer.key, _PRESSED["1"])
        if answer.outcome:
            tally.rung += 1
            answer = yield Step(answer.outcome, _LEGS["completed"], b"completed")
            tally.outcomes["completed"] += 1


_PRESSED = {key: pressed(key) for key in "1234"}
_LEGS = {word: ended_leg(word, "CA" + "0" * 32) for word in set(OUTCOMES) - {"hung-up"}}
