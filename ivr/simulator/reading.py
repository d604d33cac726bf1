"""What was said, for people who read it: sentence by sentence, each with its language, its direction and its numbers.

A sentence that runs from right to left may hold a number whose groups of digits run the other way. Left alone they
change places (Unicode's bidirectional algorithm, UAX 9), so each number stands for itself: isolated in a page, and
between isolating signs in a terminal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

CARRIER_LANGUAGE = "en-US"
"""What the provider speaks where a document names no language."""
RIGHT_TO_LEFT, LEFT_TO_RIGHT = "rtl", "ltr"
_STOP = re.compile(
    r"(?:(?<=\w\w\w[.?!])|(?<=\d[.?!])|(?<=[\u0600-\u06ff\u0e00-\u0e7f][.?!\u061f]))\s+(?=[^\W\d_]|[¿¡«„“])"
    r"|(?<=[。！？])\s*(?=\S)"
)
"""Where a sentence may end: after a word of three letters or more or a number, in scripts that know no abbreviation
after any letter, in Chinese after each full stop."""
_GREEK_QUESTION = re.compile(r"(?<=\w\w\w;)\s+(?=[^\W\d_])")
_NUMBER = re.compile(r"\+?\d(?:[\d ,.:/\u2013-]*\d)?")
"""A time, an amount, a telephone number in groups, or one spelt out digit by digit."""
_FIRST_STRONG_ISOLATE, _LEFT_ISOLATE, _RIGHT_ISOLATE, _END = "\u2068", "\u2066", "\u2067", "\u2069"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence: words, or a number that keeps its own order."""

    words: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, with what a browser and a screen reader need to know to show and speak it."""

    words: str
    lang: str
    """BCP 47, by the name that browsers know."""
    dir: str
    """ltr or rtl; auto for a language that nobody knows."""
    language: str
    """The language's name in English."""
    recording: str | None = None
    """Address of the recording that was heard; None where a voice spoke."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The sentence, its numbers apart."""
        return tuple(_parts(self.words))


def sentences(text: str, tag: str | None, recording: str | None = None) -> tuple[Sentence, ...]:
    """Split a text at the ends of its sentences; abbreviations of one or two letters end none.

    What was recorded in one piece stays one.
    """
    lang, name, direction = _language(tag or CARRIER_LANGUAGE)
    pieces = [text] if recording else _split(text, lang)
    return tuple(Sentence(words, lang, direction, name, recording) for words in pieces)


def isolated(line: str, tag: str | None) -> str:
    """Return one line of a terminal, so marked that it reads right beside text of the other direction.

    A line that runs from left to right needs no marks, and gets none.
    """
    _, _, direction = _language(tag or CARRIER_LANGUAGE)
    if direction == LEFT_TO_RIGHT:
        return line
    begin = _RIGHT_ISOLATE if direction == RIGHT_TO_LEFT else _FIRST_STRONG_ISOLATE
    pieces = (f"{_LEFT_ISOLATE}{each.words}{_END}" if each.is_number else each.words for each in _parts(line))
    return f"{begin}{''.join(pieces)}{_END}"


def _parts(text: str) -> Iterator[Part]:
    done = 0
    for number in _NUMBER.finditer(text):
        if number.start() > done:
            yield Part(text[done : number.start()], is_number=False)
        yield Part(number[0], is_number=True)
        done = number.end()
    if done < len(text):
        yield Part(text[done:], is_number=False)


def _split(text: str, lang: str) -> list[str]:
    """Split where a stop is followed by a capital, a letter of a script without capitals, or an opening sign."""
    stops = [*_STOP.finditer(text), *(_GREEK_QUESTION.finditer(text) if lang.startswith("el") else ())]
    cuts = sorted({0, *(stop.end() for stop in stops if _begins(text[stop.end()], text[stop.start() - 1]))})
    return [text[start:end].strip() for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _begins(first: str, stop: str) -> bool:
    """Tell whether a sentence can begin with this character, after that sign."""
    return stop in "。！？" or first.isupper() or not first.isalpha() or unicodedata.category(first) == "Lo"


@cache
def _language(tag: str) -> tuple[str, str, str]:
    """Return a language's tag as browsers know it, its English name and its direction.

    The provider calls some by the name of their most spoken member, such as cmn-CN for zh-CN.
    """
    first, _, rest = tag.partition("-")
    known = get_global("language_aliases").get(first, first)
    lang = f"{known}-{rest}" if rest else known
    for each in (lang, known):
        try:
            locale = Locale.parse(each, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        return lang, str(Locale.parse("en").languages.get(locale.language, tag)), locale.text_direction
    return tag, tag, "auto"
