"""The rows that released figures have: every language that has words, every country and need of the directory."""

from __future__ import annotations

from collections.abc import Iterable

from directory.model import Directory
from ivr.figures.tables import Domain


def domain_of(directory: Directory, languages: Iterable[str]) -> Domain:
    """Return the rows; `languages` are the tags that have a catalogue, of which callers can choose."""
    return Domain(tuple(sorted(languages)), tuple(directory.countries), tuple(directory.needs))
