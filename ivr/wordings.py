"""Other words for some sentences, written in the coordinators' pages: an overlay over the catalogues' files.

A wording is live once a second person has reviewed exactly its text. One whose English has changed since is not said
any more: it may say what is no longer meant, so it waits to be looked at again.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ivr.catalogue import SOURCE, Catalogue, reworded
from ivr.phrases import COUNTED, Phrase

Words = tuple[str, ...]
"""One text, or every plural form of a phrase that counts something."""


@dataclass(frozen=True, slots=True, order=True)
class Wording:
    """The words of one sentence in one language, and the English (`name_of`) that they were written for."""

    language: str
    phrase: Phrase
    words: Words
    english: str


@dataclass(frozen=True, slots=True)
class Wordings:
    """What the pages add to the catalogues: live wordings, and what native speakers have read."""

    live: tuple[Wording, ...] = ()
    reviewed: frozenset[tuple[str, str, str]] = frozenset()
    """Language, phrase and `name_of` the words that somebody has marked as reviewed."""


NO_WORDINGS = Wordings()


def with_wordings(catalogues: Mapping[str, Catalogue], wordings: Wordings) -> dict[str, Catalogue]:
    """Return the catalogues as callers are to hear them.

    A wording with a fault, or for another English, is left out: the file's own words stand. A language all of whose
    words have been reviewed is no draft.
    """
    found = dict(catalogues)
    for tag, catalogue in catalogues.items():
        own = [each for each in wordings.live if each.language == tag and is_current(each, catalogues)]
        for wording in own:
            candidate = reworded(found[tag], catalogues[SOURCE], {wording.phrase: wording.words})
            if candidate.faults == catalogue.faults:
                found[tag] = candidate
        if all((tag, phrase.value, name_of(words_of(found[tag], phrase))) in wordings.reviewed for phrase in Phrase):
            found[tag] = replace(found[tag], reviewed=True)
    return found


def is_current(wording: Wording, catalogues: Mapping[str, Catalogue]) -> bool:
    """Tell whether the English is still the one that the wording was written for."""
    return wording.english == name_of(words_of(catalogues[SOURCE], wording.phrase))


def faults_of(wording: Wording, catalogues: Mapping[str, Catalogue]) -> tuple[str, ...]:
    """Return what is wrong with a wording, a sentence each."""
    before = catalogues[wording.language]
    after = reworded(before, catalogues[SOURCE], {wording.phrase: wording.words})
    return after.faults[len(before.faults) :]


def words_of(catalogue: Catalogue, phrase: Phrase) -> Words:
    """Return the words that a catalogue has for a phrase; nothing where it has none."""
    if phrase in COUNTED:
        return catalogue.forms.get(phrase, ())
    return (catalogue.words[phrase],) if phrase in catalogue.words else ()


def composed(words: Iterable[str]) -> Words:
    """Return words as they are kept: composed characters (NFC), without space around them."""
    return tuple(unicodedata.normalize("NFC", each.strip()) for each in words)


def name_of(words: Words) -> str:
    """Name words by 16 hexadecimal digits: what a review is bound to."""
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()[:16]
