"""One helpline: what a caller hears of it, what stands in its row, who edited and checked it, what can be done."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, request
from flask.typing import ResponseReturnValue

from directory.changes import FIGURES
from directory.desk.draft import Draft, Stage
from directory.lint import lint_row
from directory.pieces import piece
from directory.switched import overlaid
from routes.admin.helplines.complaints import doubts
from routes.admin.helplines.heard import consequence, heard
from routes.admin.helplines.listing import facts_of, marks_of, positions
from routes.admin.helplines.picture import date_words, picture, times_of
from routes.admin.helplines.tables import drafts_touching, files_of, place_of, tables
from routes.admin.names import language_name
from routes.admin.pages import desk, now, page
from routes.admin.reader import moment
from routes.admin.reading import entries_of
from routes.admin.records import record
from routes.admin.standing import rules
from routes.admin.words import _

_DRAFTS = 200
"""Drafts of the past that are looked through for who edited what."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody's edit of a row, as far as it got."""

    when: str
    who: str
    draft: int
    title: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another draft that touches the same row."""

    draft: int
    title: str
    who: str
    words: tuple[str, ...]


def show(id_: str) -> ResponseReturnValue:
    """Show one helpline of the live tables, or of a draft."""
    found = tables(request.args.get("draft", ""))
    helpline = None if found is None else found.directory.helplines.get(id_)
    if found is None or helpline is None:
        abort(404)
    present = now()
    facts = facts_of(found.directory)
    served = overlaid(found.directory, desk().standing())  # what is switched is not heard
    told = served.helplines.get(id_)
    names = [(language_name(tag), name, tag) for tag, name in helpline.name.items()]
    source = helpline.source
    return page(
        "helplines/one.html",
        tables=found,
        helpline=helpline,
        record=record(helpline, present.date()),
        kind=_(FIGURES[helpline.kind.value]),
        names=names,
        source_date="" if source.date is None else date_words(source.date),
        heard=heard(told, served, present) if told else (),
        consequence=consequence(told) if told else _("Callers hear nothing of it: its numbers are out of service."),
        rules=rules(),
        picture=picture(times_of(helpline, found.directory.countries[helpline.country]), present),
        marks=marks_of(helpline, facts),
        switched=bool(positions(helpline, facts)),
        doubts=doubts(lint_row(found.directory, helpline, present)),
        edits=edits_of(id_),
        elsewhere=elsewhere(id_, found.draft),
        checks=[(date_words(each.on), each.name, each.how) for each in desk().checks.of(id_)],
        own_row=piece(files_of(found.draft), place_of(id_)) is not None if desk().revisions.live() else True,
    )


def edits_of(id_: str) -> tuple[Edited, ...]:
    """Return who edited a row, the newest first, and what became of it."""
    place = place_of(id_)
    found = [
        (edit.at, edit.name, draft)
        for draft in desk().drafts.listing(limit=_DRAFTS)
        for edit in draft.edits
        if edit.place == place
    ]
    newest = sorted(found, key=lambda each: each[0], reverse=True)
    return tuple(Edited(moment(at), who, draft.id, draft.title, _outcome(draft)) for at, who, draft in newest)


def elsewhere(id_: str, but: Draft | None) -> tuple[Elsewhere, ...]:
    """Return the other drafts under way that change a row, with what they change in words."""
    place = place_of(id_)
    found = []
    for draft in drafts_touching(id_, but):
        who = ", ".join(dict.fromkeys(edit.name for edit in draft.edits if edit.place == place))
        base, changed = desk().revisions.directory(draft.base), desk().drafts.directory(draft.id)
        words = tuple(said.words for entry in entries_of(place, base, changed) for said in entry.changes)
        found.append(Elsewhere(draft.id, draft.title, who, words))
    return tuple(found)


def _outcome(draft: Draft) -> str:
    match draft.stage:
        case Stage.PUBLISHED:
            return _("published as revision {number}").format(number=draft.revision)
        case Stage.WAITING:
            return _("waiting for approval")
        case Stage.WITHDRAWN:
            return _("given up")
    return _("in a draft")
