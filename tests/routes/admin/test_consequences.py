"""What the page of the emergency switch says about being connected: on which of our lines, and what gets worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desk import ANA
from tests.pages import Page
from tests.reviewing import a_small_office

CHILDREN = "Children and young people"
"""A need whose British service has one number inside the country and one from abroad."""


@pytest.mark.parametrize(
    ("say", "left", "ours"),
    [
        ("020 7946 0004", "+44 20 7946 0002", "our international number"),
        ("+44 20 7946 0002", "020 7946 0004", "our number in the country"),
    ],
)
def test_line_that_connects_no_more_is_named(tmp_path: Path, say: str, left: str, ours: str) -> None:
    """Where one of two numbers goes, the page says whose calls are connected still, and marks the loss."""
    office = a_small_office(tmp_path).act_as(ANA)
    page = Page(office.get("/switches/throw", country="GB", say=say, position="out").text)
    (row,) = [each for each in page.all("tr") if CHILDREN in each.words]

    assert f"{left}, hours unknown; whoever dials {ours} can be connected, others hear it read out" in row.words
    assert "callers can be connected" in row.words
    assert ["worse"] == [each.words for each in page.all("span", class_="mark danger") if each.is_inside(row)]
