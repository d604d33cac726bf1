"""What Unicode's CLDR knows how to say in a language: countries, languages, lists, days.

Babel reads all that CLDR says of a language, more than a megabyte, and keeps it for good. A call needs a tenth of it,
in every language that is offered, in every web process: that tenth is taken out once, and the rest let go.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, localedata
from babel.dates import DateTimeFormat

_TAGS = {"pt": "pt-PT"}
"""Languages whose catalogue is not what CLDR means by the bare tag: it takes `pt` for the Portuguese of Brazil."""
_LEAP_YEAR = 2024
"""Has every day that a year can have."""
_YEAR = tuple((month, day) for month in range(1, 13) for day in range(1, calendar.monthrange(_LEAP_YEAR, month)[1] + 1))
"""Months and days, once for all languages."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    countries: Mapping[str, str]
    """By ISO 3166-1 code."""
    languages: Mapping[str, str]
    """By tag, with `_` between its parts."""
    days: Mapping[tuple[int, int], str]
    """By month and day: "2 January", as a calendar names it."""
    weekdays: tuple[str, ...]
    """From Monday to Sunday, short, as they stand alone."""
    lists: Mapping[str, str]
    """How two things are joined, and the first, middle and last two of many (UTS 35, list patterns)."""

    def listed(self, things: Sequence[str]) -> str:
        """Join things as a sentence does: "a, b and c"."""
        if len(things) < 2:
            return "".join(things)
        if len(things) == 2:
            return self.lists["2"].format(*things)
        text = self.lists["start"].format(things[0], things[1])
        for thing in things[2:-1]:
            text = self.lists["middle"].format(text, thing)
        return self.lists["end"].format(text, things[-1])


@lru_cache(maxsize=64)
def words(language: str) -> Words:
    """Return the words of a language, by the tag of its catalogue."""
    kept = _taken_out(language)
    getattr(localedata, "_cache", {}).clear()  # Babel has no other way to let go of what it has read
    found = json.loads(kept)
    return Words(
        countries=_named(found["countries"]),
        languages=_named(found["languages"]),
        days=dict(zip(_YEAR, found["days"], strict=True)),
        weekdays=tuple(found["weekdays"]),
        lists=found["lists"],
    )


def _named(names: Mapping[str, str]) -> Mapping[str, str]:
    """Return names by codes that all languages share: two megabytes less than codes of their own."""
    return {sys.intern(code): name for code, name in names.items()}


def _taken_out(language: str) -> str:
    """Return what is kept of a language as one text, so that nothing of it lies amid what is let go of.

    Words that stay where Babel has put them keep the memory around them: forty megabytes for 32 languages.
    """
    locale = Locale.parse(_TAGS.get(language, language), sep="-")
    return json.dumps(
        {
            "countries": dict(locale.territories),
            "languages": dict(locale.languages),
            "days": _days(locale),
            "weekdays": [locale.days["stand-alone"]["abbreviated"][day] for day in range(7)],
            "lists": dict(locale.list_patterns["standard"]),
        }
    )


def _days(locale: Locale) -> list[str]:
    """Return what each day of `_YEAR` is called. Only its number is another within a month: a tenth of Babel's time."""
    pattern = locale.datetime_skeletons["MMMMd"].format
    months = []
    for month in range(1, 13):
        known = DateTimeFormat(dt.date(_LEAP_YEAR, month, 1), locale)
        months.append({field: known[field] for field in ("M", "MM", "MMM", "MMMM")})
    return [pattern % {**months[month - 1], "d": str(day), "dd": f"{day:02d}"} for month, day in _YEAR]
