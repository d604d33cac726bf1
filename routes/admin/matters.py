"""What needs somebody now, in order of harm to callers: the first page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict, TypeVar

from babel import Locale
from babel.dates import format_datetime
from flask import url_for

from directory.agenda import TONIGHT, Hole, endings, holes, unserved
from directory.desk.checks import is_due
from directory.desk.draft import Draft, Stage
from directory.desk.people import Actor, Role
from directory.desk.switches import Outcome, Switch
from directory.findings import Finding, LintCode, Severity
from directory.lint import lint
from directory.model import Directory
from ivr.adapters.errands import Errands
from ivr.edition import NoEditionError
from routes.admin.deeds import deed
from routes.admin.names import country_name, found_words, language_name, need_name, own_words, service_name
from routes.admin.pages import desk, services
from routes.admin.reader import READER, moment
from routes.admin.standing import checked_tables, rules, switched_tables
from routes.admin.words import _, language, n_

SHOWN = 8
"""Lines under one matter; the page behind it has the rest."""
_ELSEWHERE = frozenset({LintCode.CHECK_OVERDUE, LintCode.NEVER_CHECKED, LintCode.EXCEPTIONS_EXPIRED})
"""Findings that have a matter of their own."""


Case = TypeVar("Case")


class Harm(StrEnum):
    """How much a matter weighs, as the class of its mark."""

    DANGER = "danger"
    LANTERN = "lantern"


@dataclass(frozen=True, slots=True)
class Line:
    """One case of a matter; with an address where it has a page of its own."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that needs somebody, and the one way to act."""

    id: str
    harm: Harm
    mark: str
    title: str
    means: str
    """What it means for callers, and what to do."""
    url: str
    act: str
    lines: tuple[Line, ...] = ()
    more: int = 0
    """Cases that are not shown."""


class Cases(TypedDict):
    """The fields of a matter that say of whom it is."""

    lines: tuple[Line, ...]
    more: int


def matters(person: Actor, now: dt.datetime) -> list[Matter]:
    """Return what needs somebody at `now`, the most harmful first. `person` is who reads it."""
    found = [*_switches(person), *_stale(), *_overdue(now)]
    tables = checked_tables()
    found += [
        *_nobody(switched_tables(), now),
        *_unconfirmed(person),
        *_let_in(person, now),
        *_doubts(tables, now),
        *_checks(tables, now),
    ]
    return [*found, *_endings(tables, now), *_waiting(person), *_sent_back(person), *_languages()]


def _switches(person: Actor) -> Iterator[Matter]:
    found = desk().switches.unsettled()
    if found:
        yield Matter(
            id="out",
            harm=Harm.DANGER,
            mark=_("out of service"),
            title=n_("%(num)d number is switched", "%(num)d numbers are switched", len(found)) % {"num": len(found)},
            means=_("Callers are spared it since then. Two people have to say what becomes of it."),
            url=url_for("switches.listing"),
            act=_("Settle it") if person.may(Role.EDITOR) else _("Look at it"),
            **_cases(found, lambda each: Line(_switch(each))),
        )


def _switch(switch: Switch) -> str:
    words = _("{country}, {number}: {name}, {moment}, “{reason}”").format(
        country=country_name(switch.country),
        number=switch.say,
        name=switch.name,
        moment=moment(switch.at),
        reason=switch.reason,
    )
    said = {Outcome.LIFT: _("{name} says: back in service"), Outcome.KEEP: _("{name} says: leave it so")}
    return "; ".join([words, *(said[vote.outcome].format(name=vote.name) for vote in switch.votes)])


def _stale() -> Iterator[Matter]:
    if services().shelf.stale:
        yield Matter(
            id="stale",
            harm=Harm.DANGER,
            mark=_("not the newest"),
            title=_("Callers are served earlier tables than the newest"),
            means=_("The newest cannot be read, or the database is away. Calls go on. Tell the operator."),
            url=url_for("history.listing"),
            act=_("Look at the revisions"),
        )


def _overdue(now: dt.datetime) -> Iterator[Matter]:
    found = Errands(desk().engine).overdue(now)
    if found:
        yield Matter(
            id="overdue",
            harm=Harm.DANGER,
            mark=_("not deleted"),
            title=n_(
                "%(num)d record of a call or text is still at the telephone provider",
                "%(num)d records of calls or texts are still at the telephone provider",
                found,
            )
            % {"num": found},
            means=_(
                "It should have been deleted more than a day ago, and names a caller. Fanal goes on trying. "
                "Tell the operator."
            ),
            url=url_for("statistics.show"),
            act=_("To the figures"),
        )


def _nobody(tables: Directory, now: dt.datetime) -> Iterator[Matter]:
    found, never = holes(tables, now), unserved(tables)
    if not found and not never:
        return
    means = _("Callers are led to the general line of the country, if it is open, else to the emergency advice.")
    if never:
        more = n_(
            "For one country and need there is no service at all.",
            "For %(num)d pairs of a country and a need there is no service at all.",
            len(never),
        )
        means = f"{means} {more % {'num': len(never)}}"
    yield Matter(
        id="nobody",
        harm=Harm.DANGER if found else Harm.LANTERN,
        mark=_("nobody answers") if found else _("no service"),
        title=_("Hours without anybody in the next twelve hours") if found else _("Needs that nobody serves"),
        means=means,
        url=url_for("coverage.show"),
        act=_("See who answers when"),
        **_cases(found, lambda each: Line(_hole(each, now), url_for("coverage.show", country=each.country))),
    )


def _hole(hole: Hole, now: dt.datetime) -> str:
    spans = ", ".join(_span(start, end, now + TONIGHT) for start, end in hole.spans)
    words = _("{country}, {need}: nobody {spans}")
    return words.format(country=country_name(hole.country), need=need_name(hole.need), spans=spans)


def _span(start: dt.datetime, end: dt.datetime, last: dt.datetime) -> str:
    """Return hours by the country's own clock: "Monday 19:00 to 23:00"; nobody looked beyond `last`."""
    if end == last:
        return _("from {start} on").format(start=_clock(start))
    until = f"{end:%H:%M}" if end.date() == start.date() else _clock(end)
    return _("{start} to {end}").format(start=_clock(start), end=until)


def _clock(at: dt.datetime) -> str:
    return str(format_datetime(at, "EEEE HH:mm", tzinfo=at.tzinfo, locale=Locale.parse(language())))


def _unconfirmed(person: Actor) -> Iterator[Matter]:
    found = desk().revisions.unconfirmed()
    if found is not None and rules():
        yield Matter(
            id="unconfirmed",
            harm=Harm.LANTERN,
            mark=_("not approved"),
            title=_("Revision {number} is live, and nobody has approved it").format(number=found.number),
            means=_("It was put there by {name}. An approver reads it and confirms that.").format(
                name=own_words(found.author_name)
            ),
            url=url_for("history.show", number=found.number),
            act=_("Read and confirm it") if person.may(Role.APPROVER) else _("Look at it"),
        )


def _let_in(person: Actor, now: dt.datetime) -> Iterator[Matter]:
    found = desk().let_in(now) if person.may(Role.APPROVER) or person.may(Role.ADMINISTRATOR) else ()
    if found:
        names, count = dict(desk().told()[0]), len({each.subject for each in found})
        yield Matter(
            id="accounts",
            harm=Harm.LANTERN,
            mark=_("account"),
            title=n_(
                "%(num)d account was made or changed in the last day",
                "%(num)d accounts were made or changed in the last day",
                count,
            )
            % {"num": count},
            means=_(
                "Make sure that you know whose they are. For a day neither they nor whoever did that "
                "can approve the other's work."
            ),
            url=url_for("people.listing") if person.may(Role.ADMINISTRATOR) else url_for("history.log"),
            act=_("Look at them"),
            **_cases(found, lambda each: Line(f"{moment(each.at)}, {each.name}: {deed(each, names)}")),
        )


def _doubts(tables: Directory, now: dt.datetime) -> Iterator[Matter]:
    found = [each for each in lint(tables, now) if each.severity is not Severity.DOUBT and each.code not in _ELSEWHERE]
    if found:
        yield Matter(
            id="doubtful",
            harm=Harm.DANGER if found[0].severity is Severity.ERROR else Harm.LANTERN,
            mark=_("doubtful"),
            title=n_("%(num)d entry could mislead callers", "%(num)d entries could mislead callers", len(found))
            % {"num": len(found)},
            means=_("The check of the tables has found something in what is live. Change it, or see that it is meant."),
            url=url_for("helplines.listing", state="doubtful"),
            act=_("Look at them"),
            **_cases(found, lambda each: Line(_finding(each, tables), _entry(each.entry, tables))),
        )


def _entry(id_: str, tables: Directory) -> str:
    """Return the address of a service's page; empty for a country, which has none."""
    return url_for("helplines.show", id_=id_) if id_ in tables.helplines else ""


def _finding(finding: Finding, tables: Directory) -> str:
    row = tables.helplines.get(finding.entry)
    name = f"{service_name(row)}, {country_name(row.country)}" if row else country_name(finding.country)
    return f"{name}: {found_words(finding)}"


def _checks(tables: Directory, now: dt.datetime) -> Iterator[Matter]:
    days = [row.checked for row in tables.helplines.values()]
    never, due = days.count(None), sum(is_due(day, now.date()) for day in days)
    if not due:
        return
    counts = (
        (never, n_("%(num)d was never checked", "%(num)d were never checked", never)),
        (due - never, n_("%(num)d was checked too long ago", "%(num)d were checked too long ago", due - never)),
    )
    parts = [words % {"num": count} for count, words in counts if count]
    yield Matter(
        id="checks",
        harm=Harm.LANTERN,
        mark=_("check due"),
        title=n_("%(num)d service is due for a check", "%(num)d services are due for a check", due) % {"num": due},
        means=_("{counts}. Nobody knows whether their numbers are right until somebody has rung them.").format(
            counts=", ".join(parts)
        ),
        url=url_for("checks.listing"),
        act=_("Ring and tick off"),
    )


def _endings(tables: Directory, now: dt.datetime) -> Iterator[Matter]:
    found = endings(tables, now)
    if found:
        words = _("{name}, {country}: the last day is {date}")
        yield Matter(
            id="endings",
            harm=Harm.LANTERN,
            mark=_("runs out"),
            title=_("Lists of single days that end soon"),
            means=_("After the last day callers hear the usual hours on holidays too. Ask for the next year's dates."),
            url=url_for("helplines.listing", state="ending"),
            act=_("To the helplines"),
            **_cases(
                found,
                lambda each: Line(
                    words.format(
                        name=service_name(tables.helplines[each.helpline]),
                        country=country_name(tables.helplines[each.helpline].country),
                        date=READER.date(each.last),
                    ),
                    _entry(each.helpline, tables),
                ),
            ),
        )


def _waiting(person: Actor) -> Iterator[Matter]:
    found = desk().drafts.listing((Stage.WAITING,))
    if found:
        can = any(person.id not in each.authors for each in found) and person.may(Role.APPROVER)
        yield Matter(
            id="waiting",
            harm=Harm.LANTERN,
            mark=_("waiting"),
            title=n_("%(num)d change waits for approval", "%(num)d changes wait for approval", len(found))
            % {"num": len(found)},
            means=_("An approver who has not worked on it reads it, and approves it or sends it back."),
            url=url_for("review.listing"),
            act=_("Read and answer") if can else _("Look at it"),
            **_cases(found, lambda each: Line(_draft(each, person), url_for("review.show", number=each.id))),
        )


def _draft(draft: Draft, person: Actor) -> str:
    words = _("“{title}”, handed over by {name}").format(title=draft.title, name=draft.submitted_name)
    if person.id not in draft.authors:
        return words
    return _("{change} (your own work: another person has to approve it)").format(change=words)


def _sent_back(person: Actor) -> Iterator[Matter]:
    found = [each for each in desk().drafts.listing((Stage.OPEN,)) if person.id in {*each.authors, each.opened_by}]
    if found:
        yield Matter(
            id="yours",
            harm=Harm.LANTERN,
            mark=_("draft"),
            title=n_(
                "%(num)d change of yours is not handed over", "%(num)d changes of yours are not handed over", len(found)
            )
            % {"num": len(found)},
            means=_("Callers notice nothing of it until it is handed over and another person has approved it."),
            url=url_for("review.listing"),
            act=_("Go on with it"),
            **_cases(found, lambda each: Line(_open(each), url_for("review.show", number=each.id))),
        )


def _open(draft: Draft) -> str:
    if not draft.answer:
        return _("“{title}”").format(title=draft.title)
    words = _("“{title}”, sent back by {name}: {answer}")
    return words.format(title=draft.title, name=draft.answered_name, answer=draft.answer)


def _languages() -> Iterator[Matter]:
    try:
        tags = services().shelf.current.speech.drafts
    except NoEditionError:
        return
    if tags:
        yield Matter(
            id="languages",
            harm=Harm.LANTERN,
            mark=_("draft"),
            title=n_("%(num)d language is a draft", "%(num)d languages are drafts", len(tags)) % {"num": len(tags)},
            means=_("Callers hear words that no native speaker has read: {languages}.").format(
                languages=", ".join(sorted(language_name(tag) for tag in tags))
            ),
            url=url_for("prompts.listing"),
            act=_("Have them read"),
        )


def _cases(found: Sequence[Case], line: Callable[[Case], Line]) -> Cases:
    """Return the first cases as lines, and how many are not shown."""
    return {"lines": tuple(line(each) for each in found[:SHOWN]), "more": max(0, len(found) - SHOWN)}
