"""Lines of a turn as words: for a voice, and for a text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache

from directory.find import ANYONE
from directory.model import Directory, Helpline, Shown
from ivr import cldr
from ivr.catalogue import Catalogue
from ivr.phrases import COUNTED, Phrase, general_name
from ivr.turn import Amount, Clock, CountryName, Day, Digits, Key, LanguageNames, Line, Name, Value

_KEPT_SENTENCES = 8192
"""Rendered sentences kept in memory: all that recur within a day's calls."""
_BEFORE_I = re.compile(r"\by(?= h?i(?![aeou]))")
_FIRST_OF_MONTH = {"fr": ("1 ", "1er "), "it": ("1 ", "1º ")}
"""What people say and CLDR's skeleton leaves to its rules for spelling numbers out: "1er janvier"."""
_RIGHT_TO_LEFT = frozenset({"ar"})
_LEFT_TO_RIGHT_MARK = "\u200e"
"""Around a number in a text that is written from right to left: without it the groups of its digits change places
(Unicode's bidirectional algorithm, UAX 9: rule W7)."""


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

    def about(self, directory: Directory) -> Speech:
        """Return the same words with the names of other tables. Raises `WordlessError`."""
        return Speech(directory, self._catalogues)

    @property
    def drafts(self) -> tuple[str, ...]:
        """Languages whose words no native speaker has read, by tag."""
        return tuple(sorted(tag for tag, catalogue in self._catalogues.items() if not catalogue.reviewed))

    def phrase(self, phrase: Phrase, language: str, **values: str) -> str:
        """Return a phrase with its placeholders filled."""
        return self._catalogues[language].words[phrase].format_map(values)

    def name_aloud(self, helpline: str, language: str) -> str:
        """Return the service's name in this language, or what such a service is called in it.

        A proper name of another language would be read out by a voice that cannot pronounce it.
        """
        row = self._directory.helplines.get(helpline)
        if row is None:
            return self.phrase(general_name(self._directory.general_need), language)
        return row.name.get(language) or self.phrase(general_name(row.needs[0]), language)

    def name_in_writing(self, helpline: str, language: str) -> str:
        """Return the service's name in this language, else as it spells itself in its own, else what it is called."""
        row = self._directory.helplines.get(helpline)
        own = row.name.get(language) or self._own_name(row) if row else None
        return own or self.name_aloud(helpline, language)

    def digits_in_writing(self, say: str, language: str) -> str:
        """Return a number as it is dialled, so marked that its digits keep their order in this language's script."""
        mark = _LEFT_TO_RIGHT_MARK if language in _RIGHT_TO_LEFT else ""
        return f"{mark}{say}{mark}"

    def _own_name(self, row: Helpline) -> str | None:
        spoken_there = self._directory.countries[row.country].languages
        return next((row.name[tag] for tag in spoken_there if tag in row.name), None)

    def _spoken(self, line: Line) -> str:
        return self._filled(line, aloud=True)

    def _written(self, line: Line) -> str:
        return self._filled(line, aloud=False)

    def _filled(self, line: Line, *, aloud: bool) -> str:
        values = {name: self._value(value, line.language, aloud=aloud) for name, value in line.values}
        if line.phrase in COUNTED:
            count = next(value.count for _, value in line.values if isinstance(value, Amount))
            return self._catalogues[line.language].counting(line.phrase, count).format_map(values)
        return self.phrase(line.phrase, line.language, **values)

    def _value(self, value: Value, language: str, *, aloud: bool) -> str:
        match value:
            case Name(helpline):
                return self.name_aloud(helpline, language) if aloud else self.name_in_writing(helpline, language)
            case Digits(say, slowly) if aloud:
                return digits_aloud(say, self.phrase(Phrase.PLUS, language), slowly=slowly)
            case Digits(say):
                return self.digits_in_writing(say, language)
            case Day() | CountryName() | LanguageNames():
                return _by_cldr(value, language)
            case Key(key):
                return key
            case Clock(at):
                return f"{at:%H:%M}"
            case Amount(count):
                return str(count)


def wordless(directory: Directory) -> tuple[str, ...]:
    """Return the names of the phrases that the directory's needs and audiences call for and that do not exist."""
    offered = [need.id for need in directory.needs.values() if need.shown is not Shown.NEVER]
    called_for = (
        *(f"need.{need}" for need in offered),
        *(f"need.{need}.label" for need in offered),
        *(f"need.{need}.heard" for need in offered),  # a language that listens would have no menu without it
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


def _by_cldr(value: Day | CountryName | LanguageNames, language: str) -> str:
    """Return what CLDR knows how to say in this language, in the dictionary form."""
    known = cldr.words(language)
    match value:
        case Day(on):
            return date_in_words(on, language)
        case CountryName(code):
            return known.countries.get(code, code)
        case LanguageNames(tags):
            names = [known.languages.get(tag.replace("-", "_"), tag) for tag in tags]
            return _for_the_ear(known.listed(names), language)


def _for_the_ear(text: str, language: str) -> str:
    """Say Spanish "y" as "e" before its own sound, which Babel leaves to others (Unicode's list patterns, ICU)."""
    return _BEFORE_I.sub("e", text) if language == "es" else text


def date_in_words(on: dt.date, language: str) -> str:
    """Return a day as a calendar of this language names it, without its year: "2 January"."""
    words = cldr.words(language).days[on.month, on.day]
    plain, first = _FIRST_OF_MONTH.get(language, ("", ""))
    return words.replace(plain, first, 1) if on.day == 1 and plain and words.startswith(plain) else words
