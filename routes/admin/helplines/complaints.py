"""What is wrong or doubtful in the form, in the reader's language, each with the control that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from directory.faults import Fault, FaultCode
from directory.findings import Finding, Severity
from routes.admin.helplines.typed import LONGEST, MOST_ROWS
from routes.admin.names import found_words, language_name
from routes.admin.quotes import quoted
from routes.admin.words import _

_PLACE = re.compile(r"(?P<list>numbers|exceptions)\[(?P<row>\d+)\](?:\.(?P<field>say|dial|from|date|hours|reason))?")
_LISTED = re.compile(r"\[\d+\]")
_CONTROLS = frozenset({
    "id", "kind", "needs", "audience", "languages", "hours", "timezone", "cost", "anonymous", "source.file",
    "source.date", "source.quote", "note", "exceptions", "numbers", "name", "confirmed", "week",
})  # fmt: skip
_LONGEST_QUOTE = 240
_UNREADABLE = re.compile("^not opening hours:| is neither | is not a span of a day")
"""Of the sentences about hours those that quote all of them, or say what a parser expected in its own terms."""
_CHARACTER = re.compile(r"(?P<name>.+) may not stand here \(place (?P<place>\d+)\)")
_UNTIDY = "at place {place} stands a character that may not be there ({name}); write {right}"
_NO_HOURS = "these hours cannot be read; write {right}"
_CHOSEN = frozenset({"needs", "audience"})
_CHOOSE = "choose at least one"
_IN_A_FORM = {
    FaultCode.NOT_A_NUMBER: "{wrong} is not what a caller can dial; write digits in groups, such as 0800 800 678",
    FaultCode.DIAL_FOREIGN: "{wrong} is a number of another country; write one with this country's prefix",
    FaultCode.DIAL_HARMONISED: "{wrong} would ring an American number: 116 numbers have no international form; "
    "leave this field empty",
    FaultCode.DIAL_SHORT: "{wrong} is a short or emergency number that no carrier may ring; leave this field empty",
    FaultCode.DIAL_EMERGENCY: "{wrong} is an emergency service: it is said, never rung; leave this field empty",
    FaultCode.DIAL_INVALID: "{wrong} is not a number that exists in any numbering plan; write the whole number as its "
    "owner prints it, or leave this field empty",
    FaultCode.EMERGENCY_MIXED: "emergency services have the kind and the need of emergency and no other; choose both, "
    "or neither",
}
"""Sentences that speak of fields where those of `directory.faults` speak of files."""
_FIRST = {"numbers": "say", "exceptions": "date"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One sentence about a field."""

    control: str
    """The id of the control, empty for the form as a whole."""
    label: str
    """What the field is called; empty for the form as a whole."""
    words: str

    @property
    def sentence(self) -> str:
        """The field and what is wrong with it."""
        return _("{label}: {words}").format(label=self.label, words=self.words) if self.label else self.words


@dataclass(frozen=True, slots=True)
class Doubt:
    """One finding of the check in words, and how much it weighs."""

    severity: Severity
    mark: str
    words: str


def complaints(faults: Iterable[Fault], names: Iterable[str] = ()) -> tuple[Complaint, ...]:
    """Return faults as complaints; `names` are the languages of the names in the order of the form."""
    tags = list(names)
    return tuple(about(fault.field, words_of(fault), tags) for fault in faults)


def words_of(fault: Fault) -> str:
    """Return what is wrong and what would be right, in a sentence with a capital."""
    character = _CHARACTER.fullmatch(fault.wrong)
    if fault.code is FaultCode.UNTIDY and character is not None:
        return sentence(_(_UNTIDY).format(right=_quoted(fault.right), **character.groupdict()))
    parts = {"wrong": fault.wrong, "right": fault.right}
    return sentence(_(_template(fault)).format(**{name: _quoted(text) for name, text in parts.items()}))


def _template(fault: Fault) -> str:
    """Return the sentence of a fault as somebody reads it who fills in a form, and sees no file."""
    if fault.code is FaultCode.BAD_HOURS and _UNREADABLE.search(fault.wrong):
        return _NO_HOURS
    if fault.code is FaultCode.EMPTY and fault.field in _CHOSEN:
        return _CHOOSE
    return _IN_A_FORM.get(fault.code, fault.template)


def _quoted(text: str) -> str:
    """Return what a sentence quotes, cut where it would fill the page."""
    words = quoted(text)
    return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"


def about(way: str, words: str, names: list[str] | None = None) -> Complaint:
    """Return a complaint about the value at `way` inside the row, such as `numbers[2].dial` or `name.ro`."""
    found = _PLACE.fullmatch(way)
    if found is not None:
        row = int(found["row"])
        field = found["field"] or _FIRST[found["list"]]
        named = _("Number {place}") if found["list"] == "numbers" else _("Single day {place}")
        return Complaint(f"{found['list']}-{row}-{field}", named.format(place=row), words)
    if way.startswith("name."):
        tag = way.removeprefix("name.")
        place = names.index(tag) + 1 if names and tag in names else 1
        return Complaint(f"name-{place}-text", _("Name in {language}").format(language=language_name(tag)), words)
    bare = _LISTED.sub("", way)
    return Complaint(bare.replace(".", "-"), label(bare), words) if bare in _CONTROLS else Complaint("", way, words)


def label(name: str) -> str:
    """Return what a field of the form is called."""
    return {
        "id": _("Our own name for it"),
        "kind": _("What stands behind the number"),
        "name": _("Names"),
        "needs": _("Needs"),
        "audience": _("For whom it is"),
        "languages": _("Languages in which it answers"),
        "hours": _("Opening hours"),
        "exceptions": _("Single days with other hours"),
        "timezone": _("Time zone"),
        "numbers": _("Numbers"),
        "cost": _("What a call costs"),
        "anonymous": _("Can a caller stay anonymous?"),
        "source": _("Source"),
        "source.file": _("Source: which document"),
        "source.date": _("Source: its date"),
        "source.quote": _("Source: its own words"),
        "checked": _("Checked"),
        "note": _("Note"),
        "confirmed": _("Calendar"),
        "week": _("Plain week"),
    }.get(name, name)


def called(name: str) -> str:
    """Return what a part of the row is called, a name with its language."""
    if name.startswith("name."):
        return _("Name in {language}").format(language=language_name(name.removeprefix("name.")))
    return label(name)


def too_long(names: Iterable[str]) -> tuple[Complaint, ...]:
    """Return complaints about fields that hold more than any row needs."""
    lists = {"name", "exceptions", "numbers"}
    said = _("This is too long: {most} characters are the most.").format(most=LONGEST)
    many = _("This is too much: {most} rows, of {characters} characters each, are the most.")
    many = many.format(most=MOST_ROWS, characters=LONGEST)
    return tuple(about(name, many if name in lists else said) for name in names)


def doubts(findings: Iterable[Finding]) -> tuple[Doubt, ...]:
    """Return findings in words, in their order."""
    marks = {Severity.ERROR: _("error"), Severity.WARNING: _("warning"), Severity.DOUBT: _("doubt")}
    return tuple(Doubt(each.severity, marks[each.severity], finding_words(each)) for each in findings)


def finding_words(finding: Finding) -> str:
    """Return a finding in a sentence with a capital."""
    return sentence(found_words(finding))


def errors(findings: Iterable[Finding]) -> tuple[Complaint, ...]:
    """Return the findings that would mislead a caller as complaints: a row with one is not saved."""
    return tuple(about(each.field, finding_words(each)) for each in findings if each.severity is Severity.ERROR)


def sentence(words: str) -> str:
    """Return words with a capital and a full stop, as they stand by themselves."""
    words = words[:1].upper() + words[1:]
    return words if words.endswith((".", "?")) else f"{words}."
