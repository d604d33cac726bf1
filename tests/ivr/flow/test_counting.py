"""What the conversation counts: steps that add up, milestones once a call, and how each need was served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.load import compile_files
from directory.pieces import Place, replaced
from ivr import flow
from ivr.events import EventKind
from ivr.state import Channel, State, Step
from ivr.turn import Answer, Count, World
from tests.ivr.flow.walk import TUESDAY_MORNING, Walk, a_world, walk
from tests.sample_directory import FILES, changed

BEFORE = compile_files(FILES)
AFTER = compile_files(replaced(FILES, Place("gb.yaml", "gb-crime"), None))
"""The next revision, without a helpline that callers may be speaking of."""
LANGUAGES = ("en", "fr", "pl")
KEYS = (*"1234567890", "*", "#")
CALLERS = (("GB", Channel.VOICE), (None, Channel.VOICE), ("GB", Channel.SMS))
"""Country of the calling number; None where it is withheld."""
STEPS = (EventKind.STEP, EventKind.LEFT)
Act = Callable[[State, World], Answer]


def world_of(country: str | None, *, later: bool = False) -> World:
    """Return the world of a caller before or after the revision changes."""
    return a_world(AFTER if later else BEFORE, LANGUAGES, country, None)


@cache
def walked_by(country: str | None, channel: Channel) -> Walk:
    """Return every state that a caller can reach before the revision changes."""
    return walk(world_of(country), channel)


def _press(key: str) -> Act:
    return lambda state, world: flow.press(state, key, world)


def _return(outcome: flow.Outcome) -> Act:
    return lambda state, world: flow.come_back(state, outcome, world)


ACTS: Mapping[str, Act] = {
    **{key: _press(key) for key in (*KEYS, "x")},
    "silence": flow.keep_silent,
    "words": flow.not_heard,
}
OUTCOMES: Mapping[str, Act] = {outcome.value: _return(outcome) for outcome in flow.Outcome}


def acts_in(state: State) -> Mapping[str, Act]:
    """Return what can happen in a state: a call that is forwarded can only come back."""
    return OUTCOMES if state.step is Step.FORWARD else ACTS


def moves(counts: Iterable[Count]) -> Mapping[str, int]:
    """Return entered less left of each step where that is not 0."""
    sums = Counter[str]()
    for count in counts:
        if count.kind in STEPS:
            sums[count.name] += 1 if count.kind is EventKind.STEP else -1
    return {name: times for name, times in sums.items() if times}


def names(kind: EventKind, answers: Iterable[Answer]) -> list[str]:
    """Return the names of what was counted of a kind, in order."""
    return [count.name for answer in answers for count in answer.counts if count.kind is kind]


@pytest.mark.parametrize(("country", "channel"), CALLERS)
@pytest.mark.parametrize("later", [False, True])
def test_every_way_adds_up(country: str | None, channel: Channel, *, later: bool) -> None:
    """From every state, whatever happens and even if the directory has just changed, one step is left for another."""
    walked, world = walked_by(country, channel), world_of(country, later=later)
    seen = set()
    for state in walked.turns:
        for act in acts_in(state).values():
            answer = act(state, world)
            before, after = state.step.name.lower(), answer.state.step.name.lower()
            seen.add((before, after))
            assert moves(answer.counts) == ({} if before == after else {before: -1, after: 1})

    assert len(seen) > len({before for before, _ in seen})


@given(st.sampled_from(CALLERS), st.lists(st.tuples(st.integers(0, 63), st.booleans()), max_size=40))
def test_every_walk_adds_up(caller: tuple[str | None, Channel], chances: list[tuple[int, bool]]) -> None:
    """Over a whole conversation 1 is left at the step where it stands; milestones and each need are counted once."""
    country, channel = caller
    answers = [flow.begin(world_of(country), channel)]
    for chance, later in chances:
        state = answers[-1].state
        if state.step is Step.GOODBYE:
            break
        acts = list(acts_in(state).values())
        answers.append(acts[chance % len(acts)](state, world_of(country, later=later)))
    milestones = Counter(names(EventKind.CALL if channel is Channel.VOICE else EventKind.WRITTEN, answers))

    assert {answers[-1].state.step.name.lower(): 1} == moves(count for answer in answers for count in answer.counts)
    assert 1 == milestones["begun"]
    assert {1} == set(milestones.values())
    assert len(names(EventKind.COVERAGE, answers)) == len(answers[-1].told) <= len(BEFORE.needs)
    assert (milestones["need"] == 1) == bool(answers[-1].told)
    assert len(names(EventKind.OUTCOME, answers)) >= sum(answer.turn.forward is not None for answer in answers)


def walk_through(keys: str, world: World, channel: Channel = Channel.VOICE) -> list[Answer]:
    """Return the answers of a conversation in which these keys are pressed; `-` is silence."""
    answers = [flow.begin(world, channel)]
    for key in keys:
        state = answers[-1].state
        answers.append(flow.keep_silent(state, world) if key == "-" else flow.press(state, key, world))
    return answers


def test_milestones_of_a_call() -> None:
    """A call counts that it began, the language chosen first, and the need, with what was known of it then."""
    answers = walk_through("1*21", world_of("GB"))

    assert [["begun"], ["language"], [], [], ["need"]] == [names(EventKind.CALL, [answer]) for answer in answers]
    assert ("GB", "crime", "pl") == (answers[4].state.country, answers[4].state.need, answers[4].turn.language)


def test_milestones_of_a_conversation_by_text() -> None:
    """A conversation by text counts the same, and no call."""
    answers = walk_through("11", world_of("GB"), Channel.SMS)

    assert ["begun", "language", "need"] == names(EventKind.WRITTEN, answers)
    assert [] == names(EventKind.CALL, answers)


def test_each_need_is_counted_once() -> None:
    """A caller who goes back and chooses the same need again is not counted again; another need is."""
    answers = walk_through("11*1*2*2*1", world_of("GB"))

    assert ["begun", "language", "need"] == names(EventKind.CALL, answers)
    assert ["closed", "unknown"] == names(EventKind.COVERAGE, answers)
    assert ["spoken", "spoken"] == names(EventKind.LANGUAGE, answers)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [("Mo-Fr 08:00-09:00", "open"), ("Mo-Fr 08:01-09:00", "closed"), ("Mo-Fr 07:00-08:00", "closed")],
)
def test_coverage_goes_by_the_helplines_own_clock(hours: str, expected: str) -> None:
    """Open and closed are counted by the first service's hours at that minute, in its own time zone."""
    directory = compile_files(changed("gb.yaml", "Mo-Fr 09:00-17:00", hours))
    answers = walk_through("11", a_world(directory, LANGUAGES, "GB", None, TUESDAY_MORNING))

    assert [expected] == names(EventKind.COVERAGE, answers)


def test_nobody_is_there_for_a_need() -> None:
    """Where only the emergency advice is left, it is counted that nobody was there, and the need all the same."""
    directory = replace(
        BEFORE, ladders={key: tuple((need, ()) for need, _ in ladder) for key, ladder in BEFORE.ladders.items()}
    )
    answers = walk_through("110", a_world(directory, LANGUAGES, "GB", None))

    assert Step.EMERGENCY is answers[2].state.step
    assert ["nobody"] == names(EventKind.COVERAGE, answers)
    assert ["begun", "language", "need"] == names(EventKind.CALL, answers)
    assert [] == names(EventKind.LANGUAGE, answers)


@pytest.mark.parametrize("keys", ["10", "1*0", "1---", "---"])
def test_no_need_without_a_choice(keys: str) -> None:
    """Who asks for the emergency advice, or stays silent, has chosen no need."""
    answers = walk_through(keys, world_of("GB"))

    assert [] == names(EventKind.COVERAGE, answers)
    assert "need" not in names(EventKind.CALL, answers)


def test_silence_is_a_miss_and_moves_on() -> None:
    """Silence counts as a miss; where it leads to another step, as that too, and a forwarding once."""
    answers = walk_through("11--", world_of("GB"))

    assert ["silence", "silence"] == names(EventKind.MISS, answers)
    assert ["forwarding"] == names(EventKind.OUTCOME, answers)
    assert {"referral": -1, "forward": 1} == moves(answers[-1].counts)


def test_hung_up_while_forwarded() -> None:
    """A caller who hangs up while forwarded stops there: the outcome is counted, and no step that nobody heard."""
    world = world_of("GB")
    forwarded = walk_through("111", world)[-1]
    over = flow.come_back(forwarded.state, flow.Outcome.COMPLETED, world, over=True)
    back = flow.come_back(forwarded.state, flow.Outcome.COMPLETED, world)

    assert Step.FORWARD is forwarded.state.step
    assert (Count(EventKind.OUTCOME, "completed"),) == over.counts
    assert {"forward": -1, "after": 1} == moves(back.counts)


@pytest.mark.parametrize("begin", [flow.begin_again, flow.lead_back, flow.rescue])
def test_a_call_that_begins_anew_is_not_counted_again(begin: Callable[[World], Answer]) -> None:
    """A call whose state was lost enters a step, and counts no milestone and no need from there on."""
    world = world_of("GB")
    answers = [begin(world)]
    for key in ["busy", "*", "*", "1", "1"]:
        state = answers[-1].state
        act = OUTCOMES["busy"] if state.step is Step.FORWARD else ACTS.get(key, flow.keep_silent)
        answers.append(act(state, world))

    assert {answers[-1].state.step.name.lower(): 1} == moves(count for answer in answers for count in answer.counts)
    assert "referral" in names(EventKind.STEP, answers)
    assert [] == [
        count
        for answer in answers
        for count in answer.counts
        if count.kind in {EventKind.CALL, EventKind.COVERAGE, EventKind.LANGUAGE}
    ]


def test_turns_do_not_depend_on_what_was_counted() -> None:
    """Callers in the same place share one turn, whatever has been counted of them."""
    world = world_of("GB")
    once, again = walk_through("11", world)[-1], walk_through("11*1", world)[-1]

    assert once.turn is again.turn
    assert flow.enter(replace(once.state, told="xyz"), world) is flow.enter(replace(once.state, told=""), world)
    assert once.told == again.told == once.state.told != ""
