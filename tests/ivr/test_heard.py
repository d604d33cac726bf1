"""A caller's own words: understood for sure, or asked again; keys are always enough."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.load import load
from directory.model import Shown
from ivr import flow
from ivr.heard import SURE, understood
from ivr.phrases import need_heard, need_label, need_option
from ivr.speech import Speech
from ivr.state import Channel, State, Step
from ivr.turn import Caller, Turn, World
from ivr.voices import load_voices
from tests.editions import shipped_catalogues

CATALOGUES = shipped_catalogues()
LANGUAGES = tuple(load_voices())
DIRECTORY = load()
SPEECH = Speech(DIRECTORY, CATALOGUES)
NEEDS = [need.id for need in DIRECTORY.needs.values() if need.shown is not Shown.NEVER]
TUESDAY_MORNING = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


def menu(language: str, *, listens: bool = True, channel: Channel = Channel.VOICE) -> Turn:
    """Return the menu of needs of a caller in Romania."""
    listening = frozenset({language}) if listens else frozenset()
    world = World(DIRECTORY, (language,), TUESDAY_MORNING, Caller("RO", True, "RO"), listening)
    return flow.enter(State(Step.NEED, channel, language, country="RO"), world)


def words_for(need: str, language: str) -> list[str]:
    """Return the words that a catalogue lists for a need."""
    return [words.strip() for words in CATALOGUES[language].words[need_heard(need)].split(",")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_means_one_need(language: str) -> None:
    """Each listed word, said alone or with others around it, chooses its own need and no other."""
    turn = menu(language)
    offered = {option.leads.need: option.key for option in turn.options if option.heard}
    wrong = [
        (need, words)
        for need, key in offered.items()
        if need is not None
        for words in words_for(need, language)
        for said in (words, words.upper(), f"  {words}. ")
        if understood(turn, said, None, SPEECH) != key
    ]

    assert [] == wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menus_own_words_mislead_nobody(language: str) -> None:
    """Who says a need in the menu's own words, spoken or written, chooses that need or is asked again."""
    turn = menu(language)
    wrong = [
        option.leads.need
        for option in turn.options
        if option.heard and option.leads.need
        for phrase in (need_option(option.leads.need), need_label(option.leads.need))
        if understood(turn, CATALOGUES[language].words[phrase], None, SPEECH) not in {None, option.key}
    ]

    assert [] == wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_stands_for_two_needs(language: str) -> None:
    """No word is listed for two needs, also not for needs that this country does not offer."""
    listed = [words for need in NEEDS for words in words_for(need, language)]

    assert sorted(set(listed)) == sorted(listed)
    assert all(words and words == words.lower() for words in listed)


@pytest.mark.parametrize(
    ("said", "confidence", "key"),
    [
        ("my partner", None, "1"),
        ("It is my PARTNER.", 0.9, "1"),
        ("my partner", SURE, "1"),
        ("my partner", SURE - 0.01, None),
        ("my partner", float("nan"), None),
        ("my partner and my papers", None, None),
        ("partnership", None, None),
        ("departner", None, None),
        ("", None, None),
        ("   ", 1.0, None),
        ("I do not know", 1.0, None),
        ("a missing child", None, "6"),
        ("my child", None, "4"),
    ],
)
def test_only_what_is_sure_decides(said: str, confidence: float | None, key: str | None) -> None:
    """A word of one need decides; of two, of none, inside another word, or heard badly, it does not."""
    turn = menu("en")
    keys = {option.leads.need: option.key for option in turn.options if option.heard}
    expected = {"1": "violence_home", "4": "children", "6": "missing_child"}.get(key or "")

    assert (keys[expected] if expected else None) == understood(turn, said, confidence, SPEECH)


@pytest.mark.parametrize(
    ("language", "listed", "said"),
    [("ru", "партнёр", "партнер"), ("uk", "в сім'ї", "в сім\u02bcї"), ("tr", "karım", "KARIM")],
)
def test_two_ways_to_write_a_word(language: str, listed: str, said: str) -> None:
    """What people and recognisers write in two ways is understood in both."""
    keys = {understood(menu(language), words, None, SPEECH) for words in (listed, said)}

    assert 1 == len(keys)
    assert None not in keys


@given(st.text(max_size=60), st.sampled_from(["en", "zh", "th", "ar"]))
def test_anything_can_be_said(said: str, language: str) -> None:
    """Whatever the recogniser writes, the answer is a key of the menu or none."""
    turn = menu(language)

    assert understood(turn, said, None, SPEECH) in {None, *(option.key for option in turn.options)}


def test_nobody_is_listened_to_unasked() -> None:
    """Where a language does not listen, and by text, no option has words and nothing invites to speak."""
    for turn in (menu("en", listens=False), menu("en", channel=Channel.SMS)):
        assert [] == [option for option in turn.options if option.heard]
        assert () == turn.lines


def test_an_unsure_result_asks_again() -> None:
    """Words that were not understood are answered like a wrong key: with an apology, and the same menu."""
    turn = menu("en")
    world = World(DIRECTORY, ("en",), TUESDAY_MORNING, Caller("RO", True, "RO"), frozenset({"en"}))
    answer = flow.not_heard(turn.state, world)

    assert (Step.NEED, 1) == (answer.state.step, answer.state.misses)
    assert ["not_heard"] == [line.phrase for line in answer.lead]
    assert ["not_heard"] == [count.name for count in answer.counts]
