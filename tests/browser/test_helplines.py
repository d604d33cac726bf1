"""The list, a helpline, and the form that changes one, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, serving
from tests.desk import ANA, an_office

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the coordinators' pages, to an editor."""
    office = an_office(tmp_path_factory.mktemp("office")).act_as(ANA)
    with serving(office.app) as address:
        yield address


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [
        ("/helplines?country=RO", 360, "light"),
        ("/helplines?country=FR&lang=fr", 1280, "dark"),
        ("/helplines/ro-anitp", 360, "dark"),
        ("/helplines/ro-anitp/edit", 360, "light"),
        ("/helplines/ro-anitp/edit?lang=fr", 1280, "dark"),
        ("/helplines/ro-anitp/remove", 360, "light"),
        ("/helplines/new", 360, "light"),
    ],
)
def test_pages_are_accessible(go: Callable[..., Visitor], path: str, width: int, scheme: str) -> None:
    """Each page is without fault on a telephone and on a wide screen, in the light and in the dark."""
    visitor = go(path, width, scheme)
    if "/edit" in path:
        visitor.page.locator("details.plain-week summary").click()

    assert [] == visitor.faults


def test_calendar_follows_the_typing(go: Callable[..., Visitor]) -> None:
    """A pause after typing shows what the hours mean, with the tick; a fault is said in words."""
    page = go("/helplines/ro-anitp/edit").page
    hours = page.get_by_label("Hours, as they are written")
    hours.fill("Mo-Fr 09:00-17:30")
    look = page.locator("#look-at")

    expect(look.get_by_role("cell", name="09:00 to 17:30").first).to_be_visible()
    expect(look.get_by_role("checkbox")).not_to_be_checked()

    hours.fill("Mo-Fr 9-17")

    expect(look.get_by_role("status")).to_contain_text("1 thing is not right yet")


def test_hours_are_changed_without_script(go: Callable[..., Visitor]) -> None:
    """By buttons alone: fill in a week, write it, read the calendar, tick it, save; Enter never saves by accident."""
    page = go("/helplines/ro-116111/edit", script=False).page
    page.locator("details.plain-week summary").click()
    page.get_by_label("Saturday, 1: from").fill("10:00")
    page.get_by_label("Saturday, 1: to").fill("12:00")
    page.get_by_role("button", name="Write these times into the hours").click()
    page.get_by_label("I have looked at the two weeks, and they are right.").check()
    page.get_by_role("button", name="Save in the draft").first.click()

    expect(page.get_by_role("status")).to_contain_text("Saved in the draft")
    expect(page.get_by_text("Saturday: open 10:00 to 12:00")).to_be_visible()


def test_fault_is_reached_from_the_top(go: Callable[..., Visitor]) -> None:
    """The list of faults leads to each field, and what was typed stands there."""
    visitor = go("/helplines/ro-violence-home/edit")
    visitor.expected, page = ("Failed to load resource: the server responded with a status of 422",), visitor.page
    page.get_by_label("International form").first.fill("+33142212222")
    page.get_by_role("button", name="Save in the draft").first.click()
    page.locator("#faults a").first.click()

    expect(page.locator("#numbers-1-dial")).to_be_focused()
    expect(page.locator("#numbers-1-dial")).to_have_value("+33142212222")
