"""What all steps share: who is asked for, in which order languages and countries are offered, keys and pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from directory.find import Match, Query, Ranking, ranked
from directory.languages import official_languages
from directory.model import Directory, Shown
from ivr.state import State, Step
from ivr.turn import World

PAGE = 6
"""Languages or countries at once: one keypress decides, and six take about 15 seconds (facts: field, 3.3)."""
NEEDS_PAGE = 3
"""Needs at once; with the key for more they are the four that ISO/IEC 13714 allows beside the reserved keys."""
MORE_KEY = "9"
"""Leads to the rest of every list, and from a referral to other countries."""
RESERVED_KEYS = ("0", "*", "#")
FRONT_LANGUAGES = ("en", "fr")
"""Offered after the languages of the country."""


def languages_for(world: World) -> tuple[str, ...]:
    """Order the offered languages by the country of our number, then of the calling one, then the front ones."""
    hints = (world.caller.line, world.caller.country)
    likely = [tag for country in hints if country for tag in _spoken_in(country, world.directory)]
    return tuple(dict.fromkeys(tag for tag in (*likely, *FRONT_LANGUAGES, *world.languages) if tag in world.languages))


def _spoken_in(country: str, directory: Directory) -> tuple[str, ...]:
    """Return a country's languages as its table has them; where there is no table, the official ones."""
    row = directory.countries.get(country)
    return row.languages if row else official_languages(country)


def language_of(state: State, world: World) -> str:
    """Return the language to speak: the chosen one, else the likeliest."""
    return state.language if state.language in world.languages else languages_for(world)[0]


def countries_for(state: State, world: World) -> tuple[str, ...]:
    """Order the countries: of our number, of the calling one, then where the caller's language is spoken most."""
    language = language_of(state, world)

    def nearness(code: str) -> int:
        spoken = world.directory.countries[code].languages
        return spoken.index(language) if language in spoken else len(spoken) + len(world.languages)

    return tuple(dict.fromkeys((*_hints(world), *sorted(world.directory.countries, key=nearness))))


def country_of(world: World) -> str | None:
    """Return the country that the numbers tell, or None where it must be asked."""
    return next(iter(_hints(world)), None)


def needs_for(country: str | None, world: World, shown: tuple[Shown, ...]) -> tuple[str, ...]:
    """Return the needs that a menu offers: those shown always, and those the country has a service for."""
    return tuple(
        need.id
        for need in world.directory.needs.values()
        if need.shown in shown
        and (need.shown is Shown.ALWAYS or (country is not None and _served(country, need.id, world)))
    )


def matches_for(state: State, world: World) -> Ranking:
    """Rank what can be offered for the state's country and need, emergency services left out."""
    query = Query(
        country=state.country or "",
        need=state.need or world.directory.general_need,
        language=language_of(state, world),
        line_country=world.caller.line,
    )
    return _ranked(world.directory, query, world.now)


@lru_cache(4096)
def _ranked(directory: Directory, query: Query, minute: dt.datetime) -> Ranking:
    """Rank the services as they are in this minute; one turn asks often."""
    return ranked(directory, query, minute).before_emergency()


def current_match(state: State, world: World) -> Match | None:
    """Return the service that the state speaks of; else, or where it is gone, the best one not yet seen."""
    matches = matches_for(state, world)
    is_known = state.helpline in world.directory.helplines
    named = next((m for m in matches if m.helpline.id == state.helpline), None) if is_known else None
    return named or next((m for m in matches if m.helpline.id not in state.seen), None)


def connectable(state: State, world: World, *is_open: bool | None) -> Iterator[Match]:
    """Yield the services not yet seen to which a caller can be forwarded: open (True), or perhaps open (None)."""
    return (m for m in matches_for(state, world).connectable(*is_open) if m.helpline.id not in state.seen)


def can_connect(match: Match) -> bool:
    """Tell whether a caller may be forwarded to this service now: it can be dialled and is not known to be closed."""
    return match.dial is not None and match.status.open is not False


def left_behind(state: State) -> State:
    """Return the state with its service among those seen. Their order tells nothing, so it is always the same."""
    return replace(state, seen=tuple(sorted({*state.seen, state.helpline}))) if state.helpline else state


def following(state: State, world: World) -> State:
    """Return the state that speaks of the next service; the emergency advice where none is left."""
    left = replace(left_behind(state), step=Step.REFERRAL, helpline=None, page=0)
    match = next((m for m in matches_for(left, world) if m.helpline.id not in left.seen), None)
    if match is None:
        return replace(left, step=Step.EMERGENCY, back=Step.NEED)
    return replace(left, helpline=match.helpline.id)


def page_of(items: Sequence[str], state: State, size: int) -> tuple[Sequence[str], bool]:
    """Return the items of the state's page, and whether another page follows; the first where there is no such page."""
    start = state.page * size if state.page * size < len(items) else 0
    return items[start : start + size], start + size < len(items)


def _hints(world: World) -> tuple[str, ...]:
    hints = (world.caller.line, world.caller.country)
    return tuple(dict.fromkeys(code for code in hints if code is not None and code in world.directory.countries))


def _served(country: str, need: str, world: World) -> bool:
    return any(step == need and services for step, services in world.directory.ladders[country, need])
