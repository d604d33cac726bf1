"""What taking one number out of service, or to read-out only, would mean for callers: before anybody does it.

Pure. The question is asked of the same overlay that serves callers (`directory.switched`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from directory.agenda import main_needs
from directory.dialling import digits
from directory.effect import Effect, effect
from directory.model import Directory, Helpline
from directory.switched import Standing, Switched, overlaid


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What becomes of the services with a number when it is switched."""

    before: Directory
    after: Directory
    services: tuple[Helpline, ...]
    """Every service that has the number, as callers are served it now."""
    gone: tuple[str, ...]
    """Ids of those that have no other number left: callers do not hear of them any more."""
    effects: tuple[Effect, ...]
    """Whom callers are offered first instead, and when."""
    deserted: tuple[str, ...]
    """Main needs for which only the emergency services would be left in the country."""


def withdrawal(directory: Directory, standing: Standing, switch: Switched, now: dt.datetime) -> Withdrawal:
    """Return what a switch would do at `now` (aware) above the live directory and all that stands above it."""
    before = overlaid(directory, standing)
    after = overlaid(directory, replace(standing, switches=(*standing.switches, switch)))
    services = tuple(
        row for row in before.helplines.values() if row.numbers != _numbers(after, row.id) or _has(row, switch)
    )
    return Withdrawal(
        before=before,
        after=after,
        services=services,
        gone=tuple(row.id for row in services if row.id not in after.helplines),
        effects=effect(before, after, now),
        deserted=tuple(
            need
            for need in main_needs(directory)
            if _is_deserted(after, switch.country, need) and not _is_deserted(before, switch.country, need)
        ),
    )


def is_served(directory: Directory, switch: Switched) -> bool:
    """Tell whether a directory that is being served has the number switched as told: nothing is left to be done."""
    again = overlaid(directory, Standing((switch,)))
    return all(row.numbers == _numbers(again, row.id) for row in directory.helplines.values())


def _numbers(directory: Directory, id_: str) -> object:
    row = directory.helplines.get(id_)
    return row.numbers if row else None


def _has(row: Helpline, switch: Switched) -> bool:
    return row.country == switch.country and any(digits(number.say) == switch.number for number in row.numbers)


def _is_deserted(directory: Directory, country: str, need: str) -> bool:
    """Tell whether the ladder of a need begins with the emergency services."""
    ladder = directory.ladders.get((country, need), ())
    return not ladder or ladder[0][0] == directory.emergency_need
