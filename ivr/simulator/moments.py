"""The time that a caller pretends: "2026-11-24T10:00+02:00", "2026-11-24 10:00", "Tuesday 10:00" or "10:00"."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"(?:(?P<day>[A-Za-z]{2,9}) )?(?P<hour>\d{1,2}):(?P<minute>\d{2})")


def zone_of(number: str) -> ZoneInfo:
    """Return the time zone of a calling number, the first where its country has several; UTC if it has none."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ZoneInfo("UTC")
    names = timezone.time_zones_for_number(parsed) if phonenumbers.is_valid_number(parsed) else ()
    return ZoneInfo(names[0]) if names else ZoneInfo("UTC")


def read(text: str, zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """Return the aware instant meant by `text`, in `zone` where it names no offset.

    A weekday means its next occurrence after the day of `now`, or that day itself. Raises ValueError, with a
    sentence for the person who typed it, where nothing is meant.
    """
    match = _CLOCK.fullmatch(text.strip())
    try:
        return _on_clock(match, zone, now) if match else _iso(text.strip(), zone)
    except ValueError:
        raise ValueError(
            f"{text!r} is no time; write 2026-11-24T10:00+02:00, or Tuesday 10:00 for the caller's own zone"
        ) from None


def _iso(text: str, zone: ZoneInfo) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _on_clock(match: re.Match[str], zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    today = now.astimezone(zone).date()
    name = match["day"]
    ahead = 0 if name is None else (_weekday(name) - today.weekday()) % 7
    clock = dt.time(int(match["hour"]), int(match["minute"]), tzinfo=zone)
    return dt.datetime.combine(today + dt.timedelta(days=ahead), clock)


def _weekday(name: str) -> int:
    found = [place for place, day in enumerate(_DAYS) if day.startswith(name.lower())]
    if len(found) != 1:
        raise ValueError(name)
    return found[0]
