"""A release: the tables of a month as they may be seen, frozen; and longer periods, which are sums of such months."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ivr.figures.tables import Key, Month, Table


@dataclass(frozen=True, slots=True)
class Release:
    """What may be seen of the months from `first` to `last`, both included."""

    first: Month
    last: Month
    made_at: dt.datetime
    """When it was released; of several months, when the last of them was."""
    tables: Mapping[str, Table]
    """By name, in the order in which they are shown."""

    def to_json(self) -> str:
        """Write it, the same characters for the same release."""
        return json.dumps(self.plain(), ensure_ascii=False, separators=(",", ":"))

    def plain(self) -> dict[str, Any]:
        """Return what JSON can hold; a hidden count is null."""
        return {
            "first": str(self.first),
            "last": str(self.last),
            "made_at": self.made_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "tables": [
                {
                    "name": table.name,
                    "columns": list(table.columns),
                    "rows": [[*key, count] for key, count in table.rows],
                    "total": table.total,
                }
                for table in self.tables.values()
            ],
        }

    @classmethod
    def from_json(cls, text: str) -> Release:
        """Read one back. Raises ValueError, KeyError or TypeError where the text is none."""
        plain = json.loads(text)
        made_at = dt.datetime.fromisoformat(plain["made_at"])
        tables = {each["name"]: _table(each) for each in plain["tables"]}
        return cls(Month.parse(plain["first"]), Month.parse(plain["last"]), made_at, tables)


def joined(releases: Sequence[Release]) -> Release:
    """Return one release of several: sums of the counts as they were released, and hidden where one of them is.

    So it tells nothing that the months did not. A row that some months lack (a country that came later, a day) counts
    in those that have it. Tables keep the order of their first release.
    Raises ValueError for no release, and for periods that overlap.
    """
    if not releases:
        raise ValueError("nothing can be joined of no release")
    ordered = sorted(releases, key=lambda release: release.first)
    if any(one.last >= other.first for one, other in pairwise(ordered)):
        raise ValueError("a month would be counted twice")
    names = dict.fromkeys(name for release in ordered for name in release.tables)
    tables = {name: _sum([release.tables[name] for release in ordered if name in release.tables]) for name in names}
    return Release(ordered[0].first, ordered[-1].last, max(release.made_at for release in ordered), tables)


def _sum(tables: Sequence[Table]) -> Table:
    sums: dict[Key, int | None] = {}
    for table in tables:
        for key, count in table.rows:
            sums[key] = _plus(sums[key], count) if key in sums else count
    total = tables[0].total
    for table in tables[1:]:
        total = _plus(total, table.total)
    return Table(tables[0].name, tables[0].columns, tuple(sums.items()), total)


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _table(plain: Mapping[str, Any]) -> Table:
    width = len(plain["columns"])
    rows = tuple((tuple(map(str, row[:width])), _count(row[width])) for row in plain["rows"])
    return Table(plain["name"], tuple(plain["columns"]), rows, _count(plain["total"]))


def _count(value: Any) -> int | None:
    return None if value is None else int(value)
