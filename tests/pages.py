"""A page of HTML as a test reads it: its elements, with attributes and words, and its forms as a browser sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "img", "hr", "path"}


@dataclass(eq=False)
class Element:
    """One element; `words` is all text inside it, with single spaces."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    texts: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The text inside."""
        return " ".join("".join(self.texts).split())

    def is_inside(self, other: Element) -> bool:
        """Tell whether this element is the other or stands in it."""
        return self is other or (self.parent is not None and self.parent.is_inside(other))


class Page(HTMLParser):
    """The elements of a page, in order."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(markup)
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open[-1] if self._open else None)
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """End the element that is open, which must be of this kind."""
        if tag not in _VOID:
            assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        """Give a text to every element that it stands in."""
        for element in self._open:
            element.texts.append(data)

    def all(self, tag: str = "", inside: Element | None = None, **attributes: str) -> list[Element]:
        """Return the elements of this kind with these attributes (`class_` for class), in one of them or anywhere."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if (not tag or element.tag == tag)
            and wanted.items() <= element.attributes.items()
            and (inside is None or element.is_inside(inside))
        ]

    def one(self, tag: str = "", inside: Element | None = None, **attributes: str) -> Element:
        """Return the only such element."""
        (element,) = self.all(tag, inside, **attributes)
        return element

    def button(self, words: str) -> tuple[str, str, dict[str, str]]:
        """Return method, address and fields that a browser sends when this button is pressed.

        A button is known by its value, by its words, or by the first of them.
        """
        buttons = self.all("button")
        button = next(
            each
            for each in buttons
            if words in {each.attributes.get("value"), each.words, each.words.partition(" ")[0]}
        )
        assert "disabled" not in button.attributes, f"{words} can be pressed"
        form = next(each for each in self.all("form") if button.is_inside(each))
        sent = {each.attributes["name"]: _value(self, each) for each in self._sent(form)}
        if "name" in button.attributes:
            sent[button.attributes["name"]] = button.attributes["value"]
        return form.attributes["method"], form.attributes["action"], sent

    def _sent(self, form: Element) -> list[Element]:
        fields = [*self.all("input", inside=form), *self.all("select", inside=form)]
        return [
            each
            for each in fields
            if each.attributes.get("type") not in {"radio", "checkbox"} or "checked" in each.attributes
        ]


def _value(page: Page, element: Element) -> str:
    if element.tag != "select":
        return element.attributes.get("value", "on")
    options = page.all("option", inside=element)
    chosen = [each for each in options if "selected" in each.attributes] or options[:1]
    return chosen[0].attributes["value"]
