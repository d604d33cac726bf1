"""What spreadsheets do to texts: how a cell is written so that none computes or loses it, and what they have spoilt.

A cell that a spreadsheet would compute (it begins with `=`, `+`, `-`, `@`, a tab or a line end) or take for a number, a
date or a time (`+40213133100`, `116 000`, `24/7`, `2026-11-22`) is written with an apostrophe before it, which the
common programs keep as it stands; it is read without. A cell that has such apostrophes of its own gets one more, so
that every text comes back as it was.
"""

from __future__ import annotations

import datetime as dt
import re

import phonenumbers

from directory.dialling import digits
from directory.exchange.columns import Cells, kind_of
from directory.exchange.troubles import Trouble, TroubleCode, trouble

_BEGINS = r"[=+\-@\t\r\n＝＋－＠]"  # the wide forms are computed as well where Chinese or Japanese is written
_GUARDED = re.compile(rf"'*(?:\s*{_BEGINS}.*|(?=[^0-9]*[0-9])[0-9 .,:/E+\-]+)", re.DOTALL)
_FORMULA = re.compile(r"\s*(?:[=＝]|[+\-@＋－＠](?=[^\d\s])(?=.*[(|!]))", re.DOTALL)
_ROUNDED = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_TURNED = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?: 0?0:00(?::00)?)?")
_COUNTED = re.compile(r"[34567]\d{4}")
_SHORT_TIME = re.compile(r"(?<![\d:])\d:\d\d")
_SECONDS = re.compile(r"(?<![\d:])(\d{1,2}:\d\d):00(?![\d:])")
_JULY = re.compile(
    r"24[.\-/ ]+jui?l[a-z]*\.?(?:[.\-/ ]+\d{2,4})?"
    r"|24(?:[.\-]0?7|/07)|24[.\-/]0?7[.\-/]\d{2,4}|0?7[.\-/]24(?:[.\-/]\d{2,4})?",
    re.IGNORECASE,
)
"""24 July, as spreadsheets write what they make of `24/7`."""
_EPOCH = dt.date(1899, 12, 30)
"""Day 0 of a spreadsheet's calendar."""


def guarded(text: str) -> str:
    """Return a text as it may stand in a cell."""
    return f"'{text}" if _GUARDED.fullmatch(text) else text


def bare(cell: str) -> str:
    """Return the text that `guarded` has written, line ends as `\\n`; other texts as they are."""
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return text[1:] if text.startswith("'") and _GUARDED.fullmatch(text) else text


def is_formula(cell: str) -> bool:
    """Tell whether a cell, as it stands in the file, would be computed by a spreadsheet and means nothing else."""
    return _FORMULA.match(cell) is not None


def damage(heading: str, text: str, cells: Cells, old: Cells | None, row: int) -> Trouble | None:
    """Name what a spreadsheet has done to one text, or None.

    `cells` are the whole row, `old` what the directory says of the same helpline, if it knows it.
    """
    kind = kind_of(heading)
    find = {"say": _number_damage, "dial": _number_damage, "date": _date_damage, "hours": _hours_damage}.get(kind)
    if find is None or not text:
        return None
    before = "" if old is None else old.get(heading, "")
    found = find(kind, text, cells.get("country", ""), before)
    if found is None:
        return None
    code, right = found
    return trouble(code, row, heading, cells.get("id", ""), f"`{text}`", right)


def _number_damage(kind: str, text: str, country: str, before: str) -> tuple[TroubleCode, str] | None:
    known = f"`{before}`, with an apostrophe before it" if before else "the whole number, with an apostrophe before it"
    if _ROUNDED.fullmatch(text):
        return TroubleCode.ROUNDED, known
    if not text.isdigit() or not text.isascii():
        return None
    if kind == "dial":
        return TroubleCode.PLUS_LOST, f"`+{text}`, with an apostrophe before it"
    if before and digits(before) != text and digits(before).lstrip("0") == text:
        return TroubleCode.ZERO_LOST, known
    whole = None if before else _with_zero(text, country)
    return None if whole is None else (TroubleCode.ZERO_LOST, f"`{whole}`, with an apostrophe before it")


def _with_zero(text: str, country: str) -> str | None:
    """Return the national form of a number if that is `text` with a zero before it."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    lost = phonenumbers.is_valid_number(number) and digits(national) == f"0{text}"
    return national if lost else None


def _date_damage(_kind: str, text: str, _country: str, _before: str) -> tuple[TroubleCode, str] | None:
    if _COUNTED.fullmatch(text):
        return TroubleCode.DATE_COUNTED, f"`{(_EPOCH + dt.timedelta(days=int(text))).isoformat()}`"
    found = _TURNED.fullmatch(text)
    if found is None:
        return None
    meant = _dates(int(found[1]), int(found[2]), int(found[3]))
    return TroubleCode.DATE_TURNED, " or ".join(f"`{date.isoformat()}`" for date in meant) or "year, month, day"


def _dates(first: int, second: int, year: int) -> list[dt.date]:
    """Return the dates that two numbers and a year can mean: day first, then month first."""
    found = []
    for day, month in dict.fromkeys([(first, second), (second, first)]):
        try:
            found.append(dt.date(year if year > 99 else 2000 + year, month, day))
        except ValueError:
            continue
    return found


def _hours_damage(_kind: str, text: str, _country: str, before: str) -> tuple[TroubleCode, str] | None:
    if _JULY.fullmatch(text.strip()):
        return TroubleCode.NOT_A_DAY, "`24/7`, with an apostrophe before it"
    if _ROUNDED.fullmatch(text) or re.fullmatch(r"0[.,]\d+", text):
        return TroubleCode.ROUNDED, f"`{before or 'Mo-Fr 08:00-16:00'}`"
    whole = _SHORT_TIME.sub(lambda time: f"0{time[0]}", _SECONDS.sub(r"\1", text))
    return (TroubleCode.TIME_SHORT, f"`{whole}`") if whole != text else None
