"""The grain of time: how long it takes, at least, until anything that opening hours say can be another.

Hours open and close on full quarters nearly everywhere, and the clocks of all zones differ by full quarters (IANA time
zone database). So what callers are told in one of them is the same from its first minute to its last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import gcd

QUARTER = 15
"""Minutes; no longer, because of the zones."""
_TIME_OF_DAY = re.compile(r"\d:(\d\d)")


def grain_of(hours: Iterable[str]) -> int:
    """Return the longest number of minutes, a quarter of an hour at most, of which all times of day are multiples.

    `hours` are OSM opening hours that `directory.timetable` takes: all their times are written out, hour and minutes.
    """
    return gcd(QUARTER, *(int(minutes) for text in set(hours) for minutes in _TIME_OF_DAY.findall(text)))
