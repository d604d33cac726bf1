"""The numbers that are the same in many countries: one row of harmonised.yaml becomes one row per country.

The result is written in the same nodes as a country's file, so that both are read and checked by the same code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from directory.dialling import digits
from directory.faults import Fault, FaultCode
from directory.rows import Row
from directory.strict_yaml import Items, Node, Table, Text

FILE = "harmonised.yaml"

_OVERRIDES = ("hours", "exceptions", "languages", "cost", "anonymous", "source", "checked", "note")
_SHARED = ("kind", "name", "needs", "audience", *_OVERRIDES)
_COUNTRIES = "the countries where it works, such as `RO: {}`"


@dataclass(frozen=True, slots=True)
class Expanded:
    """One harmonised number in one country, not yet checked."""

    country: str
    number: str
    table: Table


def expand(table: Table, countries: frozenset[str], faults: list[Fault]) -> Iterator[Expanded]:
    """Yield the rows of all numbers and countries, in the order of the file.

    A row's own fields stand over the number's. `countries` are those that have a file.
    """
    root = Row(table, FILE, "", faults)
    for number in root.rows("harmonised", "a list of numbers"):
        yield from _expand_number(number, countries)
    root.finish()


def _expand_number(row: Row, countries: frozenset[str]) -> Iterator[Expanded]:
    say = row.text("number", 'the number, such as "116 000"')
    row.entry = say or row.entry
    for field in _SHARED:
        row.has(field)
    table = row.row("countries", _COUNTRIES)
    row.finish()
    if say is None or table is None:
        return
    for code in table.fields():
        overrides = table.row(code, "{} or the fields that differ there")
        if overrides is None:
            continue
        if code not in countries:
            table.refuse(code, FaultCode.UNKNOWN_COUNTRY, f"`{code}`", "a country that has a file here")
            continue
        for field in _OVERRIDES:
            overrides.has(field)
        overrides.finish()
        yield Expanded(code, say, _merge(row.table, overrides.table, code, say))


def _merge(shared: Table, overrides: Table, code: str, say: str) -> Table:
    line = overrides.line if overrides.fields else shared.line
    fields: dict[str, Node] = {
        "id": Text(f"{code.lower()}-{digits(say)}", line),
        "checked": Text("null", line),
        "numbers": Items((_number(say, line),), line),
    }
    fields |= {field: node for field, node in shared.fields.items() if field in _SHARED}
    fields |= {field: node for field, node in overrides.fields.items() if field in _OVERRIDES}
    return Table(fields, line)


def _number(say: str, line: int) -> Table:
    written = {"say": say, "dial": "null", "from": "national"}
    return Table({field: Text(value, line) for field, value in written.items()}, line)
