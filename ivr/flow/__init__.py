"""The conversation: a finite state machine without input or output.

(state, key, world) becomes an answer: a turn, and what is to be counted and done. Every option of a turn already holds
the state it leads to, so that the whole graph can be walked and tested. The steps live in `menus`, `referral` and
`people`; what silence, a wrong key and the outcome of a forwarding mean is decided here, once for all steps.

Silence is a normal way of calling: the first time the turn is repeated, the second time the simplest choice is made,
the third time a person is called. A key without meaning counts like silence, so no error leads to a harder menu and
none ends a call (W3C supplemental pattern o6p04, "voice menus").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any

from ivr.events import EventKind
from ivr.flow import counting, menus, offers, people, referral
from ivr.flow.ways import RESERVED_KEYS, country_of, language_of, left_behind
from ivr.phrases import Phrase
from ivr.state import Channel, State, Step
from ivr.turn import KEPT_TURNS, Answer, Count, Line, Option, Turn, World

Enter = Callable[[State, World], Turn]

_STEPS: Mapping[Step, Enter] = {
    Step.LANGUAGE: menus.language,
    Step.NEED: menus.need,
    Step.APART: menus.apart,
    Step.COUNTRY: menus.country,
    Step.REFERRAL: referral.referral,
    Step.NUMBER: referral.number,
    Step.CONSENT: referral.consent,
    Step.SENT: referral.sent,
    Step.FORWARD: people.forward,
    Step.AFTER: people.after,
    Step.EMERGENCY: people.emergency,
    Step.PERSON: people.person,
    Step.GOODBYE: people.goodbye,
}


_PLACE = attrgetter(*(field.name for field in fields(State) if field.name not in {"offered", "told"}))
"""What a turn depends on: all of a state but what is only remembered of the way to it. The others come first in it."""


class Outcome(StrEnum):
    """How a forwarded leg ended, in the provider's words (its Dial page)."""

    COMPLETED = "completed"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


_RESTART = Count(EventKind.FAULT, "restart")
"""The state of a call was lost, or one of its recordings could not be fetched."""
PATIENCE = 3
"""Silences, keys without meaning and words not understood, one after another, after which a person is called."""
_REACHED = {Outcome.COMPLETED, Outcome.ANSWERED}
_APOLOGY = {
    Outcome.BUSY: Phrase.FAILED_BUSY,
    Outcome.NO_ANSWER: Phrase.FAILED_NO_ANSWER,
}


def begin(world: World, channel: Channel = Channel.VOICE) -> Answer:
    """Answer a call or a first text."""
    return counting.begun(Answer(enter(State(channel=channel), world)))


def lead_back(world: World) -> Answer:
    """Answer a call that the lifeline has led back to its beginning: it was counted when it began."""
    return counting.resumed(Answer(enter(State(), world), counts=(_RESTART,)))


def begin_again(world: World, channel: Channel = Channel.VOICE, *, voiced: bool = False) -> Answer:
    """Begin politely anew when the state of a call is lost, or, `voiced`, when a recording could not be fetched."""
    turn = enter(State(channel=channel, voiced=voiced), world)
    return counting.resumed(Answer(turn, (Line(Phrase.RESTART, turn.language),), (_RESTART,)))


def rescue(world: World) -> Answer:
    """Answer a call in which something has failed, with nothing of it known: a person is called at once."""
    state = people.towards_person(State(step=Step.PERSON, country=country_of(world)), world)
    return counting.resumed(Answer(people.forward_unasked(state, world)))


def enter(state: State, world: World) -> Turn:
    """Make the turn of a state. Keys that mean the same everywhere are added to those of the step.

    Turns are remembered: callers in the same place at the same minute are told the same.
    """
    return _enter(_PLACE(state), world)


@lru_cache(KEPT_TURNS)
def _enter(place: tuple[Any, ...], world: World) -> Turn:
    state = offers.known(State(*place), world)
    if state.back and state.step is not Step.EMERGENCY:
        state = replace(state, back=None)
    turn = _STEPS[state.step](state, world)
    if turn.forward or turn.ends:
        return turn
    reserved = Line(Phrase.RESERVED, turn.language)
    coda = (*turn.coda, reserved) if state.misses and reserved not in turn.coda else turn.coda
    return offers.marked(replace(turn, options=(*turn.options, *_reserved(turn)), coda=coda))


def press(state: State, key: str, world: World) -> Answer:
    """Answer `key`, pressed (or sent) in `state`."""
    turn = enter(state, world)
    option = next((each for each in turn.options if each.key == key), None)
    if option is None:
        return _misunderstood(state, Phrase.WRONG_KEY, world)
    if offers.has_moved(state, turn, option):
        return counting.onward(Answer(turn), state, world)
    leads = replace(option.leads, misses=0) if option.leads.misses else option.leads
    following = enter(leads, world)
    if offers.is_unannounced(state, following):
        return counting.onward(Answer(turn), state, world)
    return counting.onward(Answer(following, text=option.text), state, world, leads)


def not_heard(state: State, world: World) -> Answer:
    """Answer a caller who said something that could not be understood for sure: ask again, decide nothing."""
    return _misunderstood(state, Phrase.NOT_HEARD, world)


def keep_silent(state: State, world: World) -> Answer:
    """Answer silence in `state`."""
    silence = Count(EventKind.MISS, "silence")
    return counting.onward(Answer(_missed(state, world), counts=(silence,)), state, world)


def come_back(state: State, outcome: Outcome, world: World, *, over: bool = False) -> Answer:
    """Answer a caller who comes back from a forwarded leg to `state.helpline`.

    `over`: the caller has hung up on that leg. Nobody hears the answer, so it enters no step.
    """
    counts = (Count(EventKind.OUTCOME, outcome.value.replace("-", "_")),)
    turn, lead = _after_the_leg(state, outcome, world)
    answer = Answer(turn, lead, counts)
    return answer if over else counting.onward(answer, state, world)


def _after_the_leg(state: State, outcome: Outcome, world: World) -> tuple[Turn, tuple[Line, ...]]:
    tried = left_behind(state)
    if outcome in _REACHED:
        return enter(replace(tried, step=Step.AFTER, misses=0), world), ()
    turn = enter(people.next_after_failure(tried, world), world)
    return turn, (Line(_APOLOGY.get(outcome, Phrase.FAILED_UNREACHABLE), turn.language),)


def _misunderstood(state: State, apology: Phrase, world: World) -> Answer:
    missed = _missed(state, world)
    miss = Count(EventKind.MISS, apology.value)
    return counting.onward(Answer(missed, (Line(apology, missed.language),), (miss,)), state, world)


def _missed(said: State, world: World) -> Turn:
    """Answer what was no choice in the turn of a state; a service that this turn did not name is named first."""
    following = _simplest(enter(said, world), world)
    return people.forward_unasked(following.state, world) if offers.is_unannounced(said, following) else following


def _simplest(turn: Turn, world: World) -> Turn:
    """Repeat, then take the simplest choice, then call a person."""
    state = turn.state
    if state.channel is Channel.SMS:
        return turn
    misses = min(state.misses + 1, PATIENCE)
    if misses == 1 or turn.silence is None:
        return enter(replace(state, misses=misses), world)
    if misses < PATIENCE:
        return enter(replace(turn.silence, misses=misses), world)
    return enter(replace(people.towards_person(state, world), misses=misses), world)


def _reserved(turn: Turn) -> tuple[Option, ...]:
    """`0` gives the emergency advice, `*` goes back, `#` repeats, unless the step gives the key a nearer meaning."""
    state = turn.state
    leads = {"*": _back(state), "#": state}
    if state.step is not Step.EMERGENCY:
        leads["0"] = replace(state, step=Step.EMERGENCY, back=state.step, page=0)
    taken = {option.key for option in turn.options}
    offered = (key for key in RESERVED_KEYS if key in leads and key not in taken)
    return tuple(Option(key, leads[key]) for key in offered if key == "#" or leads[key] != state)


def _back(state: State) -> State:
    if state.page:
        return replace(state, page=0)
    step = {
        Step.LANGUAGE: Step.LANGUAGE,
        Step.NEED: Step.LANGUAGE,
        Step.APART: Step.NEED,
        Step.COUNTRY: Step.NEED,
        Step.REFERRAL: Step.NEED,
        Step.NUMBER: Step.REFERRAL,
        Step.CONSENT: Step.REFERRAL,
        Step.SENT: Step.REFERRAL,
        Step.AFTER: Step.REFERRAL,
        Step.EMERGENCY: state.back or Step.LANGUAGE,
        Step.PERSON: Step.NEED if state.language else Step.LANGUAGE,
    }[state.step]
    if step in {Step.NEED, Step.LANGUAGE}:
        return replace(state, step=step, helpline=None, seen=(), need=None, back=None)
    return replace(state, step=step, back=None)


__all__ = [
    "Outcome",
    "begin",
    "begin_again",
    "come_back",
    "enter",
    "keep_silent",
    "language_of",
    "lead_back",
    "not_heard",
    "press",
    "rescue",
]
