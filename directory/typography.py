"""What may stand in a text: nothing that looks like something else.

Texts pasted from web pages bring no-break spaces, look-alike dashes and characters without width. A number
that carries one cannot be dialled or compared, and a single one makes a short message twice as long.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_DASHES = re.compile("[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]")


class Script(StrEnum):
    """How plain a text must be."""

    PROSE = "prose"
    """Notes and quotations: any visible character, normalised."""
    NAME = "name"
    """Names that are spoken and texted: one line, ordinary spaces."""
    CODE = "code"
    """Ids, numbers, hours, dates: ASCII only."""


def tidy(text: str, script: Script) -> str:
    """Return the text as it should have been written; equal to `text` where nothing is wrong.

    For `Script.CODE` characters that have no plain form are left out.
    """
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    if script is Script.PROSE:
        return text
    text = _SPACES.sub(" ", text).replace("\n", " ").strip()
    if script is Script.NAME:
        return text
    return _DASHES.sub("-", text).encode("ascii", "ignore").decode("ascii")


def complaint(text: str, script: Script) -> str | None:
    """Say in words what is wrong with a text, naming the first character that may not stand, or None."""
    right = tidy(text, script)
    if text == right:
        return None
    if unicodedata.normalize("NFC", text) != text:
        return "the accents are written apart from their letters (not NFC)"
    index = next((i for i, pair in enumerate(zip(text, right, strict=False)) if len(set(pair)) > 1), len(right))
    character = text[min(index, len(text) - 1)]
    name = unicodedata.name(character, f"character U+{ord(character):04X}")
    return f"{name.lower()} may not stand here (place {index + 1})"
