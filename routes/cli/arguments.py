"""Kinds of values on the command line: an instant, a language."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from directory.languages import is_language


class Instant(click.ParamType[dt.datetime]):
    """An instant with its offset, in ISO 8601."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Return the aware instant, or say what is missing."""
        try:
            instant = dt.datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an instant; write one such as 2026-11-23T03:00+02:00", param, ctx)
        if instant.utcoffset() is None:
            self.fail(f"{value!r} has no offset; write {value}+02:00, or {value}Z for UTC", param, ctx)
        return instant


class Language(click.ParamType[str]):
    """A language tag."""

    name = "language"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the tag, or say what one looks like."""
        if not is_language(value):
            self.fail(f"{value!r} is not a language tag; write one such as ro or pt-BR", param, ctx)
        return str(value)
