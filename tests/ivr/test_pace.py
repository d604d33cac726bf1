"""How long the machine speaks: within the limits in every language, in every country, and measured rightly."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import pytest

from directory.load import compile_files, load
from ivr import flow, pace
from ivr.flow.ways import PAGE
from ivr.pace import Pace, Slowest, first_choice, forwarding, longest_page
from ivr.phrases import Phrase
from ivr.sealed import Seal
from ivr.speech import Speech
from ivr.state import State, Step
from ivr.turn import Clock, CountryName, Digits, Key, Line, Name, Turn
from ivr.twiml import Leg, Scribe
from ivr.voices import Way, load_voices
from tests.editions import shipped_catalogues
from tests.ivr.flow.walk import NIGHT, TUESDAY_MORNING, a_world, walk
from tests.sample_directory import FILES

DIRECTORY = load()
CATALOGUES = shipped_catalogues()
SPEECH = Speech(DIRECTORY, CATALOGUES)
VOICES = load_voices()
OFFERED = tuple(tag for tag, voice in VOICES.items() if voice.way is not Way.TEXT and not CATALOGUES[tag].faults)
"""Languages that can be heard once what is recorded has been made."""
INSTANTS = (TUESDAY_MORNING, NIGHT, TUESDAY_MORNING + dt.timedelta(days=4))
"""A working day, its night, and a Saturday."""
HELLO = CATALOGUES["ga"].words[Phrase.GREETING]
LEG = Leg("CA" + "1" * 32, "+442079460123")
SCRIBE = Scribe(SPEECH, VOICES, Seal(["a secret of a test that is long enough"]), "https://fanal.example.org")
BY_RATE = Pace(SPEECH, VOICES)
RICHEST = "RO"
"""A country with services of every sort: its conversation holds every kind of turn."""


def test_languages() -> None:
    """Every language that has a voice or recordings is proved here, and so is every catalogue."""
    assert set(CATALOGUES) == set(OFFERED)


@pytest.mark.parametrize("language", OFFERED)
def test_first_choice_comes_in_time(language: str) -> None:
    """A caller whose language is offered first can choose it within six seconds of the first word."""
    assert first_choice(language, BY_RATE, DIRECTORY, TUESDAY_MORNING) <= pace.FIRST_CHOICE


@pytest.mark.parametrize("language", OFFERED)
def test_forwarding_comes_in_time(language: str) -> None:
    """Whoever presses at once has heard at most 30 seconds of machine speech when the telephone rings elsewhere."""
    slowest = forwarding(language, BY_RATE, DIRECTORY, OFFERED, INSTANTS)

    assert slowest is not None
    assert slowest.seconds <= pace.FORWARDING, slowest


def test_language_page_is_short() -> None:
    """The languages of one page are offered within 15 seconds, wherever a caller calls from."""
    longest = longest_page(BY_RATE, DIRECTORY, OFFERED, TUESDAY_MORNING)

    assert longest.seconds <= pace.LANGUAGE_PAGE, longest


@cache
def turns() -> tuple[Turn, ...]:
    """Return one turn for each thing that is said in a country with services of every sort, in English."""
    walked = walk(a_world(DIRECTORY, ("en",), RICHEST, RICHEST))
    chosen = (turn for turn in walked.turns.values() if turn.state.step is not Step.LANGUAGE)
    return tuple({tuple(all_lines(turn)): turn for turn in chosen}.values())


def all_lines(turn: Turn) -> list[Line]:
    """Return everything that a turn says, in its order."""
    return [*turn.lines, *(option.spoken for option in turn.options if option.spoken), *turn.coda]


def in_language(turn: Turn, language: str) -> Turn:
    """Return a turn that says and offers the same in another language."""
    lines = tuple(replace(line, language=language) for line in all_lines(turn))
    return replace(turn, language=language, lines=lines, options=(), coda=())


def written(turn: Turn) -> str:
    """Return the TwiML of a turn, after the longest apology."""
    return SCRIBE.write(turn, LEG, NIGHT, [Line(Phrase.RESTART, turn.language), Line(Phrase.NOT_HEARD, turn.language)])


def longest_say(markup: str) -> int:
    """Return the characters of the longest `<Say>`."""
    return max(len(say.text or "") for say in ElementTree.fromstring(markup).iter("Say"))  # noqa: S314 - our own


@pytest.mark.parametrize("language", OFFERED)
def test_every_turn_is_within_what_the_provider_takes(language: str) -> None:
    """No `<Say>` is longer than its voices read in one, and no answer longer than it accepts."""
    said = (in_language(turn, language) for turn in turns())
    longest = max(said, key=lambda turn: sum(len(SPEECH.spoken(line)) for line in turn.lines))
    markup = written(longest)

    assert longest_say(markup) < pace.LONGEST_SAY
    assert len(markup.encode()) < pace.LONGEST_DOCUMENT


@pytest.mark.parametrize("page", range(len(OFFERED) // PAGE + 1))
def test_language_menu_is_within_what_the_provider_takes(page: int) -> None:
    """The same holds of each page of the languages' menu."""
    markup = written(flow.enter(State(page=page), a_world(DIRECTORY, OFFERED, None, None)))

    assert longest_say(markup) < pace.LONGEST_SAY
    assert len(markup.encode()) < pace.LONGEST_DOCUMENT


def test_seconds_follow_from_length_and_rate() -> None:
    """What a voice reads takes its characters divided by its rate; numbers count as they are spelt out."""
    line = Line(Phrase.DANGER, "en", (("number", Digits("112")),))
    words = SPEECH.spoken(line)
    twice_as_fast = {"en": replace(VOICES["en"], rate=2 * VOICES["en"].rate)}

    assert "1 1 2" in words
    assert len(words) / VOICES["en"].rate == BY_RATE.seconds(line)
    assert BY_RATE.seconds(line) / 2 == Pace(SPEECH, twice_as_fast).seconds(line)
    assert 2 * BY_RATE.seconds(line) == BY_RATE.total([line, line])


def test_what_is_recorded_takes_as_long_as_its_recording() -> None:
    """Where there is a recording its length counts, and only there."""
    greeting, goodbye = Line(Phrase.GREETING, "ga"), Line(Phrase.GOODBYE, "ga")
    recorded = Pace(SPEECH, VOICES, lambda text, voice: 4.5 if (text, voice.tag) == (HELLO, "ga") else None)

    assert (4.5, BY_RATE.seconds(goodbye)) == (recorded.seconds(greeting), recorded.seconds(goodbye))
    assert BY_RATE.seconds(Line(Phrase.GREETING, "en")) == recorded.seconds(Line(Phrase.GREETING, "en"))


def test_first_choice_is_greeting_danger_and_the_first_language() -> None:
    """Until the first choice a caller hears three sentences."""
    lines = [
        Line(Phrase.GREETING, "ro"),
        Line(Phrase.DANGER, "ro", (("number", Digits("112")),)),
        Line(Phrase.LANGUAGE_CHOOSE, "ro", (("key", Key("1")),)),
    ]

    assert BY_RATE.total(lines) == first_choice("ro", BY_RATE, DIRECTORY, NIGHT)


def test_way_to_a_forwarding() -> None:
    """The way is what the caller hears: the first need, the referral until it offers the connection, the farewell."""
    directory = compile_files({name: FILES[name] for name in ("needs.yaml", "gb.yaml")})
    paced = Pace(Speech(directory, CATALOGUES), VOICES)
    morning = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
    slowest = forwarding("en", paced, directory, ("en",), [morning])
    key, name = ("key", Key("1")), ("name", Name("gb-crime"))
    heard = [
        Line(Phrase.NEED_CRIME, "en", (key,)),
        Line(Phrase.REFERRAL, "en", (("country", CountryName("GB")), name)),
        Line(Phrase.OPEN_UNTIL, "en", (("time", Clock(dt.time(17))),)),
        Line(Phrase.CONNECT, "en", (key,)),
        Line(Phrase.CONNECTING, "en", (name,)),
        Line(Phrase.DELETE_CALL, "en"),
    ]

    assert (
        Slowest(first_choice("en", paced, directory, morning) + paced.total(heard), "GB", "gb-crime", morning)
        == slowest
    )


def test_no_way_to_a_forwarding() -> None:
    """While the best service is closed nobody is connected to it, and there is no such way."""
    directory = compile_files({name: FILES[name] for name in ("needs.yaml", "gb.yaml")})
    paced = Pace(Speech(directory, CATALOGUES), VOICES)

    assert forwarding("en", paced, directory, ("en",), [dt.datetime(2026, 11, 28, 10, tzinfo=dt.UTC)]) is None


def test_slowest_instant_and_country_are_found() -> None:
    """Of several instants the slowest counts, whatever their order."""
    alone = [forwarding("en", BY_RATE, DIRECTORY, OFFERED, [instant]) for instant in INSTANTS]
    together = forwarding("en", BY_RATE, DIRECTORY, OFFERED, reversed(INSTANTS))

    assert together is not None
    assert max(each.seconds for each in alone if each) == together.seconds
    assert together.helpline in DIRECTORY.helplines


def test_longest_page_is_that_of_the_slowest_languages() -> None:
    """Six languages a page and the way to more of them count; the opening of the call does not."""
    slow = "fi"
    voices = {**VOICES, slow: replace(VOICES[slow], rate=VOICES[slow].rate / 4)}
    page = longest_page(Pace(SPEECH, voices), DIRECTORY, OFFERED, NIGHT)
    turn = flow.enter(State(), a_world(DIRECTORY, OFFERED, "FI", None))
    offers = [option.spoken for option in turn.options if option.spoken]

    assert slow in page.languages
    assert len(page.languages) <= PAGE
    assert Pace(SPEECH, voices).total(offers) <= page.seconds
