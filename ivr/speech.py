"""Lines of a turn as words: for a voice, and for a text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton
from babel.lists import format_list

from directory.find import ANYONE
from directory.model import Directory, Shown
from ivr.catalogue import Catalogue
from ivr.phrases import Phrase, general_name
from ivr.turn import Clock, CountryName, Day, Digits, Key, LanguageNames, Line, Name, Value

_KEPT_SENTENCES = 8192
"""Rendered sentences kept in memory: all that recur within a day's calls."""
_BEFORE_I = re.compile(r"\by(?= h?i(?![aeou]))")


class WordlessError(Exception):
    """The directory speaks of needs or audiences that no phrase exists for; the message names the phrases."""


class Speech:
    """Renders lines in the words of the catalogues, with the names of one revision of the directory.

    Raises `WordlessError` for a revision that callers could not be told of.
    """

    def __init__(self, directory: Directory, catalogues: Mapping[str, Catalogue]) -> None:
        if missing := wordless(directory):
            raise WordlessError(f"no phrase is called {', '.join(missing)}")
        self._directory = directory
        self._catalogues = catalogues
        self.spoken = lru_cache(_KEPT_SENTENCES)(self._spoken)
        """Line to the words for a voice: numbers digit by digit, in groups, with rests."""
        self.written = lru_cache(_KEPT_SENTENCES)(self._written)
        """Line to the words for a text: numbers as they are dialled."""

    def phrase(self, phrase: Phrase, language: str, **values: str) -> str:
        """Return a phrase with its placeholders filled."""
        return self._catalogues[language].words[phrase].format_map(values)

    def name(self, helpline: str, language: str) -> str:
        """Return the service's name in this language, or what such a service is called in it."""
        row = self._directory.helplines.get(helpline)
        if row is None:
            return self.phrase(general_name(self._directory.general_need), language)
        return row.name.get(language) or self.phrase(general_name(row.needs[0]), language)

    def _spoken(self, line: Line) -> str:
        return self._filled(line, aloud=True)

    def _written(self, line: Line) -> str:
        return self._filled(line, aloud=False)

    def _filled(self, line: Line, *, aloud: bool) -> str:
        values = {name: self._value(value, line.language, aloud=aloud) for name, value in line.values}
        return self.phrase(line.phrase, line.language, **values)

    def _value(self, value: Value, language: str, *, aloud: bool) -> str:
        match value:
            case Key(key):
                return key
            case Name(helpline):
                return self.name(helpline, language)
            case Digits(say, slowly):
                return digits_aloud(say, self.phrase(Phrase.PLUS, language), slowly=slowly) if aloud else say
            case Clock(at):
                return f"{at:%H:%M}"
            case Day(on):
                return format_skeleton("MMMMd", dt.datetime.combine(on, dt.time()), locale=_locale(language))
            case CountryName(code):
                return str(_locale(language).territories.get(code, code))
            case LanguageNames(tags):
                names = [str(_locale(language).languages.get(tag.replace("-", "_"), tag)) for tag in tags]
                return _for_the_ear(format_list(names, locale=_locale(language)), language)


def wordless(directory: Directory) -> tuple[str, ...]:
    """Return the names of the phrases that the directory's needs and audiences call for and that do not exist."""
    offered = [need.id for need in directory.needs.values() if need.shown is not Shown.NEVER]
    called_for = (
        *(f"need.{need}" for need in offered),
        *(f"need.{need}.label" for need in offered),
        *(f"name.{need}" for need in directory.needs),
        *(f"for.{audience}" for audience in directory.audiences if audience != ANYONE),
    )
    return tuple(name for name in called_for if name not in set(Phrase))


def digits_aloud(say: str, plus: str, *, slowly: bool) -> str:
    """Spell a number digit by digit, group by group, as all voices read it: commas and stops are the rests.

    "0800 800 678" becomes "0 8 0 0, 8 0 0, 6 7 8", and slowly "0, 8, 0, 0. 8, 0, 0. 6, 7, 8".
    """
    between_digits, between_groups = (", ", ". ") if slowly else (" ", ", ")
    groups = [between_digits.join(group) for group in re.findall(r"[0-9]+", say)]
    spelt = between_groups.join(groups)
    return f"{plus} {spelt}" if say.lstrip().startswith("+") else spelt


def _for_the_ear(text: str, language: str) -> str:
    """Say Spanish "y" as "e" before its own sound, which Babel leaves to others (Unicode's list patterns, ICU)."""
    return _BEFORE_I.sub("e", text) if language == "es" else text


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")
