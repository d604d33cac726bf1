"""Public holidays of whole countries, as the calendar behind `PH` has them, and what they are called.

Which days they are is asked of `opening-hours-py`, so that what an editor is shown is what callers are told. It has no
names; those of the days that have one meaning all over Europe stand here, and the others are "public holiday".
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from directory.timetable import HoursError, compile_hours

PUBLIC_HOLIDAY = "public holiday"
_ORTHODOX = frozenset({"BG", "CY", "GR", "RO"})
"""Countries whose public holidays follow the Orthodox Easter."""
_FIXED = {
    (1, 1): "New Year's Day",
    (1, 6): "Epiphany",
    (5, 1): "Labour Day",
    (8, 15): "Assumption",
    (11, 1): "All Saints' Day",
    (12, 8): "Immaculate Conception",
    (12, 24): "Christmas Eve",
    (12, 25): "Christmas Day",
    (12, 26): "second day of Christmas",
    (12, 31): "New Year's Eve",
}
_FROM_EASTER = {
    -48: "Clean Monday",
    -3: "Maundy Thursday",
    -2: "Good Friday",
    -1: "Holy Saturday",
    0: "Easter Sunday",
    1: "Easter Monday",
    39: "Ascension Day",
    49: "Whit Sunday",
    50: "Whit Monday",
    60: "Corpus Christi",
}
NAMES = (PUBLIC_HOLIDAY, *_FIXED.values(), *_FROM_EASTER.values())
"""All names that can be given, for translators."""


@lru_cache(maxsize=4096)
def is_public_holiday(country: str, date: dt.date) -> bool:
    """Tell whether a day is a public holiday of the whole country (ISO 3166-1); False where none are known."""
    try:
        compiled = compile_hours("PH", None, country)
    except HoursError:
        return False
    return compiled.is_open(dt.datetime.combine(date, dt.time(12)))


def holiday_name(country: str, date: dt.date) -> str:
    """Return what a public holiday is called in English, `PUBLIC_HOLIDAY` where that is not known."""
    fixed = _FIXED.get((date.month, date.day))
    if fixed is not None:
        return fixed
    easter = _orthodox_easter(date.year) if country in _ORTHODOX else _western_easter(date.year)
    return _FROM_EASTER.get((date - easter).days, PUBLIC_HOLIDAY)


def _western_easter(year: int) -> dt.date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous computus, as Meeus gives it)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap, skipped = century // 4, century % 4
    lunar = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * skipped + 2 * (rest // 4) - lunar - rest % 4) % 7
    late = (golden + 11 * lunar + 22 * weekday) // 451
    month, day = divmod(lunar + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def _orthodox_easter(year: int) -> dt.date:
    """Return the Orthodox Easter Sunday in the Gregorian calendar, for the years 1900 to 2099 (Meeus)."""
    lunar = (19 * (year % 19) + 15) % 30
    weekday = (2 * (year % 4) + 4 * (year % 7) - lunar + 34) % 7
    month, day = divmod(lunar + weekday + 114, 31)
    return dt.date(year, month, day + 1) + dt.timedelta(days=13)
