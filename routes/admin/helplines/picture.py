"""The calendar of a helpline's hours as a picture and as a table: the same days are read for both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.dates import format_date

from directory.calendar import DAYS, Day, Span, calendar, mark, running_out
from directory.hours import HoursError
from directory.model import Country, DatedHours, Helpline
from directory.public_holidays import is_public_holiday
from directory.timetable import DAY
from routes.admin.names import country_name
from routes.admin.words import _, language

WIDTH = 720
"""Units of the picture that a day is wide: two minutes a unit."""
ROW = 26
"""Units that one day is high."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of one day in the picture."""

    x: int
    width: int
    shade: str
    """`open` or `perhaps`, as the style sheet calls them."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day: its name, what it says in words, what is special about it, and its bars."""

    y: int
    name: str
    words: str
    remarks: tuple[str, ...]
    bars: tuple[Bar, ...]
    special: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Two weeks of one helpline."""

    rows: tuple[DayRow, ...]
    mark: str
    """Names exactly these hours, for whoever confirms them."""
    zone: str
    elsewhere: bool
    """The zone is not that of its country."""
    later: tuple[str, ...]
    """Exceptions after the two weeks, in words."""
    expiry: str
    """A sentence about the end of the exceptions; empty where there is none to be said."""
    hours: tuple[int, ...] = tuple(range(0, 25, 3))

    @property
    def height(self) -> int:
        """How high the picture is."""
        return len(self.rows) * ROW


@dataclass(frozen=True, slots=True)
class Times:
    """All that decides when a line answers."""

    hours: str | None
    exceptions: tuple[DatedHours, ...]
    zone: ZoneInfo
    country: Country

    @property
    def mark(self) -> str:
        """Name exactly these times, for whoever confirms them."""
        return mark(self.hours, self.exceptions, self.zone)


def times_of(helpline: Helpline, country: Country) -> Times:
    """Return when a helpline of a country answers."""
    return Times(helpline.hours, helpline.exceptions, helpline.timezone, country)


def picture(times: Times, now: dt.datetime) -> Picture | None:
    """Return two weeks from the present day (of the helpline's clock); None for hours that cannot be read."""
    today, code = now.astimezone(times.zone).date(), times.country.code
    try:
        days = calendar(times.hours, times.exceptions, times.zone, code, today)
    except HoursError:
        return None
    last = today + dt.timedelta(days=DAYS - 1)
    return Picture(
        rows=tuple(_row(number, day) for number, day in enumerate(days)),
        mark=times.mark,
        zone=times.zone.key,
        elsewhere=times.zone != times.country.timezone,
        later=tuple(
            _dated(each, code) for each in sorted(times.exceptions, key=lambda each: each.date) if each.date > last
        ),
        expiry=_expiry(times.exceptions, today),
    )


def date_words(date: dt.date) -> str:
    """Return a date such as Thursday 24 December 2026."""
    return format_date(date, "EEEE d MMMM y", locale=language())


def day_words(spans: tuple[Span, ...]) -> str:
    """Return the hours of one day in words."""
    if not spans:
        return _("closed")
    if [(each.begins, each.ends) for each in spans] == [(0, DAY)]:
        return _("open day and night") if spans[0].open else _("nobody knows")
    said = (_("{begins} to {ends}") if each.open else _("perhaps {begins} to {ends}") for each in spans)
    return ", ".join(
        words.format(begins=_clock(each.begins), ends=_clock(each.ends))
        for words, each in zip(said, spans, strict=True)
    )


def _row(number: int, day: Day) -> DayRow:
    return DayRow(
        y=number * ROW,
        name=format_date(day.date, "EEE d MMM", locale=language()),
        words=day_words(day.spans),
        remarks=tuple(_remarks(day)),
        bars=tuple(
            Bar(each.begins * WIDTH // DAY, max(1, (each.ends - each.begins) * WIDTH // DAY), _SHADES[each.open])
            for each in day.spans
        ),
        special=bool(day.holiday or day.exception or day.clock),
    )


_SHADES: Mapping[bool | None, str] = {True: "open", None: "perhaps"}


def _remarks(day: Day) -> list[str]:
    found = []
    if day.exception is not None:
        found.append(_("single day: {reason}").format(reason=day.exception.reason))
    if day.holiday is not None:
        found.append(_(day.holiday))
    if day.clock > 0:
        found.append(_("the clocks go forward by {minutes} minutes").format(minutes=day.clock))
    if day.clock < 0:
        found.append(_("the clocks go back by {minutes} minutes").format(minutes=-day.clock))
    return found


def _dated(each: DatedHours, country: str) -> str:
    hours = _("closed") if each.hours == "off" else each.hours
    words = _("{date}: {hours} ({reason})").format(date=date_words(each.date), hours=hours, reason=each.reason)
    if not is_public_holiday(country, each.date):
        return words
    return _("{words}, a public holiday in {country}").format(words=words, country=country_name(country))


def _expiry(exceptions: tuple[DatedHours, ...], today: dt.date) -> str:
    last = running_out(exceptions, today)
    if last is None:
        return ""
    words = _("The last single day is {date}. After it only the weekly hours count: add the days of the coming months.")
    return words.format(date=date_words(last))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
