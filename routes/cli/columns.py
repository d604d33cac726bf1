"""Tables for terminals: aligned columns, wrapped between words to the width of the window."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

GAP = "  "
FIRM_SPACE = "\u00a0"


def firm(text: str) -> str:
    """Return a text that is to stay on one line, such as a number in its groups."""
    return text.replace(" ", FIRM_SPACE)


def columns(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Return the rows under their headings, in at most `width` characters (the window's) where that is possible.

    The widest column gives way, again and again, until the line fits; no word, id or number is broken.
    """
    limit = shutil.get_terminal_size((100, 24)).columns if width is None else width
    cells = list(zip(headings, *rows, strict=True))
    widths = [max(map(_width, column)) for column in cells]
    words = [max(_width(word) for cell in column for word in cell.split(" ")) for column in cells]
    while sum(widths) + len(GAP) * (len(widths) - 1) > limit and widths != words:
        spare = [room if room > word else 0 for room, word in zip(widths, words, strict=True)]
        widths[spare.index(max(spare))] -= 1
    return "\n".join(text for line in [headings, *rows] for text in _wrapped(line, widths))


def _wrapped(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [_wrap(cell, max(room, 1)) for cell, room in zip(line, widths, strict=True)]
    return [
        GAP.join(_padded(part, room) for part, room in zip(parts, widths, strict=True))
        .rstrip()
        .replace(FIRM_SPACE, " ")
        for parts in zip_longest(*cells, fillvalue="")
    ]


def _wrap(cell: str, room: int) -> list[str]:
    return textwrap.wrap(cell, room, break_long_words=False, break_on_hyphens=False) or [""]


def _padded(text: str, room: int) -> str:
    return text + " " * (room - _width(text))


def _width(text: str) -> int:
    """Return the places a text takes: none for combining marks, two for wide characters."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
