"""What can be wrong with the directory's files, as codes; the sentences stand in one table.

A fault says where it is (file, line, entry, field), what is wrong and what would be right. Faults are
collected, never raised one by one: an editor sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FaultCode(StrEnum):
    """The kinds of fault that keep a directory from being loaded."""

    NO_FOLDER = "no_folder"
    NO_FILE = "no_file"
    UNKNOWN_FILE = "unknown_file"
    NOT_UTF8 = "not_utf8"
    SYNTAX = "syntax"
    TOO_DEEP = "too_deep"
    ANCHOR = "anchor"
    TAG = "tag"
    DUPLICATE_KEY = "duplicate_key"
    KEY_NOT_TEXT = "key_not_text"
    NOT_A_TABLE = "not_a_table"
    NOT_A_LIST = "not_a_list"
    NOT_TEXT = "not_text"
    EMPTY = "empty"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    UNTIDY = "untidy"
    BAD_CHOICE = "bad_choice"
    BAD_DATE = "bad_date"
    BAD_ID = "bad_id"
    DUPLICATE = "duplicate"
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_ZONE = "unknown_zone"
    UNKNOWN_COUNTRY = "unknown_country"
    WRONG_COUNTRY = "wrong_country"
    WRONG_CALLING_CODE = "wrong_calling_code"
    BAD_HOURS = "bad_hours"
    NOT_A_NUMBER = "not_a_number"
    DIAL_HARMONISED = "dial_harmonised"
    DIAL_SHORT = "dial_short"
    DIAL_EMERGENCY = "dial_emergency"
    DIAL_INVALID = "dial_invalid"
    DIAL_NOT_E164 = "dial_not_e164"
    DIAL_FOREIGN = "dial_foreign"
    NO_EMERGENCY = "no_emergency"
    EMERGENCY_MIXED = "emergency_mixed"


_WORDS: dict[FaultCode, str] = {
    FaultCode.NO_FOLDER: "{wrong} is not a folder; give the folder that holds {right}",
    FaultCode.NO_FILE: "this file is missing; {right}",
    FaultCode.UNKNOWN_FILE: "this file name says nothing; {right}",
    FaultCode.NOT_UTF8: "the file is not UTF-8 text ({wrong}); save it as {right}",
    FaultCode.SYNTAX: "this is not YAML: {wrong}; {right}",
    FaultCode.TOO_DEEP: "tables stand inside each other more than {wrong} deep; {right}",
    FaultCode.ANCHOR: "{wrong} is YAML shorthand that is not used here; {right}",
    FaultCode.TAG: "the YAML tag {wrong} is not used here; {right}",
    FaultCode.DUPLICATE_KEY: "{wrong} stands here twice; {right}",
    FaultCode.KEY_NOT_TEXT: "a field's name must be a word; {right}",
    FaultCode.NOT_A_TABLE: "{wrong} stands where fields with values belong; write {right}",
    FaultCode.NOT_A_LIST: "{wrong} stands where a list belongs; write {right}",
    FaultCode.NOT_TEXT: "a list or table stands where one value belongs; write {right}",
    FaultCode.EMPTY: "nothing is written here; write {right}",
    FaultCode.UNKNOWN_KEY: "there is no field {wrong}; fields are {right}",
    FaultCode.MISSING_KEY: "the field is missing; write {right}",
    FaultCode.UNTIDY: "{wrong}; write {right}",
    FaultCode.BAD_CHOICE: "{wrong} is not one of the values; write {right}",
    FaultCode.BAD_DATE: "{wrong} is not a date; write {right}",
    FaultCode.BAD_ID: "{wrong} is not an id; write {right}",
    FaultCode.DUPLICATE: "{wrong} stands here twice; {right}",
    FaultCode.UNKNOWN_LANGUAGE: "{wrong} is not a language tag; write {right}",
    FaultCode.UNKNOWN_ZONE: "{wrong} is not a time zone; write {right}",
    FaultCode.UNKNOWN_COUNTRY: "{wrong} is not a country; write {right}",
    FaultCode.WRONG_COUNTRY: "{wrong} does not belong into this file; write {right}",
    FaultCode.WRONG_CALLING_CODE: "{wrong} is not the telephone prefix of this country; write {right}",
    FaultCode.BAD_HOURS: "{wrong}; write {right}",
    FaultCode.NOT_A_NUMBER: "{wrong} is not what a caller can dial; write {right}",
    FaultCode.DIAL_HARMONISED: (
        "{wrong} would ring an American number: 116 numbers have no international form; write {right}"
    ),
    FaultCode.DIAL_SHORT: "{wrong} is a short or emergency number that no carrier may ring; write {right}",
    FaultCode.DIAL_EMERGENCY: "{wrong} is an emergency service: it is said, never rung; write {right}",
    FaultCode.DIAL_INVALID: "{wrong} is not a number that exists in any numbering plan; write {right}",
    FaultCode.DIAL_NOT_E164: "{wrong} is not in international form; write {right}",
    FaultCode.DIAL_FOREIGN: "{wrong} is a number of another country; write {right}",
    FaultCode.NO_EMERGENCY: "the country has no emergency service; add {right}",
    FaultCode.EMERGENCY_MIXED: (
        "{wrong}: emergency services have the kind and the need of emergency and no other; write {right}"
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in the directory's files, where it is, and what would be right.

    `entry` is the id of the row (empty for the file itself), `field` the way to the value inside the row
    ("numbers[1].dial"), `line` counts from 1 and is None where there is none to point at.
    """

    file: str
    entry: str
    field: str
    code: FaultCode
    wrong: str
    right: str
    line: int | None = None

    @property
    def template(self) -> str:
        """The English sentence with `{wrong}` and `{right}`, for translating before it is filled in."""
        return _WORDS[self.code]

    @property
    def words(self) -> str:
        """What is wrong and what would be right, in an English sentence without its place."""
        return self.template.format(wrong=self.wrong, right=self.right)

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = ": ".join(part for part in (place, self.entry, self.field) if part)
        return f"{where}: {self.words}"


class Faults(Exception):  # noqa: N818 - it is the plural of Fault, not one error
    """All the faults of one attempt to load a directory; never empty."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))
