"""Rows against a directory: taken one by one, written all at once."""

from __future__ import annotations

import datetime as dt

import pytest

from directory.exchange.proposal import Found, Proposal, propose
from directory.load import compile_files
from directory.pieces import Place, all_replaced, piece, replaced
from tests.sample_directory import FILES, changed

ROW = "- id: gb-other\n  kind: helpline\n"
CHANGES: dict[Place, str | None] = {
    Place("gb.yaml", "gb-crime"): "- id: gb-crime\n  note: Other\n",
    Place("fr.yaml", "fr-support"): None,
    Place("gb.yaml", "gb-other"): ROW,
    Place("gb.yaml", "gb-nobody"): None,
}


def test_many_rows_at_once_are_as_one_by_one() -> None:
    """However many rows change, the files become the same."""
    files = dict(FILES)
    for place, text in CHANGES.items():
        files = replaced(files, place, text)

    assert (files, ROW.strip()) == (
        all_replaced(FILES, CHANGES),
        "\n".join(line[2:] for line in (piece(files, Place("gb.yaml", "gb-other")) or "").splitlines()).strip(),
    )


def test_row_of_a_country_without_a_file_cannot_be_written() -> None:
    """A file is not made by a row."""
    with pytest.raises(KeyError):
        all_replaced(FILES, {Place("ro.yaml", "ro-x"): ROW})


def test_no_rows_change_nothing() -> None:
    """An empty file is no wish to remove everything."""
    assert Proposal(FILES) == propose([], FILES, remove=True)


def test_row_that_keeps_the_rest_from_loading_is_left_alone() -> None:
    """Two rows that are sound by themselves, of which one cannot stand beside another file's: the other is taken."""
    files = changed("gb.yaml", "  - id: gb-children", "  - id: gb-116111")
    files = {**files, "harmonised.yaml": FILES["harmonised.yaml"].replace('number: "116 111"', 'number: "116 006"')}
    directory = compile_files(files)

    found = propose(
        [
            Found(2, {"id": "gb-116006", "cost": "standard", "number 1 say": "116 123"}),
            Found(3, {"id": "gb-crime", "cost": "free"}),
        ],
        files,
    )

    assert (("gb-crime",), {"gb-116006"}) == (found.changed, {each.entry for each in found.faults})
    assert directory.helplines["gb-116006"] == compile_files(found.files).helplines["gb-116006"]


def test_remarks_above_a_row_stay() -> None:
    """What stands above a row in a file (where its doubts are noted) is not lost because a table changes the row."""
    files = changed("gb.yaml", "  - id: gb-crime\n", "  # They wrote in May.\n  # Ring again.\n  - id: gb-crime\n")

    found = propose([Found(2, {"id": "gb-crime", "cost": "free"})], files)

    assert (("gb-crime",), True) == (
        found.changed,
        "  # They wrote in May.\n  # Ring again.\n  - id: gb-crime\n" in found.files["gb.yaml"],
    )


def test_row_that_stands_twice_is_not_taken_at_all() -> None:
    """Nobody can know which of two rows is meant: neither is taken, and the sentence says so."""
    found = propose([Found(2, {"id": "gb-crime", "cost": "free"}), Found(3, {"id": "gb-crime"})], FILES)

    assert (FILES, 2, ["the id `gb-crime` stands in two rows; neither was taken; "]) == (
        found.files,
        len(found.left),
        [each.words.partition("give")[0] for each in found.faults],
    )


@pytest.mark.parametrize(
    ("cells", "checked"),
    [
        ({"number 1 say": "020 7946 0009", "number 1 dial": "+442079460009"}, None),
        ({"hours": "Mo-Fr 09:00-18:00; PH off"}, None),
        ({"exceptions": ""}, None),
        ({"hours": "Mo-Fr 09:00-18:00; PH off", "checked": "2026-10-01"}, None),
        ({"hours": "Mo-Fr 09:00-18:00; PH off", "checked": "2026-11-20"}, dt.date(2026, 11, 20)),
        ({"note": "Nothing that was checked."}, dt.date(2026, 10, 1)),
        ({"cost": "free", "languages": "en"}, dt.date(2026, 10, 1)),
    ],
)
def test_check_of_other_numbers_or_hours_does_not_stay(cells: dict[str, str], checked: dt.date | None) -> None:
    """Where a table changes what was checked, nobody has checked the row, whatever day the table still has."""
    found = propose([Found(2, {"id": "gb-crime", **cells})], FILES)

    assert (("gb-crime",), checked) == (found.changed, compile_files(found.files).helplines["gb-crime"].checked)
