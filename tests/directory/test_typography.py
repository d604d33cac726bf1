"""Texts that look right and are not."""

from __future__ import annotations

import pytest

from directory.typography import Script, complaint, tidy


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("« Ligne d’écoute » – 24h/24", Script.PROSE),
        ("no\u00a0break", Script.PROSE),
        ("two\nlines", Script.PROSE),
        ("Hilfetelefon – für Frauen", Script.NAME),
        ("Mo-Fr 08:00-16:00", Script.CODE),
    ],
)
def test_tidy(text: str, script: Script) -> None:
    """What may stand in a text of its kind is left as it is."""
    assert complaint(text, script) is None
    assert text == tidy(text, script)


@pytest.mark.parametrize(
    ("text", "script", "right"),
    [
        ("e\u0301coute", Script.PROSE, "\u00e9coute"),
        ("zero\u200bwidth", Script.PROSE, "zerowidth"),
        ("\ufeffname", Script.NAME, "name"),
        ("no\u00a0break", Script.NAME, "no break"),
        ("two\nlines", Script.NAME, "two lines"),
        ("name ", Script.NAME, "name"),
        ("Mo\u2013Fr", Script.CODE, "Mo-Fr"),
        ("08:00\u202f-\u202f16:00", Script.CODE, "08:00 - 16:00"),
        ("\u0660800", Script.CODE, "800"),
        ("a\tb", Script.CODE, "a b"),
    ],
)
def test_untidy(text: str, script: Script, right: str) -> None:
    """What may not stand is named, and the right text is offered."""
    assert complaint(text, script)
    assert right == tidy(text, script)
