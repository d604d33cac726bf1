"""What can be wrong with a file that is brought in, as codes; the sentences stand in one table.

A trouble says where it is (row, column, helpline), what is wrong and what would be right. Troubles are collected: an
editor sees all of them at once, and what is right in the rest of the file is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from directory.faults import Fault


class TroubleCode(StrEnum):
    """The kinds of trouble with what is brought in, beside those of the directory's own files."""

    NO_TEXT = "no_text"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    OTHER_SET = "other_set"
    NOTHING = "nothing"
    NOT_UTF8 = "not_utf8"
    MOJIBAKE = "mojibake"
    BROKEN_TABLE = "broken_table"
    NO_ID_COLUMN = "no_id_column"
    UNKNOWN_COLUMN = "unknown_column"
    COLUMN_TWICE = "column_twice"
    TOO_MANY_CELLS = "too_many_cells"
    HEADINGS_AGAIN = "headings_again"
    EMPTY_ROW = "empty_row"
    FORMULA = "formula"
    ROUNDED = "rounded"
    ZERO_LOST = "zero_lost"
    PLUS_LOST = "plus_lost"
    DATE_TURNED = "date_turned"
    DATE_COUNTED = "date_counted"
    TIME_SHORT = "time_short"
    NOT_A_DAY = "not_a_day"
    NO_COUNTRY = "no_country"
    ID_TWICE = "id_twice"
    NOT_REMOVED = "not_removed"
    NOT_JSON = "not_json"
    NOT_HSDS = "not_hsds"
    NOT_KNOWN = "not_known"
    PHONE_DIFFERS = "phone_differs"
    FIELD_DIFFERS = "field_differs"


_WORDS: dict[TroubleCode, str] = {
    TroubleCode.NO_TEXT: "this is {wrong}, not a text; {right}",
    TroubleCode.TOO_LARGE: "the file is too large: {wrong}; {right} are the most",
    TroubleCode.TOO_LONG: "there are more than {wrong} rows; the rest was not read: {right}",
    TroubleCode.OTHER_SET: "the text is written in {wrong}; save it as {right}",
    TroubleCode.NOTHING: "there is nothing in it that could be read; {right}",
    TroubleCode.NOT_UTF8: "this text is not UTF-8; it may be meant as {wrong}; save the table as {right}",
    TroubleCode.MOJIBAKE: "a program has read UTF-8 as something else: {wrong} should be {right}",
    TroubleCode.BROKEN_TABLE: "the table breaks here: {wrong}; {right}",
    TroubleCode.NO_ID_COLUMN: "no column is called {wrong}; {right}",
    TroubleCode.UNKNOWN_COLUMN: "no field is called {wrong}; the column was left out; fields are {right}",
    TroubleCode.COLUMN_TWICE: "two columns are called {wrong}; {right}",
    TroubleCode.TOO_MANY_CELLS: "the row has more cells than there are headings: {wrong}; {right}",
    TroubleCode.HEADINGS_AGAIN: "the headings stand here a second time; the row was left out",
    TroubleCode.EMPTY_ROW: "the row is empty and was left out",
    TroubleCode.FORMULA: "{wrong} is a formula; write {right}",
    TroubleCode.ROUNDED: "a spreadsheet has rounded this number to {wrong} and its last digits are lost; write {right}",
    TroubleCode.ZERO_LOST: "a spreadsheet has dropped the zero before {wrong}; write {right}",
    TroubleCode.PLUS_LOST: "a spreadsheet has dropped the plus before {wrong}; write {right}",
    TroubleCode.DATE_TURNED: "{wrong} is a date in another order; write {right}",
    TroubleCode.DATE_COUNTED: "{wrong} is how a spreadsheet counts days; write {right}",
    TroubleCode.TIME_SHORT: "{wrong} has lost the zero before the hour; write {right}",
    TroubleCode.NOT_A_DAY: "a spreadsheet has taken the hours for a date: {wrong}; write {right}",
    TroubleCode.NO_COUNTRY: "{wrong} is not a country of this directory; write {right}",
    TroubleCode.ID_TWICE: "the id {wrong} stands in two rows; neither was taken; {right}",
    TroubleCode.NOT_REMOVED: "{wrong} was not removed; {right}",
    TroubleCode.NOT_JSON: "this is not JSON: {wrong}; {right}",
    TroubleCode.NOT_HSDS: "{wrong} stands where {right} belongs",
    TroubleCode.NOT_KNOWN: "this cannot be known from the file: {wrong}; {right}",
    TroubleCode.PHONE_DIFFERS: "the telephone number is {wrong}, but our own mark beside it says {right}; change both",
    TroubleCode.FIELD_DIFFERS: "here stands {wrong}, but our own mark beside it says {right}; change both",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong in what is brought in, or worth knowing about it.

    `row` counts from 1 as the program shows it that made the file (in a table the headings are row 1; in HSDS the first
    service is 1; in YAML it is the line); None for the file as a whole. `column` is the heading, empty for the row
    as a whole. `template` is the English sentence with `{wrong}` and `{right}`, for translating before it is filled in.
    """

    row: int | None
    column: str
    entry: str
    template: str
    wrong: str = ""
    right: str = ""

    @property
    def words(self) -> str:
        """What is wrong, in an English sentence without its place."""
        return self.template.format(wrong=self.wrong, right=self.right)

    def __str__(self) -> str:
        row = "" if self.row is None else f"row {self.row}"
        place = ", ".join(part for part in (row, self.column, self.entry) if part)
        return f"{place}: {self.words}" if place else self.words


def trouble(
    code: TroubleCode, row: int | None = None, column: str = "", entry: str = "", wrong: str = "", right: str = ""
) -> Trouble:
    """Return a trouble with the sentence of its code."""
    return Trouble(row, readable(column), readable(entry), _WORDS[code], readable(wrong), right)


def of_fault(fault: Fault, row: int | None, column: str) -> Trouble:
    """Return a fault of the directory's own reading as a trouble of the row it was made from."""
    entry, wrong, right = map(readable, (fault.entry, fault.wrong, fault.right))
    return Trouble(row, column, entry, fault.template, wrong, right)


def readable(text: str) -> str:
    """Return a text as it can be shown and sent, whatever bytes it was made from."""
    return text.encode("utf-8", "replace").decode("utf-8")


TEMPLATES = tuple(_WORDS.values())
"""All sentences, for the translators."""
