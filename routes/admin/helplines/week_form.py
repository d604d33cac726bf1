"""The plain week of the form: boxes for people who do not write the syntax of opening hours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from directory.plain_week import DAYS, HOLIDAYS, MOST_SPANS, TIMES, USUAL, PlainWeek, Spans, read

ROWS = (*DAYS, "PH")
"""Rows of boxes: the days, and the public holidays that have times of their own."""
_CLOCK = re.compile(r"([01]?\d|2[0-4])[:.h]?([0-5]\d)")

Boxes = Mapping[str, str]
"""What stands in the boxes, by their names."""


class WeekError(ValueError):
    """A box holds no time; the argument is its row."""


def boxes(week: PlainWeek) -> dict[str, str]:
    """Return the boxes of a week."""
    found = {"week.holidays": week.holidays, "week.always": "yes" if week.always else ""}
    for row, spans in zip(ROWS, (*week.days, week.own), strict=True):
        for place, span in enumerate(spans, 1):
            begins, _, ends = span.partition("-")
            found |= {
                f"week.{row}.{place}.from": begins,
                f"week.{row}.{place}.to": "00:00" if ends == "24:00" else ends,
            }
    return {name: text for name, text in found.items() if text}


def received(form: Mapping[str, str]) -> dict[str, str]:
    """Return the boxes that a browser sent with something in them."""
    return {name: text.strip() for name in _names() if (text := form.get(name, "")) and text.strip()}


def of_hours(hours: str) -> dict[str, str]:
    """Return the boxes for written hours: empty ones where a plain week has no room for them."""
    return boxes(read(hours) or PlainWeek())


def is_plain(hours: str) -> bool:
    """Tell whether a plain week can say these hours."""
    return read(hours) is not None


def week_of(filled: Boxes) -> PlainWeek:
    """Return the week that the boxes say. Raises `WeekError`."""
    rows = {row: _spans(row, filled) for row in ROWS}
    holidays = filled.get("week.holidays", USUAL)
    if holidays not in HOLIDAYS:
        raise WeekError("PH")
    own = rows["PH"] if holidays == TIMES else ()
    always = bool(filled.get("week.always"))
    return PlainWeek(((),) * 7 if always else tuple(rows[day] for day in DAYS), holidays, own, always)


def _spans(row: str, filled: Boxes) -> Spans:
    pairs = [
        (filled.get(f"week.{row}.{place}.from", ""), filled.get(f"week.{row}.{place}.to", ""))
        for place in range(1, MOST_SPANS + 1)
    ]
    return tuple(f"{_clock(row, begins)}-{_end(row, ends)}" for begins, ends in pairs if begins or ends)


def _end(row: str, text: str) -> str:
    """Return a closing time: midnight is the end of the day, not its beginning."""
    clock = _clock(row, text)
    return "24:00" if clock == "00:00" else clock


def _clock(row: str, text: str) -> str:
    found = _CLOCK.fullmatch(text)
    if found is None or (found[1] == "24" and found[2] != "00"):
        raise WeekError(row)
    return f"{int(found[1]):02d}:{found[2]}"


def _names() -> Iterator[str]:
    yield from ("week.holidays", "week.always")
    for row in ROWS:
        for place in range(1, MOST_SPANS + 1):
            yield from (f"week.{row}.{place}.from", f"week.{row}.{place}.to")
