"""What stands in a row, in words that can be compared with what the person who answers says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from directory.changes import FIGURES
from directory.desk.checks import is_due
from directory.model import Helpline, Kind
from directory.statement import say
from directory.switched import fingerprint
from directory.weekly import week_of
from routes.admin.names import country_name, language_name, need_name, service_name
from routes.admin.reader import READER, said
from routes.admin.words import _


@dataclass(frozen=True, slots=True)
class Record:
    """One service as it is compared with what the person who answers says."""

    id: str
    name: str
    country: str
    needs: tuple[str, ...]
    numbers: tuple[str, ...]
    hours: tuple[str, ...]
    written: str
    """The hours as they are written in the tables; empty where nobody knows them."""
    zone: str
    exceptions: tuple[str, ...]
    languages: tuple[str, ...]
    cost: str
    anonymous: str
    checked: dt.date | None
    due: bool
    emergency: bool
    """Nobody rings it to check it."""
    seen: str
    """The fingerprint of what stands here."""


def record(row: Helpline, today: dt.date) -> Record:
    """Return a service in the reader's language."""
    return Record(
        id=row.id,
        name=service_name(row),
        country=country_name(row.country),
        needs=tuple(need_name(need) for need in row.needs),
        numbers=tuple(f"{number.say}, {_(FIGURES[number.reach.value])}" for number in row.numbers),
        hours=tuple(f"{said(days)}: {say(times, READER)}" for days, times in week_of(row.hours)),
        written=row.hours or "",
        zone=row.timezone.key,
        exceptions=tuple(f"{READER.date(each.date)}: {each.hours} ({each.reason})" for each in row.exceptions),
        languages=tuple(language_name(tag) for tag in row.languages),
        cost=_(FIGURES[row.cost.value]),
        anonymous=_(FIGURES[{True: "yes", False: "no", None: "unknown"}[row.anonymous]]),
        checked=row.checked,
        due=is_due(row.checked, today),
        emergency=row.kind is Kind.EMERGENCY,
        seen=fingerprint(row),
    )
