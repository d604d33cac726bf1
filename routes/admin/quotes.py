"""What a sentence quotes, in the reader's language: words that are known as they stand, and words around a value.

The modules that read rows and files put values into English words of their own; the shapes of those stand here.
"""

from __future__ import annotations

import re
from functools import cache

from routes.admin.words import _

TEMPLATES = (
    "{right}, or null",
    "`{text}`, with an apostrophe before it",
    "`{one}` or `{other}`",
    "{lines} lines",
    "give it an id of its own; the other is row {row}",
    "the first row has the headings, such as {first}: download the table and begin with it",
    "whether it still answers, for its status is `{status}`",
    "which language `{code}` is",
    "whether people answer `{number}`, for it is a {kind} number",
    "one of {words}",
    "digits in groups, such as `{groups}`",
    "a number that begins with +{prefix}",
    "{country}- and a short name, such as {id}",
    "kind: emergency and needs: [{need}], or neither",
    "a row with kind: emergency and needs: [{need}]",
    "the country's two letters: {code}",
    "{code}, or rename the file",
    'the telephone prefix, "{code}"',
    "call it {needs}, {harmonised} or after its country, such as ro.yaml",
    "{hours} is neither `off` nor times such as `10:00-14:00`",
    "{hours} is not a span of a day",
    "not opening hours: {expected} in {hours}",
    "public holidays of {country} are not known; write the dates",
)
"""The shapes, in English; one that ends another stands before it."""
_PLACE = re.compile(r"\{(\w+)\}")


def quoted(text: str) -> str:
    """Return words in the reader's language where they are known there; others (ids, numbers, texts) as they are."""
    known = _(text) if text else ""
    if known != text:
        return known
    for template in TEMPLATES:
        found = _shape(template).fullmatch(text)
        if found is not None:
            return _(template).format(**{name: quoted(value) for name, value in found.groupdict().items()})
    return text


@cache
def _shape(template: str) -> re.Pattern[str]:
    """Return what finds the values that were put into a template."""
    fixed = _PLACE.split(template)
    parts = (f"(?P<{each}>.+)" if place % 2 else re.escape(each) for place, each in enumerate(fixed))
    return re.compile("".join(parts), re.DOTALL)
