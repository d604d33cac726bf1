"""Open Referral HSDS brought in: what we have exported comes back word for word, anybody else's as far as it can.

A service of another directory never says all that a caller needs (which menu choice leads to it, from where its number
works, its name in French). Such a row becomes cells, with what it does say, and is left to be completed as a table.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import phonenumbers
from babel import Locale
from babel.core import get_global

from directory.dialling import is_short
from directory.exchange.columns import COUNTRY, ID, Cells, is_heading, number_places
from directory.exchange.hsds import OWN, number_of, service_of
from directory.exchange.hsds_schedule import hours_of_schedules, weeks_and_days
from directory.exchange.proposal import Found, Proposal, propose
from directory.exchange.troubles import Trouble, TroubleCode, trouble
from directory.exchange.upload import (
    IN_PARTS,
    LARGEST_HSDS,
    MOST_ROWS,
    NO_UTF8,
    complaint_about,
    decoded,
    place_of_wrong_byte,
)
from directory.languages import is_language
from directory.model import Helpline
from directory.pieces import Files

_NOT_VOICE = frozenset({"fax", "pager", "text", "textphone", "video"})
_LISTS = ("contents", "services", "data")
_LONGEST_QUOTE = 300


def from_hsds(data: bytes, files: Files, remove: bool = False) -> Proposal:
    """Say what a file of HSDS services would change in a directory's files, which must load.

    With `remove`, helplines of the countries in the file that it does not name are taken out.
    """
    refused = complaint_about(data, LARGEST_HSDS)
    if refused is not None:
        return Proposal(files, faults=(refused,))
    line = place_of_wrong_byte(data)
    if line is not None:
        return Proposal(files, faults=(trouble(TroubleCode.OTHER_SET, line, wrong=NO_UTF8, right="UTF-8"),))
    services = _services(decoded(data))
    if isinstance(services, Trouble):
        return Proposal(files, faults=(services,))
    reading = _Reading()
    found = list(reading.rows(services[:MOST_ROWS]))
    whole = len(services) <= MOST_ROWS
    if not whole:
        reading.faults.append(trouble(TroubleCode.TOO_LONG, MOST_ROWS + 1, wrong=str(MOST_ROWS), right=IN_PARTS))
    return propose(found, files, reading.faults, reading.notes, remove and whole)


def _services(text: str) -> Sequence[object] | Trouble:
    """Return the services that a text holds: a page of an API, a list, or one alone."""
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        return trouble(TroubleCode.NOT_JSON, wrong="lists stand too deep inside each other", right="nothing was taken")
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        wrong = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        return trouble(TroubleCode.NOT_JSON, line, wrong=wrong, right="export it again from the program that made it")
    if isinstance(document, Mapping):
        document = next((document[name] for name in _LISTS if isinstance(document.get(name), list)), [document])
    if not isinstance(document, list) or not document:
        return trouble(TroubleCode.NOT_HSDS, wrong="something else", right="a list of services")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a field stands twice in one object")
    return table


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


class _Reading:
    """Reads services one by one, and keeps what cannot be said of a row."""

    def __init__(self) -> None:
        self.faults: list[Trouble] = []
        self.notes: list[Trouble] = []
        self._ids: set[str] = set()

    def rows(self, services: Sequence[object]) -> Iterator[Found]:
        """Yield a row for each service, those of other directories with what they say."""
        for row, service in enumerate(services, 1):
            if not isinstance(service, Mapping):
                self.faults.append(trouble(TroubleCode.NOT_HSDS, row, wrong="something else", right="a service"))
                continue
            own = _own_cells(service)
            if own.get(ID):
                self._doubt_status(row, service, own[ID])
                held = partial(_held, row, service)
                yield Found(row, own, tuple(_differences(row, service, own)), whole=True, held=held)
            else:
                yield Found(row, self._foreign(row, service))

    def _foreign(self, row: int, service: Mapping[str, Any]) -> Cells:
        name, country = _text(service, "name"), _country(service)
        cells = {ID: self._new_id(country, name), COUNTRY: country, "kind": "", "name en": name, "name fr": ""}
        cells |= {"needs": "", "audience": "", "languages": self._languages(row, service, cells[ID])}
        cells["hours"] = self._hours(row, service, cells[ID])
        cells |= {"exceptions": "", "timezone": "", **self._numbers(row, service, country, cells[ID])}
        cells |= {"cost": "unknown", "anonymous": "unknown", **_source(service, name), "checked": "", "note": ""}
        self._cannot_know(row, "name en", cells[ID], "in which language the name is", "put it under its own")
        if _text(service, "assured_date"):
            wrong = "whether the number is right, for the check was somebody else's"
            self._cannot_know(row, "checked", cells[ID], wrong, "ring, then write the day")
        self._doubt_status(row, service, cells[ID])
        return cells

    def _doubt_status(self, row: int, service: Mapping[str, Any], entry: str) -> None:
        if _text(service, "status") not in {"", "active"}:
            wrong = f"whether it still answers, for its status is `{_text(service, 'status')}`"
            self._cannot_know(row, "", entry, wrong, "ring before you keep the row")

    def _cannot_know(self, row: int, column: str, entry: str, wrong: str, right: str) -> None:
        self.notes.append(trouble(TroubleCode.NOT_KNOWN, row, column, entry, wrong, right))

    def _new_id(self, country: str, name: str) -> str:
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        stem = f"{country.lower() or 'xx'}-{'-'.join(re.findall('[a-z0-9]+', letters)[:5]) or 'service'}"
        id_, count = stem, 1
        while id_ in self._ids:
            count += 1
            id_ = f"{stem}-{count}"
        self._ids.add(id_)
        return id_

    def _languages(self, row: int, service: Mapping[str, Any], entry: str) -> str:
        tags = []
        for language in _tables(service, "languages"):
            code = _text(language, "code")
            tag = _tag(code)
            if tag is None:
                wrong = f"which language `{code or _text(language, 'name')}` is"
                self._cannot_know(row, "languages", entry, wrong, "write a tag such as ro or pt-BR")
            else:
                tags.append(tag)
        return ", ".join(dict.fromkeys(tags))

    def _hours(self, row: int, service: Mapping[str, Any], entry: str) -> str:
        schedules = service.get("schedules")
        hours = hours_of_schedules(schedules) if isinstance(schedules, list) else None
        if hours is None:
            self._cannot_know(row, "hours", entry, "when it answers", "write its hours, or leave `unknown`")
        else:
            self._cannot_know(
                row,
                "timezone",
                entry,
                "by which clock the times are meant",
                "write the zone if it is not the country's",
            )
        return hours or "unknown"

    def _numbers(self, row: int, service: Mapping[str, Any], country: str, entry: str) -> dict[str, str]:
        cells: dict[str, str] = {}
        place = 0
        for phone in _tables(service, "phones"):
            number, kind = _text(phone, "number"), _text(phone, "type")
            if kind.lower() in _NOT_VOICE:
                self._cannot_know(
                    row, "", entry, f"whether people answer `{number}`, for it is a {kind} number", "it was left out"
                )
                continue
            place += 1
            say, dial = _number(number, country)
            cells |= {f"number {place} say": say, f"number {place} dial": dial, f"number {place} from": ""}
        return cells


def _own_cells(service: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that we have written ourselves."""
    own = [each for each in _tables(service, "attributes") if each.get("link_type") == OWN]
    named = {each.get("label"): each.get("value") for each in own if isinstance(each.get("label"), str)}
    return {
        heading: value
        for heading, value in named.items()
        if isinstance(heading, str) and is_heading(heading) and isinstance(value, str)
    }


def _differences(row: int, service: Mapping[str, Any], own: Cells) -> Iterator[Trouble]:
    """Yield a trouble where somebody has changed a telephone number and not our own mark beside it."""
    ours = [
        number_of(own.get(f"number {place} say", ""), own.get(f"number {place} dial", ""))
        for place in number_places(own)
    ]
    theirs = [_text(phone, "number") for phone in _tables(service, "phones")]
    if theirs != ours:
        wrong, right = (_listed(numbers) for numbers in (theirs, ours))
        yield trouble(TroubleCode.PHONE_DIFFERS, row, "number 1 say", own.get(ID, ""), wrong, right)


def _held(row: int, service: Mapping[str, Any], helpline: Helpline) -> tuple[Trouble, ...]:
    """Return a trouble for each field of HSDS that somebody has changed, and not our own mark beside it.

    What a service does not say is not looked at.
    """
    ours = service_of(helpline)
    told = []
    if "name" in service and _text(service, "name") != _text(ours, "name"):
        told.append(("name en", f"`{_text(service, 'name')}`", f"`{helpline.name['en']}`"))
    spoken, meant = (
        sorted({_text(each, "code") for each in _tables(one, "languages")}) if "languages" in one else None
        for one in (service, ours)
    )
    if spoken is not None and spoken != meant:
        told.append(("languages", _listed(spoken), _listed(helpline.languages)))
    weeks, days = weeks_and_days(service.get("schedules"))
    own_weeks, own_days = weeks_and_days(ours["schedules"])
    if "schedules" in service and weeks != own_weeks:
        told.append(("hours", "another week", f"`{helpline.hours or 'unknown'}`"))
    if "schedules" in service and days != own_days:
        told.append(("exceptions", "other single days", _listed(each.date.isoformat() for each in helpline.exceptions)))
    return tuple(trouble(TroubleCode.FIELD_DIFFERS, row, column, helpline.id, *words) for column, *words in told)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words) or "none"


def _source(service: Mapping[str, Any], name: str) -> dict[str, str]:
    organization = service.get("organization")
    body = _text(organization, "name") if isinstance(organization, Mapping) else ""
    date = _text(service, "last_modified")[:10]
    return {
        "source file": f"HSDS {body or name}".encode("ascii", "ignore").decode().strip(),
        "source date": date if re.fullmatch(r"\d{4}-\d\d-\d\d", date) else "",
        "source quote": (_text(service, "description") or name)[:_LONGEST_QUOTE],
    }


def _country(service: Mapping[str, Any]) -> str:
    """Return the country that a service is for: by its area, else by the prefix of its first number; else nothing."""
    territories: dict[str, str] = dict(Locale.parse("en").territories)
    names = {name.casefold(): code for code, name in territories.items() if len(code) == 2}
    for area in _tables(service, "service_areas"):
        for text in (_text(area, "extent"), _text(area, "name")):
            if text.upper() in phonenumbers.SUPPORTED_REGIONS:
                return text.upper()
            if text.casefold() in names:
                return names[text.casefold()]
    for phone in _tables(service, "phones"):
        try:
            number = phonenumbers.parse(_text(phone, "number"), None)
        except phonenumbers.NumberParseException:
            continue
        return str(phonenumbers.region_code_for_number(number) or "")
    return ""


def _number(text: str, country: str) -> tuple[str, str]:
    """Return a number as it is dialled inside the country, and in international form if a carrier can ring it."""
    plain = ("+" if text.startswith("+") else "") + " ".join(re.findall(r"\d+", text))
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return plain, ""
    if not phonenumbers.is_valid_number(number) or is_short(text, country):
        return plain, ""
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    dial = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return " ".join(re.findall(r"\d+", national)), dial


def _tag(code: str) -> str | None:
    """Return the tag of a language by its code of two or three letters."""
    short = get_global("language_aliases").get(code.lower(), code.lower())
    return short if is_language(short) else None


def _tables(table: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    found = table.get(field)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _text(table: Mapping[str, Any], field: str) -> str:
    found = table.get(field)
    return " ".join(found.split()) if isinstance(found, str) else ""
