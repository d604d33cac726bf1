"""Tables of one month: what was counted, row by row, for every row that can be.

A row that is missing would tell that nothing happened; so the domain names the rows, and what it does not name is
counted in a row of its own (`NONE`).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from ivr.events import BAND_HOURS, NONE, EventKind
from ivr.state import Step

Key = tuple[str, ...]
"""One value for each column of a table: of day (ISO 8601), band (0 to 3), language, country, need or what."""
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one thing happened on one day, or in one band of its hours (0 to 3, UTC) where `band` is given."""

    day: dt.date
    kind: EventKind
    name: str
    language: str
    country: str
    need: str
    count: int
    band: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar, in UTC. Written 2026-01."""

    year: int
    number: int
    """1 to 12."""

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def of(cls, day: dt.date) -> Month:
        """Return the month of a day. Of an instant, take its date in UTC first."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2026-01`. Raises ValueError for anything else."""
        month = cls.of(dt.date.fromisoformat(f"{text}-01"))
        if str(month) != text:
            raise ValueError(f"{text} is not a month such as 2026-01")
        return month

    @property
    def first(self) -> dt.date:
        """The first day."""
        return dt.date(self.year, self.number, 1)

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.first.replace(day=calendar.monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Month:
        """Return the month that many months later, or earlier where negative."""
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, number + 1)

    def upto(self, last: Month) -> tuple[Month, ...]:
        """Return the months from this one to `last`, both included; none where `last` is earlier."""
        count = (last.year - self.year) * 12 + last.number - self.number + 1
        return tuple(self.plus(index) for index in range(max(count, 0)))


@dataclass(frozen=True, slots=True)
class Spec:
    """What a table counts."""

    name: str
    columns: tuple[str, ...]
    """Of day, band, language, country, need, and `what` where the event's name tells rows apart."""
    kind: EventKind
    names: tuple[str, ...]
    """Which events of the kind."""
    total: bool = True
    """Whether the sum of the rows is released too; it counts the same as any other with this kind and these names."""
    minus: EventKind | None = None
    """Events of the same names that are taken off."""


@dataclass(frozen=True, slots=True)
class Domain:
    """Every language, country and need that rows can have. `NONE` is always one more."""

    languages: tuple[str, ...]
    countries: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of one table: true ones, or those that may be seen."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Key, int | None], ...]
    """In the order of the domain. None: hidden."""
    total: int | None
    """None where it is hidden, and where the table has none (`SPEC_OF[name].total`)."""

    @property
    def cells(self) -> Mapping[Key, int | None]:
        """The rows by their key."""
        return dict(self.rows)


_BEGUN, _CHOSEN, _NEEDED = ("begun",), ("language",), ("need",)
_STEPS = tuple(step.name.lower() for step in Step)
_OUTCOMES = ("forwarding", "completed", "answered", "busy", "no_answer", "failed", "canceled")
_TEXTS = ("asked", "sent", "dropped", "refused", "unknown", "repeated", "delivered", "undelivered", "failed")
_COVERAGE = ("open", "closed", "unknown", "nobody")
SPECS = (
    Spec("calls_by_day", ("day",), EventKind.CALL, _BEGUN),
    Spec("calls_by_band", ("band",), EventKind.CALL, _BEGUN),
    Spec("calls_by_language", ("language",), EventKind.CALL, _CHOSEN),
    Spec("calls_by_country", ("country",), EventKind.CALL, _NEEDED),
    Spec("calls_by_need", ("need",), EventKind.CALL, _NEEDED),
    Spec("needs_by_country", ("country", "need"), EventKind.CALL, _NEEDED),
    Spec("outcomes", ("what",), EventKind.OUTCOME, _OUTCOMES, total=False),
    Spec("texts", ("what",), EventKind.TEXT, _TEXTS, total=False),
    Spec("steps_entered", ("what",), EventKind.STEP, _STEPS, total=False),
    Spec("steps_stayed", ("what",), EventKind.STEP, _STEPS, total=False, minus=EventKind.LEFT),
    Spec("languages_not_served", ("language",), EventKind.LANGUAGE, ("not_spoken",)),
    Spec("coverage", ("what",), EventKind.COVERAGE, _COVERAGE),
    Spec("coverage_by_need", ("need", "what"), EventKind.COVERAGE, _COVERAGE),
    Spec("written_by_language", ("language",), EventKind.WRITTEN, _CHOSEN),
)
"""The tables of a release, in the order in which they are shown."""
SPEC_OF: Mapping[str, Spec] = {spec.name: spec for spec in SPECS}


def tables_of(tallies: Iterable[Tally], month: Month, domain: Domain) -> tuple[Table, ...]:
    """Return the true counts of a month, one table for each of `SPECS`. Tallies of other days are left out.

    A count that would be negative (a step entered last month and left in this one) is 0.
    """
    sums = {spec.name: Counter[Key]() for spec in SPECS}
    known = _known(domain)
    for tally in tallies:
        if month.first <= tally.day <= month.last:
            for spec, sign in _counting(tally.kind, tally.name):
                sums[spec.name][tuple(_value(tally, column, known) for column in spec.columns)] += sign * tally.count
    return tuple(_table(spec, rows_of(spec, month, domain), sums[spec.name]) for spec in SPECS)


def rows_of(spec: Spec, month: Month, domain: Domain) -> Iterator[Key]:
    """Yield the keys of a table's rows, in order."""
    values = {
        "day": tuple((month.first + dt.timedelta(index)).isoformat() for index in range(month.last.day)),
        "band": tuple(map(str, range(24 // BAND_HOURS))),
        "language": _with_none(domain.languages),
        "country": _with_none(domain.countries),
        "need": _with_none(domain.needs),
        "what": spec.names,
    }
    return product(*(values[column] for column in spec.columns))


def _table(spec: Spec, keys: Iterable[Key], sums: Mapping[Key, int]) -> Table:
    rows = tuple((key, max(sums.get(key, 0), 0)) for key in keys)
    return Table(spec.name, spec.columns, rows, sum(count for _, count in rows) if spec.total else None)


def _known(domain: Domain) -> Mapping[str, frozenset[str]]:
    return {
        "language": frozenset(domain.languages),
        "country": frozenset(domain.countries),
        "need": frozenset(domain.needs),
    }


def _with_none(values: tuple[str, ...]) -> tuple[str, ...]:
    return (*(value for value in values if value != NONE), NONE)


def _value(tally: Tally, column: str, known: Mapping[str, frozenset[str]]) -> str:
    """Return what stands in a column for a tally; `NONE` for a value that has no row."""
    match column:
        case "what":
            return tally.name
        case "band":
            if tally.band is None:
                raise ValueError("a table by hour band needs tallies by hour band")
            return str(tally.band)
        case "day":
            return tally.day.isoformat()
    value: str = getattr(tally, column)
    return value if value in known[column] else NONE


@cache
def _counting(kind: EventKind, name: str) -> tuple[tuple[Spec, int], ...]:
    """Return the tables that an event adds to, or takes from, each with the sign."""
    adds = [(spec, 1) for spec in SPECS if spec.kind is kind and name in spec.names]
    takes = [(spec, -1) for spec in SPECS if spec.minus is kind and name in spec.names]
    return tuple(adds + takes)
