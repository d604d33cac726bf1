"""Makes the pictures in `docs/images` from the running program: `.venv/bin/python -m docs.screenshots`.

For the pictures of the telephone start `make run` first; an argument names another address than http://127.0.0.1:8000.
`-m docs.screenshots coordinators` starts an installation of its own, enrols an editor and an approver, and makes the
pictures of their pages; `-m docs.screenshots figures` makes that of made-up figures. All need a Chromium on the PATH
(`apt install chromium`) and what `make develop` installs.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import desk as here
from tests import figures
from tests.browser.office import UNTIL_SIX, Colleague, Office, sitting
from tests.browser.visitor import PATIENCE, Scheme, serving
from tests.desk import ADA, a_desk
from tests.installation import installed
from tests.sample_directory import FILES

IMAGES = Path(__file__).parent / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MORNING = "2026-11-24T10:00"
"""A Tuesday on which the Romanian line against trafficking is open."""
WIDTH = 960
"""Pixels of the pictures of the coordinators' pages."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, the window (pixels of CSS), the colours, and whether it shows the whole page."""

    file: str
    width: int
    height: int
    scheme: Scheme
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
        if arguments == ["figures"]:
            with tempfile.TemporaryDirectory() as folder:
                take_figures(browser, Path(folder))
        elif arguments == ["coordinators"]:
            with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
                take_pages(Office(installation, browser).settle_in())
        else:
            for picture in PICTURES:
                take(picture, browser, address)
        browser.close()


def take(picture: Picture, browser: Browser, address: str) -> None:
    """Call from Romania, choose Romanian and trafficking, have the number by text, and take the picture of that."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        locale="en-GB",
        device_scale_factor=1 if picture.whole else 2,
    )
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


def take_pages(office: Office) -> None:
    """Let the editor correct the hours of a line, and the approver read it; take the pages that they see on the way."""
    window = {"viewport": {"width": WIDTH, "height": 800}}
    with sitting(office) as (sit, _):
        editor, approver = sit("editor", **window), sit("approver", **window)
        keep(editor.go("/").page, "now", "body", 700)
        editor.go("/helplines/ro-anitp/edit").fill("Hours, as they are written", UNTIL_SIX).button("Look at it")
        keep(editor.page, "hours", ".two-weeks", 470)
        editor.tick("I have looked at the two weeks").button("Save in the draft")
        editor.follow("See the whole change").fill("Why this change?", "They wrote to us on 20 November.")
        editor.button("Hand over for approval")
        keep(approver.go("/changes").follow("National helpline against").page, "review", "main", 680)
        keep_call(approver)
        keep(approver.go("/coverage?country=RO").page, "coverage", ".weeks", 470)
        editor.go("/helplines/ro-anitp").follow("Emergency switch").follow("0800 800 678")
        keep(editor.page, "switch")


def take_figures(browser: Browser, folder: Path) -> None:
    """Release two months of made-up counts, and take the picture of the page that shows them."""
    desk = a_desk(f"sqlite:///{folder / 'desk.db'}", FILES)
    figures.count(desk.engine)
    figures.release(desk.engine)
    with serving(here.Office(folder, desk).act_as(ADA).app) as address:
        page = browser.new_page(viewport={"width": WIDTH, "height": 800}, locale="en-GB")
        page.goto(f"{address}/statistics?from=2026-09&to=2026-10")
        keep(page, "figures", "main", 1500)
        page.context.close()


def keep_call(someone: Colleague) -> None:
    """Take the call on a change: from Romania, in English, on a Tuesday at 17:00."""
    page = someone.follow("Try it on the phone").page
    page.locator("#country").select_option("RO")
    page.locator("#moment").fill("2026-11-24T17:00")
    someone.button("Call")
    for _ in "33":
        page.locator("[data-key='3']").click()
        page.wait_for_load_state()
    keep(page, "try", ".desk")


def keep(page: Page, name: str, part: str = "main", height: int = 620) -> None:
    """Keep the upper pixels of a part of the page."""
    page.wait_for_load_state("networkidle", timeout=PATIENCE)
    page.evaluate("scrollTo(0, 0)")
    box = page.locator(part).first.bounding_box()
    if box is None:
        sys.exit(f"There is no {part} on {page.url}.")
    page.screenshot(
        path=IMAGES / f"coordinators-{name}.png",
        full_page=True,
        clip={"x": 0, "y": box["y"] - 8, "width": WIDTH, "height": min(height, box["height"] + 16)},
    )


if __name__ == "__main__":
    main(sys.argv[1:])
