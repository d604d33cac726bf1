"""The pages of figures in a real browser: on a telephone, in the dark, and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests import figures
from tests.browser.visitor import Visitor, serving
from tests.desk import ADA, Office, a_desk
from tests.sample_directory import FILES

pytestmark = pytest.mark.browser
_OUTSIDE = """() => [...document.querySelectorAll('.figure-picture text')]
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.left < 0 || box.right > document.documentElement.clientWidth)
  .map(([each]) => each.textContent)"""
"""Words of pictures that the edge of the screen cuts off."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the coordinators' pages, to an administrator, with two months released."""
    folder = tmp_path_factory.mktemp("figures")
    desk = a_desk(f"sqlite:///{folder / 'desk.db'}", FILES)
    figures.count(desk.engine)
    figures.release(desk.engine)
    with serving(Office(folder, desk).act_as(ADA).app) as address:
        yield address


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [
        ("/statistics?lang=fr&from=2026-09&to=2026-10", 360, "dark"),
        ("/statistics", 1280, "light"),
        ("/statistics/report/2026", 360, "light"),
        ("/statistics/counters?lang=fr", 360, "light"),
    ],
)
def test_pages_are_accessible(go: Callable[..., Visitor], path: str, width: int, scheme: str) -> None:
    """Each page is without fault on a telephone and on a wide screen, and no word of a picture is cut off."""
    visitor = go(path, width, scheme)

    assert [] == visitor.faults
    assert [] == visitor.page.evaluate(_OUTSIDE)


def test_report_on_paper(go: Callable[..., Visitor]) -> None:
    """On paper the report is alone: no menu, no way back, all its tables."""
    page = go("/statistics/report/2026").page
    page.emulate_media(media="print")

    assert not page.locator("nav.areas").is_visible()
    assert not page.get_by_text("Back to the figures").is_visible()
    assert page.locator("table").count() == page.locator("table:visible").count() > 10
