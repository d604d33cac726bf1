"""What callers would notice if these tables went live: a table that leads to the calls themselves, before and after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from flask import url_for

from directory.effect import Effect, Offer, effect, offered, when
from directory.model import Directory
from routes.admin import sources
from routes.admin.names import country_name, need_name, service_name
from routes.admin.reader import said

MOST = 60
"""Rows of the table; a change of everything has thousands."""


@dataclass(frozen=True, slots=True)
class Change:
    """Callers with one need in one country who are offered something else, in the reader's language."""

    country: str
    need: str
    hours: str
    before: str
    after: str
    hear_before: str
    """Address of a call from there, in the first of these hours, on the live tables."""
    hear_after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows of the table, and how many more there are."""

    rows: tuple[Change, ...]
    more: int


def changes(source: str, directory: Directory, now: dt.datetime) -> Changes | None:
    """Return what is other for callers than on the live tables; None where these are they, or there are none."""
    if source == sources.LIVE:
        return None
    try:
        live = sources.tables(sources.LIVE)
    except sources.SourceError:
        return None
    found = _effects(live, directory, now.replace(minute=0, second=0, microsecond=0))
    rows = tuple(_change(each, source, live, directory, now) for each in found[:MOST])
    return Changes(rows, max(0, len(found) - MOST))


@lru_cache(maxsize=8)
def _effects(before: Directory, after: Directory, now: dt.datetime) -> tuple[Effect, ...]:
    """Remember an answer for an hour: the page asks for it again and again."""
    return effect(before, after, now)


def _change(found: Effect, source: str, before: Directory, after: Directory, now: dt.datetime) -> Change:
    def hear(word: str) -> str:
        moment = found.spans[0].start.strftime("%Y-%m-%dT%H:%M")
        return url_for("trial.show", source=word, country=found.country, telephone="mobile", moment=moment, keys="")

    return Change(
        country=country_name(found.country),
        need=need_name(found.need),
        hours=said(when(found, now)),
        before=said(offered(found.before, _called(found.before, before))),
        after=said(offered(found.after, _called(found.after, after))),
        hear_before=hear(sources.LIVE),
        hear_after=hear(source),
    )


def _called(offer: Offer | None, directory: Directory) -> str:
    return service_name(directory.helplines[offer.id]) if offer else ""
