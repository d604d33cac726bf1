"""The form of a helpline: what stands in its fields, from a row and back to one.

A row holds only text (`directory.writing`), so the form can hold whatever was typed, right or wrong, and give it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from directory.entries import ALWAYS_NAMED
from directory.writing import RowValue

TEXTS = (
    "id", "kind", "languages", "hours", "timezone", "cost", "anonymous", "source.file", "source.date", "source.quote",
    "note",
)  # fmt: skip
"""Fields with one value each."""
LONGEST = 4000
"""Characters that a field may hold: ten times what any row has needed."""
MOST_ROWS = 40
"""Names, numbers or exceptions of one helpline."""
_EDGES = " \t\r\n"

Row = dict[str, RowValue]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form. Rows of names, exceptions and numbers that are wholly empty are only room to write."""

    texts: Mapping[str, str] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()
    """Language and name."""
    needs: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    exceptions: tuple[tuple[str, str, str], ...] = ()
    """Date, hours, reason."""
    numbers: tuple[tuple[str, str, str], ...] = ()
    """Said, rung, from where it works."""

    def text(self, name: str) -> str:
        """Return the value of a field, empty for nothing."""
        return self.texts.get(name, "")

    def having(self, **texts: str) -> Typed:
        """Return the form with other values in some fields of one value."""
        return replace(self, texts={**self.texts, **texts})


def from_row(row: Row) -> Typed:
    """Return the form of a row, as `directory.writing.row_of` gives it."""
    source = _table(row.get("source"))
    texts = {name: _text(row.get(name)) for name in TEXTS if "." not in name and name != "languages"}
    texts |= {f"source.{name}": _text(source.get(name)) for name in ("file", "date", "quote")}
    texts["languages"] = ", ".join(_words(row.get("languages")))
    return Typed(
        texts=texts,
        names=tuple((language, _text(name)) for language, name in _table(row.get("name")).items()),
        needs=tuple(_words(row.get("needs"))),
        audience=tuple(_words(row.get("audience"))),
        exceptions=tuple(
            (_text(each.get("date")), _text(each.get("hours")), _text(each.get("reason")))
            for each in _tables(row.get("exceptions"))
        ),
        numbers=tuple(
            (_text(each.get("say")), _text(each.get("dial")), _text(each.get("from")))
            for each in _tables(row.get("numbers"))
        ),
    )


def received(form: MultiDict[str, str]) -> Typed:
    """Return what a browser sent; empty rows are left out."""
    return Typed(
        texts={name: _plain(form.get(name, "")) for name in TEXTS},
        names=tuple((tag, name) for tag, name in _rows(form, "name.language", "name.text") if name or tag),
        needs=tuple(form.getlist("needs")),
        audience=tuple(form.getlist("audience")),
        exceptions=tuple(_rows(form, "exception.date", "exception.hours", "exception.reason")),
        numbers=tuple(each for each in _rows(form, "number.say", "number.dial", "number.from") if each[0] or each[1]),
    )


def to_row(typed: Typed, present: Row | None) -> Row:
    """Return the row that the form says.

    `present` is the row as it is: words that stay keep their order there, and its check stays where it still fits.
    """
    before: Row = present or {}
    text = typed.text
    row: Row = {
        "id": text("id"),
        "kind": text("kind"),
        "name": dict(_named(typed.names)),
        "needs": _in_order(typed.needs, before.get("needs")),
        "audience": _in_order(typed.audience, before.get("audience")),
        "languages": [each for each in re.split(r"[,; ]+", text("languages")) if each],
        "hours": text("hours"),
        "exceptions": [dict(zip(("date", "hours", "reason"), each, strict=True)) for each in typed.exceptions],
        "timezone": text("timezone"),
        "numbers": [{"say": say, "dial": dial or None, "from": reach} for say, dial, reach in typed.numbers],
        "cost": text("cost"),
        "anonymous": text("anonymous"),
        "source": {"file": text("source.file"), "date": text("source.date") or None, "quote": text("source.quote")},
        "checked": None,
        "note": text("note"),
    }
    row = {name: value for name, value in row.items() if value or name not in _ONLY_IF_SAID}
    if all(row.get(name) == before.get(name) for name in _CHECKED):
        row["checked"] = before.get("checked")
    return row


_ONLY_IF_SAID = frozenset({"languages", "exceptions", "timezone", "note"})
_CHECKED = ("numbers", "hours", "exceptions", "timezone")
"""What a check is about: where one of these changes, nobody has checked the row as it will be."""


def twice(typed: Typed) -> tuple[str, ...]:
    """Return the languages that two names are given for."""
    tags = [tag for tag, _ in typed.names]
    return tuple(dict.fromkeys(tag for tag in tags if tags.count(tag) > 1))


def too_long(typed: Typed) -> tuple[str, ...]:
    """Return the fields that hold more than any row needs, or more rows than any helpline has."""
    found = [name for name, text in typed.texts.items() if len(text) > LONGEST]
    lists = {"name": typed.names, "exceptions": typed.exceptions, "numbers": typed.numbers}
    found += [
        name for name, rows in lists.items()
        if len(rows) > MOST_ROWS or any(len(text) > LONGEST for each in rows for text in each)
    ]  # fmt: skip
    return tuple(found)


def _named(names: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Yield the names; an empty one is left out, but for the languages that every service is named in."""
    return ((tag, name) for tag, name in names if name or tag in ALWAYS_NAMED)


def _in_order(chosen: Iterable[str], before: RowValue) -> list[str]:
    kept = list(dict.fromkeys(chosen))
    order = _words(before)
    return [*(each for each in order if each in kept), *(each for each in kept if each not in order)]


def _rows(form: MultiDict[str, str], *names: str) -> list[Any]:
    columns = [[_plain(value) for value in form.getlist(name)] for name in names]
    most = max(map(len, columns))
    rows = zip(*(column + [""] * (most - len(column)) for column in columns), strict=True)
    return [row for row in rows if any(row)]


def _plain(text: str) -> str:
    """Take away what browsers and fingers add: line ends as forms send them, ordinary spaces at the edges."""
    return text.replace("\r\n", "\n").strip(_EDGES)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _words(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
