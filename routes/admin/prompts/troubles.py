"""What is wrong with a wording, in the reader's language: the sentences of `ivr.catalogue`, which are for files."""

from __future__ import annotations

import re

from ivr.wordings import Wording
from routes.admin.words import _


def trouble(fault: str, wording: Wording) -> str:
    """Return a fault in a sentence to whoever typed the words; as the catalogue says it where it has no other."""
    said = fault.removeprefix(f"{wording.language}: ").removeprefix(wording.phrase.value).strip()
    for pattern, words in _sentences().items():
        found = re.fullmatch(pattern, said)
        if found is not None:
            return words.format(**found.groupdict()) if found.groupdict() else words
    return said


def _sentences() -> dict[str, str]:
    return {
        "is not translated": _("Nothing is written here; write what callers shall hear."),
        "holds a character that cannot be spoken or written": _(
            "A sign in it can be neither spoken nor read, such as an invisible space; type the words anew."
        ),
        "holds a number; numbers come from the directory": _(
            "It holds a number; write the sentence without one: numbers come from the directory."
        ),
        r"has (?P<found>\d+) characters; (?P<most>\d+) .*": _(
            "It has {found} characters; {most} are the most that a caller can be asked to hear."
        ),
        "has an exclamation mark; .*": _("It has an exclamation mark; write a full stop: nobody is shouted at."),
        "has a brace .*": _("A brace stands without its partner, or with more than a name between them."),
        "must hold no placeholder, and holds (?P<found>.*)": _("It holds {found}; nothing is filled in here."),
        "must hold (?P<needed>.*), and holds no placeholder": _("Write {needed} where it belongs: it is missing."),
        "must hold (?P<needed>.*), and holds (?P<found>.*)": _("It must hold {needed}, and holds {found}."),
        r"needs (?P<needed>\d+) forms, .*": _("Write all {needed} forms, one for each kind of number."),
    }
