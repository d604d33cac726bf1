"""What a page asks for and what it sends, found by asking it: for tests that put something strange in each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from tests.pages import Element, Page
from tests.premises import Premises

Fields = list[tuple[str, str]]


def words_asked(premises: Premises, rule: Rule) -> set[str]:
    """Return the words that a page looks for in its address."""
    asked: set[str] = {"lang"}

    class Asking(ImmutableMultiDict[str, str]):
        def get(self, key: str, *rest: Any, **more: Any) -> Any:
            asked.add(key)
            return super().get(key, *rest, **more)

        def __contains__(self, key: object) -> bool:
            asked.add(str(key))
            return super().__contains__(key)

    class Noting(Request):
        parameter_storage_class = Asking

    app = premises.house.app
    before, app.request_class = app.request_class, Noting
    premises.get("omar", premises.path(rule))
    app.request_class = before
    return asked


def forms_of(premises: Premises, paths: Iterable[str]) -> list[tuple[str, Fields]]:
    """Return every form that these pages post: where to, and its fields as the page fills them in."""
    found: dict[tuple[str, frozenset[str]], Fields] = {}
    for path in paths:
        answer = premises.get("omar", path)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for action, fields in _posted(Page(answer.text), path):
                found.setdefault((action, frozenset(name for name, _value in fields)), fields)
    return [(action, fields) for (action, _names), fields in found.items() if "sign-out" not in action]


def _posted(page: Page, path: str) -> Iterator[tuple[str, Fields]]:
    """Yield the forms of a page that are posted, every choice of a field as one value."""
    for form in page.all("form", method="post"):
        fields: Fields = []
        for tag in ("input", "button", "select", "textarea"):
            for each in page.all(tag, inside=form):
                if "name" in each.attributes and each.attributes.get("type") != "file":
                    fields.append((each.attributes["name"], _value(page, each)))
        yield form.attributes.get("action") or path, fields


def _value(page: Page, field: Element) -> str:
    """Return what a field holds."""
    if field.tag == "textarea":
        return "".join(field.texts)
    if field.tag != "select":
        return field.attributes.get("value", "on")
    options = page.all("option", inside=field)
    chosen = [each for each in options if "selected" in each.attributes] or options[:1]
    return chosen[0].attributes.get("value", "") if chosen else ""
