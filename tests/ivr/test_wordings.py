"""Other words for a sentence: what is laid over the catalogues, and what is not."""

from __future__ import annotations

import dataclasses

import pytest

from ivr.phrases import COUNTED, Phrase
from ivr.wordings import NO_WORDINGS, Wording, Wordings, composed, faults_of, name_of, with_wordings, words_of
from tests.editions import shipped_catalogues

CATALOGUES = shipped_catalogues()
ENGLISH = name_of(words_of(CATALOGUES["en"], Phrase.GREETING))
HELLO = Wording("ro", Phrase.GREETING, ("Bine ați sunat.",), ENGLISH)
EVERYTHING_READ = frozenset(("ro", phrase.value, name_of(words_of(CATALOGUES["ro"], phrase))) for phrase in Phrase)


def test_joiners_are_text() -> None:
    """The joiner without width of Persian, and the marks of direction that Arabic needs, are no faults."""
    wording = Wording("ar", Phrase.GREETING, ("\u200fأهلاً\u200cبك",), ENGLISH)

    assert () == faults_of(wording, CATALOGUES)


def test_live_wording_is_said() -> None:
    """A wording stands in place of the catalogue's words, in its language and sentence alone."""
    said = with_wordings(CATALOGUES, Wordings((HELLO,)))
    others = {phrase for phrase in CATALOGUES["ro"].words if said["ro"].words[phrase] != CATALOGUES["ro"].words[phrase]}

    assert "Bine ați sunat." == said["ro"].words[Phrase.GREETING]
    assert {Phrase.GREETING} == others
    assert CATALOGUES["fr"] is said["fr"]


def test_nothing_laid_over_changes_nothing() -> None:
    """Without wordings the catalogues are what the files say."""
    assert CATALOGUES == with_wordings(CATALOGUES, NO_WORDINGS)


def test_wording_for_another_english_is_not_said() -> None:
    """When the English has changed, a wording may say what is no longer meant: the file's words stand."""
    old = dataclasses.replace(HELLO, english=name_of(("Other words.",)))

    assert CATALOGUES["ro"].words == with_wordings(CATALOGUES, Wordings((old,)))["ro"].words


@pytest.mark.parametrize(
    ("phrase", "words", "about"),
    [
        (Phrase.GREETING, ("",), "not translated"),
        (Phrase.GREETING, ("Bine ați sunat!",), "exclamation mark"),
        (Phrase.GREETING, ("Bine {name}",), "must hold"),
        (Phrase.GREETING, ("Bine {",), "brace"),
        (Phrase.GREETING, ("Bine\u0007",), "cannot be spoken"),
        (Phrase.GREETING, ("Bine\u202enu",), "cannot be spoken"),
        (Phrase.GREETING, ("Bi\u200bne",), "cannot be spoken"),
        (Phrase.GREETING, ("a" * 201,), "201 characters"),
        (Phrase.DANGER, ("Sunați la 112.",), "must hold {number}"),
        (Phrase.SENT, ("Trimis.",), "forms"),
    ],
)
def test_faults_are_named(phrase: Phrase, words: tuple[str, ...], about: str) -> None:
    """What cannot be said to a caller is refused in words, and never laid over the catalogue."""
    wording = Wording("ro", phrase, words, name_of(words_of(CATALOGUES["en"], phrase)))

    assert any(about in fault for fault in faults_of(wording, CATALOGUES))
    assert words_of(CATALOGUES["ro"], phrase) == words_of(with_wordings(CATALOGUES, Wordings((wording,)))["ro"], phrase)


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        (Phrase.GREETING, ("a" * 200,)),
        (Phrase.DANGER, ("Sunați la {number}.",)),
        (Phrase.SENT, words_of(CATALOGUES["ro"], Phrase.SENT)),
    ],
)
def test_what_can_be_said_has_no_fault(phrase: Phrase, words: tuple[str, ...]) -> None:
    """The neighbours of what is refused are taken."""
    wording = Wording("ro", phrase, words, name_of(words_of(CATALOGUES["en"], phrase)))

    assert () == faults_of(wording, CATALOGUES)


def test_counting_phrases_have_all_their_forms() -> None:
    """Whoever rewords a sentence that counts something writes every plural form of the language."""
    assert {phrase: 3 for phrase in COUNTED} == {phrase: len(words_of(CATALOGUES["ro"], phrase)) for phrase in COUNTED}


def test_language_is_no_draft_once_every_sentence_is_read() -> None:
    """A language stops being a draft with the last of its sentences, and not one before."""
    last = next(iter(EVERYTHING_READ))

    assert with_wordings(CATALOGUES, Wordings((), EVERYTHING_READ))["ro"].reviewed
    assert not with_wordings(CATALOGUES, Wordings((), EVERYTHING_READ - {last}))["ro"].reviewed


def test_review_is_of_the_words_as_they_were() -> None:
    """Other words have not been read because earlier ones were."""
    assert not with_wordings(CATALOGUES, Wordings((HELLO,), EVERYTHING_READ))["ro"].reviewed


def test_words_are_composed() -> None:
    """What an editor pastes in pieces is kept as one character, without space around it."""
    assert ("ă",) == composed([" a\u0306\n"])
