"""Somebody at the phone page without JavaScript, for tests: every act is a form, as a browser sends it."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.pages import Page


class Browser:
    """Somebody at the page, without JavaScript: presses buttons by their words and follows where they lead."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.addresses: list[str] = []
        """Every address that was asked for."""
        self.answer: TestResponse
        self.page: Page
        self.open("/phone")

    def open(self, address: str) -> Browser:
        """Go to an address."""
        return self._ask("GET", address, {})

    def press(self, words: str, /, **changes: str) -> Browser:
        """Press a button, with some fields of its form changed."""
        method, address, fields = self.page.button(words)
        return self._ask(method.upper(), address, {**fields, **changes})

    def call(self, country: str = "RO", **fields: str) -> Browser:
        """Fill in the form and press Call."""
        return self.press("Call", country=country, **fields)

    def _ask(self, method: str, address: str, fields: dict[str, str]) -> Browser:
        data, query = (fields, None) if method == "POST" else (None, fields or None)
        self.addresses.append(address)
        self.answer = self.client.open(address, method=method, data=data, query_string=query)
        while self.answer.status_code == 303:
            self.addresses.append(self.answer.headers["Location"])
            self.answer = self.client.get(self.addresses[-1])
        self.page = Page(self.answer.text)
        return self

    @property
    def spoken(self) -> list[tuple[str, str]]:
        """Language and words of each sentence that was said last."""
        last = self.page.all("li", class_="line")[-1]
        return [(each.attributes["lang"], each.words) for each in self.page.all("p", inside=last) if _has_lang(each)]

    @property
    def told(self) -> str:
        """The notice at the top."""
        return self.page.one(data_part="notice").words

    @property
    def facts(self) -> dict[str, str]:
        """What is said of where the call stands."""
        names, words = self.page.all("dt"), self.page.all("dd")
        return {name.words: each.words for name, each in zip(names, words, strict=True)}


def _has_lang(element: object) -> bool:
    return "lang" in getattr(element, "attributes", {})
