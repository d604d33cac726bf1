"""What can change between two directories, as codes; the sentences stand in one table.

A change names what it is about, says in words what was and what will be, and whether it is grave: a changed number is
the worst that can be done to a caller, and stands before everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from directory.statement import Statement, Value, state


class About(StrEnum):
    """In which table a change stands."""

    SERVICE = "service"
    COUNTRY = "country"
    NEED = "need"
    TABLE = "table"
    """The table of needs as a whole."""


class ChangeCode(StrEnum):
    """The kinds of change."""

    NUMBER_CHANGED = "number_changed"
    NUMBER_REMOVED = "number_removed"
    NUMBER_ADDED = "number_added"
    NUMBERS_REORDERED = "numbers_reordered"
    SERVICE_REMOVED = "service_removed"
    NEED_TAKEN = "need_taken"
    HOURS = "hours"
    EXCEPTION = "exception"
    EXCEPTION_REASON = "exception_reason"
    HOURS_REWRITTEN = "hours_rewritten"
    NUMBER_REGROUPED = "number_regrouped"
    SERVICE_ADDED = "service_added"
    SERVICES_REORDERED = "services_reordered"
    NAME_ADDED = "name_added"
    NAME_REMOVED = "name_removed"
    NAME_CHANGED = "name_changed"
    ADDED = "added"
    TAKEN = "taken"
    REORDERED = "reordered"
    FIELD = "field"
    COUNTRY_ADDED = "country_added"
    COUNTRY_REMOVED = "country_removed"
    NEED_ADDED = "need_added"
    NEED_REMOVED = "need_removed"


WORDS: dict[ChangeCode, str] = {
    ChangeCode.NUMBER_CHANGED: "the telephone number changes: was {was}; will be {will}",
    ChangeCode.NUMBER_REMOVED: "a telephone number is taken away: {was}",
    ChangeCode.NUMBER_ADDED: "a telephone number is added: {will}",
    ChangeCode.NUMBERS_REORDERED: "the telephone numbers stand in another order: was {was}; will be {will}",
    ChangeCode.SERVICE_REMOVED: "the service is taken away, callers are no longer led to it: {name}; {numbers}",
    ChangeCode.NEED_TAKEN: "callers with this need are no longer led to it: {what}",
    ChangeCode.HOURS: "{days}: was {was}, will be {will}",
    ChangeCode.EXCEPTION: "{days}: was {was}, will be {will} (reason: {reason})",
    ChangeCode.EXCEPTION_REASON: "{days}: the reason for the other hours was {was}, will be {will}",
    ChangeCode.HOURS_REWRITTEN: "the hours mean the same and are written otherwise: was {was}, will be {will}",
    ChangeCode.NUMBER_REGROUPED: "a number is said in other groups: was {was}; will be {will}",
    ChangeCode.SERVICE_ADDED: "the service is new: {name}; for {needs}; {numbers}; {hours}",
    ChangeCode.SERVICES_REORDERED: "the services stand in another order: was {was}; will be {will}",
    ChangeCode.NAME_ADDED: "it gets a name in {language}: {will}",
    ChangeCode.NAME_REMOVED: "it has no name in {language} any more; it was {was}",
    ChangeCode.NAME_CHANGED: "its name in {language}: was {was}, will be {will}",
    ChangeCode.ADDED: "{field}: now also {what}",
    ChangeCode.TAKEN: "{field}: no longer {what}",
    ChangeCode.REORDERED: "{field}, in another order: was {was}; will be {will}",
    ChangeCode.FIELD: "{field}: was {was}, will be {will}",
    ChangeCode.COUNTRY_ADDED: "the country is new",
    ChangeCode.COUNTRY_REMOVED: "the country is taken away with all its services",
    ChangeCode.NEED_ADDED: "the need is new in the table of needs",
    ChangeCode.NEED_REMOVED: "the need is taken out of the table of needs",
}

FIELDS: dict[str, str] = {
    "country": "country",
    "kind": "kind of service",
    "needs": "needs",
    "audience": "for whom it is",
    "languages": "languages in which it answers",
    "timezone": "time zone",
    "cost": "cost of a call",
    "anonymous": "whether a caller can stay anonymous",
    "source.file": "source",
    "source.date": "date of the source",
    "source.quote": "words of the source",
    "checked": "last check",
    "note": "note",
    "calling_code": "telephone prefix",
    "fallback": "needs that are tried next",
    "shown": "when it stands in the menu",
    "neighbours": "neighbouring needs",
    "audiences": "audiences",
    "general_need": "need of the general line",
    "emergency_need": "need of the emergency services",
    "order": "order of the menu",
}
"""What the fields of the tables are called in a sentence."""

FIGURES: dict[str, str] = {
    "helpline": "helpline",
    "organisation": "organisation with a telephone",
    "reporting": "line that takes reports",
    "emergency": "emergency service",
    "free": "free",
    "standard": "as an ordinary call",
    "charged": "more than an ordinary call",
    "unknown": "unknown",
    "always": "always",
    "where_served": "only where a service is for it",
    "apart": "apart from the menu",
    "never": "never",
    "national": "works inside the country",
    "abroad": "works from abroad",
    "anywhere": "works from everywhere",
    "yes": "yes",
    "no": "no",
}
"""Fixed values of fields."""

QUOTED = "“{text}”"
NOTHING = "nothing"
RUNG = "{say}, {reach}, forwarded to {dial}"
SAID = "{say}, {reach}, only read out"
FALLBACK = "after {need}: {next}"

TEMPLATES = (*WORDS.values(), *FIELDS.values(), *FIGURES.values(), QUOTED, NOTHING, RUNG, SAID, FALLBACK)
"""All sentences and words of this module, for translators."""

_WORST = (
    ChangeCode.NUMBER_CHANGED,
    ChangeCode.NUMBER_REMOVED,
    ChangeCode.NUMBER_ADDED,
    ChangeCode.NUMBERS_REORDERED,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different.

    `entries` are the ids of the rows (services, needs) or the codes of the countries in which it changes: several where
    a harmonised number changes alike in several countries. `field` is the way to the value inside the row.
    """

    about: About
    code: ChangeCode
    entries: tuple[str, ...]
    field: str
    statement: Statement
    grave: bool = False

    @property
    def weight(self) -> int:
        """How far from the top it stands: numbers first, then what is grave, then the rest."""
        return 0 if self.grave and self.code in _WORST else 1 if self.grave else 2

    def __str__(self) -> str:
        return f"{', '.join(self.entries)}: {self.statement}"


def change(
    about: About,
    code: ChangeCode,
    entry: str,
    field: str = "",
    values: Mapping[str, Value] | None = None,
    grave: bool = False,
) -> Change:
    """Return a change of one entry, with the sentence of its code filled in."""
    return Change(about, code, (entry,), field, state(WORDS[code], **(values or {})), grave)


def quoted(text: str) -> Value:
    """Return somebody's own words in quotation marks, or the word for nothing."""
    return state(QUOTED, text=text) if text else state(NOTHING)
