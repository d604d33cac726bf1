"""Words for voice and text: every phrase in every language, numbers digit by digit, names never in another language."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.load import compile_files, load
from directory.model import Helpline
from ivr.catalogue import placeholders
from ivr.phrases import COUNTED, Phrase, general_name
from ivr.speech import Speech, WordlessError, digits_aloud, wordless
from ivr.turn import Amount, Clock, CountryName, Day, Digits, Key, LanguageNames, Line, Name, Value
from tests.editions import shipped_catalogues
from tests.sample_directory import FILES, changed

CATALOGUES = shipped_catalogues()
LANGUAGES = sorted(CATALOGUES)
DIRECTORY = load()
SPEECH = Speech(DIRECTORY, CATALOGUES)
SAMPLE = Speech(compile_files(FILES), CATALOGUES)
HELPLINES = sorted(DIRECTORY.helplines.values(), key=lambda helpline: helpline.id)
NUMBERS = sorted({number.say for helpline in HELPLINES for number in helpline.numbers})
AFTERNOON = dt.datetime(2027, 1, 2, 16, 0, tzinfo=ZoneInfo("Europe/Bucharest"))
VALUES: dict[str, Value] = {
    "key": Key("1"),
    "number": Digits("112"),
    "name": Name("ro-anitp"),
    "country": CountryName("RO"),
    "time": Clock(AFTERNOON.time()),
    "date": Day(AFTERNOON.date()),
    "languages": LanguageNames(("ro", "hu")),
    "count": Amount(2),
}
"""Every placeholder that a line of the conversation can fill."""
TEXT_ONLY = {"hours", "line", "first", "last", "opens", "closes"}
"""Placeholders of referral texts, which are filled with words."""


def said(speech: Speech, value: Value, language: str = "en") -> str:
    """Return one value as it is spoken: the phrase is nothing but its placeholder."""
    return speech.spoken(Line(Phrase.COUNTRY_LABEL, language, (("country", value),)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_can_be_said(language: str) -> None:
    """Every phrase has words for voice and text in every language, and all its placeholders are filled."""
    texts = [(phrase, text) for phrase in Phrase for text in texts_of(phrase, language)]

    assert set(Phrase) == {phrase for phrase, _ in texts}
    assert [] == [(phrase, text) for phrase, text in texts if not text.strip() or "{" in text or "}" in text]


def texts_of(phrase: Phrase, language: str) -> list[str]:
    """Return a phrase as it is spoken and as it is written; one that only texts hold, as it is written."""
    catalogue = CATALOGUES[language]
    names = placeholders(catalogue.forms[phrase][-1] if phrase in COUNTED else catalogue.words[phrase])
    line = Line(phrase, language, tuple((name, VALUES[name]) for name in sorted(names - TEXT_ONLY)))
    if names & TEXT_ONLY:
        return [SPEECH.phrase(phrase, language, **dict.fromkeys(names, "words"))]
    return [SPEECH.spoken(line), SPEECH.written(line)]


@pytest.mark.parametrize("say", NUMBERS)
def test_numbers_are_spoken_digit_by_digit(say: str) -> None:
    """Each number of the shipped directory is spoken digit by digit, in its groups, with rests between them."""
    groups = say.lstrip("+").split()
    plus = ["plus"] if say.startswith("+") else []
    spoken, slow = digits_aloud(say, "plus", slowly=False), digits_aloud(say, "plus", slowly=True)

    assert [" ".join(group) for group in groups] == spoken.removeprefix("plus ").split(", ")
    assert [", ".join(group) for group in groups] == slow.removeprefix("plus ").split(". ")
    assert plus == re.findall("plus", spoken) == re.findall("plus", slow)


@given(st.from_regex(r"\+?[0-9]+( [0-9]+){0,5}", fullmatch=True), st.booleans())
def test_spoken_numbers_keep_their_digits(say: str, slowly: bool) -> None:
    """However a number is grouped and however fast it is said, its digits are all there, in order, each alone."""
    spoken = digits_aloud(say, "plus", slowly=slowly)

    assert re.findall("[0-9]", say) == re.findall("[0-9]", spoken)
    assert [] == re.findall("[0-9]{2}", spoken)
    assert say.startswith("+") == spoken.startswith("plus ")


@pytest.mark.parametrize(
    ("say", "slowly", "spoken"),
    [
        ("0800 800 678", False, "0 8 0 0, 8 0 0, 6 7 8"),
        ("0800 800 678", True, "0, 8, 0, 0. 8, 0, 0. 6, 7, 8"),
        ("112", False, "1 1 2"),
        ("112", True, "1, 1, 2"),
        ("116 006", False, "1 1 6, 0 0 6"),
        ("+44 20 7946 0123", False, "plus 4 4, 2 0, 7 9 4 6, 0 1 2 3"),
        ("+44 20 7946 0123", True, "plus 4, 4. 2, 0. 7, 9, 4, 6. 0, 1, 2, 3"),
        ("44 20 7946 0123", False, "4 4, 2 0, 7 9 4 6, 0 1 2 3"),
    ],
)
def test_rests_of_spoken_numbers(say: str, slowly: bool, spoken: str) -> None:
    """Commas and stops are the rests: they are read by all voices, without markup."""
    assert spoken == digits_aloud(say, "plus", slowly=slowly)


@pytest.mark.parametrize(
    ("language", "plus"), [("en", "plus"), ("fr", "plus"), ("hu", "plusz"), ("es", "más"), ("it", "più")]
)
def test_plus_is_said_in_the_language(language: str, plus: str) -> None:
    """The sign before a country's code is a word of the caller's language."""
    assert f"{plus} 4 4, 2 0" == said(SPEECH, Digits("+44 20"), language)


def test_numbers_are_written_as_they_are_dialled() -> None:
    """A text holds the number in its groups, to be pressed or copied."""
    line = Line(Phrase.COUNTRY_LABEL, "en", (("country", Digits("+44 20 7946 0123", slowly=True)),))

    assert "+44 20 7946 0123" == SPEECH.written(line)


@pytest.mark.parametrize("helpline", HELPLINES, ids=lambda helpline: helpline.id)
def test_names_are_in_the_language_of_the_sentence(helpline: Helpline) -> None:
    """A service is called by its name in the caller's language, or by what such a service is called in it."""
    for language in LANGUAGES:
        own = helpline.name.get(language)
        expected = own or CATALOGUES[language].words[general_name(helpline.needs[0])]

        assert expected == SPEECH.name_aloud(helpline.id, language) == said(SPEECH, Name(helpline.id), language)


@pytest.mark.parametrize("helpline", HELPLINES, ids=lambda helpline: helpline.id)
def test_names_in_writing_are_the_services_own(helpline: Helpline) -> None:
    """A text calls a service by its name in the caller's language, else as it spells itself in its own."""
    for language in LANGUAGES:
        country = DIRECTORY.countries[helpline.country]
        own = [helpline.name[tag] for tag in (language, *country.languages) if tag in helpline.name]
        general = CATALOGUES[language].words[general_name(helpline.needs[0])]

        assert [*own, general][0] == SPEECH.name_in_writing(helpline.id, language)


def test_missing_name_falls_back_in_the_same_language() -> None:
    """A name that is known in English and French only is not read out in a Romanian sentence."""
    general = CATALOGUES["ro"].words[Phrase.NAME_CHILDREN]

    assert "Ligne pour enfants" == SAMPLE.name_aloud("gb-children", "fr")
    assert general == SAMPLE.name_aloud("gb-children", "ro")


def test_service_that_has_left_the_directory_still_has_a_name() -> None:
    """A call that speaks of a service that the new revision lacks hears what a general line is called."""
    assert CATALOGUES["hu"].words[Phrase.NAME_CRIME] == SAMPLE.name_aloud("gb-gone", "hu")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_countries_have_names(language: str) -> None:
    """Each country of the shipped directory has a name of its own in every language."""
    names = {code: said(SPEECH, CountryName(code), language) for code in DIRECTORY.countries}

    assert [] == [code for code, name in names.items() if name in (code, "")]
    assert len(names) == len(set(names.values()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_of_helplines_have_names(language: str) -> None:
    """Each language in which a service answers, or a prompt is spoken, has a name in every language."""
    tags = {tag for helpline in HELPLINES for tag in helpline.languages} | set(LANGUAGES)

    assert [] == [tag for tag in sorted(tags) if said(SPEECH, LanguageNames((tag,)), language) == tag]


@pytest.mark.parametrize(
    ("language", "one", "two", "three"),
    [
        ("en", "Romanian", "Romanian and Hungarian", "Romanian, Hungarian, and English"),
        ("fr", "roumain", "roumain et hongrois", "roumain, hongrois et anglais"),
        ("ro", "română", "română și maghiară", "română, maghiară și engleză"),
        ("nl", "Roemeens", "Roemeens en Hongaars", "Roemeens, Hongaars en Engels"),
        ("de", "Rumänisch", "Rumänisch und Ungarisch", "Rumänisch, Ungarisch und Englisch"),
        ("it", "rumeno", "rumeno e ungherese", "rumeno, ungherese e inglese"),
        ("hu", "román", "román és magyar", "román, magyar és angol"),
        ("es", "rumano", "rumano y húngaro", "rumano, húngaro e inglés"),
    ],
)
def test_lists_of_languages(language: str, one: str, two: str, three: str) -> None:
    """Languages are listed as each language lists things."""
    lists = [said(SPEECH, LanguageNames(tags), language) for tags in (("ro",), ("ro", "hu"), ("ro", "hu", "en"))]

    assert [one, two, three] == lists


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (("ro", "en"), "rumano e inglés"),
        (("ro", "it"), "rumano e italiano"),
        (("ro", "hi"), "rumano e hindi"),
        (("ro", "hu"), "rumano y húngaro"),
        (("en", "ro"), "inglés y rumano"),
        (("yi", "yo"), "yidis y yoruba"),
    ],
)
def test_spanish_and(tags: tuple[str, ...], words: str) -> None:
    """Spanish says "e" for "y" before the sound of i, and only there."""
    assert words == said(SPEECH, LanguageNames(tags), "es")


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "January 2"),
        ("fr", "2 janvier"),
        ("ro", "2 ianuarie"),
        ("nl", "2 januari"),
        ("de", "2. Januar"),
        ("it", "2 gennaio"),
        ("hu", "január 2."),
        ("es", "2 de enero"),
    ],
)
def test_dates(language: str, day: str) -> None:
    """A date is a day and the name of its month, as each language says it."""
    assert day == said(SPEECH, Day(AFTERNOON.date()), language)


@pytest.mark.parametrize(
    ("hour", "minute", "clock"),
    [(0, 0, "00:00"), (0, 30, "00:30"), (9, 5, "09:05"), (12, 0, "12:00"), (23, 59, "23:59")],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_times_have_24_hours(hour: int, minute: int, clock: str, language: str) -> None:
    """No language hears morning for afternoon."""
    assert clock == said(SPEECH, Clock(dt.time(hour, minute)), language)


def test_one_instant_has_different_times() -> None:
    """What was said of one helpline is not said again of another that closes at the same instant in another zone."""
    there = AFTERNOON.astimezone(ZoneInfo("Europe/London"))
    sentences = [Line(Phrase.OPEN_UNTIL, "en", (("time", Clock(at.time())),)) for at in (AFTERNOON, there)]

    assert AFTERNOON == there
    assert ["Open until 16:00.", "Open until 14:00."] == [SPEECH.spoken(line) for line in sentences]


def test_sentence_is_remembered() -> None:
    """A sentence that was said once is not made again, and voice and text keep theirs apart."""
    speech = Speech(compile_files(FILES), CATALOGUES)
    line = Line(Phrase.DANGER, "en", (("number", Digits("112")),))

    assert speech.spoken(line) is speech.spoken(line)
    assert ("hang up and dial 1 1 2." in speech.spoken(line), "dial 112." in speech.written(line)) == (True, True)


def test_shipped_directory_has_words_for_all() -> None:
    """All needs and audiences that callers can be told of have sentences."""
    assert () == wordless(DIRECTORY)


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        (changed("needs.yaml", "id: support\n    shown: where_served", "id: support\n    shown: never"), ""),
        (
            FILES
            | {"needs.yaml": FILES["needs.yaml"] + "  - {id: debt, shown: always, audience: anyone, neighbours: []}\n"},
            "need.debt, need.debt.label, need.debt.heard, name.debt",
        ),
        (
            FILES
            | {"needs.yaml": FILES["needs.yaml"] + "  - {id: debt, shown: never, audience: anyone, neighbours: []}\n"},
            "name.debt",
        ),
        (changed("needs.yaml", "[anyone, children, women]", "[anyone, children, women, sailors]"), "for.sailors"),
    ],
)
def test_directory_without_words_is_refused(files: dict[str, str], missing: str) -> None:
    """A revision with a need or an audience that no sentence exists for is refused before any caller meets it."""
    directory = compile_files(files)
    if not missing:
        assert () == wordless(directory)
        return

    with pytest.raises(WordlessError) as refused:
        Speech(directory, CATALOGUES)

    assert f"no phrase is called {missing}" == str(refused.value)
