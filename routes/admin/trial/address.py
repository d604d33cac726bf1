"""What the address of the page says: the tables, the caller, the number dialled, the time, and what was pressed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from directory.model import Directory
from routes.admin import sources
from routes.admin.pages import services
from routes.admin.trial import keys
from routes.admin.words import _
from routes.phone.chooser import Choice, directory_of, read_choice, zone_for


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that is wanted, or only the form for one."""

    source: str
    directory: Directory | None
    """The tables; None where there are none."""
    choice: Choice
    acts: tuple[str, ...] | None
    """What the caller does; None before the call is made."""
    faults: tuple[str, ...]
    """What is wrong with the address, but for the fields of the form, in the reader's language."""

    @property
    def wanted(self) -> bool:
        """Tell whether a call is to be played, and not only the form to be shown."""
        return self.acts is not None and not self.faults and not self.choice.faults

    def query(self, acts: tuple[str, ...] | None) -> dict[str, Any]:
        """Return the address of the same call with these acts; of the form alone for None."""
        choice = self.choice
        named = {
            "source": self.source,
            "country": choice.country,
            "telephone": choice.telephone.value,
            "number": choice.number,
            "moment": choice.moment,
        }
        found = {name: value for name, value in named.items() if value}
        return found if acts is None else {**found, "keys": keys.written(*acts)}


def read(args: Mapping[str, str], now: dt.datetime) -> Asked:
    """Read the address; without a time, the present one is meant, and written down so that it stays."""
    faults, source = [], args.get("source") or sources.LIVE
    directory, acts = None, None
    try:
        directory = sources.tables(source)
    except sources.SourceError as fault:
        faults.append(str(fault))
        source = sources.LIVE
    try:
        acts = keys.read(args["keys"]) if "keys" in args else None
    except ValueError:
        faults.append(_("This is no call that can be played: begin a new one."))
    return Asked(source, directory, _choice(args, directory, now, dialled=acts is not None), acts, tuple(faults))


def _choice(args: Mapping[str, str], directory: Directory | None, now: dt.datetime, *, dialled: bool) -> Choice:
    """Return who calls and when; before anybody calls, the form offers the first country of the tables."""
    first = next(iter(directory.countries), "") if directory else ""
    choice = read_choice(args if args.get("country") or dialled else {**args, "country": first}, services())
    if choice.faults:
        return replace(choice, faults={name: _(words) for name, words in choice.faults.items()})
    if choice.at is None and dialled:
        there = now.astimezone(zone_for(choice.country, directory_of(services()))).replace(second=0, microsecond=0)
        return replace(choice, moment=there.strftime("%Y-%m-%dT%H:%M"), at=there.isoformat())
    return choice
