"""Which tables the pages of the helplines read: a draft's where one is asked for, else those that are live.

The live ones are shown as they were published, with the checks that stand above them: a number that somebody has
switched off stays on these pages, marked, because here it is edited.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort

from directory.desk.draft import Draft, Stage
from directory.desk.people import Actor, UnknownError
from directory.model import Directory
from directory.pieces import Files, Place
from directory.switched import Standing, overlaid
from routes.admin.pages import desk
from routes.admin.standing import NoTablesError, checked_tables


@dataclass(frozen=True, slots=True)
class Tables:
    """What is looked at: a draft, or (None) the live tables."""

    directory: Directory
    draft: Draft | None

    @property
    def source(self) -> str:
        """What the telephone page calls these tables."""
        return "live" if self.draft is None else f"draft:{self.draft.id}"


def tables(asked: str) -> Tables | None:
    """Return a draft's tables by its number as it stands in an address, else the live ones; None before any.

    Aborts with 404 for what is no draft.
    """
    if not asked:
        try:
            return Tables(checked_tables(), None)
        except NoTablesError:
            return None
    draft = draft_of(asked)
    standing = desk().standing()
    return Tables(overlaid(desk().drafts.directory(draft.id), Standing((), standing.ticks)), draft)


def draft_of(asked: str) -> Draft:
    """Return a draft by its number as it stands in an address. Aborts with 404 for what is none."""
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        abort(404)
    try:
        return desk().drafts.get(int(asked))
    except UnknownError:
        abort(404)


def working_draft(who: Actor, asked: str) -> Draft | None:
    """Return the draft that an edit would go into: the one asked for, else the editor's own; None for a new one."""
    return draft_of(asked) if asked else desk().drafts.of(who)


def files_of(draft: Draft | None) -> Files:
    """Return the files that an edit begins with: a draft's, else the live ones. Raises `UnknownError`."""
    if draft is not None:
        return desk().drafts.files(draft.id)
    present = desk().revisions.live()
    if present is None:
        raise UnknownError("There is no revision yet to begin with.")
    return desk().revisions.files(present.number)


def place_of(id_: str) -> Place:
    """Return where the row of a service stands: in the file of the country that its id begins with."""
    return Place(f"{id_[:2].lower()}.yaml", id_)


def drafts_touching(id_: str, but: Draft | None) -> tuple[Draft, ...]:
    """Return the other drafts under way that change a service."""
    place = place_of(id_)
    return tuple(
        each
        for each in desk().drafts.listing((Stage.OPEN, Stage.WAITING))
        if (but is None or each.id != but.id) and any(edit.place == place for edit in each.edits)
    )
