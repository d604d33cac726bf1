"""From rows of the files to the tables around the helplines: needs, audiences, countries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from directory.faults import FaultCode
from directory.languages import is_language
from directory.model import Country, Need, Shown
from directory.rows import Row, one_of

LANGUAGE = "a language tag such as ro or pt-BR"

_NEED_ID = "lower-case letters and underscores"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that all other tables are written in: what needs.yaml says."""

    needs: Mapping[str, Need]
    audiences: tuple[str, ...]
    general_need: str
    emergency_need: str


def read_vocabulary(row: Row) -> Vocabulary:
    """Read needs.yaml; what is wrong goes to the row's faults."""
    audiences = row.texts("audiences", "a lower-case word", _is_word, FaultCode.BAD_ID)
    if audiences and "anyone" not in audiences:
        row.refuse("audiences", FaultCode.MISSING_KEY, "", "`anyone` among them")
    rows = row.rows("needs", "a list of needs")
    ids = [node.text("id", _NEED_ID) for node in rows]
    known = [id_ for id_ in ids if id_ is not None]
    needs: dict[str, Need] = {}
    for node, id_ in zip(rows, ids, strict=True):
        need = _read_need(node, id_ or "", known, audiences)
        if need.id in needs:
            node.refuse("id", FaultCode.DUPLICATE, f"`{need.id}`", "keep one of them")
        needs[need.id] = need
    general = row.word("general", known)
    emergency = row.word("emergency", known)
    row.finish()
    return Vocabulary(MappingProxyType(needs), audiences, general or "", emergency or "")


def _read_need(row: Row, id_: str, known: list[str], audiences: tuple[str, ...]) -> Need:
    row.entry = id_ or row.entry
    if id_ and not _is_word(id_):
        row.refuse("id", FaultCode.BAD_ID, f"`{id_}`", _NEED_ID)
    shown = row.choice("shown", Shown)
    audience = row.word("audience", audiences)
    neighbours = row.words("neighbours", [other for other in known if other != id_], empty=True)
    row.finish()
    return Need(id_, shown or Shown.NEVER, audience or "", neighbours)


def read_country(row: Row, vocabulary: Vocabulary) -> Country | None:
    """Read the head of a country's file, all but its helplines.

    What is wrong is filled in from the file's name where it can be, so that the helplines are checked as well;
    None where the name is no country's either.
    """
    row.has("helplines")
    code = _read_code(row)
    zone = read_zone(row)
    languages = row.texts("languages", LANGUAGE, is_language, FaultCode.UNKNOWN_LANGUAGE)
    fallback = dict(_read_fallback(row, vocabulary)) if row.has("fallback") else {}
    prefix = _read_prefix(row, code)
    row.finish()
    if code is None:
        return None
    return Country(code, prefix, zone or ZoneInfo("UTC"), languages, MappingProxyType(fallback))


def _read_code(row: Row) -> str | None:
    named = row.file.partition(".")[0].upper()
    code = row.text("country", f"the country's two letters: {named}")
    if named not in phonenumbers.SUPPORTED_REGIONS:
        row.refuse("country", FaultCode.UNKNOWN_COUNTRY, f"`{named}`", "ISO 3166 letters (Greece GR, Britain GB)")
        return None
    if code is not None and code != named:
        row.refuse("country", FaultCode.WRONG_COUNTRY, f"`{code}`", f"{named}, or rename the file")
    return named


def _read_prefix(row: Row, code: str | None) -> str:
    right = str(phonenumbers.country_code_for_region(code)) if code else "40"
    prefix = row.text("calling_code", f'the telephone prefix, "{right}"')
    if code is not None and prefix is not None and prefix != right:
        row.refuse("calling_code", FaultCode.WRONG_CALLING_CODE, f"`{prefix}`", f'"{right}"')
    return right


def _read_fallback(row: Row, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    table = row.row("fallback", "a need and the needs tried after it")
    if table is None:
        return
    for need in table.fields():
        if need not in vocabulary.needs:
            table.refuse(need, FaultCode.BAD_CHOICE, f"`{need}`", one_of(vocabulary.needs))
            continue
        yield need, table.words(need, [other for other in vocabulary.needs if other != need], empty=True)


def read_zone(row: Row) -> ZoneInfo | None:
    """Read the field `timezone`, which must be there, as an IANA zone."""
    name = row.text("timezone", "a time zone such as Europe/Bucharest")
    if name is None:
        return None
    if name not in _zones():
        row.refuse("timezone", FaultCode.UNKNOWN_ZONE, f"`{name}`", "one such as Europe/Bucharest")
        return None
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def _is_word(text: str) -> bool:
    return text.replace("_", "").isalpha() and text.islower()
