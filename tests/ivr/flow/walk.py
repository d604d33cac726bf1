"""Walks the whole graph of a conversation: every state that one caller can reach, by any key, silence or outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from directory.model import Directory
from ivr import flow
from ivr.state import Channel, State
from ivr.turn import Answer, Caller, Turn, World

TUESDAY_MORNING = dt.datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Bucharest"))
NIGHT = TUESDAY_MORNING.replace(hour=3)
OUTCOMES = (flow.Outcome.COMPLETED, flow.Outcome.BUSY)
"""One outcome of each sort that the conversation tells apart by where it leads."""


CHOSEN = "RO"
"""The country that a caller with a withheld number chooses."""


@dataclass(frozen=True)
class Walk:
    """Every state with its turn, and where each can go."""

    world: World
    turns: Mapping[State, Turn]
    ways: Mapping[State, tuple[State, ...]]
    silent: Mapping[State, Turn]
    """What follows silence in a state."""


def a_world(
    directory: Directory,
    languages: tuple[str, ...],
    country: str | None,
    line: str | None,
    now: dt.datetime = TUESDAY_MORNING,
) -> World:
    """Return the world of a caller with a mobile number of `country` who dials our number of `line`."""
    return World(directory, languages, now, Caller(country, country is not None, line))


def walk(
    world: World, channel: Channel = Channel.VOICE, visit: Callable[[Turn, Answer | None], None] | None = None
) -> Walk:
    """Walk from the first turn to every state, without leaving the country that the numbers tell.

    `visit` is shown each state's turn, with the answer to silence where that is not the end, while the conversation
    still remembers them: whoever asks for them again afterwards has them made a second time.

    Other countries are the same walk from another caller; only the choice of a country itself is not followed there.
    """
    home = world.caller.line or world.caller.country or CHOSEN
    turns: dict[State, Turn] = {}
    ways: dict[State, tuple[State, ...]] = {}
    silent: dict[State, Turn] = {}
    entered: dict[State, State] = {}

    def arrive(state: State) -> State:
        if state not in entered:
            turn = flow.enter(state, world)
            entered[state] = turn.state
            turns.setdefault(turn.state, turn)
        return entered[state]

    waiting = [arrive(flow.begin(world, channel).state)]
    while waiting:
        state = waiting.pop()
        if state in ways:
            continue
        silence = _silence(turns[state], world)
        if silence:
            silent[state] = silence.turn
        if visit:
            visit(turns[state], silence)
        onward = (each for each in _onward(turns[state], world, silence) if each.country in (None, home))
        ways[state] = tuple(dict.fromkeys(arrive(following) for following in onward))
        waiting += [following for following in ways[state] if following not in ways]
    return Walk(world, {state: turns[state] for state in ways}, ways, silent)


def _silence(turn: Turn, world: World) -> Answer | None:
    return None if turn.forward or turn.ends else flow.keep_silent(turn.state, world)


def _onward(turn: Turn, world: World, silence: Answer | None) -> Iterator[State]:
    yield from (replace(option.leads, misses=0) if option.leads.misses else option.leads for option in turn.options)
    if turn.forward:
        yield from (flow.come_back(turn.state, outcome, world).state for outcome in OUTCOMES)
    elif silence:
        yield silence.turn.state
