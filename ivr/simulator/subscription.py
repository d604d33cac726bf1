"""What the carrier knows about its customer: the account, the numbers, and which addresses to call for them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urldefrag

import phonenumbers

from ivr.simulator.transport import Response, Transport, signed

API_VERSION = "2010-04-01"
DEMO_NOW = "X-Fanal-Demo-Now"
"""Header with the time a caller pretends (ISO 8601 with offset). Nobody signs it: only a demonstration obeys."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One account and how its numbers are set up; paths are the contract's webhooks."""

    account: str
    token: str = field(repr=False)
    """The primary token, with which webhooks are signed."""
    numbers: tuple[str, ...]
    public_url: str
    """Without a slash at the end."""

    def address(self, path: str) -> str:
        """Return the full address of one of the contract's paths."""
        return self.public_url + path

    def number_for(self, caller: str) -> str:
        """Return the number that a caller would dial: of the caller's country, else of no country, else the first."""
        by_country = {country_of(number): number for number in reversed(self.numbers)}
        international = by_country.get(phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY, self.numbers[0])
        return by_country.get(country_of(caller), international)

    def post(self, transport: Transport, url: str, form: Mapping[str, str], at: datetime | None = None) -> Response:
        """Post a signed webhook; raises `CarrierError` where there is no answer."""
        plain = urldefrag(url).url
        pretended = {} if at is None else {DEMO_NOW: at.isoformat()}
        return transport.post(plain, form, {**signed(plain, form, self.token), **pretended})


def new_sid(kind: str) -> str:
    """Return a new identifier of the provider's form: two letters ("CA", "SM") and 32 hexadecimal digits."""
    return kind + secrets.token_hex(16)


def look_ups(side: str, number: str) -> dict[str, str]:
    """Return what the carrier's look-up says about one side ("From", "To", "Caller", "Called").

    Cities are known for few countries; the country is that of the prefix, whatever the rest may be: the keypad
    form of a withheld number, +266696687, is said to come from Lesotho (seen in a request in public code).
    """
    return {f"{side}City": "", f"{side}State": "", f"{side}Zip": "", f"{side}Country": country_of(number)}


def country_of(number: str) -> str:
    """Return the ISO code of the country whose prefix the number bears, however short it is; empty for none."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(parsed)
    return region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
