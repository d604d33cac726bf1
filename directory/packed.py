"""A directory as bytes that are read in a moment: what a publication has compiled, for those who serve it.

The files of a revision are what people write, read and approve; reading them strictly takes a third of a millisecond a
service. Whoever publishes has done that, and packs the result: values in a fixed order, as JSON, compressed. Unpacking
checks nothing but the form: `directory.desk` holds the bytes against what the log tells of them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zlib
from collections.abc import Iterator
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from directory.ladder import build_ladders
from directory.model import Cost, Country, DatedHours, Directory, Helpline, Kind, Need, Number, Reach, Shown, Source
from directory.revision import plain
from directory.tables import Vocabulary

Word = TypeVar("Word", bound=StrEnum)

FORM = 1
"""Raised with every change of the form: who does not know a form reads the files."""
_AS_IT_IS = {str, int, bool, type(None)}
_PARTS = {DatedHours, Number, Source}


class UnknownFormError(Exception):
    """The bytes are in no form that this program knows."""


def packed(directory: Directory) -> bytes:
    """Return a directory as bytes; the same one always as the same bytes."""
    content = [
        FORM,
        directory.revision,
        [directory.audiences, directory.general_need, directory.emergency_need],
        [_values(need) for need in directory.needs.values()],
        [_values(country) for country in directory.countries.values()],
        [_values(helpline) for helpline in directory.helplines.values()],
    ]
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def unpacked(content: bytes) -> Directory:
    """Return the directory that was packed. Raises `UnknownFormError`."""
    try:
        form, *tables = json.loads(zlib.decompress(content))
        return _directory(*tables) if form == FORM else _unknown()
    except (zlib.error, ValueError, TypeError, LookupError) as fault:
        raise UnknownFormError("These are no packed tables.") from fault


def hash_of(content: bytes) -> str:
    """Return SHA-256 of packed tables."""
    return hashlib.sha256(content).hexdigest()


def _unknown() -> Directory:
    raise ValueError("another form")


def _values(value: object) -> list[Any]:
    """Return the fields of a value of the model in their order, and of what stands in it likewise."""
    return [_inner(getattr(value, name)) for name in value.__slots__]  # type: ignore[attr-defined]  # all have slots


def _inner(value: object) -> Any:
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, tuple):
        return value if not value or type(value[0]) in _AS_IT_IS else [_inner(each) for each in value]
    return _values(value) if kind in _PARTS else plain(value)


def _directory(revision: str, words: list[Any], needs: list[Any], countries: list[Any], rows: list[Any]) -> Directory:
    audiences, general, emergency = words
    vocabulary = Vocabulary(
        MappingProxyType({row[0]: _need(*row) for row in needs}), tuple(audiences), general, emergency
    )
    known = {row[0]: _country(*row) for row in countries}
    helplines = {each.id: each for each in _helplines(rows)}
    return Directory(
        revision=revision,
        helplines=MappingProxyType(helplines),
        countries=MappingProxyType(known),
        needs=vocabulary.needs,
        audiences=vocabulary.audiences,
        general_need=general,
        emergency_need=emergency,
        ladders=build_ladders(known.values(), helplines.values(), vocabulary),
    )


def _need(id_: str, shown: str, audience: str, neighbours: list[str]) -> Need:
    return Need(id_, Shown(shown), audience, tuple(neighbours))


def _country(code: str, calling: str, zone: str, languages: list[str], fallback: dict[str, list[str]]) -> Country:
    after = MappingProxyType({need: tuple(needs) for need, needs in fallback.items()})
    return Country(code, calling, ZoneInfo(zone), tuple(languages), after)


def _helplines(rows: list[Any]) -> Iterator[Helpline]:
    """Yield the services; lists of words that many of them have in common are held once."""
    words: dict[tuple[str, ...], tuple[str, ...]] = {}
    kinds, costs, reaches = dict(_named(Kind)), dict(_named(Cost)), dict(_named(Reach))
    for row in rows:
        id_, country, kind, name, *lists, hours, dated, zone, numbers, cost, anonymous, source, checked, note, order = (
            row
        )
        needs, audience, languages = (words.setdefault(tuple(each), tuple(each)) for each in lists)
        yield Helpline(
            id=id_,
            country=country,
            kind=kinds[kind],
            name=MappingProxyType(name),
            needs=needs,
            audience=audience,
            languages=languages,
            hours=hours,
            exceptions=tuple(DatedHours(_day(date), times, reason) for date, times, reason in dated),
            timezone=ZoneInfo(zone),
            numbers=tuple(Number(say, dial, reaches[reach]) for say, dial, reach in numbers),
            cost=costs[cost],
            anonymous=anonymous,
            source=Source(source[0], source[1] and _day(source[1]), source[2]),
            checked=checked and _day(checked),
            note=note,
            order=order,
        )


def _named(kinds: type[Word]) -> Iterator[tuple[str, Word]]:
    return ((each.value, each) for each in kinds)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
