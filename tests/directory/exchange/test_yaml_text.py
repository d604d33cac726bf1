"""The directory's files as one YAML text: word for word out and in, strict on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.exchange.proposal import Proposal
from directory.exchange.yaml_text import files_in, from_yaml, to_yaml
from directory.faults import Faults
from directory.load import compile_files
from tests.desk import shipped
from tests.sample_directory import BRITAIN, FILES, NEEDS


def test_shipped_files_come_back_word_for_word() -> None:
    """Comments and all: what is brought in is what was taken out."""

    assert shipped() == files_in(to_yaml(shipped()))


@given(st.dictionaries(st.sampled_from(["gb.yaml", "no.yaml"]), st.text("ab: #\n\"'é|-\x85 ", max_size=12), max_size=2))
def test_any_texts_come_back(files: dict[str, str]) -> None:
    """Whatever stands in a file, its text is not changed by being written into another."""
    if files:
        assert files == files_in(to_yaml(files))


def test_a_whole_directory_that_is_the_same_changes_nothing() -> None:
    """Nothing is added, changed or removed, and the revision is the same."""
    found = from_yaml(to_yaml(FILES).encode(), FILES)

    assert (Proposal(FILES), compile_files(FILES).revision) == (found, compile_files(found.files).revision)


def test_one_country_is_its_own_file() -> None:
    """A country's file alone changes that country."""
    changed = BRITAIN.replace("Line for crime", "The line for crime")

    found = from_yaml(changed.encode(), FILES)

    assert (("gb-crime",), {**FILES, "gb.yaml": changed}) == (found.changed, found.files)


def test_needs_and_heads_are_named_as_tables() -> None:
    """A change that is no helpline's is said too."""
    found = from_yaml(NEEDS.replace("neighbours: [support]", "neighbours: []", 1).encode(), FILES)

    assert (("needs.yaml",), (), ()) == (found.tables, found.changed, found.faults)


def test_file_with_a_fault_is_left_and_the_others_are_taken() -> None:
    """A fault names its file and line, and costs nothing but its own file."""
    given_files = {**FILES, "gb.yaml": BRITAIN.replace("needs: [crime]", "needs: [crimes]")}
    given_files["needs.yaml"] = NEEDS.replace("neighbours: [support]", "neighbours: []", 1)

    found = from_yaml(to_yaml(given_files).encode(), FILES)

    assert (("needs.yaml",), FILES["gb.yaml"]) == (found.tables, found.files["gb.yaml"])
    assert [(11, "gb.yaml needs[1]", "gb-crime")] == [(each.row, each.column, each.entry) for each in found.faults]


def test_files_are_removed_only_when_asked() -> None:
    """A whole directory that lacks a file takes it out only with the box ticked."""
    without = {name: text for name, text in shipped().items() if name not in {"si.yaml", "harmonised.yaml"}}
    without["harmonised.yaml"] = "\n".join(
        line for line in shipped()["harmonised.yaml"].splitlines() if line.strip() != "SI: {}"
    )

    kept = from_yaml(to_yaml(without).encode(), shipped())
    gone = from_yaml(to_yaml(without).encode(), shipped(), remove=True)

    assert ("si.yaml" in kept.files, "si.yaml" in gone.files) == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: *a\n",
        "ro.yaml: !!python/object:os.system x\n",
        "ro.yaml: {a: b}\n",
        "ro.txt: x\n",
        "[" * 2000,
        "- 1\n",
        "a: 1\na: 2\n",
        "{}",
        "x: \x00\n",
        "country: GB\n" + "#\n" * 20_001,
    ],
)
def test_bombs_tags_and_other_shapes_are_refused_in_words(text: str) -> None:
    """Anchors, tags, depth, repeated keys, lists: a sentence, and nothing is taken."""
    found = from_yaml(text.encode(), FILES)

    assert (FILES, True) == (found.files, bool(found.faults))
    assert all("{" not in each.template.replace("{wrong}", "").replace("{right}", "") for each in found.faults)


def test_id_that_exists_is_refused() -> None:
    """Two rows with one id would be one helpline for callers."""
    found = from_yaml(BRITAIN.replace("id: gb-children", "id: gb-crime").encode(), FILES)

    assert (["gb-crime"], FILES) == ([each.entry for each in found.faults], found.files)


def test_text_that_is_no_utf8_is_refused_with_its_line() -> None:
    """Windows-1252 is named, and the line on which it shows."""
    found = from_yaml("country: GB\n# caf\xe9\n".encode("cp1252"), FILES)

    assert [2] == [each.row for each in found.faults]


def test_neither_file_nor_directory_raises_faults() -> None:
    """A table of other things is not taken for a directory."""
    with pytest.raises(Faults):
        files_in("some: thing\n")
