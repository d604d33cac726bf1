"""What the check of a loaded directory can find, as codes; the sentences stand in one table.

Faults (`directory.faults`) keep a directory from being loaded. Findings are about one that loads: errors would
mislead a caller, warnings probably would, doubts are what nobody has verified yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs, worst first. Only errors make the check fail."""

    ERROR = "error"
    WARNING = "warning"
    DOUBT = "doubt"


class LintCode(StrEnum):
    """The kinds of finding."""

    HOURS_OVERRIDDEN = "hours_overridden"
    HOURS_PARTLY_OVERRIDDEN = "hours_partly_overridden"
    HOURS_AFTER_MIDNIGHT = "hours_after_midnight"
    HOURS_CUT_NIGHT = "hours_cut_night"
    HOURS_FULL_CIRCLE = "hours_full_circle"
    HOURS_NEVER_OPEN = "hours_never_open"
    HOLIDAY_UNDONE = "holiday_undone"
    HOLIDAY_CUTS_NIGHT = "holiday_cuts_night"
    HOLIDAY_UNSAID = "holiday_unsaid"
    HOLIDAY_REGIONAL = "holiday_regional"
    EXCEPTIONS_EXPIRED = "exceptions_expired"
    SAY_IS_NOT_DIAL = "say_is_not_dial"
    NUMBER_SHARED = "number_shared"
    NUMBER_COSTS = "number_costs"
    FREEPHONE_FROM_ABROAD = "freephone_from_abroad"
    NOT_FROM_ABROAD = "not_from_abroad"
    COST_UNKNOWN = "cost_unknown"
    HOURS_UNKNOWN = "hours_unknown"
    NAME_LONG = "name_long"
    NAME_MISSING = "name_missing"
    NEVER_CHECKED = "never_checked"
    CHECK_OVERDUE = "check_overdue"
    CHECK_IN_FUTURE = "check_in_future"
    MENU_LONG = "menu_long"


_WORDS: dict[LintCode, tuple[Severity, str]] = {
    LintCode.HOURS_OVERRIDDEN: (
        Severity.ERROR,
        "`;` lets {detail} take the place of the whole day before it: join the times of one day with a comma",
    ),
    LintCode.HOURS_PARTLY_OVERRIDDEN: (
        Severity.WARNING,
        "{detail} takes the place of the hours already given for that day: is that meant?",
    ),
    LintCode.HOURS_AFTER_MIDNIGHT: (
        Severity.WARNING,
        "{detail} ends after 24:00: if the night is meant, write `22:00-06:00`, else it is a slip",
    ),
    LintCode.HOURS_CUT_NIGHT: (
        Severity.WARNING,
        "the night of {detail} ends at midnight, because after `;` the next day has hours of its own: write `,` in the "
        "place of that `;`, or give the next day the rest of the night",
    ),
    LintCode.HOURS_FULL_CIRCLE: (
        Severity.WARNING,
        "{detail} lasts until the same time on the next day: write `00:00-24:00` or mend it",
    ),
    LintCode.HOURS_NEVER_OPEN: (Severity.ERROR, "it opens at no time in the coming weeks"),
    LintCode.HOLIDAY_UNDONE: (
        Severity.ERROR,
        "the rule for public holidays (PH) stands before {detail}, which undoes it: write it last",
    ),
    LintCode.HOLIDAY_CUTS_NIGHT: (
        Severity.WARNING,
        "`PH` ends at midnight the night shift that began before a holiday, and keeps the tail of the one that "
        "falls away: write the night as `00:00-06:00,22:00-24:00`",
    ),
    LintCode.HOLIDAY_UNSAID: (Severity.DOUBT, "nothing is said about public holidays"),
    LintCode.HOLIDAY_REGIONAL: (
        Severity.DOUBT,
        "{detail}: only the holidays of the whole country are known, add regional ones as exceptions",
    ),
    LintCode.EXCEPTIONS_EXPIRED: (Severity.WARNING, "all its exceptions are past, the last on {detail}"),
    LintCode.SAY_IS_NOT_DIAL: (Severity.ERROR, "what is said and what is rung are not one line: {detail}"),
    LintCode.NUMBER_SHARED: (Severity.WARNING, "another service has the same number: {detail}"),
    LintCode.NUMBER_COSTS: (Severity.WARNING, "{detail} lies in a range that costs more, but the cost says else"),
    LintCode.FREEPHONE_FROM_ABROAD: (
        Severity.DOUBT,
        "{detail} is a freephone number, which is rarely reached from abroad",
    ),
    LintCode.NOT_FROM_ABROAD: (
        Severity.DOUBT,
        "no number is reached from abroad: an international line can only say it",
    ),
    LintCode.COST_UNKNOWN: (Severity.DOUBT, "nobody knows what a call costs"),
    LintCode.HOURS_UNKNOWN: (Severity.DOUBT, "nobody knows its hours"),
    LintCode.NAME_LONG: (Severity.WARNING, "the name in {detail} is too long to be said in one breath"),
    LintCode.NAME_MISSING: (Severity.DOUBT, "it has no name in {detail}, the language of its country"),
    LintCode.NEVER_CHECKED: (Severity.DOUBT, "nobody has rung to verify it"),
    LintCode.CHECK_OVERDUE: (Severity.WARNING, "it was verified on {detail}: that is too long ago"),
    LintCode.CHECK_IN_FUTURE: (Severity.ERROR, "it was verified on {detail}, which is still to come"),
    LintCode.MENU_LONG: (Severity.WARNING, "{detail} needs stand in its menu: callers cannot keep more than 8 apart"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a directory that loads.

    `entry` is the id of the row, or the code of a country. `detail` is what the sentence quotes.
    """

    code: LintCode
    country: str
    entry: str
    field: str
    detail: str = ""

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return _WORDS[self.code][0]

    @property
    def template(self) -> str:
        """The English sentence with `{detail}`, for translating before it is filled in."""
        return _WORDS[self.code][1]

    @property
    def words(self) -> str:
        """What is wrong, in a sentence for editors."""
        return self.template.format(detail=self.detail)

    def __str__(self) -> str:
        return f"{self.entry}: {self.field}: {self.words}"
