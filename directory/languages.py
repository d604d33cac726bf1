"""Which language tags the directory accepts, and which languages are official where it has no table."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages

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


@cache
def has_names(tag: str) -> bool:
    """Tell whether CLDR knows what countries, days and languages are called in this language."""
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


@cache
def official_languages(country: str) -> tuple[str, ...]:
    """Return the official languages of a country (ISO 3166-1) by their primary subtags, as CLDR ranks them.

    Empty for a country that CLDR does not know or that has none by law.
    """
    return tuple(dict.fromkeys(tag.partition("_")[0] for tag in get_official_languages(country)))


@cache
def countries_with_languages() -> tuple[str, ...]:
    """Return all countries and territories whose languages CLDR knows."""
    return tuple(sorted(get_global("territory_languages")))
