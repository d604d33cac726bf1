"""Entries that a change and the live revision have both changed: what each made of them, and both put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from directory.model import Directory
from directory.pieces import Files, Place, merged, piece
from directory.writing import row_of, row_text
from routes.admin.helplines.merging import merged as merged_rows
from routes.admin.names import country_name, service_name
from routes.admin.reading import Entry, entries_of
from routes.admin.words import _

_FIELD = "piece:"
Settled = dict[Place, str | None]
"""Entries that both sides changed, and what each is to be."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Three states of the tables: where a change began, what it made of them, what has gone live since."""

    base: Directory
    mine: Directory
    theirs: Directory


@dataclass(frozen=True, slots=True)
class Conflict:
    """One entry, for the page: the name of its field in the form, and what each side changed."""

    field: str
    title: str
    mine: tuple[Entry, ...]
    theirs: tuple[Entry, ...]
    together: bool
    """The two changed different fields: both can stand."""


def conflict(place: Place, sides: Sides) -> Conflict:
    """Return what the page shows of one entry."""
    return Conflict(
        _field(place),
        _title(place, sides),
        entries_of(place, sides.base, sides.mine),
        entries_of(place, sides.base, sides.theirs),
        _together(place, sides) is not None,
    )


def settled(form: Mapping[str, str], sides: Sides, mine: Files, theirs: Files, base: Files) -> Settled:
    """Return what each entry is to be that both changed: `mine`, `theirs`, or `both` where that can be.

    What the form says of any other entry is not looked at; what it does not say is missing.
    """
    found: Settled = {}
    for place in merged(base, mine, theirs).conflicts:
        match form.get(_field(place)):
            case "mine" if place.file in theirs:
                found[place] = piece(mine, place)
            case "theirs":
                found[place] = piece(theirs, place)
            case "both" if text := _together(place, sides):
                found[place] = text
    return found


def _field(place: Place) -> str:
    return f"{_FIELD}{place.file}:{place.entry}"


def _together(place: Place, sides: Sides) -> str | None:
    """Return a row with what both sides changed; None where they changed the same field, or the row is not in all."""
    rows = []
    for directory in (sides.base, sides.mine, sides.theirs):
        helpline = directory.helplines.get(place.entry)
        if helpline is None:
            return None
        rows.append(row_of(helpline, directory.countries[helpline.country].timezone.key))
    found = merged_rows(*rows)
    return None if found.overlap else row_text(found.row)


def _title(place: Place, sides: Sides) -> str:
    for directory in (sides.theirs, sides.mine, sides.base):
        if found := directory.helplines.get(place.entry):
            return f"{service_name(found)}, {country_name(found.country)}"
    return _("The file {file}").format(file=place.file)
