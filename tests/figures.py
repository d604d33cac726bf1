"""Counted calls and the months released of them, for tests of what is shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import sqlalchemy as sa

from ivr.adapters.counters import counters
from ivr.adapters.releases import Releases
from ivr.events import NONE, EventKind
from ivr.figures.tables import Domain, Month, Tally, tables_of

DOMAIN = Domain(languages=("en", "fr", "mt"), countries=("FR", "GB"), needs=("crime", "children"))
SEPTEMBER, OCTOBER, NOVEMBER = (dt.date(2026, month, 3) for month in (9, 10, 11))
RELEASED_FROM = 1000
"""A count above this is known for a count wherever it stands."""
RARE = 7
"""How often the rare thing happened, each month: this number is released nowhere."""
WRITTEN_LATE = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
"""When the months are released: September and October are due, November is not over."""
_COUNTS: Mapping[EventKind, Mapping[str, int]] = {
    EventKind.STEP: {"language": 167_039, "need": 147_012, "referral": 112_007, "forward": 71_013, "sent": 31_002},
    EventKind.LEFT: {"language": 147_012, "need": 112_007, "referral": 102_013, "forward": RARE},
    EventKind.OUTCOME: {"forwarding": 71_013, "completed": 41_008, "busy": 22_011, "no_answer": RARE},
    EventKind.TEXT: {"asked": 31_002, "sent": 28_004, "refused": 2_998, "delivered": 26_009, "failed": 1_996},
}


def count(engine: sa.Engine, days: Iterable[dt.date] = (SEPTEMBER, OCTOBER, NOVEMBER)) -> None:
    """Count what happened from each of these days on, straight into the counters."""
    rows = [row for day in days for row in _month(day)]
    with engine.begin() as connection:
        connection.execute(sa.insert(counters), rows)


def betrayed(text: str) -> set[int]:
    """Return the true counts that stand in a text, however their thousands are written; a released one is rounded."""
    found = {int(number) for number in re.findall(r"\d+", re.sub(r"(?<=\d)[ ,.\u00a0\u202f](?=\d{3})", "", text))}
    return found & _true()


@cache
def _true() -> set[int]:
    """Return every count and every sum of a month that no release shows."""
    month = Month.of(OCTOBER)
    tallies = [Tally(**{**row, "kind": EventKind(str(row["kind"]))}) for row in _month(OCTOBER)]  # type: ignore[arg-type]  # a row as the database takes it
    tables = tables_of(tallies, month, DOMAIN)
    counts = {count for table in tables for count in (table.total, *table.cells.values()) if count}
    return {count for count in counts if count > RELEASED_FROM and count % 5}


def release(engine: sa.Engine) -> None:
    """Release what is due of it."""
    Releases(engine).release_due(WRITTEN_LATE, DOMAIN)


def _month(day: dt.date) -> Iterator[dict[str, object]]:
    """Yield the counters of a month: 167,039 calls on three days, some of them rare. Few counts are round."""
    for later, times in ((0, 81_013), (1, 49_013), (2, 37_013)):
        yield _row(day + dt.timedelta(later), EventKind.CALL, "begun", times, band=later)
    for language, times in (("en", 102_013), ("fr", 41_013), ("mt", RARE)):
        yield _row(day, EventKind.CALL, "language", times, language)
        yield _row(day, EventKind.WRITTEN, "language", times, language)
        yield _row(day, EventKind.LANGUAGE, "not_spoken", times // 2 + 1, language)
    for country, need, times in (("FR", "crime", 42_012), ("GB", "crime", 63_014), ("GB", "children", RARE)):
        yield _row(day, EventKind.CALL, "need", times, "en", country, need)
        yield _row(day, EventKind.COVERAGE, "open", times, "en", country, need)
        yield _row(day, EventKind.COVERAGE, "closed", 12_009, "en", country, need)
    for kind, counts in _COUNTS.items():
        for name, times in counts.items():
            yield _row(day, kind, name, times)


def _row(
    day: dt.date,
    kind: EventKind,
    name: str,
    times: int,
    language: str = NONE,
    country: str = NONE,
    need: str = NONE,
    band: int = 2,
) -> dict[str, object]:
    return {
        "day": day,
        "band": band,
        "kind": kind.value,
        "name": name,
        "language": language,
        "country": country,
        "need": need,
        "count": times,
    }
