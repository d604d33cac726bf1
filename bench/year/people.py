"""Who calls: one telephone of each kind in each country, and what the carrier says of it in every request.

The numbers are libphonenumber's own examples (`ivr.simulator.people`), so that nobody is meant and the text can go to
them; one telephone gets a few texts a day at most, which bounds how many of the callers of one country ask for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote_plus

from ivr.adapters.provider import TEXTS_A_DAY
from ivr.simulator.people import FIRST_COUNTRIES, everybody, our_numbers
from ivr.simulator.subscription import API_VERSION, Subscription, look_ups

TEXTS_OF_ONE = TEXTS_A_DAY - 2
"""Texts that the callers of one number ask for in one run; those of the rehearsal are the difference."""


@dataclass(frozen=True)
class Telephone:
    """A calling number and the number of ours that it dials."""

    index: int
    """Its place among all: ids of calls bear it, so that the provider's stand-in knows who calls."""
    country: str
    number: str
    called: str
    account: str
    is_mobile: bool

    @cached_property
    def signed(self) -> tuple[bytes, bytes, bytes]:
        """What is signed of it: before the id of the call, of the number dialled, and of the one that calls."""
        account = f"AccountSid{self.account}ApiVersion{API_VERSION}CallSid"
        middle = _flat("Called", self.called) + _flat("Caller", self.number)
        return account.encode(), middle.encode(), (_flat("From", self.number) + _flat("To", self.called)).encode()

    @cached_property
    def body(self) -> bytes:
        """The form fields that are the same in all requests of its calls, each with an ampersand before it."""
        fields = {"AccountSid": self.account, "ApiVersion": API_VERSION, "Direction": "inbound"}
        for side, number in (("From", self.number), ("Caller", self.number), ("To", self.called)):
            fields |= {side: number, **look_ups(side, number)}
        fields |= {"Called": self.called, **look_ups("Called", self.called)}
        return "".join(f"&{name}={quote_plus(value)}" for name, value in fields.items()).encode()


def telephones(account: str, public_url: str) -> tuple[Telephone, ...]:
    """Return every mobile and the landlines of the first countries, those of the first countries at the beginning."""
    dialled = Subscription(account, "", our_numbers(), public_url)
    people = {person.country: person for person in everybody()}
    order = [*(people.pop(country) for country in FIRST_COUNTRIES), *people.values()]
    landlines = [(each.country, each.landline, False) for each in order[: len(FIRST_COUNTRIES)]]
    mobiles = [(each.country, each.mobile, True) for each in order]
    return tuple(
        Telephone(index, country, number, dialled.number_for(number), account, is_mobile)
        for index, (country, number, is_mobile) in enumerate(
            (*mobiles[: len(landlines)], *landlines, *mobiles[len(landlines) :])
        )
    )


def _flat(side: str, number: str) -> str:
    """Join names and values of one side as the provider signs them: sorted, nothing between them."""
    return "".join(name + value for name, value in sorted({side: number, **look_ups(side, number)}.items()))
