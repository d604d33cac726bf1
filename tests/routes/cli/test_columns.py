"""Tables for terminals."""

from __future__ import annotations

from routes.cli.columns import columns, firm


def test_aligned() -> None:
    """Columns stand under their headings, without blanks at the end of a line."""
    assert "id    name\na     long name\nlong" == columns(("id", "name"), [("a", "long name"), ("long", "")], 80)


def test_wrapped() -> None:
    """The widest column gives way, between words."""
    assert "id    name\ngb-a  one two\n      three" == columns(("id", "name"), [("gb-a", "one two three")], 14)


def test_never_broken() -> None:
    """An id or a number is never broken, however small the window."""
    table = columns(("id", "say"), [("gb-children-line", firm("0800 800 678"))], 5)

    assert "gb-children-line  0800 800 678" == table.splitlines()[1]


def test_combining_and_wide() -> None:
    """Marks take no place, wide characters two."""
    assert "e\u0301  x\n漢  y" == columns(("e\u0301", "x"), [("漢", "y")], 80).replace("e\u0301   x", "e\u0301  x")
