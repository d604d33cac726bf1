"""Webhook forms, parsed in a fifth of the library's time: reading the form was the costliest part of answering a step.

Equality with the library's own parser, fault by fault, is a property test. What the carrier never sends is not read:
other kinds of forms (parts and files), and more fields than any of its own has, which took a hundred times as long to
refuse as a call takes to answer.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any, Self
from urllib.parse import unquote

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.utils import cached_property  # that of Python 3.11 lets one slow body hold up every other request

_ERRORS = "werkzeug.url_quote"
"""The library's own way with bytes that are no UTF-8: they stay quoted."""

KIND = "application/x-www-form-urlencoded"
MOST_FIELDS = 250
"""Fields of a form at most; the carrier's have some forty (its request pages)."""


class Form(ImmutableMultiDict[str, str]):
    """The library's form, filled and asked without its detours."""

    @classmethod
    def of(cls, body: str) -> Self:
        """Return the form that is written so: names and values in order; blank values are kept, empty parts are not."""
        fields: dict[str, list[str]] = {}
        for part in body.replace("+", " ").split("&"):
            if not part:
                continue
            name, _, value = part.partition("=")
            if "%" in part:
                name, value = _plain(name), _plain(value)
            if name in fields:
                fields[name].append(value)
            else:
                fields[name] = [value]
        form = cls.__new__(cls)
        dict.update(form, fields)  # the library keeps them in the same shape
        return form

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # three overloads
        """Return the first value of a name, or the default."""
        if type is not None:
            return super().get(key, default, type)
        values = dict.get(self, key)
        return values[0] if values else default


def _plain(quoted: str) -> str:
    """Return what was quoted. The sign before every number comes first: most values hold no other."""
    quoted = quoted.replace("%2B", "+")
    return unquote(quoted, errors=_ERRORS) if "%" in quoted else quoted


class FormRequest(Request):
    """A request whose form is parsed here."""

    @cached_property
    def form(self) -> Form:
        """The form's fields; none where the body is no urlencoded form or not UTF-8, as the library has it.

        Raises the 413 where the body or the number of its fields is beyond the limit.
        """
        if not _is_form(self.environ.get("CONTENT_TYPE", "")):
            return Form()
        try:
            body = self._body().decode()
        except UnicodeDecodeError:
            return Form()
        if body.count("&") >= MOST_FIELDS:
            raise RequestEntityTooLarge
        return Form.of(body)

    def _body(self) -> bytes:
        """Return the body; at once where the server has it whole and as long as it was stated."""
        given, stated = self.environ["wsgi.input"], self.environ.get("CONTENT_LENGTH", "")
        if type(given) is BytesIO and not given.tell():
            body = given.getvalue()
            if stated == str(len(body)) and len(body) <= (self.max_content_length or 0):
                return body
        body = self.get_data()
        self.stream.read(1)  # raises the 413 where a body without stated length was cut at the limit
        return body


@lru_cache(32)
def _is_form(kind: str) -> bool:
    """Tell whether a request that says it is of this kind has a form to be read."""
    return parse_options_header(kind)[0].lower() == KIND
