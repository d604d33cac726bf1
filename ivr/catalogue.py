"""The catalogues: every phrase in every language, read from gettext files and checked for what is missing."""

from __future__ import annotations

import gettext
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from directory.languages import has_names
from ivr.phrases import COUNTED, Phrase

CATALOGUES = Path(__file__).parent / "prompts" / "catalogues"
SOURCE = "en"
LONGEST = 200
"""Characters of one phrase at most: about a quarter of a minute."""
MOST_DIGITS = 2
"""Digits of one phrase at most, besides what is put into it: "24 hours"; no number that can be dialled is as short."""
_REVIEWED = re.compile(r'^"X-Reviewed-By-Native-Speaker: yes\\n"$', re.MULTILINE)
_CONTEXT = re.compile(r'^msgctxt "(.*)"$', re.MULTILINE)
_LINE = re.compile(r'(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\]) )?"[^"\\]*(?:\\[nrt"\\][^"\\]*)*"[ \t]*')
_BRACES = re.compile(r"\{[^}]*\}?")
_NOT_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Categories of Unicode: controls, and what is no character or nobody's."""
_UNSAID = frozenset("\u00ad\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What a reviewer does not see and is misled by: invisible spaces, and orders to show text in another direction. The
joiners of Persian and the plain marks of direction are text."""
_KNOWN = frozenset(Phrase)
_COUNTS = range(1000)
"""Numbers that a plural rule is tried with: more than a conversation ever counts to."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All phrases of one language. `faults` says, a sentence each, why it cannot be offered; empty if it can."""

    language: str
    words: Mapping[Phrase, str]
    forms: Mapping[Phrase, tuple[str, ...]]
    """Phrases that count something, in the order of the language's plural forms."""
    plural: Callable[[int], int]
    """From a number to the index of its form (the head's `Plural-Forms`)."""
    reviewed: bool
    """A native speaker has read it; else it is a draft."""
    faults: tuple[str, ...]

    def counting(self, phrase: Phrase, count: int) -> str:
        """Return a phrase of `COUNTED` as it is worded for `count` things."""
        return self.forms[phrase][self.plural(count)]


def load_catalogues(folder: Path = CATALOGUES) -> Mapping[str, Catalogue]:
    """Read every catalogue of the folder by language tag; a file that cannot be parsed has that as its fault."""
    source = read_catalogue(folder / f"{SOURCE}.po", None)
    others = (read_catalogue(path, source) for path in sorted(folder.glob("*.po")) if path.stem != SOURCE)
    return {catalogue.language: _nameable(catalogue) for catalogue in (source, *others)}


def _nameable(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue, with a fault where no sentence about a country or a day could be finished in it."""
    if has_names(catalogue.language):
        return catalogue
    fault = f"{catalogue.language}.po: CLDR does not know what countries, days and languages are called in it"
    return replace(catalogue, faults=(*catalogue.faults, fault))


def read_catalogue(path: Path, source: Catalogue | None) -> Catalogue:
    """Read one catalogue and compare it with the source language's; `source` is None for that one itself."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        catalog = read_po(text.split("\n"), abort_invalid=True)
        plural = gettext.c2py(catalog.plural_expr)
    except (OSError, PoFileError, ValueError) as fault:
        return Catalogue(path.stem, {}, {}, int, reviewed=False, faults=(f"{path.name}: cannot be read ({fault})",))
    entries = [entry for entry in catalog if entry.id]
    words, forms = _words(entries), _forms(entries, catalog)
    faults = (
        *_misshapen(text),
        *_repeated(text),
        *(f"{entry.context or entry.id} is no phrase of this program" for entry in entries if not _is_known(entry)),
        *(f"{phrase} is not translated" for phrase in Phrase if phrase not in words and phrase not in forms),
        *_unspeakable(words, forms),
        *_numbers(words, forms),
        *_overlong(words),
        *_strange_placeholders(words, source.words if source else words),
        *_strange_forms(forms, source.forms if source else forms),
        *_strange_rule(plural, catalog.num_plurals),
    )
    reviewed = _REVIEWED.search(text) is not None
    named = tuple(f"{path.name}: {fault}" for fault in faults)
    return Catalogue(path.stem, words, forms, plural, reviewed, named)


def reworded(catalogue: Catalogue, source: Catalogue, words: Mapping[Phrase, tuple[str, ...]]) -> Catalogue:
    """Return the catalogue with other words for some phrases, one text each, or every plural form of a counting one.

    What is wrong with the new words stands among its faults, in the same sentences as for a file.
    """
    single = {phrase: forms[0] for phrase, forms in words.items() if phrase not in COUNTED}
    counted = {phrase: forms for phrase, forms in words.items() if phrase in COUNTED}
    faults = (
        *(f"{phrase} is not translated" for phrase, forms in words.items() if not all(form.strip() for form in forms)),
        *(
            f"{phrase} needs {len(catalogue.forms[phrase])} forms, one for each kind of number, and has {len(forms)}"
            for phrase, forms in counted.items()
            if len(forms) != len(catalogue.forms.get(phrase, forms))
        ),
        *_unspeakable(single, counted),
        *_numbers(single, counted),
        *_overlong(single),
        *_strange_placeholders(single, source.words),
        *_strange_forms(counted, source.forms),
    )
    return replace(
        catalogue,
        words={**catalogue.words, **single},
        forms={**catalogue.forms, **counted},
        faults=(*catalogue.faults, *(f"{catalogue.language}: {fault}" for fault in faults)),
    )


def placeholders(text: str) -> frozenset[str]:
    """Return the names in braces; raises ValueError where braces do not match or hold more than a name."""
    names = set()
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is not None:
            names.add(name)
            if form or conversion or not name.isidentifier():
                raise ValueError(f"{name} is not a plain name")
    return frozenset(names)


def _is_known(entry: Message) -> bool:
    return entry.context in _KNOWN


def _words(entries: list[Message]) -> dict[Phrase, str]:
    return {
        Phrase(str(entry.context)): entry.string
        for entry in entries
        if _is_ready(entry) and entry.context not in COUNTED and isinstance(entry.string, str) and entry.string.strip()
    }


def _forms(entries: list[Message], catalog: Catalog) -> dict[Phrase, tuple[str, ...]]:
    """Return the phrases that have every plural form of the language, and none empty."""
    return {
        Phrase(str(entry.context)): tuple(entry.string)
        for entry in entries
        if _is_ready(entry)
        and entry.context in COUNTED
        and isinstance(entry.string, list | tuple)
        and len(entry.string) == catalog.num_plurals
        and all(form.strip() for form in entry.string)
    }


def _is_ready(entry: Message) -> bool:
    return _is_known(entry) and not entry.fuzzy


def _misshapen(text: str) -> Iterator[str]:
    """Name the lines that the reader would guess at: an open quotation mark, an escape that is none."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith("#") and not _LINE.fullmatch(line):
            yield f"line {number} is not as gettext writes it"


def _repeated(text: str) -> Iterator[str]:
    """Name the phrases that stand there twice: the reader takes one of them without a word."""
    for context, times in Counter(_CONTEXT.findall(text)).items():
        if times > 1:
            yield f"{context} stands here {times} times; keep one"


def _unspeakable(words: Mapping[Phrase, str], forms: Mapping[Phrase, tuple[str, ...]]) -> Iterator[str]:
    """Name the phrases with characters that no XML may hold or nobody sees, or with a second line."""
    for phrase, text in (*words.items(), *((phrase, "".join(each)) for phrase, each in forms.items())):
        if not text.isprintable() and any(map(_is_unspeakable, text)):
            yield f"{phrase} holds a character that cannot be spoken or written"


def _is_unspeakable(character: str) -> bool:
    return unicodedata.category(character) in _NOT_TEXT or character in _UNSAID


def _numbers(words: Mapping[Phrase, str], forms: Mapping[Phrase, tuple[str, ...]]) -> Iterator[str]:
    """Name the phrases that hold a number: what a caller could dial stands in the directory, which two people read."""
    for phrase, text in (*words.items(), *((phrase, "\n".join(each)) for phrase, each in forms.items())):
        if any(len(re.findall(r"\d", form)) > MOST_DIGITS for form in text.split("\n")):
            yield f"{phrase} holds a number; numbers come from the directory"


def _overlong(words: Mapping[Phrase, str]) -> Iterator[str]:
    """Name the phrases that nobody would listen to until their end, and those that shout."""
    for phrase, text in words.items():
        if len(text) > LONGEST:
            yield f"{phrase} has {len(text)} characters; {LONGEST} are the most that a caller can be asked to hear"
        if re.search("[!！]", _BRACES.sub("", text)):
            yield f"{phrase} has an exclamation mark; nobody is shouted at"


def _strange_placeholders(words: Mapping[Phrase, str], source: Mapping[Phrase, str]) -> Iterator[str]:
    for phrase, text in words.items():
        found, expected = _named(text), _named(source.get(phrase, text))
        if found is None:
            yield f"{phrase} has a brace without its partner, or more than a name between braces"
        elif expected is not None and found != expected:
            yield f"{phrase} must hold {expected}, and holds {found}"


def _strange_forms(forms: Mapping[Phrase, tuple[str, ...]], source: Mapping[Phrase, tuple[str, ...]]) -> Iterator[str]:
    """Hold every plural form against the source's last one, which is worded for any number."""
    for phrase, each in forms.items():
        last = source.get(phrase, each)[-1]
        for form in each:
            yield from _strange_placeholders({phrase: form}, {phrase: last})


def _strange_rule(plural: Callable[[int], int], forms: int) -> Iterator[str]:
    """Say that the head's rule names a form that is not there: a call would break off in the sentence that counts."""
    try:
        within = all(0 <= plural(count) < forms for count in _COUNTS)
    except ArithmeticError:
        within = False
    if not within:
        yield f"Plural-Forms in the head names other forms than {', '.join(map(str, range(forms)))}"


def _named(text: str) -> str | None:
    """Return the placeholders as words, None where there is something else in braces."""
    try:
        names = placeholders(text)
    except ValueError:
        return None
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "no placeholder"
