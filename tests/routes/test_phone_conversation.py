"""The transcript as a conversation: sentences, languages, who did what."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ivr.simulator.transcript import (
    Asked,
    CallStatus,
    Dialling,
    Ended,
    Entry,
    Failed,
    LegEnded,
    LegOutcome,
    Played,
    Pressed,
    Said,
    Silent,
    TextArrived,
)
from routes.phone.conversation import Side, conversation, sentences

OURS, THEIRS = "+442079460123", "+442079460999"
"""Reserved for fiction by Ofcom."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Hello. For English, press 1. For French, press 2.",
            ["Hello.", "For English, press 1.", "For French, press 2."],
        ),
        ("Free. ¿Otra pregunta? Sí.", ["Free.", "¿Otra pregunta?", "Sí."]),
        ("The number is 0, 8, 0, 0. 8, 0, 0. 6, 7, 8.", ["The number is 0, 8, 0, 0. 8, 0, 0. 6, 7, 8."]),
        ("Weisser Ring e. V. antwortet.", ["Weisser Ring e. V. antwortet."]),
        ("St. Mary answers. Öffnet um 8:00.", ["St. Mary answers.", "Öffnet um 8:00."]),
        ("Open until 16:00. și atât", ["Open until 16:00. și atât"]),
        ("One only", ["One only"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    """A text ends a sentence where a capital follows a stop; numbers and abbreviations are not torn apart."""
    assert expected == [each.words for each in sentences(text, "en-GB")]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ro-RO", ("ro-RO", "ltr", "Romanian")),
        ("ar", ("ar", "rtl", "Arabic")),
        (None, ("en-US", "ltr", "English")),
        ("x-odd", ("x-odd", "auto", "x-odd")),
    ],
)
def test_language(tag: str | None, expected: tuple[str, str, str]) -> None:
    """A sentence names its language, its direction, and the language's name; without a tag it is the provider's own."""
    (sentence,) = sentences("Hello.", tag)

    assert expected == (sentence.lang, sentence.dir, sentence.language)


@pytest.mark.parametrize(
    ("entry", "side", "words"),
    [
        (Pressed("12#"), Side.CALLER, "Pressed 1 2 #"),
        (Silent(7), Side.CALLER, "Silence, 7 seconds"),
        (Played("/x.mp3"), Side.EVENT, "A recording is played."),
        (LegEnded(LegOutcome.CANCELED), Side.EVENT, "The forwarding was given up."),
        (LegEnded(LegOutcome.ANSWERED), Side.EVENT, "Somebody answered, they talked, and the other side hung up."),
        (Ended(CallStatus.COMPLETED), Side.EVENT, "The call is over."),
        (Ended(CallStatus.BUSY), Side.EVENT, "The line refused the call: busy."),
        (
            Dialling(THEIRS, OURS, 25),
            Side.EVENT,
            "Forwarding to +44 20 7946 0999. It rings for at most 25 seconds, and sees our number, +44 20 7946 0123.",
        ),
        (
            Failed(11200, "the answer has the status 500", "/voice/key/SealedState"),
            Side.FAULT,
            "The carrier could not use the answer of /voice/key: the answer has the status 500 (error 11200).",
        ),
    ],
)
def test_passages(entry: Entry, side: Side, words: str) -> None:
    """Everything that happens is told in words; a failure names the webhook without the state in its address."""
    (passage,) = conversation([entry])

    assert (side, words) == (passage.side, passage.sentences[0].words)


def test_one_passage_a_turn() -> None:
    """What the line says in several languages in one go is one passage; that it then listens is no event."""
    heard = conversation([Said("Bună ziua.", "ro-RO"), Said("Hello.", "en-GB"), Asked(1, 7), Pressed("1")])

    assert [Side.LINE, Side.CALLER] == [passage.side for passage in heard]
    assert ["ro-RO", "en-GB"] == [sentence.lang for sentence in heard[0].sentences]


def test_text_is_in_the_language_spoken_last() -> None:
    """The carrier does not say in which language a text is; it is in the caller's."""
    heard = conversation(
        [Said("Hello.", "en-GB"), Pressed("1"), Said("Bună ziua.", "ro-RO"), TextArrived("Linia", OURS)]
    )

    assert ("Text from +44 20 7946 0123", "ro-RO") == (heard[-1].who, heard[-1].sentences[0].lang)


def test_passages_are_only_added() -> None:
    """The script adds what is new: no passage that was shown changes when the call goes on."""
    transcript: list[Entry] = [
        Said("Hello.", "en-GB"),
        Asked(1, 7),
        Silent(7),
        Said("Hello.", "en-GB"),
        Asked(1, 7),
        TextArrived("A text", OURS),
        Pressed("1"),
        Ended(CallStatus.COMPLETED),
    ]
    shown = [conversation(transcript[:length]) for length in (2, 5, 6, 8)]

    assert all(before == after[: len(before)] for before, after in pairwise(shown))
