"""What is counted of an answer: one rule for every way from one turn to the next.

Each change of step is one step left and one entered. So over all the events of one conversation, entered less left is 1
for the step where it stands and 0 for every other, and the sums over all calls say where callers hang up.

What stands for a call (that it began, its language, its need) is counted at most once in it, and how a need is served
at most once for each need: otherwise one caller who goes back and forth could lift a small figure over the threshold
below which it is hidden. The state remembers what has been counted, in `State.told`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from ivr.events import EventKind
from ivr.flow.referral import answers_in
from ivr.flow.ways import current_match
from ivr.state import Channel, State, Step
from ivr.turn import KEPT_TURNS, Answer, Count, Turn, World

_LOST = "*"
"""Told of everything, as far as anybody knows: the mark of a conversation whose state was lost on the way."""
_CHOOSING = {Step.NEED, Step.APART, Step.COUNTRY}
"""Steps whose choice leads to a first referral."""
_REFERRED = {Step.REFERRAL, Step.EMERGENCY}
"""Where such a choice leads: to a service, or to the emergency advice where there is none."""


def begun(answer: Answer) -> Answer:
    """Count what begins a call, or a conversation by text."""
    begins = Count(_milestone(answer.state), "begun")
    return replace(answer, counts=(*answer.counts, begins, *_moved(None, answer.turn)))


def resumed(answer: Answer) -> Answer:
    """Count a conversation that goes on without its state: no milestone of it is counted (again) from here on.

    The step at which the state was lost is never left. `fault` counts how often that happens.
    """
    return replace(answer, counts=(*answer.counts, *_moved(None, answer.turn)), told=_LOST)


def onward(answer: Answer, before: State, world: World, chosen: State | None = None) -> Answer:
    """Count the way from the state `before` to the answer's turn; `chosen` is where the key pressed meant to lead."""
    turn = answer.turn
    language = _language(before, turn)
    need = _need(before, chosen, turn, world)
    served = (*_first(before, turn), *_served(turn, world)) if need else ()
    counts = (*answer.counts, *_moved(before, turn), *language, *served)
    return replace(answer, counts=counts, told="".join(sorted(before.told + need)))


def _moved(before: State | None, turn: Turn) -> tuple[Count, ...]:
    forwarding = (Count(EventKind.OUTCOME, "forwarding"),) if turn.forward else ()
    if before is not None and before.step is turn.state.step:
        return forwarding
    left = (Count(EventKind.LEFT, _name(before.step)),) if before else ()
    return (*left, Count(EventKind.STEP, _name(turn.state.step)), *forwarding)


def _language(before: State, turn: Turn) -> tuple[Count, ...]:
    """Count the first choice of a language. Nothing ever unchooses it."""
    if before.language or turn.state.language is None or before.told == _LOST:
        return ()
    return (Count(_milestone(turn.state), "language"),)


def _need(before: State, chosen: State | None, turn: Turn, world: World) -> str:
    """Return the letter of the need that the caller has just chosen for the first time; empty where there is none."""
    state = turn.state
    referred = chosen is not None and chosen.step is Step.REFERRAL and before.step in _CHOOSING
    known = state.language and state.country and state.need
    if not referred or not known or state.step not in _REFERRED or before.told == _LOST:
        return ""
    letter = _letter(str(state.need), world)
    return "" if letter in before.told else letter


def _letter(need: str, world: World) -> str:
    """Return the letter that stands for a need; two of very many share one, and are then counted as one."""
    return chr(ord("a") + list(world.directory.needs).index(need) % 26)


def _first(before: State, turn: Turn) -> tuple[Count, ...]:
    return () if before.told else (Count(_milestone(turn.state), "need"),)


@lru_cache(KEPT_TURNS)
def _served(turn: Turn, world: World) -> tuple[Count, ...]:
    """Count whether the first service offered is open now, and whether it speaks the caller's language."""
    match = current_match(turn.state, world) if turn.state.step is Step.REFERRAL else None
    if match is None:
        return (Count(EventKind.COVERAGE, "nobody"),)
    coverage = {True: "open", False: "closed", None: "unknown"}[match.status.open]
    understanding = answers_in(match.helpline, turn.language, world)
    return (Count(EventKind.COVERAGE, coverage), Count(EventKind.LANGUAGE, understanding.value))


def _milestone(state: State) -> EventKind:
    return EventKind.CALL if state.channel is Channel.VOICE else EventKind.WRITTEN


def _name(step: Step) -> str:
    return step.name.lower()
