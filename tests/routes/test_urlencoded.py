"""The lean parser of forms, held against the library's."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import FormDataParser
from werkzeug.test import EnvironBuilder

from routes.urlencoded import Form, FormRequest

PIECES = st.sampled_from(["a", "From", "%2B40", "%", "%4", "%zz", "%C3%A9", "%ff", "+", "=", "&", ";", "é", "", "%00"])


def by_the_library(body: str) -> list[tuple[str, str]]:
    """Return what the library reads in a form."""
    data = body.encode()
    _, form, _ = FormDataParser().parse(BytesIO(data), "application/x-www-form-urlencoded", len(data))
    return list(form.items(multi=True))


def parse(body: str) -> list[tuple[str, str]]:
    """Return what the lean parser reads in a form."""
    return list(Form.of(body).items(multi=True))


def ordered(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Group fields by name as a form does."""
    return sorted(fields, key=lambda field: field[0])


@given(st.lists(PIECES).map("".join))
def test_any_body(body: str) -> None:
    """Whatever the body, the fields are the library's, in the library's order within each name."""
    assert ordered(by_the_library(body)) == ordered(parse(body))


@given(st.lists(st.tuples(st.text(), st.text())))
def test_any_form(fields: list[tuple[str, str]]) -> None:
    """Every form that can be encoded is read back as it was."""
    encodable = [(name, value) for name, value in fields if not _has_surrogates(name + value)]

    assert ordered(encodable) == ordered(parse(urlencode(encodable)))


@pytest.mark.parametrize("body", [b"a=1&b=%C3%A9", b"", b"a=\xff", b"\x80", "a=é".encode()])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded; charset=UTF-8", "text/plain", ""])
def test_requests(body: bytes, kind: str) -> None:
    """A request has the same form as the library's own, whatever its body and whatever it says that it is."""
    environ = EnvironBuilder(method="POST", input_stream=BytesIO(body), content_type=kind).get_environ()
    environ["CONTENT_LENGTH"] = str(len(body))
    library = Request({**environ, "wsgi.input": BytesIO(body)}).form

    assert dict(library.lists()) == dict(FormRequest({**environ, "wsgi.input": BytesIO(body)}).form.lists())


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", []),
        ("&&", []),
        ("a", [("a", "")]),
        ("a=", [("a", "")]),
        ("=b", [("", "b")]),
        ("a=b=c", [("a", "b=c")]),
        ("a+b=c%20d", [("a b", "c d")]),
        ("a=1&a=2", [("a", "1"), ("a", "2")]),
        ("a;b=1", [("a;b", "1")]),
    ],
)
def test_forms(body: str, expected: list[tuple[str, str]]) -> None:
    """The corners of the form."""
    assert expected == parse(body)
