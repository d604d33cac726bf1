"""Who calls, which number is dialled, and when: what the form offers, and what was chosen in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale

from directory.model import Directory
from ivr.edition import NoEditionError
from ivr.numbers import CallerNumber
from ivr.services import Services
from ivr.simulator.moments import zone_of
from ivr.simulator.people import WITHHELD, everybody, person
from ivr.simulator.views import CallView

YEARS = range(2000, 2100)
"""The years that a caller may pretend: time zones are known for them."""
_NO_COUNTRY = "Choose a country of the list."
_NO_NUMBER = "Choose one of the numbers of the list."
_NO_MOMENT = (
    "This is no day and time between 2000 and 2099. "
    "Write one such as 2026-11-24T10:00, or leave the field empty for now."
)
TEMPLATES = (_NO_COUNTRY, _NO_NUMBER, _NO_MOMENT)
"""What may be said of a wrong choice, for those who translate it."""


class Telephone(StrEnum):
    """What the caller calls from."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    WITHHELD = "withheld"
    """Any telephone whose number is not shown."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen. `faults` says for a field, in words, what is wrong with it and what would be right."""

    country: str = ""
    """ISO code; also of a caller whose number is withheld, since the time is meant there."""
    telephone: Telephone = Telephone.MOBILE
    number: str = ""
    """Our number that is dialled, in E.164; empty for that of the caller's country, or the first."""
    moment: str = ""
    """Local time in the caller's country as the browser writes it ("2026-11-24T10:00"); empty for now."""
    at: str | None = None
    """The same with its offset; None for now."""
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def caller(self) -> str:
        """Who calls, as the exchange wants to be told."""
        return WITHHELD if self.telephone is Telephone.WITHHELD else self.country

    @property
    def landline(self) -> bool:
        """The caller's landline, not the mobile, is calling."""
        return self.telephone is Telephone.LANDLINE


@dataclass(frozen=True, slots=True)
class CountryChoice:
    """A country to call from."""

    code: str
    name: str
    zone: str
    """The time zone in which the time is meant."""


def read_choice(form: Mapping[str, str], services: Services) -> Choice:
    """Read the form. What is missing becomes the simplest case; what cannot be meant becomes a fault."""
    faults: dict[str, str] = {}
    country = form.get("country", "")
    if country not in {each.country for each in _people()}:
        faults["country"] = _NO_COUNTRY
    number = form.get("number", "")
    if number and number not in services.settings.numbers:
        faults["number"] = _NO_NUMBER
    moment, at = form.get("moment", "").strip(), None
    if moment and "country" not in faults:
        try:
            at = _instant(moment, zone_for(country, directory_of(services))).isoformat()
        except ValueError:
            faults["moment"] = _NO_MOMENT
    return Choice(country, _telephone(form.get("telephone", "")), number, moment, at, faults)


def choice_of(view: CallView, services: Services) -> Choice:
    """Return the choice that led to this call, so that the next one can begin from it."""
    number = CallerNumber(view.caller)
    telephone = Telephone.MOBILE if number.can_text else Telephone.LANDLINE
    if number.withheld:
        telephone = Telephone.WITHHELD
    country = number.country or ""
    moment = ""
    if view.at is not None:
        there = view.at.astimezone(zone_for(country, directory_of(services))) if country else view.at
        moment = there.strftime("%Y-%m-%dT%H:%M")
    return Choice(country, telephone, view.number, moment)


def countries(directory: Directory | None) -> tuple[tuple[CountryChoice, ...], tuple[CountryChoice, ...]]:
    """Return the countries that have entries in the directory, and all others, each by English name."""
    known = directory.countries if directory else {}
    names = Locale.parse("en").territories
    choices = sorted(
        (CountryChoice(each.country, names[each.country], zone_for(each.country, directory).key) for each in _people()),
        key=lambda choice: choice.name,
    )
    return (
        tuple(choice for choice in choices if choice.code in known),
        tuple(choice for choice in choices if choice.code not in known),
    )


def zone_for(country: str, directory: Directory | None) -> ZoneInfo:
    """Return the time zone of a caller's country: the directory's, else the first of its telephone numbers."""
    known = directory.countries.get(country) if directory else None
    return known.timezone if known else _zone_without_entry(country)


def country_name(code: str | None, language: str = "en") -> str:
    """Return a country's name, in English or another language that CLDR knows; the code where it has none."""
    return str(Locale.parse(language).territories.get(code or "", code or ""))


def in_groups(number: str) -> str:
    """Return an E.164 number as people write it, or what stands instead of a number as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def directory_of(services: Services) -> Directory | None:
    """Return the directory being served; None where none could ever be read."""
    try:
        return services.shelf.current.directory
    except NoEditionError:
        return None


def _instant(moment: str, zone: ZoneInfo) -> dt.datetime:
    local = dt.datetime.fromisoformat(moment)
    if local.year not in YEARS:
        raise ValueError(moment)
    return local if local.tzinfo else local.replace(tzinfo=zone)


def _telephone(word: str) -> Telephone:
    try:
        return Telephone(word)
    except ValueError:
        return Telephone.MOBILE


@cache
def _zone_without_entry(country: str) -> ZoneInfo:
    return zone_of(person(country).mobile)


_people = cache(everybody)
