"""What a preview shows: the difference in words, and the troubles of the file as rows in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from directory.difference import difference
from directory.exchange.proposal import Proposal
from directory.exchange.troubles import Trouble
from directory.load import compile_files
from routes.admin.quotes import quoted
from routes.admin.reading import Entry, entries
from routes.admin.transfer.bringing import Brought
from routes.admin.words import _, n_

MOST = 200
"""Troubles on one page; a table that was saved wrongly has thousands."""


@dataclass(frozen=True, slots=True)
class TroubleRow:
    """One trouble in the reader's language."""

    row: str
    column: str
    entry: str
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What is shown of a proposal."""

    sums: tuple[str, ...]
    entries: tuple[Entry, ...]
    faults: tuple[TroubleRow, ...]
    notes: tuple[TroubleRow, ...]
    more: int
    """How many faults and notes are not shown."""
    saves: bool
    """Whether there is anything to put into the change."""
    rest: int
    """How many rows can be completed as a table."""


def preview(found: Brought) -> Preview:
    """Put together what a preview shows."""
    proposal = found.proposal
    changes: tuple[Entry, ...] = ()
    if proposal.files != found.before:
        before, after = compile_files(found.before), compile_files(proposal.files)
        changes = entries(difference(before, after), before, after)
    return Preview(
        sums=_sums(proposal),
        entries=changes,
        faults=_rows(proposal.faults),
        notes=_rows(proposal.notes),
        more=max(0, len(proposal.faults) - MOST) + max(0, len(proposal.notes) - MOST),
        saves=proposal.files != found.before,
        rest=len(proposal.left),
    )


def _sums(found: Proposal) -> tuple[str, ...]:
    """Say how many rows are added, changed, removed and left."""
    counted = (
        (found.added, n_("One helpline is new.", "%(num)d helplines are new.", len(found.added))),
        (found.changed, n_("One helpline changes.", "%(num)d helplines change.", len(found.changed))),
        (found.removed, n_("One helpline is removed.", "%(num)d helplines are removed.", len(found.removed))),
        (found.tables, n_("One file changes beside them.", "%(num)d files change beside them.", len(found.tables))),
        (found.left, n_("One row has faults and is left.", "%(num)d rows have faults and are left.", len(found.left))),
    )
    return tuple(words % {"num": len(what)} for what, words in counted if what)


def _rows(troubles: Sequence[Trouble]) -> tuple[TroubleRow, ...]:
    return tuple(
        TroubleRow(
            "" if each.row is None else str(each.row),
            each.column,
            each.entry,
            _sentence(_(each.template).format(wrong=quoted(each.wrong), right=quoted(each.right))),
        )
        for each in troubles[:MOST]
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
