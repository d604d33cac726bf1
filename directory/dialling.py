"""Which numbers may be written for saying, and which for ringing.

`libphonenumber` decides what exists in a numbering plan. What must never be rung is decided here, because its
own tables of short numbers only say what was assigned once.
"""

from __future__ import annotations

import re

import phonenumbers

from directory.faults import FaultCode

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_HARMONISED = re.compile(r"116\d{3}")
_SAY = re.compile(r"\+?\d+( \d+)*")

Complaint = tuple[FaultCode, str]
"""What is wrong with a number, and what would be right."""


def digits(number: str) -> str:
    """Return the digits of a number as written, without the plus and the groups."""
    return re.sub(r"\D", "", number)


def complaint_about_say(say: str) -> Complaint | None:
    """Say what is wrong with a number to be told to callers: at most 15 digits in groups, perhaps a plus."""
    if _SAY.fullmatch(say) and len(digits(say)) <= 15:
        return None
    groups = " ".join(re.findall(r"\d+", say)) or "0800 800 678"
    return FaultCode.NOT_A_NUMBER, f"digits in groups, such as `{'+' if say.startswith('+') else ''}{groups}`"


def complaint_about_dial(dial: str, country: str) -> Complaint | None:
    """Say what is wrong with a number to be rung for a helpline of `country` (ISO 3166-1), or None.

    Refused: what is not E.164, `+116…`, emergency and other short numbers behind a country code, numbers that
    no numbering plan knows, numbers of another country.
    """
    if dial.startswith("+116"):
        return FaultCode.DIAL_HARMONISED, "null"
    number = _parse(dial, country)
    if number is None:
        return FaultCode.DIAL_INVALID, "a number such as `+40213133100`, or null"
    written = e164(dial, country)
    if is_short(dial, country):
        return FaultCode.DIAL_SHORT, "null"
    if not phonenumbers.is_valid_number(number):
        return FaultCode.DIAL_INVALID, "the whole number as its owner prints it, or null"
    if not _E164.fullmatch(dial) or written != dial:
        return FaultCode.DIAL_NOT_E164, f"`{written}`"
    if number.country_code != phonenumbers.country_code_for_region(country):
        prefix = phonenumbers.country_code_for_region(country)
        return FaultCode.DIAL_FOREIGN, f"a number that begins with +{prefix}"
    return None


def is_short(dial: str, country: str) -> bool:
    """Tell whether a number is, behind its country code if it has one, an emergency, 116 or short number."""
    number = _parse(dial, country)
    if number is None:
        return False
    prefix = str(number.country_code) if dial.startswith("+") else ""
    national = digits(dial).removeprefix(prefix)
    if len(national) < 4 or _HARMONISED.fullmatch(national):
        return True
    known_short = len(national) < 7 and not phonenumbers.is_valid_number(number)
    return known_short or bool(phonenumbers.is_emergency_number(national, country))


def e164(say: str, country: str) -> str | None:
    """Return the international form of what is dialled inside `country`, valid or not; None for nonsense."""
    number = _parse(say, country)
    return None if number is None else phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parse(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
