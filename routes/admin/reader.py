"""Whoever reads a page, as the speaker of statements: templates, names and dates in the language of the page."""

from __future__ import annotations

import datetime as dt
import re

from babel.dates import format_date, format_datetime

from directory.statement import Named, Things, Value, say
from routes.admin.names import country_name, language_name, need_name
from routes.admin.words import _, language

_GROUPS = re.compile(r"(?<=\d) (?=\d)")


class Reader:
    """Says statements in the reader's language."""

    def template(self, text: str) -> str:
        """Return the template translated; its places stay."""
        return _(text)

    def name(self, thing: Named) -> str:
        """Return what a need, an audience, a language or a country is called."""
        match thing.what:
            case Things.NEED:
                return need_name(thing.id)
            case Things.LANGUAGE:
                return language_name(thing.id)
            case Things.COUNTRY:
                return country_name(thing.id)
            case _:
                return _(thing.id.replace("_", " "))

    def date(self, date: dt.date) -> str:
        """Return a date such as Thursday 24 December 2026."""
        return format_date(date, "EEEE d MMMM y", locale=language())


READER = Reader()


def said(value: Value) -> str:
    """Return a statement in the reader's language, as a sentence of its own; numbers stay on one line."""
    words = _GROUPS.sub("\u00a0", say(value, READER))
    return words[:1].upper() + words[1:]


def moment(at: dt.datetime) -> str:
    """Return an aware moment in words, in UTC: 24 November 2026, 09:00 UTC."""
    return f"{format_datetime(at.astimezone(dt.UTC), 'd MMMM y, HH:mm', locale=language())} UTC"
