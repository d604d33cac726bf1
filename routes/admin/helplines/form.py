"""The form of one helpline as a page: what is typed, what is wrong with it, what it would mean for callers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from directory.changes import FIGURES
from directory.faults import Fault
from directory.findings import Finding, LintCode, Severity
from directory.judgement import Judgement, judged, read_row, with_row
from directory.model import Cost, DatedHours, Kind, Reach
from directory.plain_week import HOLIDAYS
from routes.admin.helplines import week_form
from routes.admin.helplines.complaints import Complaint, Doubt, doubts, errors
from routes.admin.helplines.complaints import complaints as complaints_of
from routes.admin.helplines.heard import Heard, heard
from routes.admin.helplines.picture import Picture, Times, picture, times_of
from routes.admin.helplines.typed import Row, Typed
from routes.admin.helplines.work import Work, row_now, written_basis
from routes.admin.names import country_name, language_name, need_name
from routes.admin.pages import now
from routes.admin.words import _

ROOM = 1
"""Empty rows below the names, numbers and single days."""
_QUIET = frozenset({LintCode.NEVER_CHECKED})
"""Findings that say nothing about what is typed."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """One field that two people changed in different ways: what each made of it, in words, and what was chosen."""

    key: str
    name: str
    mine: str
    theirs: str
    choice: str


@dataclass(frozen=True, slots=True)
class Clash:
    """What somebody else made of the row since the form was opened."""

    by: str
    """Their name; empty once the reader has been told."""
    removed: bool
    changes: tuple[str, ...]
    """What they changed, in words."""
    taken: tuple[tuple[str, str], ...]
    """Fields that only they changed: name and the value that now stands in the form."""
    overlap: tuple[Overlap, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the page of the form shows."""

    work: Work
    typed: Typed
    basis: str
    complaints: tuple[Complaint, ...]
    notice: str
    room: Mapping[str, int]
    boxes: Mapping[str, str]
    plain: bool
    """The written hours can be said by the plain week."""
    judgement: Judgement
    picture: Picture | None
    must_confirm: bool
    doubts: tuple[Doubt, ...]
    heard: tuple[Heard, ...]
    clash: Clash | None = None
    by_control: Mapping[str, str] = field(default_factory=dict)

    @property
    def country(self) -> str:
        """The country in the reader's language."""
        return country_name(self.work.country)

    @property
    def wrong(self) -> tuple[Complaint, ...]:
        """What keeps the row, as it is typed, from being saved."""
        faults = complaints_of(self.judgement.faults, [tag for tag, _name in self.typed.names])
        return (*faults, *errors(self.judgement.findings))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the form carries from one sending to the next: the row that the editor saw, and what was said since."""

    row: Row | None
    complaints: tuple[Complaint, ...] = ()
    notice: str = ""
    room: Mapping[str, int] = field(default_factory=dict)
    boxes: Mapping[str, str] | None = None
    """The plain week as it was typed, None where it follows the written hours."""
    clash: Clash | None = None


def sheet(work: Work, typed: Typed, seen: Seen) -> Sheet:
    """Put the page of the form together."""
    moment, hours = now(), typed.text("hours")
    judgement = judged(work.directory, work.country, row_now(typed, work), moment)
    times = None if any(_is_of_times(fault) for fault in judgement.faults) else times_typed(typed, work)
    found = judgement.helpline
    return Sheet(
        work=work,
        typed=typed,
        basis=written_basis(seen.row),
        complaints=seen.complaints,
        notice=seen.notice,
        room={name: ROOM + seen.room.get(name, 0) for name in ("names", "numbers", "exceptions")},
        boxes=week_form.of_hours(hours) if seen.boxes is None else seen.boxes,
        plain=week_form.is_plain(hours),
        judgement=judgement,
        picture=None if times is None else picture(times, moment),
        must_confirm=times is not None and times.mark != mark_of(seen.row, work),
        doubts=doubts(each for each in judgement.findings if _is_doubt(each)),
        heard=() if found is None else heard(found, with_row(work.directory, found), moment),
        clash=seen.clash,
        by_control=_by_control(seen.complaints),
    )


def times_typed(typed: Typed, work: Work) -> Times:
    """Return the times that the form says, in a row without faults in them."""
    country = work.directory.countries[work.country]
    hours, zone = typed.text("hours"), typed.text("timezone")
    dated = tuple(DatedHours(dt.date.fromisoformat(date), each, reason) for date, each, reason in typed.exceptions)
    where = ZoneInfo(zone) if zone else country.timezone
    return Times(None if hours == "unknown" else hours, dated, where, country)


def _is_of_times(fault: Fault) -> bool:
    """Tell whether a fault keeps the times of a row from being read."""
    return not fault.field or fault.field.startswith(("hours", "exceptions", "timezone"))


def _is_doubt(finding: Finding) -> bool:
    """Tell whether a finding is about what is typed, and can be saved."""
    return finding.code not in _QUIET and finding.severity is not Severity.ERROR


def mark_of(row: Row | None, work: Work) -> str:
    """Return the mark of the times of a row that compiled; empty for none."""
    if row is None:
        return ""
    found, _faults = read_row(work.directory, work.country, row)
    return "" if found is None else times_of(found, work.directory.countries[work.country]).mark


def options(work: Work) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen in the form, each with its name."""
    directory = work.directory
    return {
        "kinds": [(each.value, _(FIGURES[each.value])) for each in Kind],
        "costs": [(each.value, _(FIGURES[each.value])) for each in Cost],
        "reaches": [(each.value, _(FIGURES[each.value])) for each in Reach],
        "answers": [(each, _(FIGURES[each])) for each in ("yes", "no", "unknown")],
        "needs": [(each, need_name(each)) for each in directory.needs],
        "audiences": [(each, audience_name(each)) for each in directory.audiences],
        "week_days": list(zip(week_form.ROWS, _day_names(), strict=True)),
        "holidays": list(zip(HOLIDAYS, _holiday_words(), strict=True)),
        "languages": [(tag, language_name(tag)) for tag in directory.countries[work.country].languages],
    }


def audience_name(audience: str) -> str:
    """Return what an audience is called."""
    return {
        "anyone": _("anyone"),
        "children": _("children"),
        "women": _("women"),
        "men": _("men"),
        "migrants": _("migrants"),
        "professionals": _("professionals"),
        "people_who_use_violence": _("people who use violence"),
    }.get(audience, audience.replace("_", " "))


def _by_control(complaints: Iterable[Complaint]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in complaints:
        found[each.control] = f"{found[each.control]} {each.words}" if each.control in found else each.words
    return found


def _day_names() -> tuple[str, ...]:
    return (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
        _("Public holidays"),
    )  # fmt: skip


def _holiday_words() -> tuple[str, ...]:
    return (_("nothing is said about them"), _("closed"), _("not known"), _("open at these times"))
