"""The pieces of a directory's files: the head of each file, and each row of a country's helplines.

A change touches pieces, not files: the lines of other rows, with their comments, stay as they are, and two people who
change different rows do not stand in each other's way. A file that cannot be cut into lines of rows (other fields after
them, several in one line) is first written anew in our way; only its comments are lost by that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from directory.load import SHARED
from directory.strict_yaml import Items, Node, Table, Text, parse
from directory.writing import row_text, table_text

Files = Mapping[str, str]
"""A directory's content: the texts of its files, by file name."""
HEAD = ""
"""The entry that stands for a file's head: all that comes before its helplines; the whole of a shared file."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a piece stands: a file, and the id of a row in it (`HEAD` for what is no row)."""

    file: str
    entry: str = HEAD


@dataclass(frozen=True, slots=True)
class Merge:
    """Two changes of the same files put together; where both changed a piece in different ways, theirs stands."""

    files: dict[str, str]
    conflicts: tuple[Place, ...]


def split(files: Files) -> dict[Place, str]:
    """Return the text of every piece. Raises Faults where a file is no YAML."""
    return {place: text for file in files for place, text in _split_file(file, files[file]).items()}


def piece(files: Files, place: Place) -> str | None:
    """Return the text of one piece, None where there is none."""
    text = files.get(place.file)
    return None if text is None else _split_file(place.file, text).get(place)


def remarks(text: str | None) -> str:
    """Return the comments above a row as it stands, to be kept above what becomes of it; empty where there are none."""
    lines = [line.strip() for line in (text or "").splitlines()]
    return "".join(f"{line}\n" for line in takewhile(lambda line: line.startswith("#"), lines))


def fingerprint(text: str | None) -> str:
    """Return 16 hexadecimal digits that name a piece's text, however its lines end; empty where there is none."""
    if text is None:
        return ""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def replaced(files: Files, place: Place, text: str | None) -> dict[str, str]:
    """Return the files with one piece put in place, added at the end of its file, or taken out (None).

    A file without its head is no file: it is taken out whole. A row is written as an item of a list
    (`directory.writing.row_text`), at any indentation. Raises KeyError where a row is put into a file that does not
    exist.
    """
    if text is None and place.file not in files:
        return dict(files)
    if place.entry == HEAD and (text is None or place.file in SHARED or place.file not in files):
        return _with(files, place.file, text)
    found = _split_file(place.file, files[place.file])
    if text is None:
        found.pop(place, None)
    else:
        found[place] = text if place.entry == HEAD else _indented(text, _indent_of(found))
    return _with(files, place.file, _joined(found))


def all_replaced(files: Files, changes: Mapping[Place, str | None]) -> dict[str, str]:
    """Return the files with many rows replaced as by `replaced`, each file read once. Raises KeyError as it does."""
    result = dict(files)
    for file in dict.fromkeys(place.file for place in changes):
        found = _split_file(file, files[file])
        indent = _indent_of(found)
        for place, text in changes.items():
            if place.file == file and text is None:
                found.pop(place, None)
            elif place.file == file and text is not None:
                found[place] = _indented(text, indent)
        result[file] = _joined(found)
    return result


def with_piece_of(other: Files, files: Files, place: Place) -> dict[str, str]:
    """Return `files` with one piece as in `other`; with the head of a file that is not in both, the whole file."""
    if place.entry == HEAD and not (place.file in files and place.file in other):
        return _with(files, place.file, other.get(place.file))
    return replaced(files, place, piece(other, place))


def merged(base: Files, ours: Files, theirs: Files) -> Merge:
    """Return `theirs` with what `ours` changed since `base`, piece by piece, and in the order that one side gave them.

    A file that one side took out and the other changed is a conflict, too. Where both have changed the order of a
    file's rows, theirs stands.
    """
    old, mine, result = split(base), split(ours), dict(theirs)
    other, conflicts = split(theirs), []
    touched = {place.file for place in {*old, *other} if fingerprint(old.get(place)) != fingerprint(other.get(place))}
    for place in sorted({*old, *mine}):
        was, wanted, present = (fingerprint(each.get(place)) for each in (old, mine, other))
        if wanted in {was, present}:
            continue
        is_taken_out = place.entry == HEAD and not wanted and place.file in touched
        is_homeless = place.entry != HEAD and bool(wanted) and place.file not in result
        if present != was or is_taken_out or is_homeless:
            conflicts.append(place)
            continue
        result = replaced(result, place, mine.get(place))
    for file in result.keys() - {*SHARED}:
        wanted_order = _new_order(*([place for place in one if place.file == file] for one in (old, mine, other)))
        if wanted_order:
            result[file] = _rearranged(_split_file(file, result[file]), wanted_order)
    return Merge(result, tuple(conflicts))


def _new_order(base: list[Place], ours: list[Place], theirs: list[Place]) -> list[Place]:
    """Return rows that all three have, as ours orders them, where only ours has changed their order; else nothing."""
    shared = {*base} & {*ours} & {*theirs}
    was, wanted, present = ([place for place in one if place in shared] for one in (base, ours, theirs))
    return wanted if wanted != was == present else []


def _rearranged(found: Mapping[Place, str], order: list[Place]) -> str:
    """Return a file whose named rows stand in this order, each in the place of one of them; others stay."""
    turned = iter(place for place in order if place in found)
    named = {*order}
    return _joined({place: found[place] for place in (next(turned) if each in named else each for each in found)})


def _with(files: Files, file: str, text: str | None) -> dict[str, str]:
    changed = {**files, file: text or ""}
    if text is None:
        del changed[file]
    return changed


def _split_file(file: str, text: str) -> dict[Place, str]:
    if file in SHARED:
        return {Place(file): text}
    table = parse(text, file)
    lines = text.splitlines(keepends=True)
    if not _is_laid_out(table, lines):
        text = _laid_out(table)
        table, lines = parse(text, file), text.splitlines(keepends=True)
    starts = [(_start(lines, line), entry) for line, entry in _rows(table)]
    if not starts:
        return {Place(file): text}
    ends = [*(start for start, _ in starts[1:]), len(lines)]
    found = {Place(file): "".join(lines[: starts[0][0]])}
    for (start, entry), end in zip(starts, ends, strict=True):
        found[Place(file, entry)] = "".join(lines[start:end])
    return found


def _is_laid_out(table: Table, lines: list[str]) -> bool:
    """Tell whether the rows are the last that a file says, and each begins with a dash on a line of its own."""
    rows = table.fields.get("helplines")
    if not isinstance(rows, Items):
        return True
    named = [line.partition("#")[0].split() for line in lines if line.startswith("helplines:")]
    if [*table.fields][-1] != "helplines" or any(line.startswith("...") for line in lines):
        return False
    if not rows.items:
        return named == [["helplines:", "[]"]]
    begun = [lines[row.line - 1].lstrip().startswith("- ") for row in rows.items]
    return named == [["helplines:"]] and all(begun) and len({row.line for row in rows.items}) == len(rows.items)


def _laid_out(table: Table) -> str:
    """Write a country's file anew, in our way; what it says stays the same."""
    head = {name: _values(node) for name, node in table.fields.items() if name != "helplines"}
    rows = _values(table.fields["helplines"])
    found = {Place("", str(place)): _indented(row_text(row), 2) for place, row in enumerate(rows)}
    return _joined({Place(""): table_text(head), **found})


def _values(node: Node) -> Any:
    match node:
        case Text(value=value):
            return value
        case Items(items=items):
            return [_values(each) for each in items]
    return {name: _values(each) for name, each in node.fields.items()}


def _rows(table: Table) -> list[tuple[int, str]]:
    """Return the line, from 0, and the id of each row."""
    rows = table.fields.get("helplines")
    found = []
    for row in rows.items if isinstance(rows, Items) else ():
        id_ = row.fields.get("id") if isinstance(row, Table) else None
        if isinstance(id_, Text):
            found.append((row.line - 1, id_.value))
    return found


def _start(lines: list[str], line: int) -> int:
    """Return where a row begins: with the comments that stand right above it, no further to the right than its dash."""
    most = _indent(lines[line])
    while line > 0 and lines[line - 1].lstrip().startswith("#") and _indent(lines[line - 1]) <= most:
        line -= 1
    return line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _indent_of(found: Mapping[Place, str]) -> int:
    """Return how far the rows of a file are indented: two spaces where there is none yet."""
    for place, text in found.items():
        if place.entry != HEAD:
            return _indent(next(line for line in text.splitlines() if line.lstrip().startswith("-")))
    return 2


def _indented(text: str, indent: int) -> str:
    """Return a row as far to the right as wanted; a comment further to the left than its dash comes to stand there."""
    lines = text.strip("\r\n").splitlines()
    own = next((_indent(line) for line in lines if line.lstrip().startswith("-")), 0)
    moved = (line.lstrip() if line[:own].strip() else line[own:] for line in lines)
    return "".join(f"{' ' * indent}{line}".rstrip() + "\n" for line in moved)


def _joined(found: Mapping[Place, str]) -> str:
    """Put a file together, with one empty line between its rows."""
    head = next(text for place, text in found.items() if place.entry == HEAD)
    rows = [text.strip("\r\n") for place, text in found.items() if place.entry != HEAD]
    if not rows:
        return _without_list(head) + "helplines: []\n"
    return _without_list(head) + "helplines:\n" + "\n\n".join(rows) + "\n"


def _without_list(head: str) -> str:
    """Return a head without its last field, the list of helplines, which is written anew."""
    kept = [line for line in head.splitlines() if not line.startswith("helplines:")]
    return "\n".join(kept).rstrip("\n") + "\n\n"
