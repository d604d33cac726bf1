"""The page: everything that its template shows, as values."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from babel.lists import format_list
from flask import render_template, request

from ivr.catalogue import load_catalogues
from ivr.numbers import CallerNumber
from ivr.services import Services
from ivr.simulator.call import LONGEST_SPEECH
from ivr.simulator.reading import Sentence, sentences
from ivr.simulator.transcript import Asked, Awaiting
from ivr.simulator.transport import path_below
from ivr.simulator.views import CallView
from routes.phone.chooser import (
    YEARS,
    Choice,
    Telephone,
    countries,
    country_name,
    directory_of,
    in_groups,
    zone_for,
)
from routes.phone.conversation import OUTCOMES, conversation, status
from routes.phone.standing import standing

LATEST = "latest"
"""The anchor of what was said last."""
KEYS = (
    ("1", "", ""),
    ("2", "abc", ""),
    ("3", "def", ""),
    ("4", "ghi", ""),
    ("5", "jkl", ""),
    ("6", "mno", ""),
    ("7", "pqrs", ""),
    ("8", "tuv", ""),
    ("9", "wxyz", ""),
    ("*", "", "back"),
    ("0", "", "emergency, a person"),
    ("#", "", "repeat"),
)
"""The grid of a telephone: key, letters, what the key means everywhere."""
ENGLISH = Locale.parse("en_GB")


def render(services: Services, view: CallView | None, choice: Choice | None, notice: str, sid: str) -> str:
    """Return the page about `view`, or about no call; `notice` is said at its top."""
    directory = directory_of(services)
    transcript = view.transcript if view else ()
    return render_template(
        "phone.html",
        call=view,
        choice=choice or Choice(),
        telephones=Telephone,
        years=YEARS,
        countries=countries(directory),
        numbers=[(number, _label(number, country)) for number, country in services.settings.lines.items()],
        summary=_summary(view, services) if view else "",
        notice=notice,
        back=sid,
        latest=LATEST,
        status=status(view),
        passages=conversation(transcript),
        turn=sum(isinstance(entry, Asked) for entry in transcript),
        patience=next((entry.timeout for entry in reversed(transcript) if isinstance(entry, Asked)), 0),
        listening=_listening(view),
        longest_speech=LONGEST_SPEECH,
        audio=lambda url: _here(url, services),
        outcomes=OUTCOMES if view and view.awaiting is Awaiting.LEG else {},
        keys=KEYS,
        standing=standing(view, services),
        revision=directory.revision if directory else None,
        stale=services.shelf.stale,
        drafts=_drafts(services.settings.places.catalogues),
    )


def _summary(view: CallView, services: Services) -> str:
    """Say who calls, whom and when."""
    number = CallerNumber(view.caller)
    who = "a withheld number"
    if number.country:
        kind = "mobile" if number.can_text else "landline"
        who = f"{in_groups(view.caller)} ({kind}, {country_name(number.country)})"
    return f"From {who} to {in_groups(view.number)}, {_when(view.at, number.country, services)}."


def _when(at: dt.datetime | None, country: str | None, services: Services) -> str:
    if at is None:
        return "now"
    zone = zone_for(country, directory_of(services)) if country else None
    there = at.astimezone(zone) if zone else at
    written = format_datetime(there, "EEEE d MMMM y, HH:mm", locale=ENGLISH)
    return f"{written} ({zone.key if zone else f'UTC{there.isoformat()[-6:]}'})"


def _listening(view: CallView | None) -> Sentence | None:
    """Return an empty sentence of the language that the line listens to; None where it does not."""
    return sentences("", view.listens)[0] if view and view.listens else None


def _here(url: str, services: Services) -> str:
    """Return a recording's address on the host that serves this page: pages load nothing from elsewhere."""
    return request.script_root + path_below(services.settings.public_url, url)


def _label(number: str, country: str | None) -> str:
    return f"{in_groups(number)} ({country_name(country)})" if country else in_groups(number)


@cache
def _drafts(folder: Path) -> str:
    """Name the languages whose sentences no native speaker has read, as a list in English."""
    tags = (tag for tag, catalogue in load_catalogues(folder).items() if not catalogue.reviewed)
    return format_list(sorted(str(ENGLISH.languages.get(tag, tag)) for tag in tags), locale=ENGLISH)
