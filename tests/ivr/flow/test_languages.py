"""Languages in the conversation: who is offered which, what is said of a service's own, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from directory.load import load
from directory.model import Helpline
from ivr import flow
from ivr.events import EventKind
from ivr.flow.people import forward_unasked
from ivr.flow.referral import NAMED_LANGUAGES, Understanding, answers_in, likeliest
from ivr.flow.ways import FRONT_LANGUAGES, PAGE, languages_for, matches_for
from ivr.phrases import Phrase
from ivr.state import State, Step
from ivr.turn import LanguageNames, Turn
from ivr.voices import load_voices
from tests.ivr.flow.walk import a_world

DIRECTORY = load()
LANGUAGES = tuple(load_voices())
HINTS = (None, *DIRECTORY.countries)


def pages(country: str | None, line: str | None) -> list[Turn]:
    """Return the pages of the language menu, from the first to the last."""
    world = a_world(DIRECTORY, LANGUAGES, country, line)
    turns = [flow.begin(world).turn]
    while more := next((option for option in turns[-1].options if option.key == "9"), None):
        turns.append(flow.enter(more.leads, world))
    return turns


@pytest.mark.parametrize("country", HINTS)
def test_every_language_is_offered_once(country: str | None) -> None:
    """From wherever a caller calls, all languages are offered, each in itself, once, at most six a page."""
    offered = [
        [option.spoken.language for option in turn.options if option.leads.step is Step.NEED and option.spoken]
        for turn in pages(country, None)
    ]

    assert sorted(LANGUAGES) == sorted(tag for page in offered for tag in page)
    assert [] == [page for page in offered[:-1] if len(page) != PAGE]
    assert len(offered[-1]) <= PAGE


@pytest.mark.parametrize(
    ("country", "first"),
    [("UA", "uk"), ("RU", "ru"), ("TR", "tr"), ("AL", "sq"), ("CN", "zh"), ("VN", "vi"), ("TH", "th"), ("EG", "ar")],
)
def test_countries_without_a_table_have_their_languages(country: str, first: str) -> None:
    """Who calls from a country that the directory does not hold is offered its official language first."""
    assert first == languages_for(a_world(DIRECTORY, LANGUAGES, country, None))[0]
    assert "en" == languages_for(a_world(DIRECTORY, LANGUAGES, "ZZ", None))[0]


@pytest.mark.parametrize("country", DIRECTORY.countries)
def test_languages_come_in_the_stated_order(country: str) -> None:
    """First the country's list from the tables, then English and French, then the rest as the voices' table has it."""
    world = a_world(DIRECTORY, LANGUAGES, country, None)
    listed = [tag for tag in DIRECTORY.countries[country].languages if tag in LANGUAGES]

    assert tuple(dict.fromkeys((*listed, *FRONT_LANGUAGES, *LANGUAGES))) == languages_for(world)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_service_that_speaks_the_language_comes_first(language: str) -> None:
    """On one step of the ladder and for the same audience, nobody who is known to speak it stands below who is not."""
    world = a_world(DIRECTORY, (language,), None, None)
    for country, need in DIRECTORY.ladders:
        matches = matches_for(State(country=country, need=need, language=language), world)
        for above, below in pairwise(matches):
            same = (above.step, above.need, above.helpline.audience) == (
                below.step,
                below.need,
                below.helpline.audience,
            )
            if same and states(below.helpline, language):
                assert states(above.helpline, language)


def states(helpline: Helpline, language: str) -> bool:
    """Tell whether a helpline's row names the language."""
    return language in {tag.partition("-")[0] for tag in helpline.languages}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_known_of_its_languages_is_said(language: str) -> None:
    """A service that does not speak the caller's language says which it does, at most three, or that nobody knows."""
    for helpline in DIRECTORY.helplines.values():
        world = a_world(DIRECTORY, (language,), helpline.country, None)
        need = helpline.needs[0]
        turn = flow.enter(State(Step.REFERRAL, language=language, need=need, country=helpline.country), world)
        service = DIRECTORY.helplines.get(turn.state.helpline or "")
        if service is None or turn.state.step is not Step.REFERRAL:
            continue
        said = {line.phrase: dict(line.values) for line in turn.lines}

        match answers_in(service, language, world):
            case Understanding.SPOKEN:
                assert not said.keys() & {Phrase.SPEAKS, Phrase.SPEAKS_MANY, Phrase.SPEAKS_UNKNOWN}
            case Understanding.UNKNOWN:
                assert Phrase.SPEAKS_UNKNOWN in said
            case Understanding.NOT_SPOKEN:
                (values,) = (said[phrase] for phrase in (Phrase.SPEAKS, Phrase.SPEAKS_MANY) if phrase in said)
                named = values["languages"]
                assert isinstance(named, LanguageNames)
                assert set(named.tags) <= set(service.languages)
                assert min(NAMED_LANGUAGES, len(service.languages)) == len(named.tags)


def test_the_likeliest_languages_are_named() -> None:
    """Of many languages those are named that stand first in this caller's menu, then those that nobody is offered."""
    assert ("fr", "en", "ro") == likeliest(("en", "hu", "ro", "fr", "sq"), ("fr", "en", "ro", "hu"))
    assert ("hu", "pa", "ps") == likeliest(("pa", "ps", "hu", "bn"), ("fr", "hu"))
    assert ("pa",) == likeliest(("pa",), ("fr",))


@pytest.mark.parametrize(
    ("language", "country", "need", "expected"),
    [("ro", "RO", "trafficking", "spoken"), ("th", "RO", "trafficking", "unknown")],
)
def test_whether_the_language_is_spoken_there_is_counted(language: str, country: str, need: str, expected: str) -> None:
    """Once a caller is told of a first service, it is counted whether that one speaks their language."""
    world = a_world(DIRECTORY, LANGUAGES, country, country)
    menu = flow.enter(State(Step.NEED, language=language, country=country), world)
    key = next(option.key for option in menu.options if option.leads.need == need)
    first = flow.press(menu.state, key, world)
    again = flow.press(first.state, "3", world)

    assert [expected] == [count.name for count in first.counts if count.kind is EventKind.LANGUAGE]
    assert [] == [count for count in again.counts if count.kind is EventKind.LANGUAGE]


def test_another_language_is_counted() -> None:
    """A first service that states other languages only is counted as one that does not speak the caller's."""
    rows = {id_: replace(row, languages=("hu",)) for id_, row in DIRECTORY.helplines.items()}
    ladders = {
        key: tuple((need, tuple(rows[service.id] for service in services)) for need, services in ladder)
        for key, ladder in DIRECTORY.ladders.items()
    }
    world = a_world(replace(DIRECTORY, helplines=rows, ladders=ladders), LANGUAGES, "RO", "RO")
    menu = flow.enter(State(Step.NEED, language="vi", country="RO"), world)
    counted = [count.name for count in flow.press(menu.state, "1", world).counts if count.kind is EventKind.LANGUAGE]

    assert ["not_spoken"] == counted


def test_nobody_is_connected_to_a_service_that_was_not_named() -> None:
    """A caller who is forwarded because their service has gone hears first who is being called."""
    world = a_world(DIRECTORY, LANGUAGES, "RO", "RO")
    gone = State(Step.FORWARD, language="en", country="RO", need="children", helpline="ro-gone")
    turn = flow.enter(gone, world)
    straight = forward_unasked(State(Step.FORWARD, language="en", country="RO", helpline="ro-anitp"), world)

    for each in (turn, straight):
        assert each.forward is not None
        assert [Phrase.REFERRAL, Phrase.CONNECTING, Phrase.DELETE_CALL] == [line.phrase for line in each.lines]
