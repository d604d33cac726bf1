"""Days ahead on which changed hours mean something else than in the coming week: public holidays, seasons.

Pure. `PH off` added to the hours changes nothing in most weeks, and closes the service on some fifteen days of the
year: whoever approves it has to see the first of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from directory.calendar import calendar
from directory.model import Directory, Helpline

WEEK = 7
YEAR = 366
"""Days looked at: every public holiday and every season comes once."""


def unusual_days(before: Directory, after: Directory, country: str, first: dt.date) -> set[dt.date]:
    """Return the first day of each difference between old and new hours that the week from `first` does not show.

    `first` is a day by the country's clock. Days with a dated exception are left out: these name their days themselves,
    and the day that stands for the others must not be one on which hours say nothing.
    """
    pairs = ((row, after.helplines.get(row.id)) for row in before.helplines.values() if row.country == country)
    changed = ((old, new) for old, new in pairs if new is not None and old.hours != new.hours)
    return {day for old, new in changed for day in _first_of_each(old, new, first)}


def _first_of_each(old: Helpline, new: Helpline, first: dt.date) -> Iterator[dt.date]:
    """Yield the days of the year on which the hours differ as on no day before."""
    named = {each.date for row in (old, new) for each in row.exceptions}
    days = (calendar(each.hours, (), each.timezone, each.country, first, YEAR) for each in (old, new))
    seen = set()
    for number, (was, will) in enumerate(zip(*days, strict=True)):
        pair = (was.spans, will.spans)
        if was.spans != will.spans and pair not in seen and was.date not in named:
            seen.add(pair)
            if number >= WEEK:
                yield was.date
