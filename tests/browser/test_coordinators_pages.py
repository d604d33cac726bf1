"""Every page of the coordinators in a real browser: accessible, narrow and wide, light and dark, in both languages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from directory.desk.people import OPERATOR
from routes.admin import MOUNT
from tests.accounts import NOW, PASSWORD
from tests.browser.visitor import Scheme, Visitor
from tests.premises import Premises, some_premises
from tests.sample_directory import FILES

pytestmark = pytest.mark.browser
NO_PAGES = {
    *("prompts.listen", "prompts.waiting_sound", "transfer.export", "statistics.file"),
    *("review.come_back", "transfer.come_back"),
    *(f"{area}.{name}" for area in ("sign_in", "enrolment") for name in ("first", "second", "show")),
}
"""What is heard or downloaded, what leads elsewhere, and the ways in, which have a test of their own."""
QUESTIONS = {"switches.ask": "country=GB&say=020+7946+0001&position=read_out&", "trial.show": "country=GB&keys=1&"}
SCREENS = [("en", 1280, "light"), ("fr", 360, "dark")]
REFUSED = ("Failed to load resource: the server responded with a status of 4",)
"""What the browser notes where a form is refused."""


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Premises:
    """Return pages that all have something to show; what people wrote in them is meant to break them."""
    found = some_premises(tmp_path_factory.mktemp("premises"))
    found.house.app.config["SESSION_COOKIE_NAME"] = "fanal"  # the other one is kept by browsers only where there is TLS
    return found


@pytest.fixture(scope="module")
def address(premises: Premises) -> Iterator[str]:
    """Address of the pages on a server of their own."""
    premises.house.app.config["SESSION_COOKIE_PATH"] = MOUNT
    site = DispatcherMiddleware(lambda _, start: (start("404 Not Found", []), [])[1], {MOUNT: premises.house.app})
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}{MOUNT}"
    server.shutdown()
    thread.join(5)
    server.server_close()


Sit = Callable[..., Visitor]


@pytest.fixture
def sit(premises: Premises, address: str, chromium: Browser) -> Iterator[Sit]:
    """Puts somebody in front of the pages, signed in with every role or not at all; each must be without offence."""
    visitors: list[Visitor] = []

    def down(signed_in: bool = True, width: int = 1280, scheme: Scheme = "light") -> Visitor:
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="en-GB")
        if signed_in:
            cookie = premises.people["omar"].client.get_cookie("__Secure-fanal")
            assert cookie
            context.add_cookies([{"name": "fanal", "value": cookie.value, "url": address}])
        visitors.append(Visitor(context, address))
        return visitors[-1]

    yield down
    for visitor in visitors:
        visitor.context.close()

    assert [[] for _ in visitors] == [visitor.offences for visitor in visitors]


@pytest.mark.parametrize(("lang", "width", "scheme"), SCREENS)
def test_every_page(premises: Premises, address: str, sit: Sit, lang: str, width: int, scheme: Scheme) -> None:
    """Each address that shows a page shows one without fault: no rule of accessibility broken, nothing too small or
    too wide, nothing asked of another origin, nothing that the browser complains of."""
    visitor = sit(width=width, scheme=scheme)
    found = {}
    for rule in premises.rules("GET"):
        if rule.endpoint not in NO_PAGES:
            question = QUESTIONS.get(rule.endpoint, "")
            visitor.page.goto(f"{address}{premises.path(rule)}?{question}lang={lang}")
            found[rule.endpoint] = visitor.faults

            assert lang == visitor.page.locator("html").get_attribute("lang"), rule.endpoint

    assert {} == {endpoint: faults for endpoint, faults in found.items() if faults}


@pytest.mark.parametrize(("lang", "width", "scheme"), SCREENS)
def test_ways_in(premises: Premises, address: str, sit: Sit, lang: str, width: int, scheme: Scheme) -> None:
    """The first sign-in and every later one are without fault, step by step, refusals too."""
    link = premises.house.invite(f"{lang}@example.org")
    visitor = sit(signed_in=False, width=width, scheme=scheme)
    page, found = visitor.page, {}
    page.goto(f"{address}{link}?lang={lang}")
    found["a link"] = visitor.faults
    page.locator("#password").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.locator("main button").click()
    found["second factor"] = visitor.faults
    visitor.expected = REFUSED
    page.goto(f"{address}/enrol/no-such-link")
    found["no link"] = visitor.faults
    page.goto(f"{address}/sign-in")
    found["sign-in"] = visitor.faults
    for password in ("wrong", premises.people["omar"].password):
        page.locator("#address").fill(premises.people["omar"].address)
        page.locator("#password").fill(password)
        page.locator("main button").click()
        found[password] = visitor.faults
    page.locator("#code").fill("000000")
    page.locator("main button.main").click()
    found["wrong code"] = visitor.faults

    assert {} == {step: faults for step, faults in found.items() if faults}
    assert lang == page.locator("html").get_attribute("lang")


def test_pages_behind_forms(premises: Premises, address: str, sit: Sit, tmp_path: Path) -> None:
    """What only a form leads to is without fault: the preview of an import, and entries changed on both sides."""
    visitor = sit(width=360)
    page, found = visitor.page, {}
    table = tmp_path / "hours.csv"
    table.write_text("id,hours\ngb-crime,Mo-Fr 10:00-16:00\ngb-nobody,24/7\n", encoding="utf-8")
    page.goto(f"{address}/transfer")
    page.locator("#file").set_input_files(table)
    visitor.click("Look at what it would change")
    found["preview"] = visitor.faults
    premises.house.desk.revisions.publish(
        FILES, OPERATOR, NOW, "As it was.", accept_unchecked=True, standing=premises.house.desk.standing()
    )
    visitor.expected = REFUSED
    page.goto(f"{address}/changes/{premises.numbers['review']}")
    visitor.click("Bring up to date")
    found["conflicts"] = visitor.faults

    assert {} == {step: faults for step, faults in found.items() if faults}
    assert "Changed on both sides" == page.locator("h1").inner_text()
