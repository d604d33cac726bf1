"""Mistakes: what would mislead a caller for sure never goes live, whatever way it came into a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

from directory.desk.people import StageError
from directory.findings import Finding, Severity
from directory.lint import lint
from directory.model import Directory

Wordless = Callable[[Directory], Collection[str]]
"""Names what tables call for and the program has no words for: where that is anything, no server can serve them."""


class MistakeError(StageError):
    """A change brings errors with it; `entries` are the ids of the services that have them."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        super().__init__("This would mislead callers: first mend what stands below as an error.")
        self.entries = entries


def must_not_mislead(before: Directory, after: Directory, now: dt.datetime) -> None:
    """Raise `MistakeError` for errors that a change brings with it, at `now` (aware)."""
    entries = tuple(dict.fromkeys(each.entry for each in errors_brought(before, after, now)))
    if entries:
        raise MistakeError(entries)


def must_have_words(after: Directory, wordless: Wordless) -> None:
    """Raise `StageError` for tables that no server could say to a caller."""
    if wordless(after):
        raise StageError(
            "The program has no words yet for a need or a group of people in these tables: "
            "ask the operator to add them."
        )


def errors_brought(before: Directory | None, after: Directory, now: dt.datetime) -> tuple[Finding, ...]:
    """Return the errors of the check that `after` has and `before` has not, at `now` (aware).

    What is wrong in the live revision already, or has become so with time, keeps nobody from mending something else.
    """
    known = _errors(before, now) if before else ()
    return tuple(each for each in _errors(after, now) if each not in known)


def _errors(directory: Directory, now: dt.datetime) -> tuple[Finding, ...]:
    return tuple(each for each in lint(directory, now) if each.severity is Severity.ERROR)
