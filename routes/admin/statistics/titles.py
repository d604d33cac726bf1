"""What each released table is called, what it counts, and what its rows are called where codes do not say it.

All English, as messages: the pages translate them, the command line prints them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HIDDEN = "fewer than 10, or it would give away one that is"
"""Why a figure is hidden."""
NO_MONTH = "Write a month as 2026-01."
WRONG_ORDER = "The last month is before the first."
NOT_RELEASED = "No month of these was released."
DAMAGED = "A month of these is not what was released, and is not shown. Tell whoever looks after the database."
"""What is wrong with the months that somebody asked for."""


@dataclass(frozen=True, slots=True)
class Title:
    """The words of a table: its title, one sentence on what is counted, and the heading of the counts."""

    title: str
    about: str
    unit: str = "Calls"


TITLES: Mapping[str, Title] = {
    "calls_by_day": Title("Calls, day by day", "Calls that were answered by the line, by the day on which they began."),
    "calls_by_band": Title(
        "When in the day callers ring",
        "Calls by the six hours in which they began. The clock is UTC, not the caller's.",
    ),
    "calls_by_language": Title(
        "The languages callers chose", "Calls in which a language was chosen; whoever hung up before is not counted."
    ),
    "calls_by_country": Title(
        "The countries callers asked about", "Calls that came as far as a service, by the country of that service."
    ),
    "calls_by_need": Title("What callers needed", "Calls that came as far as a service, by the need that was chosen."),
    "needs_by_country": Title("What callers needed, country by country", "The same calls, by country and need."),
    "steps_entered": Title(
        "How far callers came",
        "How often each step was reached, in calls and in conversations by text. A caller can reach a step again.",
        "Reached",
    ),
    "steps_stayed": Title(
        "Where callers hung up",
        "How often a conversation ended at each step: it was reached more often than left.",
        "Ended here",
    ),
    "outcomes": Title(
        "What became of forwarded calls", "How often a call was passed on to a service, and how that ended.", "Times"
    ),
    "texts": Title("What became of texts", "Texts that callers asked for, and what happened to them.", "Texts"),
    "languages_not_served": Title(
        "Languages asked for and not served",
        "How often the first service named for a need is stated not to speak the caller's language, in calls and in "
        "conversations by text.",
        "Times",
    ),
    "coverage": Title(
        "Whether a service was open at that moment",
        "How often the first service named for a need was open when the caller heard of it, in calls and in "
        "conversations by text.",
        "Times",
    ),
    "coverage_by_need": Title(
        "Whether a service was open, need by need", "The same, by need and by whether the service was open.", "Times"
    ),
    "written_by_language": Title(
        "Conversations by text, by language",
        "Conversations by text message in which a language was chosen.",
        "Conversations",
    ),
}
"""The name of a table to its words, in the order in which a reader meets them."""

ROWS: Mapping[str, Mapping[str, str]] = {
    "steps": {
        "language": "choosing a language",
        "need": "choosing a need",
        "apart": "needs kept apart",
        "country": "choosing a country",
        "referral": "hearing of a service",
        "number": "hearing the number slowly",
        "consent": "asked about a text",
        "sent": "text promised",
        "forward": "being put through",
        "after": "back from a service",
        "emergency": "emergency advice",
        "person": "told that a person comes next",
        "goodbye": "goodbye",
    },
    "outcomes": {
        "forwarding": "put through",
        "completed": "spoke with the service",
        "answered": "answered",
        "busy": "busy",
        "no_answer": "nobody answered",
        "failed": "could not be reached",
        "canceled": "caller hung up while it rang",
    },
    "texts": {
        "asked": "asked for",
        "sent": "handed to the carrier",
        "dropped": "not sent: too late",
        "refused": "not sent: refused",
        "unknown": "fate not known",
        "repeated": "not sent again",
        "delivered": "delivered",
        "undelivered": "not delivered",
        "failed": "failed at the carrier",
    },
    "coverage": {
        "open": "open",
        "closed": "closed",
        "unknown": "hours not known",
        "nobody": "no service but the emergency number",
    },
}
"""What rows are called where a code alone would not say it, by group, in the order of a conversation."""
COLUMNS: Mapping[str, str] = {
    "day": "Day",
    "band": "Hours, UTC",
    "language": "Language",
    "country": "Country",
    "need": "Need",
    "what": "What",
    "kind": "Kind",
    "name": "What",
    "count": "Count",
}
"""The headings of columns."""
GROUPS: Mapping[str, str] = {
    "steps_entered": "steps",
    "steps_stayed": "steps",
    "outcomes": "outcomes",
    "texts": "texts",
    "coverage": "coverage",
    "coverage_by_need": "coverage",
}
"""The name of a table to the group that names its rows."""
NO_VALUE = "not known"
"""What stands for a language, a country or a need that nobody has said."""


_SENTENCES = (NO_VALUE, HIDDEN, NO_MONTH, WRONG_ORDER, NOT_RELEASED, DAMAGED)


def messages() -> tuple[str, ...]:
    """Return every message of this module, for translators."""
    said = [word for each in TITLES.values() for word in (each.title, each.about, each.unit)]
    return (*said, *(word for group in ROWS.values() for word in group.values()), *COLUMNS.values(), *_SENTENCES)


def row_name(table: str, key: str) -> str:
    """Return what a row is called (an English message); the key itself where nothing more is known."""
    return ROWS.get(GROUPS.get(table, ""), {}).get(key, key.replace("_", " "))
