"""Mistakes: what would mislead a caller for sure never goes live, whatever way it came into a draft."""

from __future__ import annotations

import datetime as dt

from directory.desk.people import StageError
from directory.findings import Finding, Severity
from directory.lint import lint
from directory.model import Directory


class MistakeError(StageError):
    """A change brings errors with it; `entries` are the ids of the services that have them."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        super().__init__("This would mislead callers: first mend what stands below as an error.")
        self.entries = entries


def must_not_mislead(before: Directory, after: Directory, now: dt.datetime) -> None:
    """Raise `MistakeError` for errors of the check that `after` has and `before` has not, at `now` (aware).

    What is wrong in the live revision already, or has become so with time, keeps nobody from mending something else.
    """
    known = {_key(each) for each in _errors(before, now)}
    entries = tuple(dict.fromkeys(each.entry for each in _errors(after, now) if _key(each) not in known))
    if entries:
        raise MistakeError(entries)


def _errors(directory: Directory, now: dt.datetime) -> list[Finding]:
    return [each for each in lint(directory, now) if each.severity is Severity.ERROR]


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.code.value, finding.entry, finding.field, finding.detail
