"""The helplines as a table for a spreadsheet: one row each, every field in a cell, and back without loss.

CSV as in RFC 4180: UTF-8 with a byte order mark (or Excel reads it as Windows-1252), commas, quotes doubled, CRLF;
tables with semicolons or tabs, as spreadsheets write them elsewhere, are read as well. How cells are kept from being
computed: `directory.exchange.spreadsheet`.

A table may leave out columns and rows: what is left out stays as it is. A row whose id the directory knows changes that
helpline, any other id adds one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from directory.exchange.columns import ID, Cells, cells_of, headings, is_heading
from directory.exchange.proposal import Found, Proposal, propose
from directory.exchange.spreadsheet import bare, guarded, is_formula
from directory.exchange.troubles import Trouble, TroubleCode, readable, trouble
from directory.exchange.upload import IN_PARTS, MOST_ROWS, complaint_about, decoded
from directory.model import Helpline
from directory.pieces import Files

BOM = "\ufeff"
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SEPARATORS = (",", ";", "\t")
_MOJIBAKE = re.compile("[ÂÃÄÅÈÉÐÑØ\u00e2][\u0080-\u00bf\u20ac\u201a-\u203a\u0152-\u0178\u2122]")


def to_csv(helplines: Iterable[Helpline]) -> str:
    """Return the table of these helplines, headings first, beginning with a byte order mark."""
    return table_csv([cells_of(helpline) for helpline in helplines])


def table_csv(rows: Sequence[Cells]) -> str:
    """Return rows of cells as a table: `to_csv` for rows that are not helplines yet."""
    columns = headings(rows)
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(row.get(column, "")) for column in columns])
    return readable(BOM + "".join(lines.written))


def from_csv(data: bytes, files: Files, remove: bool = False) -> Proposal:
    """Say what a table would change in a directory's files, which must load.

    With `remove`, helplines of the countries in the table that have no row in it are taken out.
    """
    refused = complaint_about(data)
    if refused is not None:
        return Proposal(files, faults=(refused,))
    reading = _Reading()
    found = list(reading.rows(decoded(data)))
    return propose(found, files, reading.faults, reading.notes, remove and not reading.broken)


class _Lines:
    """What the writer writes into."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> None:
        """Keep one line."""
        self.written.append(text)


class _Reading:
    """Reads the rows of a table, and keeps what is wrong with the table itself."""

    def __init__(self) -> None:
        self.faults: list[Trouble] = []
        self.notes: list[Trouble] = []
        self.broken = False
        """Whether there are rows that were not read, so that nothing can be said of what is missing."""
        self._columns: dict[int, str] = {}
        self._headings: list[str] = []

    def rows(self, text: str) -> Iterator[Found]:
        """Yield the rows below the headings."""
        records = self._records(text)
        for row, cells in records:
            if any(cell.strip() for cell in cells):
                self._read_headings(row, cells)
                break
        if ID not in self._columns.values():
            self._refuse_headings()
            return
        for row, cells in records:
            if row > MOST_ROWS:
                self.broken = True
                self.faults.append(trouble(TroubleCode.TOO_LONG, row, wrong=str(MOST_ROWS), right=IN_PARTS))
                return
            found = self._row(row, cells)
            if found is not None:
                yield found

    def _refuse_headings(self) -> None:
        first = ", ".join(headings([])[:4])
        right = f"the first row has the headings, such as {first}: download the table and begin with it"
        self.faults = [trouble(TroubleCode.NO_ID_COLUMN, 1, wrong=f"`{ID}`", right=right)]
        self.notes.clear()

    def _records(self, text: str) -> Iterator[tuple[int, list[str]]]:
        lines = _LINES.findall(text)
        if lines and re.fullmatch(r"sep=.\s*", lines[0]):
            lines[0] = "\n"
        reader = csv.reader(lines, delimiter=_separator(lines), strict=True)
        row = 0
        while True:
            row += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.broken = True
                right = "look at the quotation marks of this row; it and the rows below it were not read"
                self.faults.append(trouble(TroubleCode.BROKEN_TABLE, row, wrong=str(error), right=right))
                return
            yield row, cells

    def _read_headings(self, row: int, cells: Sequence[str]) -> None:
        """Remember which column is which: the first row that is not empty says so."""
        self._headings = [" ".join(bare(cell).split()) for cell in cells]
        for place, heading in enumerate(self._headings):
            column = name_of_column(place, heading)
            if heading in self._columns.values():
                told = trouble(TroubleCode.COLUMN_TWICE, row, column, wrong=f"`{heading}`", right="the first was read")
                self.faults.append(told)
            elif is_heading(heading):
                self._columns[place] = heading
            elif heading:
                right = ", ".join(headings([]))
                self.notes.append(trouble(TroubleCode.UNKNOWN_COLUMN, row, column, wrong=f"`{heading}`", right=right))

    def _row(self, row: int, cells: Sequence[str]) -> Found | None:
        if not any(cell.strip() for cell in cells):
            self.notes.append(trouble(TroubleCode.EMPTY_ROW, row))
            return None
        if [" ".join(bare(cell).split()) for cell in cells] == self._headings:
            self.notes.append(trouble(TroubleCode.HEADINGS_AGAIN, row))
            return None
        read = {
            heading: bare(cells[place] if place < len(cells) else "").strip(" \t\n")
            for place, heading in self._columns.items()
        }
        return Found(row, read, tuple(self._troubles(row, cells, read.get(ID, ""))))

    def _troubles(self, row: int, cells: Sequence[str], entry: str) -> Iterator[Trouble]:
        beyond = [cell for cell in cells[len(self._headings) :] if cell.strip()]
        if beyond:
            right = "put quotation marks around a text that holds the separator"
            yield trouble(TroubleCode.TOO_MANY_CELLS, row, "", entry, f"`{beyond[0]}`", right)
            return
        for place, heading in self._columns.items():
            cell = cells[place] if place < len(cells) else ""
            if is_formula(cell):
                yield trouble(TroubleCode.FORMULA, row, heading, entry, f"`{cell}`", "what it stands for")
            elif (meant := _unspoilt(cell)) is not None:
                yield trouble(TroubleCode.MOJIBAKE, row, heading, entry, f"`{cell}`", f"`{meant}`")


def name_of_column(place: int, heading: str) -> str:
    """Return a column as a spreadsheet names it, with its heading: `hours (column H)`; `place` counts from 0."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{heading} (column {letters})".strip()


def _separator(lines: Sequence[str]) -> str:
    """Return what stands between the cells of the first line that has any."""
    first = next((line for line in lines if line.strip(" \t\r\n,;")), "")
    return max(_SEPARATORS, key=first.count)


def _unspoilt(text: str) -> str | None:
    """Return what a text was before UTF-8 was read as Windows-1252, or None where that did not happen."""
    if not _MOJIBAKE.search(text):
        return None
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
