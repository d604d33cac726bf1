"""The list of sentences: everything that a walk of the conversation says stands in it, under the right turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest

from directory.hours import hours_of
from directory.load import compile_files, load
from directory.model import Directory, Shown
from ivr import flow
from ivr.catalogue import SOURCE
from ivr.flow.referral import opening
from ivr.flow.ways import PAGE
from ivr.pace import LONGEST_SAY
from ivr.phrases import OPENS_ON, Phrase
from ivr.sentences import EVERY_TURN, HORIZON, Values, fillings, is_spoken, sentences
from ivr.speech import Speech
from ivr.state import State, Step
from ivr.turn import Answer, Digits, Line, Turn, World
from ivr.voices import load_voices
from tests.editions import shipped_catalogues
from tests.ivr.flow.walk import NIGHT, TUESDAY_MORNING, a_world, walk
from tests.sample_directory import FILES, changed

DIRECTORY = load()
LANGUAGES = tuple(load_voices())
CATALOGUES = shipped_catalogues()
SPEECH = Speech(DIRECTORY, CATALOGUES)
SOME = ("en", "ro", "ar", "ga")
"""Languages walked together: their order decides which languages of a service are named. The last one is recorded."""
EVE = TUESDAY_MORNING.replace(month=12, day=24, hour=23)
SATURDAY = TUESDAY_MORNING.replace(day=28)
WALKS = [
    *((country, country, SOME[:1], TUESDAY_MORNING) for country in DIRECTORY.countries),
    ("RO", "RO", SOME, TUESDAY_MORNING),
    ("BE", None, SOME[2:], NIGHT),
    ("GB", None, SOME[:1], EVE),
    ("CY", "GR", SOME[:1], NIGHT),
    ("US", "FR", SOME[:1], SATURDAY),
    ("US", None, SOME[:1], NIGHT),
    (None, None, SOME[2:], NIGHT),
    (None, "IT", SOME[2:], EVE),
]
"""Calling country, country of our number, the languages offered, the instant."""
LISTED = {
    languages: fillings(DIRECTORY, languages, TUESDAY_MORNING - dt.timedelta(days=1))
    for languages in (SOME[:1], SOME, SOME[2:], LANGUAGES)
}
"""Made on the day before, as a step at publication would."""
A_YEAR = dt.timedelta(days=366)
OFFERED_NEEDS = [need.id for need in DIRECTORY.needs.values() if need.shown is not Shown.NEVER]
TIMED = (Phrase.OPEN_UNTIL, Phrase.OPENS_TODAY, Phrase.OPENS_TOMORROW, *OPENS_ON, Phrase.OPENS_DATE)
"""Phrases that tell a time of day."""


@dataclass(frozen=True)
class Said:
    """A sentence, and the step of the turn that it is heard with."""

    line: Line
    turn: str


def heard(world: World) -> Iterator[Said]:
    """Yield everything that is said in a walk, with what comes before a turn: apologies, and a call begun again."""
    answers = [flow.begin_again(world)]
    walked = walk(world, visit=lambda turn, silence: answers.extend(answers_in(turn, silence, world)))
    for lead, step in {(answer.lead, step_of(answer.turn)) for answer in answers}:
        yield from (Said(line, step) for line in lead)
    for turn in {*walked.turns.values(), *(answer.turn for answer in answers)}:
        yield from (Said(line, step_of(turn)) for line in spoken_in(turn))


def answers_in(turn: Turn, silence: Answer | None, world: World) -> Iterator[Answer]:
    """Answer what a caller may do beside pressing a key that is offered."""
    state = turn.state
    if turn.forward:
        yield from (flow.come_back(state, outcome, world) for outcome in flow.Outcome)
    elif silence:
        yield flow.press(state, "A", world)
        yield silence
        if any(option.heard for option in turn.options):
            yield flow.not_heard(state, world)


def spoken_in(turn: Turn) -> Iterator[Line]:
    """Yield the lines of a turn in their order."""
    yield from (*turn.lines, *(option.spoken for option in turn.options if option.spoken), *turn.coda)


def step_of(turn: Turn) -> str:
    """Return the name of a turn."""
    return turn.state.step.name.lower()


@cache
def walked_here(place: int) -> frozenset[Said]:
    """Return all that is said in one of the walks, where callers may speak too."""
    calling, line, languages, now = WALKS[place]
    world = a_world(DIRECTORY, languages, calling, line, now)
    return frozenset(heard(replace(world, listens=frozenset(languages))))


@cache
def turns_by_line(languages: tuple[str, ...]) -> dict[Line, tuple[str, ...]]:
    """Return the list of sentences of these languages, with the turns that it names."""
    filled = LISTED[languages]
    return {each.line: each.turns for language in languages for each in sentences(language, filled)}


@pytest.mark.parametrize("place", range(len(WALKS)), ids=lambda place: "-".join(map(str, WALKS[place][:2])))
def test_nothing_else_is_said(place: int) -> None:
    """Whatever a caller hears, wherever they call from and when, stands in the list, under the turn it is said in."""
    listed = turns_by_line(WALKS[place][2])
    foreign = {
        said for said in walked_here(place) if not {said.turn, EVERY_TURN}.intersection(listed.get(said.line, ()))
    }

    assert set() == foreign


def test_named_turns_say_it() -> None:
    """Of a phrase that anybody hears, no turn is named in which nobody does."""
    really = {(said.line.phrase, said.turn) for place in range(len(WALKS)) for said in walked_here(place)}
    named = {(each.line.phrase, turn) for each in sentences(SOURCE, LISTED[SOME]) for turn in each.turns}
    said = {phrase for phrase, _ in really}

    assert set() == {(phrase, turn) for phrase, turn in named if phrase in said and turn != EVERY_TURN} - really


def test_phrases_are_listed_unless_they_are_parts_or_for_texts() -> None:
    """Every phrase for the ear is listed, filled or not; words inside sentences and texts are not."""
    others = {Phrase.PLUS, Phrase.NAME_CRIME, Phrase.HEARD_CRIME, Phrase.LANGUAGE_NAME, Phrase.SMS_SHORT}

    assert {phrase for phrase in Phrase if is_spoken(phrase)} == set(LISTED[SOME])
    assert set() == others & set(LISTED[SOME])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_has_words(language: str) -> None:
    """In each language every sentence of the list has words, no placeholder is left, and a voice can say it in one."""
    said = [SPEECH.spoken(each.line) for each in sentences(language, LISTED[LANGUAGES])]

    assert [] == [text for text in said if not text.strip() or set(text) & set("{}")]
    assert max(map(len, said)) < LONGEST_SAY


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_key_comes_last(language: str) -> None:
    """What it is for comes before the key: after the key stands nothing, or one verb that is the same everywhere."""
    offers = {phrase: words for phrase, words in CATALOGUES[language].words.items() if "{key}" in words}
    parts = [words.split("{key}") for words in offers.values()]
    after = {part[1].strip(" .。") for part in parts} - {""}

    assert {phrase for phrase in Phrase if "{key}" in CATALOGUES[SOURCE].words.get(phrase, "")} == set(offers)
    assert all(len(part) == 2 and any(map(str.isalpha, part[0])) for part in parts)
    assert len(after) <= 1
    assert len(" ".join(after).split()) <= 2


@pytest.mark.parametrize("country", DIRECTORY.countries)
def test_nothing_else_is_said_among_all_languages(country: str) -> None:
    """With all languages offered, every page of their menu stands in the list, and so do the best services."""
    world = a_world(DIRECTORY, LANGUAGES, country, country)
    pages = [State(page=page) for page in range(len(LANGUAGES) // PAGE + 1)]
    services = [
        State(Step.REFERRAL, language=tag, need=need, country=country) for tag in SOME for need in OFFERED_NEEDS
    ]
    listed = turns_by_line(LANGUAGES)
    foreign = [
        line
        for turn in (flow.enter(state, world) for state in (*pages, *services))
        for line in spoken_in(turn)
        if not {step_of(turn), EVERY_TURN}.intersection(listed.get(line, ()))
    ]

    assert [] == foreign


HOURS = [
    pytest.param("Mo-Fr 09:00-17:00; PH off", id="office hours and holidays"),
    pytest.param("Mo-Su 22:00-06:00", id="nights"),
    pytest.param("Mo 00:00-24:00; Th 12:00-14:00,15:00-24:00", id="a whole day, and halves"),
    pytest.param("Mo-Fr 09:00-17:00; 2026 Dec 05-2027 Jan 10 off", id="a long closure"),
    pytest.param("Sa 09:00-10:00", id="once a week"),
]


def a_directory(hours: str) -> Directory:
    """Return a directory in which one helpline keeps these hours, and no other has any that change."""
    britain = changed("gb.yaml", '"Mo-Fr 09:00-17:00; PH off"', f'"{hours}"')["gb.yaml"]
    dated = '    exceptions:\n      - {date: 2026-12-24, hours: "09:00-12:00", reason: Christmas Eve}\n'
    assert dated in britain
    return compile_files({"needs.yaml": FILES["needs.yaml"], "gb.yaml": britain.replace(dated, "")})


def told(directory: Directory, phrases: Iterable[Phrase]) -> set[tuple[Phrase, Values]]:
    """Return the sentences of some phrases, as they are listed on the evening before."""
    filled = fillings(directory, ("en",), TUESDAY_MORNING - dt.timedelta(hours=13))
    return {(phrase, values) for phrase in phrases for values in filled[phrase]}


@pytest.mark.parametrize("hours", HOURS)
def test_hours_are_told_as_they_will_be(hours: str) -> None:
    """Whatever is said of a line's hours in the coming year is listed, looked at twice an hour, and nothing besides."""
    directory = a_directory(hours)
    helpline = directory.helplines["gb-crime"]
    first: dict[tuple[Phrase, Values], dt.datetime] = {}
    for half_hours in range(2 * 24 * HORIZON.days):
        now = (TUESDAY_MORNING + half_hours * dt.timedelta(minutes=30)).astimezone(helpline.timezone)
        line = opening(hours_of(helpline).at(now), now, "en")
        first.setdefault((line.phrase, line.values), now)
    timed = {sentence: now for sentence, now in first.items() if sentence[1]}
    listed = told(directory, TIMED)

    assert timed
    assert listed <= set(timed)
    assert {sentence for sentence, now in timed.items() if now < TUESDAY_MORNING + A_YEAR} <= listed


def test_a_line_that_never_closes_has_no_end() -> None:
    """Where nothing closes, no sentence says until when; the end of what was looked at is no closing."""
    assert set() == told(a_directory("24/7"), TIMED)


def test_numbers_for_callers_abroad_are_listed() -> None:
    """A directory of one country lists what callers from elsewhere are told, too."""
    directory = compile_files({name: FILES[name] for name in ("needs.yaml", "gb.yaml")})
    numbers = {value for _, values in told(directory, [Phrase.NUMBER]) for _, value in values}

    assert {Digits("020 7946 0004", slowly=True), Digits("+44 20 7946 0002", slowly=True)} <= numbers
    assert Digits("999", slowly=True) not in numbers
