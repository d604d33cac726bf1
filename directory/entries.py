"""From a row of a country's file to a `Helpline`: every field read, every fault remembered."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from types import MappingProxyType

from directory.dialling import complaint_about_dial, complaint_about_say, digits
from directory.faults import FaultCode
from directory.hours import Hours, HoursError
from directory.languages import is_language
from directory.model import Cost, Country, DatedHours, Helpline, Kind, Number, Reach, Source
from directory.rows import Row
from directory.tables import LANGUAGE, Vocabulary, read_zone
from directory.timetable import spans_of_day
from directory.typography import Script

ALWAYS_NAMED = ("en", "fr")
"""Languages in which every service has a name."""

LONGEST_ID = 64
"""Characters of an id: what the tables of the desk have room for."""

YEARS = range(2000, 2100)
"""Years in which a day may have hours of its own; calendars reckon with all of them, and with few others."""
_NEAR_DATE = "a day from 2000 to 2099"
_HOURS = 'hours such as "Mo-Fr 08:00-12:00,13:00-16:00; PH off", "24/7" or unknown'
_ANONYMOUS = {"yes": True, "no": False, "unknown": None}


def read_helpline(row: Row, country: Country, vocabulary: Vocabulary, order: int) -> Helpline | None:
    """Read one row; None where something in it is wrong, and then its faults say what."""
    before = len(row.faults)
    id_ = _read_id(row, country)
    zone = read_zone(row) if row.has("timezone") else country.timezone
    hours = _read_hours(row)
    exceptions = tuple(_read_exceptions(row))
    kind = row.choice("kind", Kind)
    needs = row.words("needs", vocabulary.needs)
    helpline = Helpline(
        id=id_ or "",
        country=country.code,
        kind=kind or Kind.HELPLINE,
        name=MappingProxyType(_read_names(row)),
        needs=needs,
        audience=row.words("audience", vocabulary.audiences),
        languages=_read_languages(row),
        hours=hours,
        exceptions=exceptions,
        timezone=zone or country.timezone,
        numbers=tuple(_read_numbers(row, country, kind)),
        cost=row.choice("cost", Cost) or Cost.UNKNOWN,
        anonymous=_ANONYMOUS[row.word("anonymous", _ANONYMOUS) or "unknown"],
        source=_read_source(row),
        checked=row.date("checked"),
        note=row.optional_text("note", "what is doubtful", Script.PROSE) or "",
        order=order,
    )
    row.finish()
    _check_emergency(row, helpline, vocabulary)
    _check_hours(row, helpline)
    return helpline if len(row.faults) == before else None


def _read_id(row: Row, country: Country) -> str | None:
    right = f"{country.code.lower()}- and a short name, such as {country.code.lower()}-children"
    id_ = row.text("id", right)
    pattern = rf"{country.code.lower()}(-[a-z0-9]+)+"
    if id_ is not None and not (len(id_) <= LONGEST_ID and re.fullmatch(pattern, id_)):
        row.refuse("id", FaultCode.BAD_ID, f"`{id_}`", right)
    return id_


def _read_names(row: Row) -> dict[str, str]:
    table = row.row("name", "the service's name by language")
    if table is None:
        return {}
    names = {}
    for language in ALWAYS_NAMED:
        if not table.has(language):
            table.refuse(language, FaultCode.MISSING_KEY, "", "the service's name in this language")
    for language in table.fields():
        if not is_language(language):
            table.refuse(language, FaultCode.UNKNOWN_LANGUAGE, f"`{language}`", LANGUAGE)
        names[language] = table.text(language, "the service's name", Script.NAME) or ""
    return names


def _read_languages(row: Row) -> tuple[str, ...]:
    if not row.has("languages"):
        return ()
    return row.texts("languages", LANGUAGE, is_language, FaultCode.UNKNOWN_LANGUAGE)


def _read_hours(row: Row) -> str | None:
    hours = row.text("hours", _HOURS)
    return None if hours == "unknown" else hours


def _read_exceptions(row: Row) -> Iterator[DatedHours]:
    if not row.has("exceptions"):
        return
    seen: set[dt.date] = set()
    for each in row.rows("exceptions", '{date: 2026-12-24, hours: "off", reason: "..."}'):
        date = each.required_date("date")
        hours = each.text("hours", '"off" or times such as "10:00-14:00"')
        reason = each.text("reason", "why the hours differ", Script.PROSE)
        each.finish()
        if date is not None and date.year not in YEARS:
            each.refuse("date", FaultCode.BAD_DATE, f"`{date}`", _NEAR_DATE)
            continue
        if date in seen:
            each.refuse("date", FaultCode.DUPLICATE, f"`{date}`", "keep one exception a day")
        if hours is not None and not _is_day(each, hours):
            continue
        if date is not None and hours is not None and reason is not None:
            seen.add(date)
            yield DatedHours(date, hours, reason)


def _is_day(row: Row, hours: str) -> bool:
    try:
        spans_of_day(hours)
    except HoursError as error:
        row.refuse("hours", FaultCode.BAD_HOURS, str(error), '"off" or times such as "10:00-14:00"')
        return False
    return True


def _read_numbers(row: Row, country: Country, kind: Kind | None) -> Iterator[Number]:
    seen: set[str] = set()
    for each in row.rows("numbers", '{say: "0800 800 678", dial: "+40800800678", from: national}'):
        say = each.text("say", 'what a caller dials, such as "0800 800 678"')
        dial = each.nullable_text("dial", 'the number in international form, such as "+40800800678"')
        reach = each.choice("from", Reach)
        each.finish()
        if say is not None:
            _check_say(each, say, seen)
        if dial is not None:
            _check_dial(each, dial, country, kind)
        if say is not None and reach is not None:
            yield Number(say, dial, reach)


def _check_say(row: Row, say: str, seen: set[str]) -> None:
    complaint = complaint_about_say(say)
    if complaint is not None:
        row.refuse("say", complaint[0], f"`{say}`", complaint[1])
    if digits(say) in seen:
        row.refuse("say", FaultCode.DUPLICATE, f"`{say}`", "keep one of them")
    seen.add(digits(say))


def _check_dial(row: Row, dial: str, country: Country, kind: Kind | None) -> None:
    if kind is Kind.EMERGENCY:
        row.refuse("dial", FaultCode.DIAL_EMERGENCY, f"`{dial}`", "null")
        return
    complaint = complaint_about_dial(dial, country.code)
    if complaint is not None:
        row.refuse("dial", complaint[0], f"`{dial}`", complaint[1])


def _read_source(row: Row) -> Source:
    table = row.row("source", "where it was read: file, date, quote")
    if table is None:
        return Source("", None, "")
    source = Source(
        file=table.text("file", "the document's name") or "",
        date=table.date("date"),
        quote=table.text("quote", "the document's own words", Script.PROSE) or "",
    )
    table.finish()
    return source


def _check_emergency(row: Row, helpline: Helpline, vocabulary: Vocabulary) -> None:
    """Refuse a service that is half emergency, half not: its numbers would be dialled, or hidden."""
    emergency = vocabulary.emergency_need
    right = f"kind: emergency and needs: [{emergency}], or neither"
    if helpline.kind is Kind.EMERGENCY and helpline.needs != (emergency,):
        row.refuse("needs", FaultCode.EMERGENCY_MIXED, ", ".join(helpline.needs) or "no need", right)
    if helpline.kind is not Kind.EMERGENCY and emergency in helpline.needs:
        row.refuse("kind", FaultCode.EMERGENCY_MIXED, f"kind {helpline.kind}", right)


def _check_hours(row: Row, helpline: Helpline) -> None:
    try:
        Hours.parse(helpline.hours, helpline.exceptions, helpline.timezone, helpline.country)
    except HoursError as error:
        row.refuse("hours", FaultCode.BAD_HOURS, str(error), _HOURS)
