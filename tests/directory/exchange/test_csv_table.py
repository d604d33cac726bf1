"""The table for spreadsheets: everything out, everything back, every fault by row and column, the rest kept."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from directory.exchange.csv_table import from_csv, name_of_column, table_csv, to_csv
from directory.exchange.proposal import Proposal
from directory.exchange.troubles import Trouble
from directory.load import compile_files
from directory.pieces import Place, fingerprint, piece
from tests.desk import shipped
from tests.sample_directory import FILES, changed


def table(files: dict[str, str] = FILES) -> str:
    """Return the table of the sample directory."""
    return to_csv(compile_files(files).helplines.values())


def brought_in(text: str, remove: bool = False) -> Proposal:
    """Bring a table into the sample directory."""
    return from_csv(text.encode(), FILES, remove)


def with_cell(id_: str, heading: str, cell: str) -> str:
    """Return the sample's table with one cell written anew, as it would stand in the file."""
    rows = list(csv.reader(table().removeprefix("\ufeff").splitlines()))
    place = rows[0].index(heading)
    for row in rows[1:]:
        row[place] = cell if row[0] == id_ else row[place]
    return "\n".join(",".join(f'"{each.replace(chr(34), chr(34) * 2)}"' for each in row) for row in rows)


def places(troubles: tuple[Trouble, ...]) -> list[tuple[int | None, str, str]]:
    """Return where troubles stand: row, column, helpline."""
    return [(each.row, each.column, each.entry) for each in troubles]


def test_shipped_directory_comes_back_as_it_was() -> None:
    """A table that nobody has touched changes nothing, not even a line."""
    files = shipped()

    assert Proposal(files) == from_csv(table(files).encode(), files)


def test_table_is_utf8_with_a_mark_commas_and_windows_line_ends() -> None:
    """Excel reads it as UTF-8 because of the mark; RFC 4180 asks for the rest."""
    text = table()

    assert (True, True, 0) == (text.startswith("\ufeffid,country,kind,"), text.endswith("\r\n"), text.count("\n\n"))


@pytest.mark.parametrize("separator", [";", "\t"])
def test_tables_with_other_separators_are_read(separator: str) -> None:
    """Spreadsheets write semicolons where the comma parts decimals, and tabs when asked to."""
    rows = csv.reader(table().removeprefix("\ufeff").splitlines())
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)

    assert Proposal(FILES) == brought_in(text)


def test_separator_that_is_named_first_is_no_heading() -> None:
    """Excel's own first line `sep=;` is passed over."""
    assert ("gb-crime",) == brought_in("sep=;\nid;cost\ngb-crime;free\n").changed


def test_changed_cell_changes_its_row_alone() -> None:
    """The other rows keep their very lines."""
    found = brought_in(with_cell("gb-crime", "hours", "'24/7"))
    place = Place("gb.yaml", "gb-children")

    assert (("gb-crime",), (), ()) == (found.changed, found.added, found.faults)
    assert "24/7" == compile_files(found.files).helplines["gb-crime"].hours
    assert fingerprint(piece(FILES, place)) == fingerprint(piece(found.files, place))


def test_columns_and_rows_left_out_stay_as_they_are() -> None:
    """An editor may send the id and what has changed, and nothing else."""
    found = brought_in("id,cost\ngb-crime,free\n")
    before, after = (compile_files(files).helplines for files in (FILES, found.files))

    assert replace(before["gb-crime"], cost=after["gb-crime"].cost) == after["gb-crime"]
    assert before.keys() == after.keys()


def test_new_id_adds_a_row() -> None:
    """What the directory does not know is added at the end of its country's file."""
    text = with_cell("gb-crime", "id", "gb-crime-two").replace("020 7946 0001", "020 7946 0009")

    found = brought_in(text.replace("442079460001", "442079460009"))

    assert (("gb-crime-two",), (), ()) == (found.added, found.changed, found.faults)


def test_rows_are_removed_only_when_asked() -> None:
    """A row that is missing stays, unless the box is ticked; other countries stay in any case."""
    text = "\n".join(line for line in table().splitlines() if not line.startswith(("gb-children", "fr-")))

    assert ((), ("gb-children",)) == (brought_in(text).removed, brought_in(text, remove=True).removed)


def test_last_emergency_service_cannot_be_removed() -> None:
    """A country whose callers would be left with nothing keeps its row, and the fault says so."""
    text = "\n".join(line for line in table().splitlines() if not line.startswith("gb-999"))

    found = brought_in(text, remove=True)

    assert ((), ["helplines"]) == (found.removed, [each.column or "helplines" for each in found.faults])


def test_number_of_the_union_is_not_removed_from_a_table() -> None:
    """It stands in a file for all countries: the fault says where to take it out."""
    text = "\n".join(line for line in table().splitlines() if not line.startswith("gb-116111"))

    found = brought_in(text, remove=True)

    assert ((), [(None, "", "gb-116111")]) == (found.removed, places(found.faults))


def test_number_of_the_union_that_is_changed_becomes_the_country_s_own_row() -> None:
    """As in the files: a country's own row for a number stands before the one for all countries."""
    found = brought_in(with_cell("gb-116111", "hours", "unknown"))

    assert (("gb-116111",), True) == (found.changed, "id: gb-116111" in found.files["gb.yaml"])


@pytest.mark.parametrize(
    ("heading", "cell", "words"),
    [
        ("hours", "=1+1", "is a formula"),
        ("number 1 dial", "4,42E+11", "rounded"),
        ("number 1 dial", "442079460001", "dropped the plus"),
        ("number 1 say", "2079460001", "dropped the zero"),
        ("number 1 dial", "+33199000003", "a number of another country"),
        ("number 1 dial", "'+44116111", "short or emergency number"),
        ("languages", "en, xx", "not a language tag"),
        ("needs", "crime, crimes", "not one of the values"),
        ("needs", "", "the field is missing"),
        ("checked", "01.10.2026", "another order"),
        ("exceptions", "2026-12-24 | off", "the field is missing"),
        ("exceptions", "24.12.2026 | off | Eve", "not a date"),
        ("hours", "Mo-Fr 8:00-16:00", "lost the zero"),
        ("hours", "", "the field is missing"),
        ("name en", "Line\u200b for crime", "zero width space"),
        ("name en", "Line \u202efor crime", "right-to-left override"),
        ("name en", "Line\x00for", "character u+0000"),
        ("name fr", "Ligne de traitÃ©", "read UTF-8 as something else"),
        ("country", "XX", "not a country of this directory"),
        ("country", "FR", "is not an id"),
        ("kind", "emergency", "emergency"),
        ("timezone", "Europe/Atlantis", "not a time zone"),
    ],
)
def test_faults_name_row_and_column_and_the_rest_is_kept(heading: str, cell: str, words: str) -> None:
    """One bad cell costs its own row and nothing else, and its row is given back to be completed."""
    text = with_cell("gb-crime", heading, cell)
    rows = text.splitlines()
    text = "\n".join([*rows[:3], rows[3].replace('"unknown"', '"24/7"', 1), *rows[4:]])

    found = brought_in(text)

    assert {(3, "gb-crime")} == {(each.row, each.entry) for each in found.faults}
    assert [words] == [words for each in found.faults if words in each.words][:1], [str(each) for each in found.faults]
    assert (("gb-children",), ["gb-crime"]) == (found.changed, [cells["id"] for cells in found.left])


def test_windows_1252_is_named_cell_by_cell() -> None:
    """The rest of the table is read; what the bytes may mean is said."""
    data = "id,name fr,cost\ngb-crime,Ligne café,free\ngb-children,Ligne,standard\n".encode("cp1252")

    found = from_csv(data, FILES)

    assert [(2, "name fr", "`Ligne café`")] == [(each.row, each.column, each.wrong) for each in found.faults]
    assert ("gb-children",) == found.changed


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a picture (PNG)"),
        (b"PK\x03\x04abc", "a packed file"),
        ("id,cost\n".encode("utf-16"), "UTF-16"),
        ("id,cost\n".encode("utf-16-le"), "UTF-16"),
        (b"", "nothing in it"),
        (b"\xef\xbb\xbf \n", "nothing in it"),
        (b"x" * (1024 * 1024 + 1), "too large"),
        (b"name,cost\nx,free\n", "no column is called `id`"),
        (b"\n\n\n", "nothing in it"),
        (b",,,\n,,\n", "no column is called `id`"),
        (b'id,cost\n"gb-crime,free\n', "the table breaks here"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    """A picture, a workbook, UTF-16, an empty file: one sentence says what to do."""
    found = from_csv(data, FILES)

    assert (FILES, [True]) == (found.files, [words in each.words for each in found.faults])


def test_headings_again_and_empty_rows_are_noted_and_passed_over() -> None:
    """What does no harm is said and costs nothing."""
    found = brought_in("id,cost\n,\n\nid,cost\ngb-crime,free\n")

    assert ([2, 3, 4], ("gb-crime",), ()) == ([each.row for each in found.notes], found.changed, found.faults)


def test_unknown_and_repeated_columns_are_named() -> None:
    """A column that means nothing, or a language that nobody has, is left out; of two the first is read."""
    found = brought_in("id,cost,colour,name xx,cost\ngb-crime,free,blue,X,charged\n")

    assert ["colour (column C)", "name xx (column D)"] == [each.column for each in found.notes]
    assert [(1, "cost (column E)", "")] == places(found.faults)
    assert "free" == compile_files(found.files).helplines["gb-crime"].cost


def test_rows_that_are_too_long_are_refused_whole() -> None:
    """A separator inside a text moves all that follows: nothing of such a row can be trusted."""
    found = brought_in("id,note,cost\ngb-crime,Ring, twice,free\n")

    assert [(2, "", "gb-crime")] == places(found.faults)


def test_rows_that_are_too_short_lack_only_their_last_cells() -> None:
    """Spreadsheets leave out empty cells at the end of a row."""
    assert ("gb-children",) == brought_in("id,cost,note\ngb-children,free\n").changed


def test_one_id_in_two_rows_is_refused() -> None:
    """Nobody can know which of them is meant: the second is named with the place of the first, and neither is taken."""
    found = brought_in("id,cost\ngb-crime,free\ngb-crime,charged\n")

    assert ([(3, "id", "gb-crime")], ()) == (places(found.faults), found.changed)
    assert ["free", "charged"] == [cells["cost"] for cells in found.left]


def test_everything_in_the_directory_stays_where_a_table_breaks() -> None:
    """A quotation mark that never ends must not remove the rows behind it."""
    assert () == brought_in('id,note\ngb-crime,"Ring\n', remove=True).removed


def test_rows_left_can_be_completed_as_a_table() -> None:
    """What was refused is given back as a table, and is taken once it is mended."""
    found = brought_in(with_cell("gb-crime", "hours", "Mo-Fr 8:00-16:00"))
    mended = table_csv(found.left).replace("8:00-16:00", "08:00-16:00")

    assert ("gb-crime",) == brought_in(mended).changed


def test_cells_keep_line_ends_and_bars_of_reasons() -> None:
    """A reason of several lines, with bars and backslashes, comes back as it was."""
    files = changed("gb.yaml", "reason: Christmas Eve", 'reason: "Eve | one\\\\two\\nthree"')

    assert Proposal(files) == from_csv(table(files).encode(), files)


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    """A, Z, AA: the letter is what an editor sees."""
    assert ["a (column A)", "b (column Z)", "c (column AA)", "d (column BA)"] == [
        name_of_column(place, heading) for place, heading in ((0, "a"), (25, "b"), (26, "c"), (52, "d"))
    ]


def test_tables_that_are_too_long_are_read_up_to_a_point() -> None:
    """Thousands of rows are no directory: the first are read, nothing is removed, and the fault says so."""
    text = "id,cost\n" + "gb-crime,free\n" + ",\n" * 1000

    found = brought_in(text, remove=True)

    assert ([(1001, "", "")], ("gb-crime",), ()) == (places(found.faults), found.changed, found.removed)
