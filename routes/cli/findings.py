"""What `fanal doctor` finds, and how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Health(IntEnum):
    """How bad a finding is; the worst one is the command's exit status."""

    FINE = 0
    DOUBTFUL = 1
    WRONG = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """How bad it is, which part of the installation it is about, and a sentence: what, where, what would be right."""

    health: Health
    about: str
    sentence: str


def fine(about: str, sentence: str) -> Finding:
    """Make a finding that all is well."""
    return Finding(Health.FINE, about, sentence)


def doubtful(about: str, sentence: str) -> Finding:
    """Make a finding that somebody should look at something."""
    return Finding(Health.DOUBTFUL, about, sentence)


def wrong(about: str, sentence: str) -> Finding:
    """Make a finding that something does not work."""
    return Finding(Health.WRONG, about, sentence)
