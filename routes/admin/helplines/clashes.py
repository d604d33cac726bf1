"""Two editors on one helpline: what the other one changed, in words, and what has to be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from directory.faults import Faults
from directory.load import compile_files
from directory.pieces import replaced
from directory.writing import RowValue, row_text
from routes.admin.helplines.complaints import called
from routes.admin.helplines.form import Clash, Overlap
from routes.admin.helplines.merging import Merged, parts
from routes.admin.helplines.tables import place_of
from routes.admin.helplines.typed import Row
from routes.admin.helplines.work import Work
from routes.admin.pages import desk
from routes.admin.reading import entries_of
from routes.admin.words import _


def clash(work: Work, seen: Row | None, mine: Row, both: Merged | None) -> Clash:
    """Say what somebody else made of a row since `seen`; `both` is None where they removed it."""
    if both is None:
        return Clash(_by(work), removed=True, changes=(), taken=(), overlap=())
    own, result, theirs = parts(mine), parts(both.row), parts(work.present or {})
    return Clash(
        by=_by(work),
        removed=False,
        changes=_changes(work, seen),
        taken=tuple((called(name), shown(result.get(name))) for name in both.taken),
        overlap=_overlap(dict.fromkeys(both.overlap, ""), own, theirs),
    )


def still_open(mine: Row, theirs: Row, choices: Mapping[str, str]) -> Clash:
    """Return what is left of a clash on a form that was sent again: the choices, made or not."""
    return Clash("", removed=False, changes=(), taken=(), overlap=_overlap(choices, parts(mine), parts(theirs)))


def shown(value: RowValue) -> str:
    """Return the value of a field in one line."""
    words = _shown(value)
    return words or _("nothing")


def _overlap(
    choices: Mapping[str, str], mine: Mapping[str, RowValue], theirs: Mapping[str, RowValue]
) -> tuple[Overlap, ...]:
    return tuple(
        Overlap(name, called(name), shown(mine.get(name)), shown(theirs.get(name)), choice)
        for name, choice in choices.items()
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(part for part in map(_shown, value.values()) if part)
    if isinstance(value, list):
        return "; ".join(map(_shown, value))
    return str(value or "")


def _changes(work: Work, seen: Row | None) -> tuple[str, ...]:
    """Return what has changed since `seen`, in the words in which every change is read."""
    if seen is None:
        return ()
    place = place_of(work.id)
    try:
        before = compile_files(replaced(work.files, place, row_text(seen)))
    except Faults:
        return ()
    return tuple(said.words for entry in entries_of(place, before, work.directory) for said in entry.changes)


def _by(work: Work) -> str:
    """Return the name of whoever touched the row last, as far as it is known."""
    place = place_of(work.id)
    if work.draft is not None:
        for edit in reversed(work.draft.edits):
            if edit.place == place:
                return edit.name
    live = desk().revisions.live()
    return live.author_name if live is not None else ""
