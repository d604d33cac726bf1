"""Pieces: what belongs to a row goes with it, what does not stays as it is, and two changes meet piece by piece."""

from __future__ import annotations

import pytest

from directory.load import compile_files, read_files
from directory.pieces import HEAD, Files, Place, all_replaced, fingerprint, merged, piece, replaced, split
from directory.writing import row_of, row_text
from tests.sample_directory import FILES, changed

CRIME, CHILDREN, GB = Place("gb.yaml", "gb-crime"), Place("gb.yaml", "gb-children"), Place("gb.yaml", HEAD)
NEEDS = Place("needs.yaml", HEAD)
SHIPPED = read_files()
COMMENTED = {
    "gb.yaml": "country: GB\n# the head\nhelplines:\n\n  # of a\n  - id: gb-a\n    name: {en: A}  # A\n\n  # of b\n"
    "  - id: gb-b\n    name: {en: B}\n"
}


@pytest.mark.parametrize("file", sorted(SHIPPED))
def test_pieces_are_the_whole(file: str) -> None:
    """The pieces of every shipped file, one after the other, are the file to the letter."""
    assert SHIPPED[file] == "".join(split({file: SHIPPED[file]}).values())


def test_every_row_is_a_piece() -> None:
    """Each helpline of a country's own file is a piece of its own, and each file has a head."""
    found = split(FILES)

    assert {GB, CRIME, CHILDREN, Place("gb.yaml", "gb-999"), NEEDS} <= set(found)
    assert found[CRIME].lstrip().startswith("- id: gb-crime")


def test_comments_go_with_their_row() -> None:
    """A comment right above a row belongs to it; what stands in the head belongs to the head."""
    found = split(COMMENTED)

    assert found[Place("gb.yaml", "gb-b")].lstrip().startswith("# of b")
    assert "# the head" in found[Place("gb.yaml", HEAD)]
    assert "# of a" not in found[Place("gb.yaml", HEAD)]


def test_replacing_leaves_the_rest() -> None:
    """A replaced row changes itself: the lines of the others, with their comments, stay."""
    new = replaced(COMMENTED, Place("gb.yaml", "gb-a"), "- id: gb-a\n  name: {en: New}\n")["gb.yaml"]

    assert "  - id: gb-a\n    name: {en: New}\n" in new
    assert "\n  # of b\n  - id: gb-b\n    name: {en: B}\n" in new
    assert "country: GB\n# the head\n" in new


def test_removing_and_adding() -> None:
    """A removed row is gone, the last one leaves an empty list, and a new one comes at the end."""
    one = replaced(COMMENTED, Place("gb.yaml", "gb-a"), None)
    none = replaced(one, Place("gb.yaml", "gb-b"), None)
    again = replaced(none, Place("gb.yaml", "gb-c"), "- id: gb-c\n")

    assert {Place("gb.yaml"), Place("gb.yaml", "gb-b")} == set(split(one))
    assert none["gb.yaml"].endswith("helplines: []\n")
    assert "helplines:\n  - id: gb-c\n" in again["gb.yaml"]
    assert COMMENTED["gb.yaml"] != one["gb.yaml"]


def test_what_is_not_there() -> None:
    """A piece that there is not is None, removing it is harmless, and a row needs a file to stand in."""
    assert piece(FILES, Place("gb.yaml", "gb-nobody")) is None
    assert piece(FILES, Place("xx.yaml", HEAD)) is None
    assert FILES == replaced(FILES, Place("xx.yaml", "xx-a"), None)
    with pytest.raises(KeyError):
        replaced(FILES, Place("xx.yaml", "xx-a"), "- id: xx-a\n")


def test_many_at_once() -> None:
    """Many rows replaced at once are as if they were replaced one after the other."""
    changes = {CRIME: "- id: gb-crime\n  x: y\n", CHILDREN: None, Place("fr.yaml", "fr-new"): "- id: fr-new\n"}
    one_by_one = FILES
    for place, text in changes.items():
        one_by_one = replaced(one_by_one, place, text)

    assert one_by_one == all_replaced(FILES, changes)


@pytest.mark.parametrize("id_", sorted(place.entry for place in split(SHIPPED) if place.entry)[::7])
def test_written_rows_mean_the_same(id_: str) -> None:
    """A helpline that is written anew and put in its place is the same helpline."""
    directory = compile_files(SHIPPED)
    helpline = directory.helplines[id_]
    place = Place(f"{helpline.country.lower()}.yaml", id_)
    written = row_text(row_of(helpline, directory.countries[helpline.country].timezone.key))

    assert directory.revision == compile_files(replaced(SHIPPED, place, written)).revision


def test_fingerprint() -> None:
    """A fingerprint tells texts apart, not the empty lines around them, and nothing has an empty one."""
    assert fingerprint("a") == fingerprint("\na\n")
    assert fingerprint("a") != fingerprint("b")
    assert "" == fingerprint(None)


def test_merge_of_different_rows() -> None:
    """Changes of different rows, and of a row and a head, are put together."""
    ours = changed("gb.yaml", "Line for crime", "Ours")
    theirs = changed("gb.yaml", "Line for children", "Theirs")
    found = merged(FILES, ours, theirs)
    names = compile_files(found.files).helplines

    assert () == found.conflicts
    assert ("Ours", "Theirs") == (names["gb-crime"].name["en"], names["gb-children"].name["en"])


def test_merge_of_one_row() -> None:
    """A row that both changed in different ways is named, and theirs stands; the same change is no conflict."""
    ours, theirs = (changed("gb.yaml", "Line for crime", name) for name in ("Ours", "Theirs"))
    found = merged(FILES, ours, theirs)

    assert ((CRIME,), theirs) == (found.conflicts, found.files)
    assert () == merged(FILES, ours, ours).conflicts


@pytest.mark.parametrize(("mine", "yours"), [(None, "Theirs"), ("Ours", None)])
def test_merge_of_a_removed_row(mine: str | None, yours: str | None) -> None:
    """A row that one removed and the other changed is a conflict, whichever way round."""
    sides = [
        replaced(FILES, CRIME, None) if name is None else changed("gb.yaml", "Line for crime", name)
        for name in (mine, yours)
    ]

    assert (CRIME,) == merged(FILES, *sides).conflicts


def test_merge_of_added_rows() -> None:
    """Rows that both added with different ids both stand; with one id and different texts they conflict."""
    one, other = (replaced(FILES, Place("fr.yaml", "fr-new"), f"- id: fr-new\n  note: {word}\n") for word in "ab")
    apart = replaced(FILES, Place("fr.yaml", "fr-else"), "- id: fr-else\n")

    assert (Place("fr.yaml", "fr-new"),) == merged(FILES, one, other).conflicts
    assert {Place("fr.yaml", "fr-new"), Place("fr.yaml", "fr-else")} <= set(split(merged(FILES, one, apart).files))


def test_order_of_one_side_is_kept() -> None:
    """Rows that one side has put into another order stand so, with what the other side changed; theirs beats ours."""
    text = FILES["gb.yaml"]
    crime, children, emergency = (text.index(f"  - id: gb-{name}") for name in ("crime", "children", "999"))
    turned = {**FILES, "gb.yaml": text[:crime] + text[children:emergency] + text[crime:children] + text[emergency:]}
    changed_row = changed("gb.yaml", "Line for crime", "A better line for crime")
    ends = {**FILES, "gb.yaml": text[:crime] + text[emergency:] + "\n" + text[crime:emergency]}

    def order(files: Files) -> list[str]:
        return [place.entry for place in split(files) if place.file == "gb.yaml" and place.entry]

    ours, theirs = merged(FILES, turned, changed_row), merged(FILES, changed_row, turned)

    assert [["gb-children", "gb-crime", "gb-999"]] * 2 == [order(each.files) for each in (ours, theirs)]
    assert all("A better line for crime" in each.files["gb.yaml"] for each in (ours, theirs))
    assert ["gb-999", "gb-crime", "gb-children"] == order(merged(FILES, turned, ends).files)
    assert FILES == merged(FILES, FILES, FILES).files
