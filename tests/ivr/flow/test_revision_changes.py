"""A call under way while the directory changes: from every state it goes on with what is served now, without harm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

import pytest

from directory.load import compile_files
from directory.model import Directory
from directory.pieces import Place, replaced
from directory.switched import Position, Standing, Switched, overlaid
from ivr import flow
from ivr.speech import Speech
from ivr.state import Channel, State, Step
from ivr.turn import Answer, Caller, Digits, Line, Name, Turn, World
from tests.editions import shipped_catalogues
from tests.ivr.flow.walk import Walk, walk
from tests.sample_directory import FILES, changed

LANGUAGES = ("en", "fr", "pl")
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
BEFORE = compile_files(FILES)
KEYS = (*"1234567890", "*", "#", "x")
CRIME = "gb-crime"
CATALOGUES = shipped_catalogues()
OUTCOMES = tuple(flow.Outcome)


def _switched(say: str, position: Position) -> Directory:
    return overlaid(BEFORE, Standing(switches=(Switched("GB", say.replace(" ", ""), position),)))


def _without_britain() -> Directory:
    there = 'GB:\n        hours: "Mo-Su 10:00-24:00"\n        note: Not at night.'
    files = changed("harmonised.yaml", there, "FR: {}")
    del files["gb.yaml"]
    return compile_files(files)


AFTER: Mapping[str, Callable[[], Directory]] = {
    "the same": lambda: BEFORE,
    "a helpline is gone": lambda: compile_files(replaced(FILES, Place("gb.yaml", CRIME), None)),
    "its number is another": lambda: compile_files(
        {**FILES, "gb.yaml": FILES["gb.yaml"].replace("7946 0001", "7946 0009").replace("79460001", "79460009")}
    ),
    "its number is switched out": lambda: _switched("020 7946 0001", Position.OUT),
    "its number is read out only": lambda: _switched("020 7946 0001", Position.READ_OUT),
    "its hours are others": lambda: compile_files(changed("gb.yaml", "Mo-Fr 09:00-17:00", "Mo-Fr 20:00-21:00")),
    "it serves another need": lambda: compile_files(changed("gb.yaml", "needs: [crime]", "needs: [support]")),
    "its country is gone": _without_britain,
}


def a_world(directory: Directory, country: str | None, languages: tuple[str, ...] = LANGUAGES) -> World:
    """Return the world of a caller with a mobile number of a country who dials our international number."""
    return World(directory, languages, NOW, Caller(country, country is not None, None))


AnyCaller = tuple[str | None, Channel]


@cache
def walked(country: str | None, channel: Channel = Channel.VOICE) -> Walk:
    """Return every state that a caller from a country can reach before the change."""
    return walk(a_world(BEFORE, country), channel)


@cache
def changed_under_way(caller: AnyCaller, change: str) -> tuple[Directory, list[tuple[State, Turn, str, Answer]]]:
    """Return what is served after a change, and how every act in every state from before it is answered."""
    after = AFTER[change]()
    world = a_world(after, caller[0])
    turns = walked(*caller).turns.items()
    return after, [(state, said, key, answer) for state, said in turns for key, answer in answers(state, world)]


def answers(state: State, world: World) -> Iterator[tuple[str, Answer]]:
    """Yield how every act of a caller in a state is answered; while a call is forwarded it can only end."""
    if state.step is Step.FORWARD:
        yield from ((outcome, flow.come_back(state, outcome, world)) for outcome in OUTCOMES)
        return
    for key in KEYS:
        yield key, flow.press(state, key, world)
    yield "silence", flow.keep_silent(state, world)
    yield "words", flow.not_heard(state, world)


GB, WITHHELD, WRITER = ("GB", Channel.VOICE), (None, Channel.VOICE), ("GB", Channel.SMS)
"""A caller from Britain, one with a withheld number, and somebody who writes."""
CHANGES = [
    *((GB, name) for name in AFTER),
    (WITHHELD, "a helpline is gone"),
    (WITHHELD, "its country is gone"),
    (WRITER, "a helpline is gone"),
    (WRITER, "its number is read out only"),
]
every_change = pytest.mark.parametrize(
    ("caller", "change"), CHANGES, ids=[f"{caller[0]}-{caller[1].name}-{change}" for caller, change in CHANGES]
)


@every_change
def test_every_act_is_answered(caller: AnyCaller, change: str) -> None:
    """Whatever is pressed in whatever state, there is a turn that can be spoken, offers something, and dials safely."""
    after, acts = changed_under_way(caller, change)
    speech = Speech(after, CATALOGUES)
    rung = {number.dial for each in after.helplines.values() for number in each.numbers if number.dial}
    lines: set[Line] = set()
    for state, _, key, answer in acts:
        turn = answer.turn
        lines |= set(_lines(answer))
        assert turn.lines or turn.options, (state, key)
        assert turn.forward or turn.ends or turn.silence is not None or turn.options, (state, key)
        assert turn.forward is None or turn.forward.dial in rung, (state, key)
    assert all(speech.spoken(line) for line in lines)


@every_change
def test_nobody_is_connected_to_what_was_not_named(caller: AnyCaller, change: str) -> None:
    """A key or a silence connects to a service that the turn before has named, or that is named right now."""
    for state, said, key, answer in changed_under_way(caller, change)[1]:
        if answer.turn.forward:
            named = {state.helpline, *_names(said), *_names(answer.turn)}
            assert answer.turn.forward.helpline in named, (state, key)


@every_change
def test_keys_mean_what_was_said(caller: AnyCaller, change: str) -> None:
    """A key of a menu leads where it led when the menu was said; where it would not, the menu is said anew."""
    for state, said, key, answer in changed_under_way(caller, change)[1]:
        meant = next((option.leads for option in said.options if option.key == key), None)
        numbered = state.step in {Step.LANGUAGE, Step.NEED, Step.APART, Step.COUNTRY}
        if meant is not None and numbered and answer.state.step is Step.REFERRAL:
            assert (meant.need, meant.country) == (answer.state.need, answer.state.country), (state, key)


@every_change
def test_a_text_is_about_what_was_agreed(caller: AnyCaller, change: str) -> None:
    """A text is only promised about the service that the caller heard of, and only if it is still there."""
    after, acts = changed_under_way(caller, change)
    for state, _, key, answer in acts:
        if answer.text:
            assert answer.state.helpline == state.helpline, (state, key)
            assert answer.state.helpline in after.helplines, (state, key)


@pytest.mark.parametrize("change", ["a helpline is gone", "its number is switched out", "its country is gone"])
def test_silence_still_reaches_a_person_or_the_advice(change: str) -> None:
    """From every state, silence alone is connected, or hears the emergency advice, after a few turns."""
    world = a_world(AFTER[change](), "GB")
    for begun in walked("GB").turns:
        state, turn = begun, flow.enter(begun, world)
        for _ in range(8):
            if turn.forward or turn.ends or turn.state.step is Step.EMERGENCY:
                break
            turn = flow.keep_silent(state, world).turn
            state = turn.state
        assert turn.forward or turn.ends or turn.state.step is Step.EMERGENCY, begun


def test_language_that_is_gone() -> None:
    """A caller whose language is no longer offered is spoken to in the likeliest one, from every state."""
    world = a_world(BEFORE, "GB", ("en", "fr"))
    turns = [flow.enter(replace(state, language="pl"), world) for state in walked("GB").turns if state.language]

    assert {"en"} == {turn.language for turn in turns}


def test_languages_that_moved() -> None:
    """A key of the menu of languages chooses the language that was said with it, or the menu is said anew."""
    said = flow.begin(a_world(BEFORE, "GB")).turn
    for option in said.options:
        found = flow.press(said.state, option.key, a_world(BEFORE, "GB", ("en", "pl"))).state

        assert found.language in {None, option.leads.language}


def test_page_that_is_gone() -> None:
    """A page beyond the end of a list that has become shorter is its first."""
    turn = flow.enter(State(Step.COUNTRY, language="en", page=7), a_world(BEFORE, None))

    assert [option.leads.country for option in turn.options[:2]] != []
    assert {"GB", "FR"} >= {option.leads.country for option in turn.options if option.key in "12"}


def test_key_after_a_change_counts_no_miss() -> None:
    """A menu that is said anew because it has changed is no error of the caller's."""
    world = a_world(AFTER["a helpline is gone"](), "GB")
    state = flow.enter(State(Step.REFERRAL, language="en", country="GB", need="crime"), a_world(BEFORE, "GB")).state
    answer = flow.press(state, "1", world)

    assert (CRIME, 0, ()) == (state.helpline, answer.state.misses, answer.counts)
    assert Step.FORWARD is not answer.state.step


def test_number_that_is_read_out_only_is_not_rung() -> None:
    """A caller who was offered a connection presses as the number is switched: it is said instead."""
    state = flow.enter(State(Step.REFERRAL, language="en", country="GB", need="crime"), a_world(BEFORE, "GB")).state
    answer = flow.press(state, "1", a_world(_switched("020 7946 0001", Position.READ_OUT), "GB"))

    assert answer.turn.forward is None
    assert Digits("020 7946 0001") in [value for line in answer.turn.lines for _, value in line.values]


def _lines(answer: Answer) -> list[Line]:
    turn = answer.turn
    return [*answer.lead, *turn.lines, *(option.spoken for option in turn.options if option.spoken), *turn.coda]


def _names(turn: Turn) -> set[str]:
    """Return the services that a turn names."""
    lines = [*turn.lines, *(option.spoken for option in turn.options if option.spoken), *turn.coda]
    return {value.helpline for line in lines for _, value in line.values if isinstance(value, Name)}
