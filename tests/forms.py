"""A form of a page as a browser sends it: every field in order, areas of text, what is ticked and chosen."""

from __future__ import annotations

from html.parser import HTMLParser

Fields = list[tuple[str, str]]


class Form(HTMLParser):
    """The fields of the form with an id (or of the only form that is posted), in the order of the page."""

    def __init__(self, markup: str, id_: str = "") -> None:
        super().__init__()
        self.id = id_
        self.action = ""
        self.fields: Fields = []
        self._inside = False
        self._area: str | None = None
        self._text: list[str] = []
        self._select: str | None = None
        self._chosen: list[str] = []
        self._first: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field up."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = found.get("method") == "post" and (not self.id or found.get("id") == self.id)
            self.action = found.get("action", "") if self._inside else self.action
        if not self._inside:
            return
        if (
            tag == "input"
            and "name" in found
            and (found.get("type") not in {"checkbox", "radio"} or "checked" in found)
        ):
            self.fields.append((found["name"], found.get("value", "on")))
        elif tag == "textarea":
            self._area, self._text = found["name"], []
        elif tag == "select":
            self._select, self._chosen, self._first = found["name"], [], []
        elif tag == "option" and self._select is not None:
            (self._chosen if "selected" in found else self._first).append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Put a field down."""
        if tag == "textarea" and self._area is not None:
            self.fields.append((self._area, "".join(self._text).removeprefix("\n").replace("\n", "\r\n")))
            self._area = None
        elif tag == "select" and self._select is not None:
            self.fields.append((self._select, (self._chosen or self._first or [""])[0]))
            self._select = None
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Keep the words of an area of text."""
        if self._area is not None:
            self._text.append(data)

    def sent(self, *more: tuple[str, str], **changed: str) -> dict[str, list[str]]:
        """Return what is sent when somebody puts other values into fields (`number__say` for `number.say`).

        `more` are fields beside those: ticks, and the button. Of several fields with one name the first is changed.
        """
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        for name, value in changed.items():
            found[name.replace("__", ".")] = [value, *found.get(name.replace("__", "."), [""])[1:]]
        for name, value in more:
            found.setdefault(name, []).append(value)
        return found
