"""Who may call: in each country one mobile and one landline, and callers who withhold their number.

The numbers are libphonenumber's own examples of each kind, made at run time; nobody is meant by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

INTERNATIONAL = 800
"""Country code of free numbers that belong to no country (ITU-T E.169.1)."""
FIRST_COUNTRIES = ("GB", "RO", "BE", "FR", "IT", "HU")
WITHHELD_WORDS = ("anonymous", "restricted", "unknown", "unavailable", "private", "blocked", "withheld", "")
"""How a withheld number arrives as a word: "anonymous" and "unknown" from the provider's page TwiML-Voice."""
WITHHELD_KEYPAD = ("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253")
"""The words ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE as typed on a keypad (seen in public code)."""
WITHHELD = "withheld"
"""What a person at the demonstration types for any of these."""


@dataclass(frozen=True, slots=True)
class Person:
    """A caller from one country (ISO code) with the two telephones a caller may have, in E.164."""

    country: str
    mobile: str
    landline: str


def person(country: str) -> Person:
    """Return the caller of this country.

    Raises KeyError where libphonenumber has no example of both kinds, or none that tells this country.
    """
    mobile = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    landline = phonenumbers.example_number_for_type(country, PhoneNumberType.FIXED_LINE)
    if mobile is None or landline is None:
        raise KeyError(country)
    if {phonenumbers.region_code_for_number(mobile), phonenumbers.region_code_for_number(landline)} != {country}:
        raise KeyError(country)
    return Person(
        country,
        phonenumbers.format_number(mobile, PhoneNumberFormat.E164),
        phonenumbers.format_number(landline, PhoneNumberFormat.E164),
    )


def our_numbers() -> tuple[str, ...]:
    """Return numbers that a demonstration may call its own: libphonenumber's examples of free numbers.

    One for each country of the first partners, and an international one, which says nothing of its caller. They
    differ from everybody's own numbers.
    """
    examples = [phonenumbers.example_number_for_type(each, PhoneNumberType.TOLL_FREE) for each in FIRST_COUNTRIES]
    examples.append(phonenumbers.example_number_for_non_geo_entity(INTERNATIONAL))
    return tuple(phonenumbers.format_number(each, PhoneNumberFormat.E164) for each in examples if each is not None)


def everybody() -> tuple[Person, ...]:
    """Return one person for each country that has both kinds of number, by country code."""
    people = []
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        try:
            people.append(person(country))
        except KeyError:
            continue
    return tuple(people)


def number_of(who: str, landline: bool = False) -> str:
    """Return the number that calls for "RO", "withheld", a word of withholding, or a number in E.164.

    Raises ValueError, with a sentence for the person who typed it, for anything else.
    """
    text = who.strip()
    if text.lower() == WITHHELD:
        return WITHHELD_KEYPAD[0] if landline else WITHHELD_WORDS[0]
    if text.lower() in WITHHELD_WORDS or text in WITHHELD_KEYPAD:
        return text
    if text.startswith("+") and text[1:].isascii() and text[1:].isdigit():
        return text
    try:
        caller = person(text.upper())
    except KeyError:
        raise ValueError(f"{who!r} is no country code, no number such as +442079460123, and not “withheld”") from None
    return caller.landline if landline else caller.mobile
