"""The number of a caller: parsed once at the edge, masked ever after, and asked only harmless questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType
from phonenumbers.re_util import enable_pattern_cache

Place = TypeVar("Place")
TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_NOWHERE = "001"
"""What libphonenumber calls the home of satellite telephones and of international free numbers."""


def keep_patterns() -> None:
    """Keep the library's patterns once they have been used, for the life of the process; no number is kept.

    Python keeps 512 patterns. Callers from many countries need more, and a pattern that is compiled anew for each call
    takes longer than everything else in its first step: reading a number takes 0.03 ms with them, 0.5 without.
    """
    enable_pattern_cache()


def read_regions() -> Mapping[str, str]:
    """Read what the library knows of every country's numbers, 1.5 MB: else it reads when a first caller waits for it.

    Returns what cannot be read, by country (or by calling code where that is of none), with the kind of the fault:
    callers from there count as withheld. Left to itself the library reads each country under a lock that it keeps for
    ever where reading fails: from then on every caller from a country not yet read would be waited for without end.
    """
    faults = {}
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        if fault := _fault_of(PhoneMetadata.metadata_for_region, region):
            faults[region] = fault
            PhoneMetadata.register_region_loader(region, _nothing)
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        if fault := _fault_of(PhoneMetadata.metadata_for_nongeo_region, code):
            faults[str(code)] = fault
            PhoneMetadata.register_nongeo_region_loader(code, _nothing)
    return faults


def _nothing(_place: object) -> None:
    """Read nothing more of a part that cannot be read."""


def _fault_of(read: Callable[[Place], object], place: Place) -> str:
    """Read one part of the library's data; where that fails, give back its lock and return the kind of the fault."""
    try:
        read(place)
    except Exception as fault:  # noqa: BLE001 - whatever its data are like, other callers are answered
        lock = getattr(PhoneMetadata, "_metadata_lock", None)
        if lock is not None and lock.locked():
            lock.release()
        return type(fault).__name__
    return ""


class CallerNumber:
    """The number that is calling. It shows itself to nobody; only the provider adapter calls `reveal`.

    A withheld number arrives as a word ("anonymous"), as nothing, or as a word spelt on a keypad
    ("+266696687"); none of these is a valid number, so all of them count as withheld (facts: the provider's
    voice request page, and the values seen in public code). A number without a kind is not a valid one.
    """

    __slots__ = ("_kind", "_number")

    def __init__(self, raw: str) -> None:
        number = _parse(raw)
        self._kind = PhoneNumberType.UNKNOWN if number is None else phonenumbers.number_type(number)
        self._number = None if self._kind == PhoneNumberType.UNKNOWN else number

    def __repr__(self) -> str:
        return "CallerNumber('…')"

    __str__ = __repr__

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a caller's number is neither copied nor written down")

    @property
    def withheld(self) -> bool:
        """True where no number was given that anybody could be called on."""
        return self._number is None

    @property
    def country(self) -> str | None:
        """ISO code of the country whose prefix the number bears: a hint, never a decision."""
        return country_of(self._number) if self._number else None

    @property
    def can_text(self) -> bool:
        """True where the number is one that takes texts; a landline or an unsure one is not."""
        return self._kind in TEXTABLE

    def reveal(self) -> str:
        """Return the number in E.164. Only `ivr.adapters.provider` may ask (a test says so)."""
        if self._number is None:
            raise ValueError("the number is withheld")
        return phonenumbers.format_number(self._number, phonenumbers.PhoneNumberFormat.E164)


def country_of(number: phonenumbers.PhoneNumber) -> str | None:
    """Return the ISO code of the country that a number belongs to, None where that is no country."""
    region = phonenumbers.region_code_for_number(number)
    return None if region == _NOWHERE else region


def _parse(raw: str) -> phonenumbers.PhoneNumber | None:
    """Parse E.164 as the carrier writes it; letters, extensions and spaces come from an unknown caller-ID string."""
    if not _E164.fullmatch(raw):
        return None
    try:
        return phonenumbers.parse(raw)
    except (phonenumbers.NumberParseException, AssertionError):  # it asserts that it has read the country's rules
        return None
