"""YAML read strictly: the only scalar is the string.

Plain YAML turns `NO` into False, `22:00` into 1320 and lets a repeated key win in silence. Here every value
is the text that stands in the file; repeated keys, anchors, aliases and tags are refused, and each node knows
its line. Nothing but `Faults` is ever raised, whatever the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from directory.faults import Fault, FaultCode, Faults

DEEPEST = 12
"""More tables inside each other than any file of the directory needs."""


@dataclass(frozen=True, slots=True)
class Text:
    """One value, as it is written."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """Fields with values, in the order of the file."""

    fields: dict[str, Node]
    line: int


Node = Text | Items | Table


def parse(text: str, file: str) -> Table:
    """Read one document whose outermost node is a table. `file` only names it in the faults.

    Raises Faults: one for a syntax error, all of them for what this dialect refuses.
    """
    builder = _Builder(file)
    try:
        node = builder.document(_events(text))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Faults([*builder.faults, _syntax_fault(error, file)]) from None
    except _TooDeepError as error:
        raise Faults(
            [*builder.faults, builder.fault(FaultCode.TOO_DEEP, str(DEEPEST), "indent less", error.line)]
        ) from None
    if not isinstance(node, Table):
        wrong = "nothing" if node is None else "one value or a list"
        builder.faults.append(builder.fault(FaultCode.NOT_A_TABLE, wrong, "`field: value` lines", 1))
    if builder.faults or not isinstance(node, Table):
        raise Faults(builder.faults)
    return node


def _events(text: str) -> Iterator[Any]:
    """Yield PyYAML's events, from its C parser where it was built with one (ten times as fast)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Builder:
    """Builds nodes from events and collects what this dialect refuses."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, code: FaultCode, wrong: str, right: str, line: int) -> Fault:
        return Fault(self.file, "", "", code, wrong, right, line)

    def refuse(self, code: FaultCode, wrong: str, right: str, line: int) -> None:
        self.faults.append(self.fault(code, wrong, right, line))

    def document(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        for event in events:
            if not isinstance(event, yaml.NodeEvent):
                continue
            node = self.node(event, events, 1)
            if root is not None:
                self.refuse(FaultCode.SYNTAX, "a second document begins", "keep one in a file", node.line)
            root = node
        return root

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line = event.start_mark.line + 1
        if depth > DEEPEST:
            raise _TooDeepError(line)
        if event.anchor is not None:
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self.refuse(FaultCode.ANCHOR, f"{mark}{event.anchor}", "write the value out", line)
        if getattr(event, "tag", None) is not None:
            self.refuse(FaultCode.TAG, event.tag, "write the value alone, in quotes if need be", line)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.items(events, depth, line)
        if isinstance(event, yaml.MappingStartEvent):
            return self.table(events, depth, line)
        return Text(getattr(event, "value", ""), line)

    def items(self, events: Iterator[Any], depth: int, line: int) -> Items:
        found = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self.node(event, events, depth + 1))
        return Items(tuple(found), line)

    def table(self, events: Iterator[Any], depth: int, line: int) -> Table:
        fields: dict[str, Node] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if not isinstance(key, Text):
                self.refuse(FaultCode.KEY_NOT_TEXT, "", "write `field: value`", key.line)
            elif key.value in fields:
                self.refuse(FaultCode.DUPLICATE_KEY, f"`{key.value}`", "keep one of them", key.line)
            else:
                fields[key.value] = value
        return Table(fields, line)


def _syntax_fault(error: Exception, file: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    line = None if mark is None else mark.line + 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "a character is not allowed"
    right = "look at this line and the one above it: indentation, quotes, colons"
    return Fault(file, "", "", FaultCode.SYNTAX, str(problem), right, line)
