"""A security key in a real browser, with Chromium's own authenticator in place of the device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from tests.accounts import PASSWORD, House
from tests.installation import free_port

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": False,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The pages on a server of their own, at the address that they know as theirs."""
    port = free_port()
    house = House(tmp_path, settings={"public_url": f"http://localhost:{port}"})
    house.app.config["SESSION_COOKIE_PATH"] = "/admin"
    site = DispatcherMiddleware(lambda _, start: (start("404 Not Found", []), [])[1], {"/admin": house.app})
    server = make_server("127.0.0.1", port, site, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield house
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def page(house: House, chromium: Browser) -> Iterator[Page]:
    """A page of a browser that has a security key plugged in; nothing may go wrong in its console."""
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    offences: list[str] = []
    page.on("console", lambda message: offences.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: offences.append(str(error)))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()

    assert [] == offences


def test_enrol_and_sign_in_with_a_key(house: House, page: Page) -> None:
    """Somebody enrols with a security key alone, signs out, and signs in with it."""
    pages = str(house.settings["public_url"]) + "/admin"
    page.goto(pages + house.invite("ana@example.org"))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(f"{pages}/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Your e-mail address").fill("ana@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(lambda url: urlsplit(url).path in {"/admin/", "/admin/account"})

    assert 1 == page.get_by_role("link", name="Ana", exact=True).count()
