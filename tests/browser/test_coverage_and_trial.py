"""The pictures of who answers, and the coordinators' telephone, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser.visitor import Visitor, serving
from tests.desk import VERA, an_office

pytestmark = pytest.mark.browser
CALL = "country=RO&telephone=mobile&moment=2026-11-24T10:00"
"""A Tuesday on which the Romanian line against trafficking is open."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the coordinators' pages, to somebody who may only look."""
    office = an_office(tmp_path_factory.mktemp("office")).act_as(VERA)
    with serving(office.app) as address:
        yield address


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [
        ("/coverage", 360, "dark"),
        ("/coverage?country=RO", 1280, "light"),
        ("/coverage?need=medical&lang=fr", 360, "light"),
        ("/try?lang=fr", 360, "light"),
        (f"/try?{CALL}&keys=1-2-1", 1280, "dark"),
    ],
)
def test_pages_are_accessible(go: Callable[..., Visitor], path: str, width: int, scheme: str) -> None:
    """Each page is without fault on a telephone and on a wide screen, in the light and in the dark."""
    assert [] == go(path, width, scheme).faults


def test_week_is_read_by_keyboard(go: Callable[..., Visitor]) -> None:
    """One stop of Tab leads into a week, the arrows along it, and Enter to its row of the table."""
    visitor = go("/coverage?country=RO&need=trafficking")
    visitor.tab_to(".week-picture a")
    said = visitor.page.locator("#who-answers")

    assert said.inner_text().endswith("Monday 00:00 to 08:00: nobody answers")

    visitor.type("ArrowRight", "ArrowRight")

    assert "Monday 16:00 to Tuesday 08:00: nobody answers" in said.inner_text()

    visitor.type("ArrowLeft")

    assert "Monday 08:00 to 16:00" in said.inner_text()

    visitor.type("Enter")

    assert visitor.page.url.endswith("#row-RO-trafficking-2")


def test_week_is_read_by_pointing(go: Callable[..., Visitor]) -> None:
    """Pointing at a stretch and tapping it say who answers, and lead nowhere."""
    visitor = go("/coverage?country=RO&need=trafficking")
    stretches = visitor.page.locator(".week-picture a")
    stretches.nth(1).hover()

    assert "Monday 08:00 to 16:00" in visitor.page.locator("#who-answers").inner_text()

    stretches.nth(3).click()

    assert "Tuesday 08:00 to 16:00" in visitor.page.locator("#who-answers").inner_text()
    assert "#" not in visitor.page.url


def test_call_by_the_keys_of_the_keyboard(go: Callable[..., Visitor]) -> None:
    """The keyboard presses the telephone's keys, each page shows what was said last."""
    visitor = go(f"/try?{CALL}&keys=")
    for key, acts in (("3", "3"), ("2", "3-2"), ("#", "3-2-hash")):
        with visitor.page.expect_navigation():
            visitor.type(key)

        assert f"keys={acts}#latest" in visitor.page.url
        assert visitor.page.locator("#latest").is_visible()
