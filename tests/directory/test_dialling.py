"""Numbers to say and numbers to ring."""

from __future__ import annotations

import pytest

from directory.dialling import complaint_about_dial, complaint_about_say, digits, e164, is_short
from directory.faults import FaultCode


@pytest.mark.parametrize(
    ("dial", "country"), [("+442079460001", "GB"), ("+33199000003", "FR"), ("+40213133100", "RO"), ("+390299777", "IT")]
)
def test_dialable(dial: str, country: str) -> None:
    """A whole number in international form, of the country itself, may be rung; Italy keeps its zero."""
    assert complaint_about_dial(dial, country) is None


@pytest.mark.parametrize("short", ["112", "999", "+44112", "+44999", "+44116123", "116123"])
def test_short(short: str) -> None:
    """Emergency and 116 numbers are short with and without a country code."""
    assert is_short(short, "GB")
    assert (FaultCode.DIAL_SHORT, "null") == complaint_about_dial(short, "GB")


def test_international_116() -> None:
    """`+116006` is refused as what it would be: an American number."""
    assert (FaultCode.DIAL_HARMONISED, "null") == complaint_about_dial("+116006", "GB")


@pytest.mark.parametrize("dial", ["+440", "+441", "hello", "", "+", "++442079460001", "+999999999999"])
def test_nonsense(dial: str) -> None:
    """What no numbering plan knows is refused."""
    assert complaint_about_dial(dial, "GB") is not None


@pytest.mark.parametrize("say", ["112", "0800 800 678", "+44 20 7946 0001"])
def test_sayable(say: str) -> None:
    """Digits in groups can be said, with a plus in front or not."""
    assert complaint_about_say(say) is None


@pytest.mark.parametrize("say", ["", "0800-800", "0800  800", " 112", "112 ", "(0)20", "+", "0800 800 678 1234 5678"])
def test_not_sayable(say: str) -> None:
    """Anything but digits in groups is refused, and so is more than a telephone number has."""
    complaint = complaint_about_say(say)

    assert complaint is not None
    assert FaultCode.NOT_A_NUMBER is complaint[0]


@pytest.mark.parametrize("say", ["020 7946 0001", "+44 20 7946 0001", "0044 20 7946 0001"])
def test_international_form(say: str) -> None:
    """One line has one international form, however it is said."""
    assert "+442079460001" == e164(say, "GB")


def test_no_international_form() -> None:
    """Nonsense has none."""
    assert e164("+", "GB") is None


def test_digits() -> None:
    """Groups and plus fall away."""
    assert "442079460001" == digits("+44 20 7946 0001")
