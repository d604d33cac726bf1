"""Texts: short enough, in the right alphabet, with nothing in them that the caller did not choose."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.load import compile_files, load
from directory.model import Helpline, Number, Reach
from ivr import cldr, flow
from ivr.events import Form
from ivr.phrases import Phrase
from ivr.speech import Speech
from ivr.state import Channel, State, Step
from ivr.texts import LONGEST, compose, segments, written_hours, written_turn
from ivr.turn import Caller, Line, Turn, World
from tests.editions import shipped_catalogues
from tests.sample_directory import FILES

CATALOGUES = shipped_catalogues()
LANGUAGES = sorted(CATALOGUES)
DIRECTORY = load()
SPEECH = Speech(DIRECTORY, CATALOGUES)
HELPLINES = sorted(DIRECTORY.helplines.values(), key=lambda helpline: helpline.id)
SAMPLE = compile_files(FILES)
SAMPLE_SPEECH = Speech(SAMPLE, CATALOGUES)
MARK = "\u200e"
"""Keeps the digits of a number in their order where the text runs from right to left."""
NIGHT = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
"""The basic table of 3GPP TS 23.038, sixteen a line; \\x1b leads to the extension and is no character."""
EXTENSION = "\f^{}\\[~]|€"
NEAR_MISSES = "çőșțăâîêëíóúáÀÈœŒ’‘“”–—…«»`\t°²µαβłđ\u00a0\u202f\u2011\ufeff\u2126\x1bЖ中🔑"
"""Look-alikes and neighbours that one message's alphabet lacks."""


def test_gsm_table_is_whole() -> None:
    """The test's own table has the 128 places of the standard."""
    assert (128, 10) == (len(GSM), len(EXTENSION))


@pytest.mark.parametrize("character", GSM.replace("\x1b", ""))
def test_basic_characters_take_one_place(character: str) -> None:
    """160 of any character of the basic table are one segment, and one more makes two."""
    assert (1, 2) == (segments(character * 160), segments(character * 161))


@pytest.mark.parametrize("character", EXTENSION)
def test_extended_characters_take_two_places(character: str) -> None:
    """Of the characters of the extension half as many are one segment."""
    assert (1, 2) == (segments(character * 80), segments(character * 81))


@pytest.mark.parametrize("character", NEAR_MISSES)
def test_other_characters_change_the_alphabet(character: str) -> None:
    """A single character beyond the tables leaves a segment 70 places."""
    places = 2 if character > "\uffff" else 1

    assert 1 == segments("a" * (70 - places) + character)
    assert 2 == segments("a" * (71 - places) + character)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", 1, id="nothing"),
        pytest.param("a" * 306, 2, id="two parts of 153"),
        pytest.param("a" * 307, 3, id="one more"),
        pytest.param("a" * 152 + "€" + "a" * 151, 2, id="a character of two places moves to the next part"),
        pytest.param("a" * 152 + "€" + "a" * 152, 3, id="and leaves its place empty"),
        pytest.param("ő" * 134, 2, id="two parts of 67"),
        pytest.param("ő" * 135, 3, id="one more"),
        pytest.param("ő" * 66 + "🔑" + "ő" * 65, 2, id="a pair is not torn apart"),
        pytest.param("ő" * 66 + "🔑" + "ő" * 66, 3, id="and leaves its place empty too"),
        pytest.param("a" * 1600, 11, id="the longest message"),
    ],
)
def test_long_texts(text: str, expected: int) -> None:
    """Parts of a long text are shorter than a single one, since each says where it belongs."""
    assert expected == segments(text)


@given(st.text(max_size=400))
def test_segments_grow_with_the_text(text: str) -> None:
    """No text has fewer segments than what it begins with."""
    assert segments(text[: len(text) // 2]) <= segments(text)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("helpline", HELPLINES, ids=lambda helpline: helpline.id)
def test_referrals_are_short(helpline: Helpline, form: Form) -> None:
    """Number and hours are one segment, with the service's name at most two, in any language, to whatever country."""
    limit = 1 if form is Form.SHORT else 2
    texts = {
        compose(DIRECTORY, SPEECH, helpline.id, language, form, country)
        for language in LANGUAGES
        for country in (None, helpline.country, "US")
    }

    assert [] == [text for text in texts if segments(text) > limit]


@pytest.mark.parametrize("helpline", HELPLINES, ids=lambda helpline: helpline.id)
def test_short_form_tells_nothing(helpline: Helpline) -> None:
    """The short form is a number, perhaps with its hours: no service, no need, no word that tells what it is for."""
    for language in LANGUAGES:
        text = compose(DIRECTORY, SPEECH, helpline.id, language, Form.SHORT, None)
        said = text.partition(" (")[0].strip(MARK)
        hours = written_hours(helpline, SPEECH, language)

        assert said in {number.say for number in helpline.numbers}
        assert (said if hours is None else f"{said} ({hours})") == text.replace(MARK, "")


@pytest.mark.parametrize("helpline", HELPLINES, ids=lambda helpline: helpline.id)
def test_named_form_names_the_service(helpline: Helpline) -> None:
    """Who asked for the name gets it, in the caller's language, perhaps without its accents, and the number."""
    for language in LANGUAGES:
        text = compose(DIRECTORY, SPEECH, helpline.id, language, Form.NAMED, None)
        name = SPEECH.name_in_writing(helpline.id, language)

        assert _bare(text).startswith(_bare(name))
        assert [number.say for number in helpline.numbers if number.say in text]


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _named(name: str, hours: str | None, language: str = "ro") -> str:
    """Return the text about a service of this name, known in one language."""
    row = replace(SAMPLE.helplines["gb-crime"], name={language: name}, hours=hours)
    directory = replace(SAMPLE, helplines={**SAMPLE.helplines, row.id: row})
    return compose(directory, Speech(directory, CATALOGUES), row.id, language, Form.NAMED, None)


@pytest.mark.parametrize(
    ("name", "hours", "text"),
    [
        pytest.param("Ajutor după infracțiuni", None, "Ajutor după infracțiuni: 020 7946 0001", id="as it is"),
        pytest.param(
            "Ajutor după infracțiuni",
            "Mo-Fr 09:00-17:00",
            "Ajutor după infracțiuni: 020 7946 0001 (lun-vin 09:00-17:00)",
            id="with hours",
        ),
        pytest.param(
            "Ajutor după infracțiuni și accidente",
            "Mo-Fr 09:00-17:00",
            "Ajutor dupa infractiuni si accidente: 020 7946 0001 (lun-vin 09:00-17:00)",
            id="without accents, to be one segment",
        ),
        pytest.param("ț" * 143, "24/7", "t" * 143 + ": 020 7946 0001", id="without hours, to be one segment"),
        pytest.param(
            "ț" * 150,
            "24/7",
            "ț" * 150 + ": 020 7946 0001 (non-stop)",
            id="as it is, where nothing makes it one segment",
        ),
        pytest.param(
            "„Sœur” – Łódź «Đ»" + "a" * 60,
            None,
            '"Soeur" - Lódz "D"' + "a" * 60 + ": 020 7946 0001",
            id="letters that fall apart into none, marks and dashes",
        ),
    ],
)
def test_shortest_honest_way_is_taken(name: str, hours: str | None, text: str) -> None:
    """A text keeps its accents and its hours if it is one segment with them; else the accents go first."""
    expected = text.replace("Lódz", "Lodz")

    assert expected == _named(name, hours)


@pytest.mark.parametrize(
    ("country", "say"), [(None, "020 7946 0004"), ("GB", "020 7946 0004"), ("FR", "+44 20 7946 0002")]
)
def test_number_works_where_the_phone_is_at_home(country: str | None, say: str) -> None:
    """A phone of another country gets the number that works from abroad."""
    assert say == compose(SAMPLE, SAMPLE_SPEECH, "gb-children", "en", Form.SHORT, country)


def test_unknown_service_is_no_text() -> None:
    """About a service that has left the directory there is nothing to write."""
    with pytest.raises(KeyError):
        compose(SAMPLE, SAMPLE_SPEECH, "gb-gone", "en", Form.SHORT, None)


@pytest.mark.parametrize(
    ("hours", "written"),
    [
        ("24/7", "day and night"),
        ("Mo-Fr 09:00-17:00", "Mon-Fri 09:00-17:00"),
        ("Mo-Fr 9:00-17:00", "Mon-Fri 9:00-17:00"),
        ("Mo-Su 10:00-24:00", "Mon-Sun 10:00-24:00"),
        ("07:30-19:30", "07:30-19:30"),
        ("Mo,We-Fr 09:00-17:00", "Mon,Wed-Fri 09:00-17:00"),
        ("Mo-Fr 09:00-12:00,13:00-17:00", "Mon-Fri 09:00-12:00,13:00-17:00"),
        ("Mo-Th 09:00-17:00; Fr 09:00-12:00", "Mon-Thu 09:00-17:00; Fri 09:00-12:00"),
        ("Mo-Th 09:00-17:00, Fr 09:00-12:00", "Mon-Thu 09:00-17:00, Fri 09:00-12:00"),
        ("Mo-Su 22:00-06:00", "Mon-Sun 22:00-06:00"),
        ("Mo-Fr 09:00-17:00; PH off", "Mon-Fri 09:00-17:00"),
        ("Mo-Fr 09:00-17:00; PH 10:00-12:00", "Mon-Fri 09:00-17:00"),
        ("Mo-Fr 09:00-17:00, PH 10:00-12:00", "Mon-Fri 09:00-17:00"),
        ("Mo-Fr 09:00-17:00; PH off; Sa 10:00-12:00", "Mon-Fri 09:00-17:00; Sat 10:00-12:00"),
        ("Mo-Su,PH 10:00-18:00", "Mon-Sun 10:00-18:00"),
        ("Mo-Fr,PH 10:00-12:00; Sa 09:00-10:00", "Mon-Fri 10:00-12:00; Sat 09:00-10:00"),
        (None, None),
        ("24/7; PH off", None),
        ("Mo-Su 22:00-26:00", None),
        ("Mo-Fr 09:00-25:00", None),
        ("Mo-Fr 09:60-17:00", None),
        ("Mo-Fr", None),
        ("Mo-Fr 09:00", None),
        ("Mo-Fr 09:00+", None),
        ("Mo-Fr off", None),
        ("Mo-Fr 09:00-17:00; Sa off", None),
        ("Mo-Fr 09:00-17:00; Sa", None),
        ("Mo-Fr 09:00-17:00;", None),
        ("PH off; Mo-Fr 09:00-17:00", None),
        ("PH 09:00-17:00", None),
        ("PH,Mo-Fr 09:00-17:00", None),
        ("SH Mo-Fr 09:00-17:00", None),
        ("We[1] 10:00-12:00", None),
        ("Jan-Mar Mo 10:00-12:00", None),
        ("2026 Mo-Fr 09:00-17:00", None),
        ("week 1-10 Mo 09:00-17:00", None),
        ('Mo-Fr 09:00-17:00 unknown "by appointment"', None),
        ("unknown", None),
        ("mo-fr 09:00-17:00", None),
        ("Mon-Fri 09:00-17:00", None),
    ],
)
def test_hours_are_written_where_they_are_simple(hours: str | None, written: str | None) -> None:
    """Weekly hours that read the same to everybody are written out; all others are left out, never half of them."""
    assert written == written_hours(replace(SAMPLE.helplines["gb-crime"], hours=hours), SAMPLE_SPEECH, "en")


@pytest.mark.parametrize(
    ("language", "week"),
    [
        ("en", "Mon-Tue Wed-Thu Fri-Sat Sun"),
        ("fr", "lun-mar mer-jeu ven-sam dim"),
        ("ro", "lun-mar mie-joi vin-sâm dum"),
        ("nl", "ma-di wo-do vr-za zo"),
        ("de", "Mo-Di Mi-Do Fr-Sa So"),
        ("it", "lun-mar mer-gio ven-sab dom"),
        ("hu", "H-K Sze-Cs P-Szo V"),
        ("es", "lun-mar mié-jue vie-sáb dom"),
    ],
)
def test_days_have_their_short_names(language: str, week: str) -> None:
    """Each language has its own short names of days, and none is taken for the code of another day."""
    row = replace(
        SAMPLE.helplines["gb-crime"], hours="Mo-Tu 09:00-10:00; We-Th 09:00-10:00; Fr-Sa 09:00-10:00; Su 09:00-10:00"
    )
    written = written_hours(row, SAMPLE_SPEECH, language)

    assert written is not None
    assert "; ".join(f"{days} 09:00-10:00" for days in week.split()) == written


def test_shipped_hours_can_be_written() -> None:
    """All hours that are known in the shipped directory are simple enough for a text."""
    assert [] == [h.id for h in HELPLINES if h.hours is not None and written_hours(h, SPEECH, "en") is None]


def world(language: str) -> World:
    """Return what a turn by text depends on, at night, for a caller of no country."""
    return World(DIRECTORY, (language, *LANGUAGES), NIGHT, Caller(None, can_text=True, line=None))


def states(language: str) -> Iterator[State]:
    """Yield the states that a conversation by text can easily come to."""
    for page in range(3):
        yield State(Step.LANGUAGE, Channel.SMS, page=page)
    for page in range(6):
        yield State(Step.COUNTRY, Channel.SMS, language, page=page)
    for country, need in DIRECTORY.ladders:
        yield State(Step.REFERRAL, Channel.SMS, language, need, country)
        yield State(Step.EMERGENCY, Channel.SMS, language, need, country, back=Step.NEED)
    for country in DIRECTORY.countries:
        yield State(Step.APART, Channel.SMS, language, country=country)
        yield from (State(Step.NEED, Channel.SMS, language, country=country, page=page) for page in range(5))


@pytest.fixture(scope="module", params=LANGUAGES)
def turns(request: pytest.FixtureRequest) -> list[tuple[Turn, str]]:
    """What is written in each of those states, language by language."""
    reader = world(request.param)
    entered = [flow.enter(state, reader) for state in states(request.param)]
    return [(turn, written_turn(turn, SPEECH)) for turn in entered]


def test_turns_fit_one_message(turns: list[tuple[Turn, str]]) -> None:
    """No turn by text is so long that its end, which names the keys for help and repetition, would be cut off."""
    texts = {text: SPEECH.written(Line(Phrase.RESERVED_TEXT, turn.language)) for turn, text in turns}

    assert [] == [text for text, reserved in texts.items() if not text.endswith(reserved)]
    assert LONGEST > max(map(len, texts))


def test_turns_have_no_gaps(turns: list[tuple[Turn, str]]) -> None:
    """A turn by text has no empty line, and an answer before each thing that can be chosen."""
    for turn, text in turns:
        lines = text.split("\n")
        offered = [line.partition(": ")[0] for line in lines[len(turn.lines) : -1]]

        assert [option.key for option in turn.options if option.written] == offered
        assert all(lines)


def test_endless_turn_is_cut() -> None:
    """A turn that grew beyond all bounds is still a message that the carrier takes."""
    turn = Turn(State(), "en", (Line(Phrase.SMS_PRIVACY, "en"),) * 200)

    assert LONGEST == len(written_turn(turn, SPEECH))


def test_numbers_are_written_as_printed() -> None:
    """A text's number can be dialled as it stands."""
    row = replace(SAMPLE.helplines["gb-crime"], numbers=(Number("0800 800 678", None, Reach.NATIONAL),), hours=None)
    directory = replace(SAMPLE, helplines={row.id: row})

    assert "0800 800 678" == compose(directory, Speech(directory, CATALOGUES), row.id, "hu", Form.SHORT, None)
    assert re.fullmatch(r"[0-9 ]+", compose(directory, SAMPLE_SPEECH, row.id, "hu", Form.SHORT, "FR"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_is_named_once_and_rightly(language: str) -> None:
    """In every language each day of written hours is the one that is meant, also where its name looks like another's.

    Vietnamese calls Thursday "Th 5": its first two letters are how the tables write Thursday.
    """
    names = [name.rstrip(".") for name in cldr.words(language).weekdays]
    days = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    times = SPEECH.phrase(Phrase.HOURS_TIMES, language, opens="08:00", closes="16:00")
    row = SAMPLE.helplines["gb-crime"]
    for first, day in enumerate(days):
        assert f"{names[first]} {times}" == written_hours(replace(row, hours=f"{day} 08:00-16:00"), SPEECH, language)
        for last in range(first + 1, 7):
            run = SPEECH.phrase(Phrase.HOURS_DAYS, language, first=names[first], last=names[last])
            hours = f"{day}-{days[last]} 08:00-16:00"

            assert f"{run} {times}" == written_hours(replace(row, hours=hours), SPEECH, language)
