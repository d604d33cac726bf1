"""The conversation, walked exhaustively: every state that callers of every country and language can reach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from directory.load import load
from directory.model import Kind
from ivr import flow
from ivr.flow.people import towards_person
from ivr.flow.ways import MORE_KEY, PAGE, RESERVED_KEYS, can_connect, matches_for
from ivr.speech import Speech
from ivr.state import Channel, Step
from ivr.turn import Forward, Line, Name, Turn, World
from ivr.voices import load_voices
from tests.editions import shipped_catalogues
from tests.ivr.flow.walk import CHOSEN, NIGHT, TUESDAY_MORNING, Walk, a_world, walk

DIRECTORY = load()
LANGUAGES = tuple(load_voices())
SPEECH = Speech(DIRECTORY, shipped_catalogues())
RICHEST = "RO"
"""A country with services of every sort, day lines and night lines."""
WALKS = [
    *((country, country, "en", TUESDAY_MORNING) for country in DIRECTORY.countries),
    *((RICHEST, RICHEST, language, TUESDAY_MORNING) for language in LANGUAGES if language != "en"),
    *((country, None, DIRECTORY.countries[country].languages[0], NIGHT) for country in ("RO", "BE", "FR", "GB", "IT")),
    (None, None, "en", TUESDAY_MORNING),
    ("RO", "BE", "fr", NIGHT),
]
"""Calling country, country of our number, the language spoken, the instant."""


@pytest.fixture(
    scope="module",
    params=WALKS,
    ids=lambda way: f"{way[0] or 'withheld'}-calls-{way[1] or 'the-one-number'}-{way[2]}-{way[3]:%Hh}",
)
def walked(request: pytest.FixtureRequest) -> Walk:
    """The whole graph of one caller's conversation."""
    calling, line, language, now = request.param
    spoken = language if language in LANGUAGES else "en"
    return walk(a_world(DIRECTORY, (spoken,), calling, line, now))


def _is_led_to_a_person(turn: Turn, world: World) -> bool:
    """A person is being called; or none can be reached, and the emergency advice says so."""
    if turn.forward:
        return True
    unreachable = towards_person(replace(turn.state, misses=0), world).step is Step.EMERGENCY
    return turn.state.step is Step.EMERGENCY and unreachable


def test_every_state_speaks(walked: Walk) -> None:
    """Every state has words, and each of its sentences can be said in the caller's language."""
    silent = [
        state
        for state, turn in walked.turns.items()
        if not "".join(SPEECH.spoken(line) for line in (*turn.lines, *turn.coda, *_offers(turn)))
    ]

    assert [] == silent


def _offers(turn: Turn) -> list[Line]:
    return [option.spoken for option in turn.options if option.spoken]


def test_one_language(walked: Walk) -> None:
    """Once a language is chosen, no sentence of another is heard."""
    mixed = [
        state
        for state, turn in walked.turns.items()
        if state.step is not Step.LANGUAGE and {line.language for line in turn.lines} - {turn.language}
    ]

    assert [] == mixed


def test_keys_differ(walked: Walk) -> None:
    """Every offered key does something else than every other, and none is offered twice."""
    same = [
        state
        for state, turn in walked.turns.items()
        if len({option.key for option in turn.options}) != len(turn.options)
        or len({(option.leads, option.text) for option in turn.options}) != len(turn.options)
    ]

    assert [] == same


def test_announced_keys_ascend(walked: Walk) -> None:
    """The keys that are announced ascend, at most four beside the list's key for more, or six in a list of names."""
    for state, turn in walked.turns.items():
        keys = [option.key for option in turn.options if option.spoken and option.key not in RESERVED_KEYS]
        most = PAGE if state.step in {Step.LANGUAGE, Step.COUNTRY} else 4

        assert sorted(set(keys)) == keys
        assert len([key for key in keys if key != MORE_KEY]) <= most


def test_silence_reaches_a_person(walked: Walk) -> None:
    """From every state, three silent turns call a person; where none can be reached, the emergency advice is heard."""
    stranded = []
    silent = dict(walked.silent)
    for state, turn in walked.turns.items():
        if turn.forward or turn.ends:
            continue
        after = turn
        for _ in range(3):
            if after.state not in silent:
                silent[after.state] = flow.keep_silent(after.state, walked.world).turn
            after = silent[after.state]
            if after.forward:
                break
        if not _is_led_to_a_person(after, walked.world):
            stranded.append(state)

    assert [] == stranded


def test_no_trap(walked: Walk) -> None:
    """From every state some key or silence leads on to a person, a number said, or a farewell that was asked for."""
    exits = {
        state
        for state, turn in walked.turns.items()
        if turn.forward or turn.ends or state.step in {Step.REFERRAL, Step.NUMBER}
    }
    free = set(exits)
    while True:
        more = {state for state, ways in walked.ways.items() if state not in free and free.intersection(ways)}
        if not more:
            break
        free |= more

    assert set() == set(walked.turns) - free


def test_only_a_farewell_ends(walked: Walk) -> None:
    """A call ends by itself only after the caller has said that there is nothing else."""
    ending = {state.step for state, turn in walked.turns.items() if turn.ends}

    assert ending <= {Step.GOODBYE}


def test_dials_only_the_directory(walked: Walk) -> None:
    """What is dialled stands in the directory, is no emergency service, and works from our number."""
    line = walked.world.caller.line
    for turn in walked.turns.values():
        if turn.forward:
            helpline = DIRECTORY.helplines[turn.forward.helpline]
            numbers = {number.dial: number.reach for number in helpline.numbers}

            assert turn.forward.dial in numbers
            assert helpline.kind is not Kind.EMERGENCY
            assert line in (None, helpline.country)
            assert numbers[turn.forward.dial] in ({"abroad", "anywhere"} if line is None else {"national", "anywhere"})


def test_no_line_is_rung_twice_by_silence(walked: Walk) -> None:
    """A caller who stays silent is never connected again to a line that was rung before."""
    for state, turn in walked.turns.items():
        if turn.silence is not None and turn.silence.step is Step.FORWARD:
            assert turn.silence.helpline not in state.seen


def test_text_only_where_possible(walked: Walk) -> None:
    """A text is offered only to a mobile number, by the second key press, and about a service of the directory."""
    for state, turn in walked.turns.items():
        for option in turn.options:
            if option.text:
                assert walked.world.caller.can_text
                assert state.step is Step.CONSENT
                assert state.helpline in DIRECTORY.helplines


@pytest.mark.parametrize("country", DIRECTORY.countries)
def test_three_keys(country: str) -> None:
    """An open service that can be dialled and is the best for its need is reached with three keys."""
    world = a_world(DIRECTORY, LANGUAGES, country, country)
    for language in "123456":
        menu = flow.press(flow.begin(world).state, language, world).turn
        needs = [option for option in menu.options if option.leads.step is Step.REFERRAL]

        assert needs
        for option in needs:
            best = next(iter(matches_for(option.leads, world)), None)
            if best and can_connect(best):
                referral = flow.press(menu.state, option.key, world)
                forward = flow.press(referral.state, "1", world).turn.forward

                assert Forward(best.helpline.id, best.dial or "") == forward


def test_three_keys_reach_the_issues_line() -> None:
    """The rule is not empty: on a Tuesday morning three keys ring the Romanian line against trafficking."""
    world = a_world(DIRECTORY, LANGUAGES, "RO", "RO")
    state = flow.begin(world).state
    for key in "13":
        state = flow.press(state, key, world).state

    assert Forward("ro-anitp", "+40800800678") == flow.press(state, "1", world).turn.forward


def test_every_helpline_is_reachable(walked: Walk) -> None:
    """Every row of a country is named to each of its callers."""
    home = walked.world.caller.line or walked.world.caller.country or CHOSEN
    named = {state.helpline for state in walked.turns if state.helpline}
    named |= {
        value.helpline
        for turn in walked.turns.values()
        for line in turn.lines
        for _, value in line.values
        if isinstance(value, Name)
    }
    emergency = DIRECTORY.ladders[home, DIRECTORY.emergency_need][-1][1]
    named.add(emergency[0].id)  # said by its number alone, in the sentence about danger

    assert set() == {row.id for row in DIRECTORY.helplines.values() if row.country == home} - named


def test_every_country_is_walked() -> None:
    """No row of the directory is left out of the walks: each country's callers dial their own country's number."""
    assert {row.country for row in DIRECTORY.helplines.values()} <= {
        line for calling, line, *_ in WALKS if calling == line
    }


@pytest.mark.parametrize("country", ["RO", "BE", "FR", "GB", "CY"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_by_text(country: str, language: str) -> None:
    """The same conversation by text never forwards, ends or asks consent, and every key is offered in words."""
    walked = walk(a_world(DIRECTORY, (language,), country, None), Channel.SMS)
    steps = {state.step for state in walked.turns}

    assert steps <= {Step.LANGUAGE, Step.NEED, Step.APART, Step.COUNTRY, Step.REFERRAL, Step.EMERGENCY}
    for turn in walked.turns.values():
        assert turn.forward is None
        assert all(option.written or option.key in "12345678*0#" for option in turn.options)
