"""What a caller said, understood as a key or not at all: keys are always enough, and a guess never decides."""

from __future__ import annotations

import re
import unicodedata

from ivr.speech import Speech
from ivr.turn import Turn

_PARTED = re.compile(r"^[^\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+$")
"""Scripts that put spaces between words: neither Thai nor Chinese."""
_ALIKE = {ord("ı"): "i", ord("\u0307"): None, ord("ё"): "е", ord("\u02bc"): " "}
"""Letters that people and recognisers write in two ways: the Turkish i, the Russian ё, the Ukrainian apostrophe."""
SURE = 0.6
"""Least confidence of the provider's recogniser, where it states one: our own choice, to be settled by test calls."""


def understood(turn: Turn, words: str, confidence: float | None, speech: Speech) -> str | None:
    """Return the key whose words were heard; None where none or more than one was, or the recogniser is not sure.

    Of words that hold one another the longest counts: "missing child" is not "child".
    """
    if confidence is not None and not confidence >= SURE:  # so that what is no number (NaN) is not sure either
        return None
    said = _plain(words)
    found = {
        (_plain(each), option.key)
        for option in turn.options
        if option.heard
        for each in speech.phrase(option.heard, turn.language).split(",")
        if _holds(said, _plain(each))
    }
    longest = {key for each, key in found if not any(each != other and _holds(other, each) for other, _ in found)}
    return longest.pop() if len(longest) == 1 else None


def _plain(words: str) -> str:
    """Return words as they compare: one case, no punctuation, single spaces."""
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in unicodedata.normalize("NFC", words))
    return " ".join(kept.casefold().translate(_ALIKE).split())


def _holds(said: str, words: str) -> bool:
    """Tell whether `words` stand in `said`, as whole words where the script parts them."""
    if not words:
        return False
    if _PARTED.search(words):
        return re.search(rf"(?<!\S){re.escape(words)}(?!\S)", said) is not None
    return words in said
