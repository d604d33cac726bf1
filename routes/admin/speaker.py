"""Says a statement (`directory.statement`) in the reader's language: its template from the catalogue, names by CLDR."""

from __future__ import annotations

import datetime as dt

from babel import Locale
from babel.dates import format_date

from directory.statement import Named, Things, Value, say
from routes.admin.names import country_name, language_name, need_name
from routes.admin.words import _, language

AUDIENCES = ("anyone", "children", "women", "men", "migrants", "professionals", "people who use violence")
"""Whom services are for, as the tables name them: words for translators."""
TEMPLATES = AUDIENCES
_NAMES = {Things.COUNTRY: country_name, Things.LANGUAGE: language_name, Things.NEED: need_name}


class Reader:
    """Speaks the language of the page being made."""

    def template(self, text: str) -> str:
        """Return the template in this language, with the same places."""
        return _(text)

    def name(self, thing: Named) -> str:
        """Return what a need, an audience, a language or a country is called."""
        if thing.what in _NAMES:
            return _NAMES[thing.what](thing.id)
        return _(thing.id.replace("_", " "))

    def date(self, date: dt.date) -> str:
        """Return a date in words, with its day of the week."""
        return str(format_date(date, "EEEE d MMMM y", locale=Locale.parse(language())))


READER = Reader()


def said(value: Value) -> str:
    """Return a statement, a list or a name in the reader's language."""
    return say(value, READER)
