"""What was said, for people who read it: sentences, languages, directions, numbers."""

from __future__ import annotations

import pytest

from ivr.simulator.reading import Part, isolated, sentences

SPELT = "الرقم هو 0 8 0 0, 8 0 0, 6 7 8."
"""An Arabic sentence with a number as it is spelt out; the number is the one of a helpline in the directory."""


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
        ("أهلًا. للعربية: 1. هل من شيء؟ للرجوع، 2.", ["أهلًا.", "للعربية: 1.", "هل من شيء؟", "للرجوع، 2."]),
        ("สวัสดี. ภาษาไทย กด 1.", ["สวัสดี.", "ภาษาไทย กด 1."]),
        ("您好。普通话请按 1。还需要吗？", ["您好。", "普通话请按 1。", "还需要吗？"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    """A text ends a sentence where one can begin after a stop; numbers and abbreviations are not torn apart."""
    assert expected == [each.words for each in sentences(text, "en-GB")]


@pytest.mark.parametrize(("tag", "pieces"), [("el-GR", 2), ("de-DE", 1)])
def test_greek_questions(tag: str, pieces: int) -> None:
    """In Greek, and nowhere else, a semicolon ends a question."""
    assert pieces == len(sentences("Χρειάζεστε κάτι άλλο; Για να ξεκινήσετε, πατήστε 1.", tag))


def test_recording_is_one_sentence() -> None:
    """What was recorded in one piece is shown in one, with the address of the file."""
    (sentence,) = sentences("Dia duit. Brúigh 1.", "ga", "https://fanal.example.org/audio/ga/0.wav")

    assert ("Dia duit. Brúigh 1.", "https://fanal.example.org/audio/ga/0.wav") == (sentence.words, sentence.recording)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ro-RO", ("ro-RO", "ltr", "Romanian")),
        ("ar", ("ar", "rtl", "Arabic")),
        ("ar-AE", ("ar-AE", "rtl", "Arabic")),
        ("ar-XA", ("ar-XA", "rtl", "Arabic")),  # the provider's own region, which CLDR does not know
        ("arb", ("ar", "rtl", "Arabic")),
        ("cmn-CN", ("zh-CN", "ltr", "Chinese")),
        ("th-TH", ("th-TH", "ltr", "Thai")),
        ("mt", ("mt", "ltr", "Maltese")),
        (None, ("en-US", "ltr", "English")),
        ("x-odd", ("x-odd", "auto", "x-odd")),
    ],
)
def test_language(tag: str | None, expected: tuple[str, str, str]) -> None:
    """A sentence names its language as browsers do, its direction, and the language's English name."""
    (sentence,) = sentences("Hello.", tag)

    assert expected == (sentence.lang, sentence.dir, sentence.language)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (SPELT, ["0 8 0 0, 8 0 0, 6 7 8"]),
        ("مرة أخرى: 0, 8, 0, 0. 8, 0, 0.", ["0, 8, 0, 0. 8, 0, 0"]),
        ("مفتوح من 8:00 إلى 16:00.", ["8:00", "16:00"]),
        ("+40 800 800 678", ["+40 800 800 678"]),
        ("0800 800 678 (8:00-16:00)", ["0800 800 678", "8:00-16:00"]),
        ("للعربية: 1.", ["1"]),
        ("ANITP", []),
    ],
)
def test_numbers_stand_apart(words: str, numbers: list[str]) -> None:
    """Times, keys and telephone numbers are parts of their own; nothing of the sentence is lost."""
    (sentence,) = sentences(words, "ar", "recorded, so that it is one")

    assert numbers == [part.words for part in sentence.parts if part.is_number]
    assert words == "".join(part.words for part in sentence.parts)


def test_no_words_have_no_parts() -> None:
    """An empty sentence, which stands for its language, has no parts."""
    (sentence,) = sentences("", "ar")

    assert () == sentence.parts


def test_line_of_a_terminal() -> None:
    """A line that runs from right to left is isolated, and so is each number in it; others stay as they are."""
    assert "\u2067الرقم هو \u20660 8 0 0, 8 0 0, 6 7 8\u2069.\u2069" == isolated(SPELT, "ar-AE")
    assert "\u2068Hello.\u2069" == isolated("Hello.", "x-odd")
    assert "Hello 1." == isolated("Hello 1.", "en-GB")
    assert Part("Hello ", is_number=False) == sentences("Hello 1", "en")[0].parts[0]
