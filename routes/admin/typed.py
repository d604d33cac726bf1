"""What somebody typed into a field of plain words."""

from __future__ import annotations

from flask import request

from directory.typography import Script, tidy

MOST = 500
"""Characters of a reason or a remark."""


def typed(name: str) -> str:
    """Return a field of the form in one line, without what cannot be seen, and no longer than `MOST`."""
    return tidy(request.form.get(name, "")[: 4 * MOST], Script.NAME)[:MOST]
