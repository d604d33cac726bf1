"""Two people on one row: what each changed since both saw the same, put together field by field.

Pure. Names count language by language; a list (numbers, exceptions, needs) counts as one field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directory.writing import RowValue
from routes.admin.helplines.typed import Row

_NAME = "name."


@dataclass(frozen=True, slots=True)
class Merged:
    """One row out of two; where both changed a field in different ways (`overlap`) mine stands until somebody chose."""

    row: Row
    taken: tuple[str, ...]
    """Fields that only the other person changed: their values stand."""
    overlap: tuple[str, ...]


def merged(base: Row, mine: Row, theirs: Row) -> Merged:
    """Put together what two people made of `base`."""
    old, own, other = parts(base), parts(mine), parts(theirs)
    taken, overlap, result = [], [], dict(own)
    for name in dict.fromkeys((*own, *other)):
        was, wanted, present = old.get(name), own.get(name), other.get(name)
        if present in (was, wanted):
            continue
        if wanted == was:
            taken.append(name)
            result[name] = present
        else:
            overlap.append(name)
    return Merged(whole(result), tuple(taken), tuple(overlap))


def chosen(row: Row, theirs: Row, fields: Mapping[str, str]) -> Row:
    """Return a row with the other person's values in the fields where `fields` says "theirs"."""
    own, other = parts(row), parts(theirs)
    own |= {name: other.get(name) for name, choice in fields.items() if choice == "theirs"}
    return whole(own)


def parts(row: Row) -> dict[str, RowValue]:
    """Return the fields of a row, each name a field of its own."""
    found: dict[str, RowValue] = {name: value for name, value in row.items() if name != "name"}
    names: Any = row.get("name")
    return {**found, **{f"{_NAME}{tag}": name for tag, name in names.items()}} if isinstance(names, dict) else found


def whole(fields: Mapping[str, RowValue]) -> Row:
    """Return the row of such fields; what has no value falls away, but for the word that says nothing."""
    row: Row = {}
    names: dict[str, RowValue] = {}
    for name, value in fields.items():
        if not name.startswith(_NAME):
            row[name] = value
        elif value is not None:
            names[name.removeprefix(_NAME)] = value
    row = {name: value for name, value in row.items() if value is not None or name == "checked"}
    return {"id": row.pop("id", ""), "kind": row.pop("kind", ""), "name": dict(names), **row}
