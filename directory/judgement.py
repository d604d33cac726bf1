"""One row judged by itself, while somebody is still writing it: its faults, what it would mean, what is doubtful.

Pure, and quick enough to be asked at every pause of the typing; the whole directory is compiled when the row is saved.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from types import MappingProxyType

from directory.entries import read_helpline
from directory.faults import Fault, FaultCode, Faults
from directory.findings import Finding
from directory.ladder import build_ladders
from directory.lint import lint_row
from directory.model import Directory, Helpline
from directory.rows import Row
from directory.strict_yaml import Items, Table, parse
from directory.tables import Vocabulary
from directory.writing import RowValue, row_text


@dataclass(frozen=True, slots=True)
class Judgement:
    """What can be said of a row: the service it would be (None with faults), its faults, and what the check finds."""

    helpline: Helpline | None
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...]


def judged(directory: Directory, country: str, row: dict[str, RowValue], now: dt.datetime) -> Judgement:
    """Judge a row of `country`, which must be one of the directory's, as if it stood in the directory now (aware)."""
    helpline, faults = read_row(directory, country, row)
    return Judgement(helpline, faults, () if helpline is None else lint_row(directory, helpline, now))


def read_row(directory: Directory, country: str, row: dict[str, RowValue]) -> tuple[Helpline | None, tuple[Fault, ...]]:
    """Return the service that a row says, None with its faults."""
    file, id_ = f"{country.lower()}.yaml", str(row.get("id") or "")
    try:
        table = _table(row, file)
    except Faults as found:
        return None, found.faults
    faults: list[Fault] = []
    words = Vocabulary(directory.needs, directory.audiences, directory.general_need, directory.emergency_need)
    present = directory.helplines.get(id_)
    order = present.order if present else len(directory.helplines)
    helpline = read_helpline(Row(table, file, id_, faults), directory.countries[country], words, order)
    return (None, tuple(faults)) if faults else (helpline, ())


def with_row(directory: Directory, helpline: Helpline) -> Directory:
    """Return the directory with one service put in, or in the place of the one with its id: for looking, not for use.

    Its revision is still that of the directory.
    """
    rows = MappingProxyType({**directory.helplines, helpline.id: helpline})
    words = Vocabulary(directory.needs, directory.audiences, directory.general_need, directory.emergency_need)
    ladders = build_ladders(directory.countries.values(), rows.values(), words)
    return replace(directory, helplines=rows, ladders=ladders)


def taken(id_: str) -> Fault:
    """Return the fault of a new row whose id another row has."""
    return Fault("", id_, "id", FaultCode.DUPLICATE, f"`{id_}`", "give each row an id of its own")


def _table(row: dict[str, RowValue], file: str) -> Table:
    match parse("helplines:\n" + row_text(row), file).fields["helplines"]:
        case Items(items=(Table() as table,)):
            return table
    raise TypeError("a row is written as one item of a list, with fields")
