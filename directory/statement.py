"""Sentences as values: an English template and what fills it, so that a page can say the same in another language.

A template is one of a table's (`directory.difference`, `directory.weekly`); a page looks its translation up, fills
in the values in its own language, and nothing has to be taken apart again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from babel import Locale, UnknownLocaleError
from babel.dates import format_date


class Things(StrEnum):
    """What an id is the id of, for whoever knows its name."""

    NEED = "need"
    AUDIENCE = "audience"
    LANGUAGE = "language"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name in every language, by its id: a need, an audience, a language tag, a country's code."""

    what: Things
    id: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Several values, said one after the other."""

    parts: tuple[Value, ...]


@dataclass(frozen=True)
class Statement:
    """An English template with named places, and the value for each of them."""

    template: str
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def __hash__(self) -> int:
        return hash((self.template, tuple(self.values.items())))

    def __str__(self) -> str:
        return say(self, ENGLISH)


Value = str | int | dt.date | Named | Listed | Statement
"""What fills a place of a template. A string is said as it is: a name, a number, a quotation."""


class Speaker(Protocol):
    """Somebody who knows one language."""

    def template(self, text: str) -> str:
        """Return the template in this language, with the same places."""

    def name(self, thing: Named) -> str:
        """Return what a need, an audience, a language or a country is called."""

    def date(self, date: dt.date) -> str:
        """Return a date in words, with its day of the week."""


def state(template: str, **values: Value) -> Statement:
    """Return a statement; the values stand in the order in which they are given."""
    return Statement(template, MappingProxyType(values))


def say(value: Value, speaker: Speaker) -> str:
    """Return a value in the speaker's language."""
    match value:
        case Statement():
            filled = {place: say(each, speaker) for place, each in value.values.items()}
            return speaker.template(value.template).format(**filled)
        case Listed():
            return ", ".join(say(each, speaker) for each in value.parts)
        case Named():
            return speaker.name(value)
        case dt.date():
            return speaker.date(value)
        case _:
            return str(value)


def called(thing: Named, language: str) -> str | None:
    """Return what CLDR calls a language or a country in `language` (a tag it knows); None where it has no name.

    A tag of a language with a region has both: "Portuguese (Brazil)".
    """
    locale = Locale.parse(language, sep="-")
    if thing.what is Things.COUNTRY:
        return locale.territories.get(thing.id)
    if thing.what is not Things.LANGUAGE:
        return None
    try:
        return Locale.parse(thing.id, sep="-").get_display_name(locale)
    except (UnknownLocaleError, ValueError):
        return locale.languages.get(thing.id)


@dataclass(frozen=True, slots=True)
class English:
    """Who says statements as they are written, for terminals, files and tests."""

    def template(self, text: str) -> str:
        """Return the template itself."""
        return text

    def name(self, thing: Named) -> str:
        """Return CLDR's name, or the words of the id."""
        return called(thing, "en") or thing.id.replace("_", " ")

    def date(self, date: dt.date) -> str:
        """Return a date such as Thursday 24 December 2026."""
        return format_date(date, "EEEE d MMMM y", locale="en")


ENGLISH = English()
