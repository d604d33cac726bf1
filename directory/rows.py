"""Reading one table of a file field by field, and remembering every fault on the way.

Each reader returns the value, or None where the field is absent, empty or wrong; what is wrong is added to
the list of faults that all rows of one loading share. `finish` reports the fields that nobody asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import TypeVar

from directory.faults import Fault, FaultCode
from directory.strict_yaml import Items, Node, Table, Text
from directory.typography import Script, complaint, tidy

Choice = TypeVar("Choice", bound=StrEnum)

NULL = "null"
"""The word that stands for nothing, where nothing is allowed."""


class Row:
    """A table on its way to becoming a value of the model."""

    def __init__(self, table: Table, file: str, entry: str, faults: list[Fault], path: str = "") -> None:
        self.table = table
        self.file = file
        self.entry = entry
        self.faults = faults
        self.path = path
        self._asked: dict[str, None] = {}

    def has(self, field: str) -> bool:
        """Tell whether the field is written and is not the word null."""
        self._asked[field] = None
        node = self.table.fields.get(field)
        return node is not None and not (isinstance(node, Text) and node.value == NULL)

    def peek(self, field: str) -> str | None:
        """Return what stands in a field without asking for it: no fault, and no field becomes known."""
        node = self.table.fields.get(field)
        return node.value if isinstance(node, Text) else None

    def refuse(self, field: str, code: FaultCode, wrong: str, right: str, line: int | None = None) -> None:
        """Add a fault of one field (the row itself if empty)."""
        node = self.table.fields.get(field)
        place = line or (self.table.line if node is None else node.line)
        way = f"{self.path}{field}" if field else self.path.rstrip(".")
        self.faults.append(Fault(self.file, self.entry, way, code, wrong, right, place))

    def text(self, field: str, right: str, script: Script = Script.CODE) -> str | None:
        """Return a text that must be there; `right` shows what one looks like."""
        node = self._node(field, right)
        return None if node is None else self._value(field, node, right, script)

    def optional_text(self, field: str, right: str, script: Script = Script.CODE) -> str | None:
        """Return a text, or None where the field is absent or null."""
        return self.text(field, right, script) if self.has(field) else None

    def nullable_text(self, field: str, right: str, script: Script = Script.CODE) -> str | None:
        """Return a text, or None where null is written; the field itself must be there."""
        if field in self.table.fields and not self.has(field):
            return None
        return self.text(field, f"{right}, or null", script)

    def date(self, field: str) -> dt.date | None:
        """Return a date (ISO 8601), or None where null is written; the field itself must be there."""
        text = self.nullable_text(field, "a date such as 2026-12-24")
        return None if text is None else self._date(field, text)

    def required_date(self, field: str) -> dt.date | None:
        """Return a date (ISO 8601) that must be there."""
        text = self.text(field, "a date such as 2026-12-24")
        return None if text is None else self._date(field, text)

    def choice(self, field: str, kinds: type[Choice]) -> Choice | None:
        """Return one of the values of an enumeration."""
        text = self.word(field, list(kinds))
        return None if text is None else kinds(text)

    def word(self, field: str, words: Iterable[str]) -> str | None:
        """Return one of the given words."""
        known = list(words)
        text = self.text(field, one_of(known))
        if text is not None and text not in known:
            self.refuse(field, FaultCode.BAD_CHOICE, f"`{text}`", one_of(known))
            return None
        return text

    def texts(
        self, field: str, right: str, check: Callable[[str], bool], wrong: FaultCode, empty: bool = False
    ) -> tuple[str, ...]:
        """Return a list of different texts, each of which `check` must accept; `empty` if it may be so."""
        found: list[str] = []
        for index, node in enumerate(self._items(field, f"[{right}]", empty)):
            place = f"{field}[{index + 1}]"
            text = self._value(place, node, right, Script.CODE)
            if text is None:
                continue
            if text in found:
                self.refuse(place, FaultCode.DUPLICATE, f"`{text}`", "keep one of them", node.line)
            elif not check(text):
                self.refuse(place, wrong, f"`{text}`", right, node.line)
            else:
                found.append(text)
        return tuple(found)

    def words(self, field: str, known: Iterable[str], empty: bool = False) -> tuple[str, ...]:
        """Return a list of different words out of those known; `empty` if it may be so."""
        allowed = list(known)
        return self.texts(field, one_of(allowed), allowed.__contains__, FaultCode.BAD_CHOICE, empty)

    def row(self, field: str, right: str) -> Row | None:
        """Return a table that stands inside this one."""
        node = self._node(field, right)
        return None if node is None else self._row(field, node, right)

    def rows(self, field: str, right: str, empty: bool = False) -> list[Row]:
        """Return the tables of a list that must be there; `empty` if it may be so."""
        nodes = self._items(field, right, empty)
        rows = [self._row(f"{field}[{index + 1}]", node, right) for index, node in enumerate(nodes)]
        return [row for row in rows if row is not None]

    def fields(self) -> Iterator[str]:
        """Yield the names of all fields, for tables whose fields are data (languages, countries)."""
        for field in self.table.fields:
            self._asked[field] = None
            yield field

    def finish(self) -> None:
        """Refuse the fields that were never asked for."""
        for field in self.table.fields:
            if field not in self._asked:
                self.refuse(field, FaultCode.UNKNOWN_KEY, f"`{field}`", ", ".join(self._asked))

    def _node(self, field: str, right: str) -> Node | None:
        self._asked[field] = None
        node = self.table.fields.get(field)
        if node is None:
            self.refuse(field, FaultCode.MISSING_KEY, "", right)
        return node

    def _value(self, field: str, node: Node, right: str, script: Script) -> str | None:
        if not isinstance(node, Text):
            self.refuse(field, FaultCode.NOT_TEXT, "", right, node.line)
            return None
        value = node.value.strip() if script is Script.PROSE else node.value
        if not value.strip() or value == NULL:
            self.refuse(field, FaultCode.EMPTY, "", right, node.line)
            return None
        wrong = complaint(value, script)
        if wrong is not None:
            self.refuse(field, FaultCode.UNTIDY, wrong, f"`{tidy(value, script)}`", node.line)
            return None
        return value

    def _date(self, field: str, text: str) -> dt.date | None:
        try:
            date = dt.date.fromisoformat(text)
        except ValueError:
            date = None
        if date is None or date.isoformat() != text:
            self.refuse(field, FaultCode.BAD_DATE, f"`{text}`", "a date such as 2026-12-24")
            return None
        return date

    def _items(self, field: str, right: str, empty: bool = False) -> tuple[Node, ...]:
        node = self._node(field, right)
        if node is None:
            return ()
        if not isinstance(node, Items):
            wrong = "a table" if isinstance(node, Table) else f"`{node.value}`"
            self.refuse(field, FaultCode.NOT_A_LIST, wrong, right)
            return ()
        if not node.items and not empty:
            self.refuse(field, FaultCode.EMPTY, "", right)
        return node.items

    def _row(self, field: str, node: Node, right: str) -> Row | None:
        if not isinstance(node, Table):
            wrong = "a list" if isinstance(node, Items) else f"`{node.value}`"
            self.refuse(field, FaultCode.NOT_A_TABLE, wrong, right, node.line)
            return None
        return Row(node, self.file, self.entry, self.faults, f"{self.path}{field}.")


def one_of(words: Iterable[str]) -> str:
    """Return the words as a choice to be read: "one of a, b, c"."""
    return f"one of {', '.join(words)}"
