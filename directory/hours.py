"""Opening hours: when a helpline answers, until when, and when it opens next.

The weekly hours are OSM `opening_hours` expressions; the library `opening-hours-py` does the arithmetic, with
its own calendar of public holidays. `directory.timetable` adds dated exceptions, and refuses the syntax that
the library reads otherwise than a person would.

What a dated exception means: it replaces the shifts that *begin* on its day. A night shift that began the
evening before runs to its end, and the tail of a night shift that would have begun on the day falls away.

Clock changes follow the wall clock: in the repeated hour of autumn a line is open in both halves, and an
opening or closing inside that hour is given in the second; an opening in the lost hour of spring is given at
the end of that hour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State

from directory.model import DatedHours, Helpline
from directory.timetable import HoursError, compile_hours, dated_rules, plain

__all__ = ["Hours", "HoursError", "Period", "Status", "hours_of"]

HORIZON = dt.timedelta(days=100)
"""How far ahead the next opening is looked for: longer than the longest summer closure."""
YEAR = dt.timedelta(days=366)
"""How far ahead an opening is followed to its end: `Mo-Su 00:00-24:00` has none, and calls wait for the answer."""

_IS_OPEN = {State.OPEN: True, State.CLOSED: False, State.UNKNOWN: None}


@dataclass(frozen=True, slots=True)
class Status:
    """What can be said about a helpline at one instant. Times are aware, in the helpline's own zone.

    `open` is None where nobody knows. `until` is the end of the present opening, None if it does not close within a
    `YEAR` or is not open. `opens` is the next sure opening, None if none lies within `HORIZON` or the line is open.
    """

    open: bool | None
    until: dt.datetime | None
    opens: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time in which a line stays open, closed or unknown (None); aware, `end` not included."""

    start: dt.datetime
    end: dt.datetime
    open: bool | None


@dataclass(frozen=True, slots=True)
class Hours:
    """The compiled hours of one helpline. Cannot be pickled: pass the helpline instead."""

    expression: str | None
    """What was compiled, dated exceptions included; None where the hours are not known."""
    zone: ZoneInfo
    _compiled: OpeningHours | None = field(repr=False, compare=False)

    @classmethod
    def parse(cls, expression: str | None, exceptions: tuple[DatedHours, ...], zone: ZoneInfo, country: str) -> Hours:
        """Compile `expression` (None: unknown) with its exceptions; `country` (ISO 3166-1) is for `PH`.

        Raises HoursError for syntax that is wrong, or that the library would read otherwise than it looks.
        """
        if expression is None and not exceptions:
            return cls(None, zone, None)
        base = plain(expression) if expression is not None else "unknown"
        compile_hours(base, None, country)
        whole = "; ".join([base, *dated_rules(base, exceptions, country)])
        return cls(whole, zone, compile_hours(whole, zone, country))

    def at(self, now: dt.datetime) -> Status:
        """Tell whether the line is open at `now` (aware, any zone), until when, and when it opens next.

        Raises ValueError for a naive `now`.
        """
        local = self._local(now)
        if self._compiled is None:
            return Status(None, None, None)
        state = self._compiled.state(local)[0]
        if state is State.OPEN:
            return Status(True, self._end_of_opening(local), None)
        return Status(_IS_OPEN[state], None, self._next_opening(local))

    def is_open(self, now: dt.datetime) -> bool | None:
        """Tell only whether the line is open at `now` (aware); None where nobody knows."""
        local = self._local(now)
        return None if self._compiled is None else _IS_OPEN[self._compiled.state(local)[0]]

    def periods(self, start: dt.datetime, end: dt.datetime) -> Iterator[Period]:
        """Yield the stretches between two aware instants, in order and without gaps, for calendars."""
        first, last = self._local(start), self._local(end)
        if self._compiled is None:
            yield Period(first, last, None)
            return
        for begins, ends, state, _comment in self._compiled.intervals(first, last):
            yield Period(begins, last if ends is None else min(ends, last), _IS_OPEN[state])

    def _local(self, instant: dt.datetime) -> dt.datetime:
        if instant.utcoffset() is None:
            raise ValueError("opening hours need an aware instant, with its offset or zone")
        return instant.astimezone(self.zone)

    def _end_of_opening(self, local: dt.datetime) -> dt.datetime | None:
        change = self._change_after(local)
        while change is not None and self._is_open_at(change):
            change = self._change_after(change)
        return change

    def _next_opening(self, local: dt.datetime) -> dt.datetime | None:
        change = self._change_after(local)
        while change is not None and change - local <= HORIZON:
            if self._is_open_at(change):
                return change
            change = self._change_after(change)
        return None

    def _change_after(self, local: dt.datetime) -> dt.datetime | None:
        """Return the next change, None for none within a year: the library would look on until the year 9999."""
        if self._compiled is None:
            return None
        last = (local.astimezone(dt.UTC) + YEAR).astimezone(
            self.zone
        )  # by the wall clock it may fall into a spring gap
        first = next(iter(self._compiled.intervals(local, last)), None)
        return None if first is None or first[1] is None or first[1] >= last else first[1]

    def _is_open_at(self, local: dt.datetime) -> bool:
        return self._compiled is not None and self._compiled.state(local)[0] is State.OPEN


def hours_of(helpline: Helpline) -> Hours:
    """Return the compiled hours of a helpline; equal rows share them, so that a match costs microseconds.

    They are kept beside the model, not in it: a `Helpline` stays a plain value that can be compared and sent.
    Raises HoursError as `Hours.parse` does, never for a row that `directory.load` has accepted.
    """
    return _compiled_once(helpline.hours, helpline.exceptions, helpline.timezone, helpline.country)


@lru_cache(maxsize=8192)
def _compiled_once(expression: str | None, exceptions: tuple[DatedHours, ...], zone: ZoneInfo, country: str) -> Hours:
    return Hours.parse(expression, exceptions, zone, country)
