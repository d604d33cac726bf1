"""The difference between two directories in words: what a person has to know before it goes live.

Pure. It compares what the tables mean: two directories of the same content differ in nothing, however their files are
written. Two that differ in nothing lead every caller to the same services in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from directory.changes import FALLBACK, FIELDS, FIGURES, NOTHING, About, Change, ChangeCode, change, quoted
from directory.model import Country, Directory, Helpline, Need
from directory.numbers_changed import number_changes, number_words
from directory.statement import Listed, Named, Things, Value, state
from directory.weekly import dated_changes, week_of, weekly_changes

_HARMONISED = re.compile(r"[a-z]{2}-(\d{3,6})")
_NAMES = {"needs": Things.NEED, "audience": Things.AUDIENCE, "languages": Things.LANGUAGE}
WEEK = "{days} {hours}"
TEMPLATES = (WEEK,)
"""The sentences of this module, for translators."""


def difference(before: Directory, after: Directory) -> tuple[Change, ...]:
    """Return everything that is different in `after`, the gravest first, then in the order of the tables."""
    found = [*_needs(before, after), *_countries(before, after), *_services(before, after)]
    return tuple(sorted(_together(found), key=lambda each: each.weight))


def is_harmonised(id_: str) -> bool:
    """Tell whether an id is that of a harmonised number in one country, such as ro-116111."""
    return _HARMONISED.fullmatch(id_) is not None


def _together(found: Iterable[Change]) -> Iterator[Change]:
    """Join what changes alike for one harmonised number in several countries."""
    groups: dict[object, list[Change]] = {}
    for each in found:
        number = _HARMONISED.fullmatch(each.entries[0])
        same = (number[1], each.code, each.field, each.statement) if number else id(each)
        groups.setdefault(same, []).append(each)
    for group in groups.values():
        first = group[0]
        entries = tuple(entry for each in group for entry in each.entries)
        yield Change(first.about, first.code, entries, first.field, first.statement, any(each.grave for each in group))


def _services(before: Directory, after: Directory) -> Iterator[Change]:
    old, new = before.helplines, after.helplines
    for id_, helpline in old.items():
        if id_ in new:
            yield from _service(helpline, new[id_])
        else:
            facts = {"name": _name(helpline), "numbers": number_words(helpline.numbers)}
            yield change(About.SERVICE, ChangeCode.SERVICE_REMOVED, id_, "", facts, grave=True)
    for id_, helpline in new.items():
        if id_ not in old:
            facts = {"name": _name(helpline), "numbers": number_words(helpline.numbers)}
            facts |= {"needs": _named(Things.NEED, helpline.needs), "hours": _week(helpline)}
            yield change(About.SERVICE, ChangeCode.SERVICE_ADDED, id_, "", facts)


def _service(old: Helpline, new: Helpline) -> Iterator[Change]:
    yield from number_changes(old, new)
    yield from _hours(old, new)
    yield from _names(old, new)
    for field, things in _NAMES.items():
        yield from _lists(About.SERVICE, old.id, field, getattr(old, field), getattr(new, field), things)
    for field, was, will in _fields(old, new):
        if was != will:
            yield _field(About.SERVICE, old.id, field, was, will)


def _fields(old: Helpline, new: Helpline) -> Iterator[tuple[str, Value, Value]]:
    yield "country", Named(Things.COUNTRY, old.country), Named(Things.COUNTRY, new.country)
    yield "kind", _figure(old.kind.value), _figure(new.kind.value)
    yield "timezone", old.timezone.key, new.timezone.key
    yield "cost", _figure(old.cost.value), _figure(new.cost.value)
    yield "anonymous", _yes(old.anonymous), _yes(new.anonymous)
    yield "source.file", old.source.file, new.source.file
    yield "source.date", old.source.date or _figure("unknown"), new.source.date or _figure("unknown")
    yield "source.quote", quoted(old.source.quote), quoted(new.source.quote)
    yield "checked", old.checked or _figure("never"), new.checked or _figure("never")
    yield "note", quoted(old.note), quoted(new.note)


def _field(about: About, entry: str, field: str, was: Value, will: Value, grave: bool = False) -> Change:
    return change(
        about, ChangeCode.FIELD, entry, field, {"field": state(FIELDS[field]), "was": was, "will": will}, grave
    )


def _hours(old: Helpline, new: Helpline) -> Iterator[Change]:
    found = weekly_changes(old, new)
    for each in found:
        meaning = {"days": each.days, "was": each.was, "will": each.will}
        yield change(About.SERVICE, ChangeCode.HOURS, old.id, "hours", meaning, each.shorter)
    if old.hours != new.hours and not found:
        written = {"was": quoted(old.hours or ""), "will": quoted(new.hours or "")}
        yield change(About.SERVICE, ChangeCode.HOURS_REWRITTEN, old.id, "hours", written)
    was, will = ({each.date: each for each in row.exceptions} for row in (old, new))
    for date, each in dated_changes(old, new):
        reason = (will.get(date) or was[date]).reason
        facts = {"days": each.days, "was": each.was, "will": each.will, "reason": quoted(reason)}
        yield change(About.SERVICE, ChangeCode.EXCEPTION, old.id, "exceptions", facts, each.shorter)
    for date in sorted(was.keys() & will.keys()):
        if was[date].hours == will[date].hours and was[date].reason != will[date].reason:
            facts = {"days": date, "was": quoted(was[date].reason), "will": quoted(will[date].reason)}
            yield change(About.SERVICE, ChangeCode.EXCEPTION_REASON, old.id, "exceptions", facts)


def _names(old: Helpline, new: Helpline) -> Iterator[Change]:
    for language in dict.fromkeys((*old.name, *new.name)):
        was, will = old.name.get(language), new.name.get(language)
        spoken = Named(Things.LANGUAGE, language)
        field = f"name.{language}"
        if was is None and will is not None:
            facts = {"language": spoken, "will": quoted(will)}
            yield change(About.SERVICE, ChangeCode.NAME_ADDED, old.id, field, facts)
        elif will is None and was is not None:
            facts = {"language": spoken, "was": quoted(was)}
            yield change(About.SERVICE, ChangeCode.NAME_REMOVED, old.id, field, facts)
        elif was != will:
            facts = {"language": spoken, "was": quoted(was or ""), "will": quoted(will or "")}
            yield change(About.SERVICE, ChangeCode.NAME_CHANGED, old.id, field, facts)


def _lists(
    about: About, entry: str, field: str, old: tuple[str, ...], new: tuple[str, ...], things: Things
) -> Iterator[Change]:
    """Compare two lists of names; a need that is taken from a service is grave."""
    called: Value = state(FIELDS[field])
    taken, added = [each for each in old if each not in new], [each for each in new if each not in old]
    if taken and (about, field) == (About.SERVICE, "needs"):
        yield change(about, ChangeCode.NEED_TAKEN, entry, field, {"what": _named(things, taken)}, grave=True)
    elif taken:
        yield change(about, ChangeCode.TAKEN, entry, field, {"field": called, "what": _named(things, taken)})
    if added:
        yield change(about, ChangeCode.ADDED, entry, field, {"field": called, "what": _named(things, added)})
    if [each for each in old if each in new] != [each for each in new if each in old]:
        orders: dict[str, Value] = {"field": called, "was": _named(things, old), "will": _named(things, new)}
        yield change(about, ChangeCode.REORDERED, entry, field, orders)


def _countries(before: Directory, after: Directory) -> Iterator[Change]:
    for code in sorted(before.countries.keys() | after.countries.keys()):
        old, new = before.countries.get(code), after.countries.get(code)
        if new is None:
            yield change(About.COUNTRY, ChangeCode.COUNTRY_REMOVED, code, grave=True)
        elif old is None:
            yield change(About.COUNTRY, ChangeCode.COUNTRY_ADDED, code)
        else:
            yield from _country(old, new)
            yield from _order(code, before.helplines, after.helplines)


def _country(old: Country, new: Country) -> Iterator[Change]:
    code = old.code
    yield from _lists(About.COUNTRY, code, "languages", old.languages, new.languages, Things.LANGUAGE)
    if old.calling_code != new.calling_code:
        yield _field(About.COUNTRY, code, "calling_code", old.calling_code, new.calling_code, True)
    if old.timezone.key != new.timezone.key:
        yield _field(About.COUNTRY, code, "timezone", old.timezone.key, new.timezone.key)
    if old.fallback != new.fallback:
        yield _field(About.COUNTRY, code, "fallback", _fallback(old), _fallback(new))


def _order(code: str, old: Mapping[str, Helpline], new: Mapping[str, Helpline]) -> Iterator[Change]:
    """Compare the order of the services that stand in both tables."""
    was, will = _ids(old, new, code), _ids(new, old, code)
    if was != will and set(was) == set(will):
        orders: dict[str, Value] = {"was": Listed(tuple(was)), "will": Listed(tuple(will))}
        yield change(About.COUNTRY, ChangeCode.SERVICES_REORDERED, code, "helplines", orders)


def _ids(rows: Mapping[str, Helpline], kept: Mapping[str, Helpline], country: str) -> list[str]:
    found = sorted(rows.values(), key=lambda row: row.order)
    return [each.id for each in found if each.country == country and each.id in kept]


def _needs(before: Directory, after: Directory) -> Iterator[Change]:
    for id_ in dict.fromkeys((*before.needs, *after.needs)):
        old, new = before.needs.get(id_), after.needs.get(id_)
        if new is None:
            yield change(About.NEED, ChangeCode.NEED_REMOVED, id_, grave=True)
        elif old is None:
            yield change(About.NEED, ChangeCode.NEED_ADDED, id_)
        else:
            yield from _need(old, new)
    was, will = (
        [id_ for id_ in one if id_ in before.needs and id_ in after.needs] for one in (before.needs, after.needs)
    )
    if was != will:
        called = state(FIELDS["order"])
        orders: dict[str, Value] = {"field": called, "was": _named(Things.NEED, was), "will": _named(Things.NEED, will)}
        yield change(About.TABLE, ChangeCode.REORDERED, "needs", "needs", orders)
    yield from _lists(About.TABLE, "needs", "audiences", before.audiences, after.audiences, Things.AUDIENCE)
    for field in ("general_need", "emergency_need"):
        one, other = (Named(Things.NEED, getattr(each, field)) for each in (before, after))
        if one != other:
            yield _field(About.TABLE, "needs", field, one, other, True)


def _need(old: Need, new: Need) -> Iterator[Change]:
    yield from _lists(About.NEED, old.id, "neighbours", old.neighbours, new.neighbours, Things.NEED)
    if old.shown is not new.shown:
        yield _field(About.NEED, old.id, "shown", _figure(old.shown.value), _figure(new.shown.value))
    if old.audience != new.audience:
        yield _field(
            About.NEED, old.id, "audience", Named(Things.AUDIENCE, old.audience), Named(Things.AUDIENCE, new.audience)
        )


def _name(helpline: Helpline) -> Value:
    return quoted(helpline.name.get("en") or next(iter(helpline.name.values())))


def _week(helpline: Helpline) -> Value:
    return Listed(tuple(state(WEEK, days=days, hours=hours) for days, hours in week_of(helpline.hours)))


def _named(things: Things, ids: Iterable[str]) -> Value:
    return Listed(tuple(Named(things, each) for each in ids)) if ids else state(NOTHING)


def _figure(value: str) -> Value:
    return state(FIGURES[value])


def _yes(value: bool | None) -> Value:
    return _figure({True: "yes", False: "no", None: "unknown"}[value])


def _fallback(country: Country) -> Value:
    if not country.fallback:
        return state(NOTHING)
    return Listed(
        tuple(
            state(FALLBACK, need=Named(Things.NEED, need), next=_named(Things.NEED, next_))
            for need, next_ in country.fallback.items()
        )
    )
