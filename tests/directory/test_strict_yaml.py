"""The strict YAML reader: only strings, nothing clever, nothing but Faults."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.faults import FaultCode, Faults
from directory.strict_yaml import Items, Table, Text, parse


@pytest.mark.parametrize(
    "written", ["NO", "yes", "22:00", "9:30", "012", "+4420", "1.5", "null", "~", "2026-12-24", "0x1F", "off"]
)
def test_scalar_is_text(written: str) -> None:
    """Whatever plain YAML would make of a value, here it stays the text that is written."""
    assert {"a": Text(written, 1)} == parse(f"a: {written}", "x.yaml").fields


def test_lines() -> None:
    """Every node knows the line on which it begins."""
    table = parse("a:\n  - b\n  - c: d\n", "x.yaml")

    assert {"a": Items((Text("b", 2), Table({"c": Text("d", 3)}, 3)), 2)} == table.fields


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb: 2\na: 3", FaultCode.DUPLICATE_KEY, 3),
        ("a: &x 1", FaultCode.ANCHOR, 1),
        ("a: !!int 1", FaultCode.TAG, 1),
        ("? [a]\n: b", FaultCode.KEY_NOT_TEXT, 1),
        ("a: 1\n---\nb: 2", FaultCode.SYNTAX, 3),
        ("a: b: c", FaultCode.SYNTAX, 1),
        ("a:\n\t- b", FaultCode.SYNTAX, 2),
        ("- a", FaultCode.NOT_A_TABLE, 1),
        ("", FaultCode.NOT_A_TABLE, 1),
        ("a: " + "[" * 50, FaultCode.TOO_DEEP, 1),
        ("a: \ud800", FaultCode.SYNTAX, None),
    ],
)
def test_refused(text: str, code: FaultCode, line: int | None) -> None:
    """What this dialect refuses is a fault with its line, never a traceback."""
    with pytest.raises(Faults) as raised:
        parse(text, "x.yaml")

    assert (code, line) in [(fault.code, fault.line) for fault in raised.value.faults]


def test_all_at_once() -> None:
    """Several refusals of one file come together."""
    with pytest.raises(Faults) as raised:
        parse("a: &x 1\nb: *x\nc: 1\nc: 2", "x.yaml")

    assert [
        (1, FaultCode.ANCHOR),
        (2, FaultCode.ANCHOR),
        (4, FaultCode.DUPLICATE_KEY),
    ] == [(fault.line, fault.code) for fault in raised.value.faults]


@given(st.text() | st.text(alphabet="[]{}:,-?&*!%|>'\"# \n\tab0\\xuU\ufeff\ud800\x00"))
def test_arbitrary_text(text: str) -> None:
    """Any text at all is either a table or Faults that can be printed."""
    try:
        read: Table | Faults = parse(text, "x.yaml")
    except Faults as faults:
        read = faults

    assert isinstance(read, Table) or str(read)
