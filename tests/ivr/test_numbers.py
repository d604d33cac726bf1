"""The caller's number: withheld in all its forms, asked harmless questions only, and shown to nobody."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
import re
import traceback
from collections.abc import Callable

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType
from phonenumbers.re_util import re_compile

from directory.load import PACKAGED
from ivr.numbers import CallerNumber, keep_patterns, read_regions
from ivr.simulator.people import WITHHELD_KEYPAD, WITHHELD_WORDS

COUNTRIES = sorted(path.stem.upper() for path in PACKAGED.glob("??.yaml"))
"""Countries of the shipped directory."""
ALIKE = ("DK",)
"""Where a number does not tell whether it is a mobile one (libphonenumber's FIXED_LINE_OR_MOBILE)."""
LANDLINE = "+442079460123"
"""Reserved for fiction by Ofcom."""
DIGITS = {LANDLINE[i : i + 4] for i in range(1, len(LANDLINE) - 3)}
"""Whatever holds four of its digits in a row has shown some of it."""


def example(country: str, kind: int) -> str:
    """Return libphonenumber's own example of a number."""
    number = phonenumbers.example_number_for_type(country, kind)
    assert number is not None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def tells(text: str) -> bool:
    """Tell whether a text shows some of the number."""
    return any(digits in text for digits in DIGITS)


def facts(raw: str) -> tuple[bool, str | None, bool]:
    """Return all that can be asked of a number."""
    number = CallerNumber(raw)
    return number.withheld, number.country, number.can_text


WITHHELD = (True, None, False)


@pytest.mark.parametrize("word", WITHHELD_WORDS)
@pytest.mark.parametrize("case", [str.lower, str.upper, str.capitalize])
def test_words_are_withheld_numbers(word: str, case: Callable[[str], str]) -> None:
    """A word in place of a number, in small or capital letters, is a withheld number."""
    assert WITHHELD == facts(case(word))


@pytest.mark.parametrize("keypad", WITHHELD_KEYPAD)
def test_keypad_spellings_are_withheld_numbers(keypad: str) -> None:
    """ANONYMOUS and its like, typed on a keypad behind a plus, are withheld numbers."""
    assert WITHHELD == facts(keypad)
    assert WITHHELD == facts(keypad.removeprefix("+"))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(" ", id="a space"),
        pytest.param("+", id="a plus"),
        pytest.param("None", id="a word of ours"),
        pytest.param("null", id="a word of JSON"),
        pytest.param("112", id="an emergency number"),
        pytest.param("+112", id="an emergency number behind a plus"),
        pytest.param("+116006", id="a harmonised number behind a plus"),
        pytest.param("+49116006", id="a harmonised number behind a country code"),
        pytest.param("00442079460123", id="zeros in place of the plus"),
        pytest.param("442079460123", id="no plus"),
        pytest.param("02079460123", id="a national number"),
        pytest.param("+02079460123", id="a zero behind the plus"),
        pytest.param("+44207946012", id="a digit less"),
        pytest.param("+4420794601234", id="a digit more"),
        pytest.param("+44 20 7946 0123", id="spaces"),
        pytest.param(" +442079460123", id="a space before"),
        pytest.param("+442079460123\n", id="a line's end"),
        pytest.param("+442079460123;ext=5", id="an extension"),
        pytest.param("+44207946012A", id="a letter for a digit"),
        pytest.param("+1800FLOWERS", id="a word for a number"),
        pytest.param("sip:+442079460123@example.org", id="an address of internet telephony"),
        pytest.param("client:somebody", id="a client of the carrier"),
        pytest.param("+４４２０７９４６０１２３", id="full-width digits"),
        pytest.param("+٤٤٢٠٧٩٤٦٠١٢٣", id="Arabic digits"),
        pytest.param("＋442079460123", id="a full-width plus"),
        pytest.param("+442079460123" * 1000, id="a very long one"),
        pytest.param("+" + "9" * 100_000, id="one without an end"),
        pytest.param("+12025550100\0", id="a null byte"),
    ],
)
def test_other_texts_are_withheld_numbers(raw: str) -> None:
    """What differs in one place from a number in international form is not taken for one."""
    assert WITHHELD == facts(raw)


@given(st.text(max_size=30) | st.from_regex(r"\+[0-9]{0,16}", fullmatch=True))
def test_any_text_is_answered(raw: str) -> None:
    """Whatever a carrier says of the caller, the questions have answers, and a withheld number has harmless ones."""
    withheld, country, can_text = facts(raw)

    assert not withheld or (country, can_text) == (None, False)


@pytest.mark.parametrize("country", COUNTRIES)
def test_mobiles_take_texts(country: str) -> None:
    """A mobile of every country of the directory is known to be at home there and to take texts."""
    assert (False, country, True) == facts(example(country, PhoneNumberType.MOBILE))


@pytest.mark.parametrize("country", [country for country in COUNTRIES if country not in ALIKE])
def test_landlines_take_no_texts(country: str) -> None:
    """A landline of every country of the directory is known to be at home there and never texted."""
    assert (False, country, False) == facts(example(country, PhoneNumberType.FIXED_LINE))


@pytest.mark.parametrize("kind", [PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.VOIP])
def test_unsure_numbers_take_no_texts(kind: int) -> None:
    """A number that is neither mobile nor perhaps one is not texted."""
    assert not CallerNumber(example("GB", kind)).can_text


@pytest.mark.parametrize("country", [*ALIKE, "US"])
def test_perhaps_mobile_numbers_take_texts(country: str) -> None:
    """Where a country's mobiles and landlines look alike, a text is tried."""
    assert (False, country, True) == facts(example(country, PhoneNumberType.FIXED_LINE))


@pytest.mark.parametrize("calling_code", [800, 870, 882])
def test_numbers_of_no_country_have_none(calling_code: int) -> None:
    """An international free number and a satellite telephone are at home in no country."""
    number = phonenumbers.example_number_for_non_geo_entity(calling_code)
    assert number is not None

    assert (False, None) == facts(phonenumbers.format_number(number, PhoneNumberFormat.E164))[:2]


def test_reveals_in_international_form() -> None:
    """The one way out gives the number as the carrier wants it."""
    assert LANDLINE == CallerNumber(LANDLINE).reveal()


def test_withheld_number_has_nothing_to_reveal() -> None:
    """There is nothing to send a text to."""
    with pytest.raises(ValueError):
        CallerNumber("anonymous").reveal()


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        pprint.pformat,
        lambda number: f"{number}",
        lambda number: f"{number!r}",
        lambda number: f"{[number]} {(number,)} { {'number': number} }",
        lambda number: "{}".format(number),  # noqa: UP032 - each way to show a value is tried
        lambda number: "%s %r" % (number, number),  # noqa: UP031 - each way to show a value is tried
        lambda number: json.dumps([number], default=str),
        lambda number: json.dumps([number], default=repr),
        lambda number: str(ValueError(number)),
        lambda number: repr(getattr(number, "__dict__", "")),
    ],
)
def test_shows_no_digits(show: Callable[[CallerNumber], str]) -> None:
    """However a number is printed, its digits do not appear."""
    assert not tells(show(CallerNumber(LANDLINE)))


@pytest.mark.parametrize(
    "take",
    [
        pytest.param(json.dumps, id="JSON"),
        pytest.param(copy.copy, id="copy"),
        pytest.param(copy.deepcopy, id="deep copy"),
        pytest.param(lambda number: f"{number:>20}", id="padding"),
        pytest.param(int, id="number"),
        pytest.param(list, id="digits"),
        *(
            pytest.param(lambda number, p=protocol: pickle.dumps(number, p), id=f"pickle {protocol}")
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_is_neither_copied_nor_written_down(take: Callable[[CallerNumber], object]) -> None:
    """What would carry the number away is refused, without saying the number."""
    with pytest.raises(TypeError) as refused:
        take(CallerNumber(LANDLINE))

    assert not tells(str(refused.value))


def test_is_not_in_a_traceback() -> None:
    """An exception that is raised beside the number, even one printed with all local values, does not hold it."""
    number = CallerNumber(LANDLINE)

    def fail() -> None:
        raise RuntimeError(number, f"cannot text {number}")

    with pytest.raises(RuntimeError) as raised:
        fail()
    printed = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=True).format())

    assert "number = CallerNumber" in printed
    assert not tells(printed)


def test_is_not_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    """A line of log that was given the number by mistake does not hold it."""
    logging.getLogger("test").warning("called by %s", CallerNumber(LANDLINE))

    assert ["called by CallerNumber('…')"] == caplog.messages


def test_patterns_outlive_python_s_memory_of_them() -> None:
    """A pattern of the library's that was used once is not compiled again, whatever Python has forgotten meanwhile."""
    keep_patterns()
    used = re_compile("[1-9][0-9]")
    re.purge()

    assert used is re_compile("[1-9][0-9]")


def broken(_place: object) -> None:
    """Stand for a part of the library's data that is damaged."""
    raise SyntaxError


@pytest.mark.parametrize("country", ["RO", "GB", "US"])
def test_damaged_country(country: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rules of a country are damaged its callers count as withheld, and others are known as ever."""
    mobile, other = example(country, PhoneNumberType.MOBILE), example("NO", PhoneNumberType.MOBILE)
    monkeypatch.delitem(PhoneMetadata._region_metadata, country)
    monkeypatch.setitem(PhoneMetadata._region_available, country, broken)
    monkeypatch.setitem(PhoneMetadata._region_available, "NO", lambda _: None)  # is read after it, under the same lock

    assert {country: "SyntaxError"} == read_regions()
    assert [(True, None, False), (False, "NO", True)] == [facts(mobile), facts(other)]


def test_damaged_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rules of a calling code of no country are damaged its callers count as withheld."""
    number = phonenumbers.example_number_for_non_geo_entity(800)
    assert number is not None
    monkeypatch.delitem(PhoneMetadata._country_code_metadata, 800)
    monkeypatch.setitem(PhoneMetadata._country_code_available, 800, broken)

    assert {"800": "SyntaxError"} == read_regions()
    assert (True, None, False) == facts(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def test_everything_is_read_ahead() -> None:
    """Of the library's data nothing is damaged, and nothing is left for a caller to wait for."""
    assert {} == read_regions()
    assert not any((*PhoneMetadata._region_available.values(), *PhoneMetadata._country_code_available.values()))
