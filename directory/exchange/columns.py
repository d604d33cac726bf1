"""A helpline as cells under headings, and back: the flat form that a table and HSDS attributes share.

Every field of a row has a cell, lists are joined by commas, dated exceptions stand one a line as
`date | hours | reason`. Cells become nodes of `strict_yaml`, so that the code that reads the files reads them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from directory.languages import is_language
from directory.model import DatedHours, Helpline
from directory.rows import NULL
from directory.strict_yaml import Items, Node, Table, Text

Cells = Mapping[str, str]
"""Heading to text; an empty text says nothing."""

ID = "id"
COUNTRY = "country"
_FIRST = (ID, COUNTRY, "kind")
_MIDDLE = ("needs", "audience", "languages", "hours", "exceptions", "timezone")
_SOURCE = {"file": "source file", "date": "source date", "quote": "source quote"}
_LAST = ("cost", "anonymous", *_SOURCE.values(), "checked", "note")
_PARTS = ("say", "dial", "from")
_NUMBER = re.compile(r"number ([1-9]\d?) (say|dial|from)")
_NAME = re.compile(r"name (\S+)")
_SEPARATORS = re.compile(r"[\s,;]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
FEWEST_NUMBERS = 3
"""Groups of columns for numbers that a table has at least, so that there is room for one more."""


def cells_of(helpline: Helpline) -> dict[str, str]:
    """Return all fields of a helpline as cells, in the order of the columns."""
    source = helpline.source
    cells = {ID: helpline.id, COUNTRY: helpline.country, "kind": helpline.kind.value}
    cells |= {f"name {language}": name for language, name in helpline.name.items()}
    cells |= {
        "needs": ", ".join(helpline.needs),
        "audience": ", ".join(helpline.audience),
        "languages": ", ".join(helpline.languages),
        "hours": helpline.hours or "unknown",
        "exceptions": "\n".join(map(_exception, helpline.exceptions)),
        "timezone": helpline.timezone.key,
    }
    for place, number in enumerate(helpline.numbers, 1):
        written = (number.say, number.dial or "", number.reach.value)
        cells |= {f"number {place} {part}": text for part, text in zip(_PARTS, written, strict=True)}
    return cells | {
        "cost": helpline.cost.value,
        "anonymous": {True: "yes", False: "no", None: "unknown"}[helpline.anonymous],
        "source file": source.file,
        "source date": "" if source.date is None else source.date.isoformat(),
        "source quote": source.quote,
        "checked": "" if helpline.checked is None else helpline.checked.isoformat(),
        "note": helpline.note,
    }


def headings(rows: Iterable[Cells]) -> tuple[str, ...]:
    """Return the headings under which all these rows find a place, English and French names first."""
    known = {heading for row in rows for heading in row}
    languages = sorted({found[1] for heading in known if (found := _NAME.fullmatch(heading))} - {"en", "fr"})
    places = [int(found[1]) for heading in known if (found := _NUMBER.fullmatch(heading))]
    numbers = [f"number {place} {part}" for place in range(1, max([FEWEST_NUMBERS, *places]) + 1) for part in _PARTS]
    return (*_FIRST, *(f"name {language}" for language in ("en", "fr", *languages)), *_MIDDLE, *numbers, *_LAST)


def is_heading(text: str) -> bool:
    """Tell whether there is a field of this name; a name's language must be one."""
    name = _NAME.fullmatch(text)
    if name is not None:
        return is_language(name[1])
    return text in {*_FIRST, *_MIDDLE, *_LAST} or _NUMBER.fullmatch(text) is not None


def kind_of(heading: str) -> str:
    """Return what stands under a heading: "say" or "dial" or "from", "date", "hours", or "text"."""
    number = _NUMBER.fullmatch(heading)
    if number is not None:
        return number[2]
    if heading in {"source date", "checked"}:
        return "date"
    return "hours" if heading == "hours" else "text"


def table_of(cells: Cells, line: int) -> Table:
    """Return the cells as the row of a country's file that they mean; `line` is where they were read."""
    fields: dict[str, Node] = {
        field: Text(cells[field], line) for field in ("id", "kind", "cost", "anonymous") if cells.get(field)
    }
    fields |= {field: Text(cells[field], line) for field in ("hours", "timezone", "note") if cells.get(field)}
    fields |= {field: _words(cells[field], line) for field in ("needs", "audience") if cells.get(field)}
    if cells.get("languages"):
        fields["languages"] = _words(cells["languages"], line)
    if cells.get("exceptions"):
        lines = [each for each in cells["exceptions"].split("\n") if each.strip()]
        fields["exceptions"] = Items(tuple(_exception_node(each, line) for each in lines), line)
    names = {found[1]: cells[heading] for heading in cells if (found := _NAME.fullmatch(heading)) and cells[heading]}
    fields["name"] = _texts(names, line)
    numbers = tuple(_number_node(cells, place, line) for place in number_places(cells))
    fields["numbers"] = Items(numbers, line)
    source = {field: cells.get(heading, "") for field, heading in _SOURCE.items()}
    fields["source"] = _texts({field: text for field, text in source.items() if text} | _or_null(source, "date"), line)
    return Table(fields | {"checked": Text(cells.get("checked") or NULL, line)}, line)


def number_places(cells: Cells) -> list[int]:
    """Return the places of the numbers that are written, first to last."""
    return sorted({int(found[1]) for heading in cells if (found := _NUMBER.fullmatch(heading)) and cells[heading]})


def heading_of(field: str, cells: Cells) -> str:
    """Return the heading under which a field of the row stands ("numbers[2].dial"), empty for the row itself."""
    head, _, rest = field.partition(".")
    base, _, index = head.rstrip("]").partition("[")
    if base == "numbers":
        places = number_places(cells)
        place = places[int(index) - 1] if index else 1
        return f"number {place} {rest or 'say'}"
    if base == "name":
        return f"name {rest or 'en'}"
    if base == "source":
        return _SOURCE.get(rest, "source file")
    return base if is_heading(base) else ""


def _words(text: str, line: int) -> Items:
    words = [word for word in _SEPARATORS.split(text) if word]
    return Items(tuple(Text(word, line) for word in words), line)


def _texts(fields: Mapping[str, str], line: int) -> Table:
    return Table({field: Text(text, line) for field, text in fields.items()}, line)


def _or_null(fields: Mapping[str, str], field: str) -> dict[str, str]:
    return {field: fields[field] or NULL}


def _number_node(cells: Cells, place: int, line: int) -> Table:
    written = {part: cells.get(f"number {place} {part}", "") for part in _PARTS}
    return _texts({part: text for part, text in written.items() if text} | _or_null(written, "dial"), line)


def _exception(exception: DatedHours) -> str:
    reason = exception.reason.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{exception.date.isoformat()} | {exception.hours} | {reason}"


def _exception_node(text: str, line: int) -> Table:
    parts = [part.strip() for part in text.split("|", 2)]
    fields = dict(zip(("date", "hours", "reason"), parts, strict=False))
    if "reason" in fields:
        fields["reason"] = _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], fields["reason"])
    return _texts(fields, line)
