"""The directory's files as one YAML text, and back.

The whole is one table: file name to the file's text, word for word, as a literal block. So the comments stay, where
the sources and doubts stand; what comes back is what went out, to the letter; and the strict reader that refuses
anchors, tags and repeated keys reads the outer table as well. One country is its own file, as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from directory import harmonised
from directory.exchange.proposal import Proposal, difference_of
from directory.exchange.troubles import Trouble, TroubleCode, of_fault, trouble
from directory.exchange.upload import MOST_LINES, NO_UTF8, complaint_about, decoded, place_of_wrong_byte
from directory.faults import Fault, FaultCode, Faults
from directory.load import NEEDS, compile_files
from directory.pieces import Files, Place, fingerprint, split
from directory.strict_yaml import Table, Text, parse

_HEAD = "# The whole directory: each field is one of its files, as it stands.\n"
_OUTSIDE = "file"
"""What the text is called in faults until it is known which files it holds."""


def to_yaml(files: Files) -> str:
    """Return all files as one text."""
    return _HEAD + str(yaml.dump(dict(sorted(files.items())), Dumper=_Writer, allow_unicode=True, width=10**6))


def files_in(text: str) -> dict[str, str]:
    """Return the files that a text holds: those of `to_yaml`, or the one file that it is.

    Raises Faults where it is neither.
    """
    table = parse(text, _OUTSIDE)
    name = _name_of(table)
    if name is not None:
        return {name: text}
    wrong = [field for field, node in table.fields.items() if not isinstance(node, Text) or not field.endswith(".yaml")]
    if wrong or not table.fields:
        right = "one country's file (with `country`), or a whole directory (file names such as `ro.yaml: |`)"
        raise Faults([Fault(_OUTSIDE, "", "", FaultCode.UNKNOWN_KEY, f"`{next(iter(wrong), '')}`", right, table.line)])
    return {field: node.value for field, node in table.fields.items() if isinstance(node, Text)}


def from_yaml(data: bytes, files: Files, remove: bool = False) -> Proposal:
    """Say what a text would change in a directory's files, which must load.

    A file with a fault is left as it was, the others are taken. With `remove`, files that a whole directory does not
    hold are taken out.
    """
    refused = complaint_about(data)
    if refused is not None:
        return Proposal(files, faults=(refused,))
    line = place_of_wrong_byte(data)
    if line is not None:
        return Proposal(files, faults=(trouble(TroubleCode.OTHER_SET, line, wrong=NO_UTF8, right="UTF-8"),))
    lines = data.count(b"\n")
    if lines > MOST_LINES:
        told = trouble(TroubleCode.TOO_LARGE, wrong=f"{lines} lines", right=str(MOST_LINES))
        return Proposal(files, faults=(told,))
    try:
        given = files_in(decoded(data))
    except Faults as found:
        return Proposal(files, faults=_troubles(found))
    leaving = set(files) - set(given) if remove and NEEDS in given else set()
    return _settled(files, given, leaving)


def _settled(before: Files, given: Files, leaving: set[str]) -> Proposal:
    """Take the files that load together with those before; leave out the others, with their faults."""
    wanted = {file: text for file, text in given.items() if before.get(file) != text}
    faults: list[Trouble] = []
    while wanted or leaving:
        files = {file: text for file, text in {**before, **wanted}.items() if file not in leaving}
        try:
            return _proposal(before, files, faults)
        except Faults as found:
            faults += _troubles(found)
            touched = {*wanted, *leaving}
            hindering = {fault.file for fault in found.faults} & touched or touched
        wanted = {file: text for file, text in wanted.items() if file not in hindering}
        leaving = leaving - hindering
    return Proposal(before, faults=tuple(faults))


def _proposal(before: Files, after: Files, faults: list[Trouble]) -> Proposal:
    added, changed, removed = difference_of(compile_files(before), compile_files(after))
    rows = {*added, *changed, *removed}
    old, new = split(before), split(after)
    touched = {place for place in {*old, *new} if _differs(old, new, place) and place.entry not in rows}
    tables = tuple(sorted({place.file for place in touched}))
    return Proposal(after, added, changed, removed, tables, tuple(faults))


def _differs(old: Mapping[Place, str], new: Mapping[Place, str], place: Place) -> bool:
    return fingerprint(old.get(place)) != fingerprint(new.get(place))


def _troubles(found: Faults) -> tuple[Trouble, ...]:
    return tuple(of_fault(fault, fault.line, f"{fault.file} {fault.field}".strip()) for fault in found.faults)


def _name_of(table: Table) -> str | None:
    """Return which file of a directory a table is, by its fields."""
    code = table.fields.get("country")
    if isinstance(code, Text):
        return f"{code.value.lower()}.yaml"
    if "harmonised" in table.fields:
        return harmonised.FILE
    return NEEDS if "needs" in table.fields else None


class _Writer(yaml.SafeDumper):
    """Writes texts of several lines as literal blocks."""

    def represent_scalar(self, tag: str, value: str, style: str | None = None) -> yaml.ScalarNode:
        """Write a text; one that a block cannot hold exactly stands in quotation marks."""
        if "\x85" in value:
            return super().represent_scalar(tag, value, '"')
        return super().represent_scalar(tag, value, "|" if "\n" in value else style)
