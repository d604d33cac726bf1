"""The transcript as a conversation: who did what, in which language."""

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
    Spoke,
    TextArrived,
)
from routes.phone.conversation import Side, conversation

OURS, THEIRS = "+442079460123", "+442079460999"
"""Reserved for fiction by Ofcom."""


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


def test_recordings_are_said_by_the_line() -> None:
    """What is played stands among what is said, with its words, its language and its file."""
    played = Played("https://fanal.example.org/audio/ga/0.wav", 1.0, "Dia duit.", "ga")

    heard = conversation([played, Said("Hi.", "en")])

    assert [Side.LINE] == [passage.side for passage in heard]
    assert [("Dia duit.", "ga", "Irish"), ("Hi.", "en", "English")] == [
        (each.words, each.lang, each.language) for each in heard[0].sentences
    ]
    assert [played.url, None] == [each.recording for each in heard[0].sentences]


@pytest.mark.parametrize(("confidence", "who"), [(0.9, "Said, understood with a confidence of 0.9"), (None, "Said")])
def test_words_of_the_caller(confidence: float | None, who: str) -> None:
    """What the caller said stands in its language and direction, with how sure the recogniser was."""
    (passage,) = conversation([Spoke("في البيت", "ar-AE", confidence)])

    assert (Side.CALLER, who) == (passage.side, passage.who)
    assert ("في البيت", "ar-AE", "rtl") == (
        passage.sentences[0].words,
        passage.sentences[0].lang,
        passage.sentences[0].dir,
    )


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


def test_text_in_a_recorded_language() -> None:
    """A recording is speech too: the text after it is in its language, and runs in its direction."""
    played = Played("https://fanal.example.org/audio/ar/0.wav", 1.0, "أهلًا.", "ar")

    heard = conversation([Said("Hello.", "en-GB"), Pressed("1"), played, TextArrived("0800 800 678", OURS)])

    assert ("ar", "rtl") == (heard[-1].sentences[0].lang, heard[-1].sentences[0].dir)


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
