"""Pieces of files that are written in another way than ours: nothing of what they say is lost or moved."""

from __future__ import annotations

import pytest

from directory.load import compile_files
from directory.pieces import HEAD, Files, Place, all_replaced, merged, piece, replaced, split
from directory.strict_yaml import Items, parse
from directory.writing import row_of, row_text
from tests.sample_directory import BRITAIN, FILES

CRIME, CHILDREN = Place("gb.yaml", "gb-crime"), Place("gb.yaml", "gb-children")
_HEAD_TEXT, _, _ROWS = BRITAIN.partition("helplines:\n")
_FLOW = (
    "{id: gb-a, kind: helpline, name: {en: A, fr: A}, needs: [crime], audience: [anyone], hours: unknown, "
    'numbers: [{say: "020 7946 0001", dial: null, from: anywhere}], cost: free, anonymous: "yes", '
    "source: {file: a letter, date: null, quote: A letter}, checked: null}"
)
WAYS = {
    "another field after the rows": f"helplines:\n{_ROWS}\n{_HEAD_TEXT}",
    "a dash on a line of its own": BRITAIN.replace("  - id: gb-crime\n", "  -\n    id: gb-crime\n").replace(
        "  - id: gb-children\n", "  -\n    id: gb-children\n"
    ),
    "the name of the list in quotes": BRITAIN.replace("helplines:\n", '"helplines":\n'),
    "a space before the colon": BRITAIN.replace("helplines:\n", "helplines :\n"),
    "ids in quotes": BRITAIN.replace("id: gb-crime", "id: 'gb-crime'").replace("id: gb-children", 'id: "gb-children"'),
    "line ends of Windows": BRITAIN.replace("\n", "\r\n"),
    "rows in braces": BRITAIN + f"  - {_FLOW}\n",
    "rows at the edge": _HEAD_TEXT + "helplines:\n" + "\n".join(line[2:] for line in _ROWS.split("\n")),
    "remarks at the edge": BRITAIN.replace("  - id: gb-children\n", "# of the children\n  - id: gb-children\n"),
}


def odd(way: str) -> dict[str, str]:
    """Return the sample directory with Britain's file written in another way."""
    files = {**FILES, "gb.yaml": WAYS[way]}
    assert set(compile_files(FILES).helplines) <= set(compile_files(files).helplines)
    return files


def written(files: Files, id_: str, name: str) -> str:
    """Return a row as the form writes it, with another English name."""
    directory = compile_files(files)
    helpline = directory.helplines[id_]
    row = row_of(helpline, directory.countries[helpline.country].timezone.key)
    return row_text({**row, "name": {**helpline.name, "en": name}})


def one_line(files: Files) -> dict[str, str]:
    """Return the files with all of Britain's rows in one line, before the other fields."""
    table = parse(files["gb.yaml"], "gb.yaml")
    rows = table.fields["helplines"]
    assert isinstance(rows, Items)
    flow = _FLOW.replace("needs: [crime]", "needs: [emergency]").replace("helpline,", "emergency,")
    flow = flow.replace("gb-a", "gb-999").replace("020 7946 0001", "999").replace("anywhere", "national")
    return {**files, "gb.yaml": f"helplines: [{_FLOW}, {flow}]\n{_HEAD_TEXT}"}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_row_changes_alone(way: str) -> None:
    """A row that is written anew changes its own helpline; every other says what it said, in the same order."""
    files = odd(way)
    before = compile_files(files).helplines
    after = compile_files(replaced(files, CHILDREN, written(files, "gb-children", "New"))).helplines

    assert "New" == after["gb-children"].name["en"]
    assert list(before) == list(after)
    assert {id_: row for id_, row in before.items() if id_ != "gb-children"} == {
        id_: row for id_, row in after.items() if id_ != "gb-children"
    }


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_row_goes_alone(way: str) -> None:
    """A row that is taken out, also with many others replaced at once, takes none with it."""
    files = odd(way)
    one = compile_files(replaced(files, CHILDREN, None)).helplines
    many = all_replaced(files, {CHILDREN: None, CRIME: written(files, "gb-crime", "New")})

    assert set(compile_files(files).helplines) - {"gb-children"} == set(one)
    assert set(one) == set(compile_files(many).helplines)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_only_what_changes_is_changed(way: str) -> None:
    """A change of one row counts as a change of that row alone, and meets a change of another without a conflict."""
    files = odd(way)
    ours = replaced(files, CHILDREN, written(files, "gb-children", "Ours"))
    theirs = replaced(files, CRIME, written(files, "gb-crime", "Theirs"))
    both = merged(files, ours, theirs)
    names = compile_files(both.files).helplines

    assert () == both.conflicts
    assert ("Ours", "Theirs") == (names["gb-children"].name["en"], names["gb-crime"].name["en"])


def test_rows_in_one_line() -> None:
    """Rows that stand in one line, before other fields, are pieces like any others."""
    files = one_line(FILES)
    named = compile_files(replaced(files, Place("gb.yaml", "gb-a"), written(files, "gb-a", "New"))).helplines
    gone = compile_files(replaced(files, Place("gb.yaml", "gb-a"), None)).helplines

    assert {Place("gb.yaml", HEAD), Place("gb.yaml", "gb-a"), Place("gb.yaml", "gb-999")} <= set(split(files))
    assert ("New", "999") == (named["gb-a"].name["en"], named["gb-999"].numbers[0].say)
    assert "gb-999" in gone
    assert "gb-a" not in gone


def test_a_sign_of_a_remark_in_a_text() -> None:
    """A line of a text that begins like a remark stays with its row."""
    text = "country: GB\nhelplines:\n  - id: gb-a\n    note: |\n      one\n      # two\n  - id: gb-b\n"

    assert "# two" in (piece({"gb.yaml": text}, Place("gb.yaml", "gb-a")) or "")
    assert "# two" not in (piece({"gb.yaml": text}, Place("gb.yaml", "gb-b")) or "")


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_merge_of_a_removed_file(whose: str) -> None:
    """A file that one took out and the other changed, or put a row into, is a conflict; untouched, it is gone."""
    without = {file: text for file, text in FILES.items() if file != "gb.yaml"}
    touched = [
        replaced(FILES, CRIME, written(FILES, "gb-crime", "New")),
        replaced(FILES, Place("gb.yaml", "gb-new"), "- id: gb-new\n"),
    ]
    for other in touched:
        sides = (without, other) if whose == "ours" else (other, without)

        assert merged(FILES, *sides).conflicts
    assert ((), without) == (merged(FILES, without, FILES).conflicts, dict(merged(FILES, without, FILES).files))
    assert ((), without) == (merged(FILES, FILES, without).conflicts, dict(merged(FILES, FILES, without).files))
