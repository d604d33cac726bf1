"""Webhook forms, parsed in a third of the library's time: reading the form was the costliest part of answering a step.

Equality with the library's own parser, fault by fault, is a property test. What the carrier never sends is not read:
other kinds of forms (parts and files), and more fields than any of its own has, which took a hundred times as long to
refuse as a call takes to answer.
"""

from __future__ import annotations

from urllib.parse import unquote

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import cached_property  # that of Python 3.11 lets one slow body hold up every other request

_ERRORS = "werkzeug.url_quote"
"""The library's own way with bytes that are no UTF-8: they stay quoted."""

KIND = "application/x-www-form-urlencoded"
MOST_FIELDS = 250
"""Fields of a form at most; the carrier's have some forty (its request pages)."""


def parse(body: str) -> list[tuple[str, str]]:
    """Return the names and values of a form, in order; blank values are kept, empty parts are not."""
    fields = []
    for part in body.split("&"):
        if part:
            name, _, value = part.partition("=")
            fields.append((_plain(name), _plain(value)))
    return fields


def _plain(quoted: str) -> str:
    if "+" in quoted:
        quoted = quoted.replace("+", " ")
    return unquote(quoted, errors=_ERRORS) if "%" in quoted else quoted


class FormRequest(Request):
    """A request whose form is parsed here."""

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """The form's fields; none where the body is no urlencoded form or not UTF-8, as the library has it.

        Raises the 413 where the body or the number of its fields is beyond the limit.
        """
        if self.mimetype != KIND:
            return ImmutableMultiDict()
        try:
            body = self.get_data().decode()
        except UnicodeDecodeError:
            return ImmutableMultiDict()
        if body.count("&") >= MOST_FIELDS:
            raise RequestEntityTooLarge
        return ImmutableMultiDict(parse(body))
