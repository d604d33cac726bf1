"""What spreadsheets do to texts: nothing we write is computed or lost, and what they have spoilt is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.exchange.spreadsheet import bare, damage, guarded, is_formula


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+442079460001", "'+442079460001"),
        ("-1", "'-1"),
        ("@home", "'@home"),
        ("\tx", "'\tx"),
        ("116 000", "'116 000"),
        ("0800 800 678", "'0800 800 678"),
        ("24/7", "'24/7"),
        ("2026-11-22", "'2026-11-22"),
        ("1E5", "'1E5"),
        ("'=1", "''=1"),
        ("＝1", "'＝1"),
        ("'t Huis", "'t Huis"),
        ("Line for crime", "Line for crime"),
        ("Mo-Fr 08:00-16:00", "Mo-Fr 08:00-16:00"),
        ("a=1", "a=1"),
        ("", ""),
        (".", "."),
    ],
)
def test_cells_are_written_so_that_no_spreadsheet_computes_them(text: str, cell: str) -> None:
    """What begins like a formula, or is all figures, gets an apostrophe; its neighbours do not; both come back."""

    assert (cell, text) == (guarded(text), bare(cell))


@given(st.text().filter(lambda text: "\r" not in text))
def test_every_text_comes_back(text: str) -> None:
    """The apostrophe is taken off again only where it was put."""

    assert text == bare(guarded(text))


@given(st.text(alphabet="'=+-@0123456789 E/", max_size=8))
def test_texts_of_apostrophes_and_figures_come_back(text: str) -> None:
    """Nor does a text get lost that has apostrophes of its own."""

    assert text == bare(guarded(text))


@given(st.text(alphabet="'=+-@09 \t\nx(!|", max_size=8))
def test_nothing_that_we_write_is_a_formula(text: str) -> None:
    """What we have written can be read again: no cell of ours is refused."""

    assert not is_formula(guarded(text))


@pytest.mark.parametrize("cell", ["=1", "=HYPERLINK(1)", " =1", "＝1", "@SUM(1)*cmd|x", "+cmd|' /C calc'!A0", "-x(1)"])
def test_formulas_are_told_from_text(cell: str) -> None:
    """A cell that a spreadsheet would compute is refused."""

    assert is_formula(cell)


@pytest.mark.parametrize("cell", ["'=1", "+442079460001", "- closed", "@home", "-5", "a=1", "+44 (20)", ""])
def test_texts_that_only_look_like_formulas_are_read(cell: str) -> None:
    """A number, a dash before a word, or what we have guarded ourselves is no formula."""

    assert not is_formula(cell)


@pytest.mark.parametrize(
    ("heading", "text", "before", "right"),
    [
        ("number 1 say", "1,16E+05", "116 000", "`116 000`, with an apostrophe before it"),
        ("number 1 dial", "4,42E+11", "", "the whole number, with an apostrophe before it"),
        ("number 1 dial", "442079460001", "", "`+442079460001`, with an apostrophe before it"),
        ("number 1 say", "2079460001", "020 7946 0001", "`020 7946 0001`, with an apostrophe before it"),
        ("number 1 say", "2079460001", "", "`020 7946 0001`, with an apostrophe before it"),
        ("checked", "22.11.2026", "", "`2026-11-22`"),
        ("checked", "22/11/26", "", "`2026-11-22`"),
        ("checked", "11/22/2026", "", "`2026-11-22`"),
        ("source date", "03/04/2026", "", "`2026-04-03` or `2026-03-04`"),
        ("checked", "99.99.2026", "", "year, month, day"),
        ("checked", "46348", "", "`2026-11-22`"),
        ("hours", "24. Jul", "24/7", "`24/7`, with an apostrophe before it"),
        ("hours", "24-juil.", "24/7", "`24/7`, with an apostrophe before it"),
        ("hours", "7/24", "24/7", "`24/7`, with an apostrophe before it"),
        ("hours", "Mo-Fr 8:00-16:00", "", "`Mo-Fr 08:00-16:00`"),
        ("hours", "08:00:00-16:00:00", "", "`08:00-16:00`"),
        ("hours", "0.33", "08:00-16:00", "`08:00-16:00`"),
    ],
)
def test_damage_is_named_with_what_would_be_right(heading: str, text: str, before: str, right: str) -> None:
    """Lost zeros and plus signs, rounded numbers, turned dates and times: each says how it should be written."""
    cells = {"id": "gb-crime", "country": "GB", heading: text}

    found = damage(heading, text, cells, {heading: before} if before else None, 7)

    assert found is not None
    assert (7, heading, "gb-crime", right) == (found.row, found.column, found.entry, found.right)


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("number 1 say", "116 000"),
        ("number 1 say", "999"),
        ("number 1 say", "02079460001"),
        ("number 1 dial", "+442079460001"),
        ("number 1 from", "national"),
        ("checked", "2026-11-22"),
        ("hours", "24/7"),
        ("hours", "Mo-Fr 08:00-16:00"),
        ("hours", "10:00-18:00"),
        ("note", "22.11.2026 at 8:00, 1,16E+05"),
        ("hours", ""),
    ],
)
def test_sound_texts_are_not_called_damaged(heading: str, text: str) -> None:
    """What is as it should be passes, and notes may say what they like."""

    assert damage(heading, text, {"country": "GB"}, None, 2) is None
