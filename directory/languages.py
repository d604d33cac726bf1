"""Which language tags the directory accepts."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

_TAG = re.compile(r"(?P<language>[a-z]{2,3})(-[A-Z][a-z]{3})?(-(?P<region>[A-Z]{2}))?")

_BEYOND_CLDR = frozenset({"rmn", "dyu", "mnk", "ase", "bfi", "fsl", "gsg", "ise", "rsl", "sfb", "ssp", "vgt"})
"""Spoken and signed languages that helplines state and that CLDR does not name."""


@cache
def is_language(tag: str) -> bool:
    """Tell whether `tag` is a BCP-47 tag (language, script, region) of a language known to CLDR or to us."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return False
    names = Locale.parse("en")
    region = found["region"]
    return (found["language"] in names.languages or found["language"] in _BEYOND_CLDR) and (
        region is None or region in names.territories
    )
