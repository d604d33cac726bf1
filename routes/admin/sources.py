"""Which tables a page looks at: those that callers are served now, a published revision, or a draft.

A word in the address says it: `live`, a revision's number, `draft:7`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from directory.desk.draft import Stage
from directory.desk.people import DeskError
from directory.faults import Faults
from directory.model import Directory
from directory.switched import Standing, overlaid
from ivr.edition import NoEditionError
from routes.admin.pages import desk, services
from routes.admin.words import _

LIVE = "live"
_WORD = re.compile(r"(?P<draft>draft:)?(?P<number>[1-9]\d{0,8})")
_MOST = 30
"""Revisions offered for choosing; any other can be named in the address."""


class SourceError(Exception):
    """There are no such tables, or none that can be read; the message says so in the reader's language."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Tables that can be chosen."""

    word: str
    words: str
    """What they are called in the reader's language."""


def tables(word: str) -> Directory:
    """Return the tables that a word names, as callers would be served them: what is switched off stays off.

    Raises `SourceError`.
    """
    if word == LIVE:
        return _live()
    found = _WORD.fullmatch(word)
    if found is None:
        raise SourceError(_("There are no such tables. Choose from the list."))
    number = int(found["number"])
    try:
        directory = desk().drafts.directory(number) if found["draft"] else desk().revisions.directory(number)
    except DeskError as fault:
        raise SourceError(_(str(fault))) from fault
    except Faults as fault:
        raise SourceError(_("These tables have faults, so nothing can be shown of them.")) from fault
    return _overlaid(directory, desk().standing())


def choices(chosen: str = LIVE) -> tuple[Choice, ...]:
    """Return what can be chosen: the live tables, drafts on their way, and published revisions, the newest first."""
    drafts = [
        Choice(f"draft:{each.id}", _("Draft {number}: {title}").format(number=each.id, title=each.title))
        for each in desk().drafts.listing((Stage.OPEN, Stage.WAITING))
    ]
    revisions = [
        Choice(str(each.number), _("Revision {number}, {date}").format(number=each.number, date=f"{each.at:%Y-%m-%d}"))
        for each in desk().revisions.history(_MOST)
    ]
    listed = (Choice(LIVE, _("Live: what callers are served now")), *drafts, *revisions)
    if _WORD.fullmatch(chosen) and chosen not in {each.word for each in listed}:
        return (*listed, Choice(chosen, named(chosen)))
    return listed


def named(word: str) -> str:
    """Return what tables are called in a sentence."""
    if word == LIVE:
        return _("the live tables")
    if word.startswith("draft:"):
        return _("draft {number}").format(number=word.removeprefix("draft:"))
    return _("revision {number}").format(number=word)


def _live() -> Directory:
    try:
        return services().shelf.current.directory
    except NoEditionError as fault:
        raise SourceError(_("No directory is being served.")) from fault


@lru_cache(maxsize=16)
def _overlaid(directory: Directory, standing: Standing) -> Directory:
    """Keep one object for equal questions: what is worked out from a directory is remembered by it."""
    return overlaid(directory, standing)
