"""Where a sign-in may lead to."""

from __future__ import annotations

import pytest

from routes.admin.accounts.paths import inside


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("/", "/admin/"),
        ("/helplines", "/admin/helplines"),
        ("/helplines?country=RO&q=a%20b", "/admin/helplines?country=RO&q=a%20b"),
        ("/admin/helplines", "/admin/helplines"),
        ("/changes/7/", "/admin/changes/7/"),
        ("/changes?then=//evil.example", "/admin/changes?then=//evil.example"),
        ("", "/admin/"),
        ("helplines", "/admin/"),
        ("//evil.example", "/admin/"),
        ("/admin//evil.example", "/admin/"),
        ("/a//evil.example", "/admin/"),
        ("https://evil.example", "/admin/"),
        ("/..//evil.example", "/admin/"),
        ("/../voice", "/admin/"),
        ("/\\evil.example", "/admin/"),
        ("/\tx", "/admin/"),
        ("/x\r\nSet-Cookie: a=b", "/admin/"),
        ("/x\n", "/admin/"),
        ("/x#y", "/admin/"),
    ],
)
def test_inside(then: str, expected: str) -> None:
    """A path of ours stays as it is, below the mount; what could lead elsewhere becomes the first page."""
    assert expected == inside(then, "/admin")
