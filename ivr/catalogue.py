"""The catalogues: every phrase in every language, read from gettext files and checked for what is missing."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from ivr.phrases import Phrase

CATALOGUES = Path(__file__).parent / "prompts" / "catalogues"
SOURCE = "en"
_REVIEWED = "X-Reviewed-By-Native-Speaker"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All phrases of one language. `faults` says, a sentence each, why it cannot be offered; empty if it can."""

    language: str
    words: Mapping[Phrase, str]
    reviewed: bool
    """A native speaker has read it; else it is a draft."""
    faults: tuple[str, ...]


def load_catalogues(folder: Path = CATALOGUES) -> Mapping[str, Catalogue]:
    """Read every catalogue of the folder by language tag; a file that cannot be parsed has that as its fault."""
    source = read_catalogue(folder / f"{SOURCE}.po", None)
    others = (read_catalogue(path, source) for path in sorted(folder.glob("*.po")) if path.stem != SOURCE)
    return {catalogue.language: catalogue for catalogue in (source, *others)}


def read_catalogue(path: Path, source: Catalogue | None) -> Catalogue:
    """Read one catalogue and compare it with the source language's; `source` is None for that one itself."""
    try:
        with path.open("rb") as stream:
            entries = read_po(stream, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as fault:
        return Catalogue(path.stem, {}, reviewed=False, faults=(f"{path.name}: cannot be read ({fault})",))
    words: dict[Phrase, str] = {}
    faults: list[str] = []
    for entry in _entries(entries):
        if entry.context not in set(Phrase):
            faults.append(f"{path.name}: {entry.context} is no phrase of this program; delete it")
        elif isinstance(entry.string, str) and entry.string and not entry.fuzzy:
            words[Phrase(entry.context)] = entry.string
    faults += [f"{path.name}: {phrase} is not translated" for phrase in Phrase if phrase not in words]
    faults += _strange_placeholders(path.name, words, source.words if source else words)
    headers = dict(entries.mime_headers)
    return Catalogue(path.stem, words, headers.get(_REVIEWED) == "yes", tuple(faults))


def placeholders(text: str) -> frozenset[str]:
    """Return the names in braces; raises ValueError where the braces do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _entries(catalog: Catalog) -> Iterator[Message]:
    return (entry for entry in catalog if entry.id)


def _strange_placeholders(file: str, words: Mapping[Phrase, str], source: Mapping[Phrase, str]) -> Iterator[str]:
    for phrase, text in words.items():
        expected = placeholders(source.get(phrase, text))
        try:
            found = placeholders(text)
        except ValueError:
            found = frozenset({"unmatched brace"})
        if found != expected:
            yield f"{file}: {phrase} must hold {_named(expected)}, and holds {_named(found)}"


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "no placeholder"
