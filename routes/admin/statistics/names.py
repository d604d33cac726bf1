"""What figures and the rows of tables are called in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from babel.dates import format_date
from babel.numbers import format_decimal

from ivr.events import BAND_HOURS, NONE
from ivr.figures.tables import Key, Table
from routes.admin.names import country_name, language_name, need_name
from routes.admin.statistics.titles import NO_VALUE, row_name
from routes.admin.words import _, language


def figure(count: int | None) -> str:
    """Return a released figure in words."""
    return _("hidden") if count is None else format_decimal(count, locale=language())


def day_name(day: dt.date) -> str:
    """Return a day in words: 24 November 2026."""
    return format_date(day, "d MMMM y", locale=language())


def month_name(first: dt.date) -> str:
    """Return the month of a day in words: November 2026."""
    return format_date(first, "MMMM y", locale=language())


def value_name(column: str, key: str, table: str = "") -> str:
    """Return what a row is called in the reader's language, by the column it stands in."""
    if key == NONE:
        return _(NO_VALUE)
    if column == "band" and key.isdecimal():
        begins = int(key) * BAND_HOURS
        return _("{begins} to {ends}").format(begins=f"{begins:02d}:00", ends=f"{begins + BAND_HOURS:02d}:00")
    if column == "day":
        return day_name(dt.date.fromisoformat(key))
    namer: Callable[[str], str] | None = _NAMERS.get(column)
    return namer(key) if namer else _(row_name(table, key))


_NAMERS: Mapping[str, Callable[[str], str]] = {
    "country": country_name,
    "language": language_name,
    "need": need_name,
}


def row_names(table: Table, key: Key) -> str:
    """Return what a row of a table is called; of two columns, as in France: a crime."""
    return ": ".join(value_name(column, each, table.name) for column, each in zip(table.columns, key, strict=True))
