"""Makes the pictures in `docs/images` from the running program: `.venv/bin/python docs/screenshots.py`.

Start `make run` first. An argument names another address than http://127.0.0.1:8000. It needs a Chromium on the PATH
(`apt install chromium`) and what `make develop` installs.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parent / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MORNING = "2026-11-24T10:00"
"""A Tuesday on which the Romanian line against trafficking is open."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, the window (pixels of CSS), the colours, and whether it shows the whole page."""

    file: str
    width: int
    height: int
    scheme: str
    whole: bool


PICTURES = (
    Picture("phone.png", 1280, 800, "light", whole=True),
    Picture("phone-small.png", 360, 800, "dark", whole=False),
)


def main(arguments: Sequence[str]) -> None:
    """Make every picture."""
    address = arguments[0] if arguments else "http://127.0.0.1:8000"
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        sys.exit("There is no Chromium on the PATH: `apt install chromium`.")
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--headless", "--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            take(picture, browser, address)
        browser.close()


def take(picture: Picture, browser: Browser, address: str) -> None:
    """Call from Romania, choose Romanian and trafficking, have the number by text, and take the picture of that."""
    size = {"width": picture.width, "height": picture.height}
    scale = 1 if picture.whole else 2
    page = browser.new_page(viewport=size, color_scheme=picture.scheme, locale="en-GB", device_scale_factor=scale)
    page.goto(f"{address}/phone")
    page.get_by_label("Country of the caller").select_option("RO")
    page.get_by_label("Day and time there").fill(MORNING)
    page.get_by_role("button", name="Call", exact=True).click()
    page.locator("main[data-awaiting=keys]").wait_for()
    for key in "13" if not picture.whole else "1321":
        page.keyboard.press(key)
    if picture.whole:
        page.locator("li.text").wait_for()
    else:
        page.get_by_text("ANITP").first.wait_for()
    page.screenshot(path=IMAGES / picture.file, full_page=picture.whole)
    page.context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
