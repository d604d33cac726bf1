"""Somebody with a real browser at the page, who notes whatever the browser complains of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Self

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Request
from werkzeug.serving import make_server

from ivr.flow.ways import MORE_KEY

Scheme = Literal["light", "dark"]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_MOST_PAGES = 20
PATIENCE = 60_000
"""Milliseconds that a busy machine may take for anything."""
_SMALL = """() => [...document.querySelectorAll('button, select, input:not([type=hidden]), a, summary, audio')]
  .map((each) => (['checkbox', 'radio'].includes(each.type) ? each.labels[0] ?? each : each))
  .filter((each) => !each.matches('.skip') && !each.closest('svg') && each.checkVisibility())
  .filter((each) => !(each.matches('p:not(.actions) a, li a, dd a')
    && each.parentElement.innerText.trim() !== each.innerText.trim()))
  .map((each) => [each.textContent.trim().slice(0, 20), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44)
  .map(([words, box]) => `${words} ${box.width} x ${box.height}`)"""
"""Targets of less than 44 px, but for links within a sentence (WCAG 2.5.8, "inline") and stretches of a picture: they
are as wide as their hours, and a table is their equal ("equivalent")."""
_VIOLATIONS = "() => axe.run({resultTypes: ['violations']}).then((results) => results.violations)"
"""All rules are tried; what was found in order, which is a hundred times as much, need not leave the browser."""
_FOCUS = """() => {
  const each = document.activeElement;
  const box = each.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const outline = getComputedStyle(each);
  const drawn = outline.outlineStyle !== 'none' && parseFloat(outline.outlineWidth) >= 2;
  return drawn && (top === each || each.contains(top));
}"""


class Visitor:
    """A visitor; `offences` collects what must never happen, a sentence each."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.offences: list[str] = []
        self.expected: tuple[str, ...] = ()
        """Beginnings of console messages that a test provokes."""
        self._address = address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", self._note_request)
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda fault: self._note("error", str(fault)))

    def open(self) -> Self:
        """Go to the page."""
        self.page.goto(f"{self._address}/phone")
        return self

    def choose(self, country: str, moment: str = "") -> Self:
        """Fill in who calls and when."""
        self.page.get_by_label("Country of the caller").select_option(country)
        self.page.get_by_label("Day and time there").fill(moment)
        return self

    def click(self, name: str) -> Self:
        """Click the button of this name."""
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def type(self, *keys: str) -> Self:
        """Press keys of the keyboard, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def press(self, key: str) -> Self:
        """Press a key of the telephone, and wait until the line has answered."""
        before = self.page.locator("li.caller").count()
        self.type(key)
        self.page.locator(f"li.caller >> nth={before}").wait_for()
        return self

    def listens_for(self, lang: str) -> Self:
        """Go on to further pages of the menu of languages until one offers this language, by its full tag."""
        for _ in range(_MOST_PAGES):
            if self.page.locator(f'li.line:last-child p[lang="{lang}"]').count():
                return self
            self.press(MORE_KEY)
        raise AssertionError(f"{lang} is not offered")

    def tab_to(self, selector: str, key: str = "Tab", most: int = 60) -> Self:
        """Press Tab (or Shift+Tab) until the element has the focus, which must be seen there."""
        for _ in range(most):
            self.page.keyboard.press(key)
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                assert self.page.evaluate(_FOCUS), f"the focus is seen on {selector}"
                return self
        raise AssertionError(f"no focus on {selector}")

    def wait_for(self, selector: str) -> Self:
        """Wait until such an element is seen."""
        self.page.locator(selector).first.wait_for()
        return self

    def waits_for(self, awaited: str) -> Self:
        """Wait until the call waits for this: keys, leg, ended."""
        return self.wait_for(f'main[data-awaiting="{awaited}"]')

    @property
    def said(self) -> list[str]:
        """Every passage of the conversation."""
        return [" ".join(words.split()) for words in self.page.locator("[data-part=log] > li").all_inner_texts()]

    @property
    def faults(self) -> list[str]:
        """What is wrong with the page once all of it is there: rules of accessibility, small targets, too wide."""
        self.page.wait_for_load_state()
        self.page.evaluate(Axe().axe_script)
        found = self.page.evaluate(_VIOLATIONS)
        faults = [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
        faults += [f"too small a target: {each}" for each in self.page.evaluate(_SMALL)]
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append("the page is wider than the screen")
        return faults

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith(self._address):
            self.offences.append(f"asked {request.url}")

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith(self.expected or "\0"):
            self.offences.append(f"{kind}: {text}")


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application of this process on loopback, and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
