"""Who may call."""

from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from ivr.numbers import CallerNumber
from ivr.simulator import people
from ivr.simulator.subscription import Subscription, country_of

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
LANDLINE = {PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def test_everybody_has_the_two_telephones_they_should() -> None:
    """Each caller's two numbers are valid and of two kinds, unless the country knows but one; both tell the country."""

    def is_right(number: str, kinds: set[int], country: str) -> bool:
        parsed = phonenumbers.parse(number)
        return phonenumbers.number_type(parsed) in kinds and phonenumbers.region_code_for_number(parsed) == country

    everybody = people.everybody()
    wrong = [
        caller.country
        for caller in everybody
        if not is_right(caller.mobile, MOBILE, caller.country)
        or not is_right(caller.landline, LANDLINE, caller.country)
    ]

    assert [] == wrong
    assert len(everybody) > 200


@pytest.mark.parametrize("country", ["VA", "AX", "XX", ""])
def test_countries_that_a_number_cannot_tell_have_nobody(country: str) -> None:
    """Where a number would say another country (the Vatican's says Italy), there is no caller."""
    with pytest.raises(KeyError):
        people.person(country)


def test_every_country_of_the_first_partners_has_a_caller() -> None:
    """The countries whose helplines come first can be called from."""
    assert set(people.FIRST_COUNTRIES) <= {caller.country for caller in people.everybody()}


@pytest.mark.parametrize("raw", [*people.WITHHELD_WORDS, *people.WITHHELD_KEYPAD])
def test_withheld_numbers_are_withheld(raw: str) -> None:
    """Every form of a withheld number counts as withheld."""
    assert CallerNumber(people.number_of(raw)).withheld


@pytest.mark.parametrize(
    ("who", "landline", "expected"),
    [
        ("RO", False, people.person("RO").mobile),
        ("ro ", False, people.person("RO").mobile),
        ("RO", True, people.person("RO").landline),
        ("withheld", False, "anonymous"),
        ("Withheld", True, "+266696687"),
        ("anonymous", False, "anonymous"),
        ("+447700900123", False, "+447700900123"),
    ],
)
def test_a_caller_can_be_named(who: str, landline: bool, expected: str) -> None:
    """A country, a word for a withheld number, or a number says who calls."""
    assert expected == people.number_of(who, landline)


@pytest.mark.parametrize("who", ["XX", "Romania", "447700900123", "+44 7700 900123", "+", "001"])
def test_nobody_else_can_call(who: str) -> None:
    """What is neither is refused with a sentence."""
    with pytest.raises(ValueError, match="no country code"):
        people.number_of(who)


def test_our_numbers_are_nobody_elses() -> None:
    """The numbers of a demonstration are one for each first country, an international one, and no caller's own."""
    ours = people.our_numbers()
    theirs = {number for caller in people.everybody() for number in (caller.mobile, caller.landline)}

    assert [*people.FIRST_COUNTRIES, "001"] == [country_of(number) for number in ours]
    assert set() == theirs & set(ours)


@pytest.mark.parametrize(
    ("who", "country"), [("RO", "RO"), ("BE", "BE"), ("ES", "001"), ("withheld", "001"), ("+266696687", "001")]
)
def test_callers_dial_the_number_of_their_country(who: str, country: str) -> None:
    """Whoever has no number of ours at home dials the international one."""
    subscription = Subscription("AC", "token", people.our_numbers(), "https://fanal.example.org")

    assert country == country_of(subscription.number_for(people.number_of(who)))


def test_without_an_international_number_the_first_is_dialled() -> None:
    """An installation may have numbers of countries only."""
    subscription = Subscription("AC", "token", people.our_numbers()[:2], "https://fanal.example.org")

    assert people.our_numbers()[0] == subscription.number_for("anonymous")
