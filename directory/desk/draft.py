"""A draft: where it stands, who has worked on it, and why something cannot be done to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from directory.desk.people import StageError
from directory.pieces import Place


class Stage(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    WAITING = "waiting"
    """Submitted; nothing in it can be changed until somebody has answered."""
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ConflictError(StageError):
    """Somebody else has changed the same piece since the editor saw it; `present` is its text now, None if removed."""

    def __init__(self, place: Place, present: str | None, by: str) -> None:
        super().__init__("Somebody else has changed this meanwhile. Nothing of yours was lost: look at both.")
        self.place = place
        self.present = present
        self.by = by


class BaseMovedError(StageError):
    """Another revision has gone live since the draft began: it has to be brought up to date and read again."""


class ContentError(StageError):
    """The draft is not what the approver has read."""


class MergeError(StageError):
    """The draft and the live revision changed the same pieces; `conflicts` says which."""

    def __init__(self, conflicts: tuple[Place, ...]) -> None:
        super().__init__("The live revision has changed the same entries: settle each of them first.")
        self.conflicts = conflicts


@dataclass(frozen=True, slots=True)
class Edit:
    """Who saved what into a draft, and when."""

    place: Place
    who: str
    name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft without its files."""

    id: int
    title: str
    stage: Stage
    base: int
    """The number of the revision that it began with."""
    hash: str
    opened_by: str
    opened_name: str
    opened_at: dt.datetime
    changed_at: dt.datetime
    reason: str
    submitted_by: str | None
    submitted_name: str | None
    submitted_at: dt.datetime | None
    submitted_hash: str | None
    answer: str
    """What was said when it was sent back."""
    answered_name: str | None
    revision: int | None
    """The number of the revision that it became."""
    edits: tuple[Edit, ...]

    @property
    def authors(self) -> frozenset[str]:
        """The ids of everybody whose work is in it: none of them may approve it."""
        return frozenset({each.who for each in self.edits} | {each for each in (self.submitted_by,) if each})
