"""Directories of any size, made of the shipped one: the same helplines again and again, under other ids.

Names, numbers and hours are the real ones, and the countries have their share as they have it now. Nothing of this is
kept or published anywhere.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from directory.harmonised import FILE as HARMONISED
from directory.load import SHARED, compile_files, read_files
from directory.pieces import HEAD, split

_COUNTRY = re.compile(r"      ([A-Z]{2}):")
"""A country's line among the harmonised numbers."""
_HEADING = "# Made for a measurement.\n"
"""Makes every text a new one, of which nothing is remembered."""
_NOWHERE = re.compile(r"countries:\n(?!      )")


def grown(size: int) -> dict[str, str]:
    """Return the files of a directory with so many helplines.

    Below the size of the shipped one: the first of its countries, each with all that it has. Above: all of them.
    """
    files = read_files()
    share = Counter(each.country for each in compile_files(files).helplines.values())
    while (has := share.total()) > size:
        last = max(set(files) - set(SHARED))
        files = _without(last, files)
        del share[last[:2].upper()]
    rows = [(place.file, place.entry, text) for place, text in split(files).items() if place.entry != HEAD]
    rows = [row for row in rows if row[0] not in SHARED]
    more: dict[str, list[str]] = {file: [] for file in files}
    for number, (file, id_, text) in enumerate(itertools.islice(itertools.cycle(rows), max(0, size - has))):
        copied = text.strip("\n").replace(f"id: {id_}\n", f"id: {id_}-{number}\n", 1)
        more[file].append(f"\n{copied}\n")
    return {file: f"{_HEADING}{text.rstrip()}\n{''.join(more[file])}" for file, text in files.items()}


@cache
def first_countries(size: int) -> tuple[str, ...]:
    """Return the countries of a directory of that size, as letters."""
    return tuple(sorted(file[:2].upper() for file in grown(size) if file not in SHARED))


def _without(file: str, files: dict[str, str]) -> dict[str, str]:
    """Return the files without a country's, and without that country among the harmonised numbers."""
    left = {name: text for name, text in files.items() if name != file}
    shared = "".join(_lines_without(file[:2].upper(), left[HARMONISED]))
    left[HARMONISED] = _NOWHERE.sub("countries: {}\n", shared)
    return left


def _lines_without(country: str, text: str) -> Iterator[str]:
    is_left_out = False
    for line in text.splitlines(keepends=True):
        named = _COUNTRY.match(line)
        if named or not line.startswith("       "):
            is_left_out = bool(named) and line.strip().startswith(country)
        if not is_left_out:
            yield line
