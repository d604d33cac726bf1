"""What a file is: told by its name, else by how it begins."""

from __future__ import annotations

import pytest

from directory.exchange.kinds import Kind, bring_in, kind_of, take_out
from directory.exchange.proposal import Proposal
from directory.load import compile_files
from tests.sample_directory import FILES


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("table.csv", b"country: GB", Kind.CSV),
        ("TABLE.TSV", b"", Kind.CSV),
        ("ro.yaml", b"{}", Kind.YAML),
        ("ro.yml", b"a,b", Kind.YAML),
        ("services.json", b"a: b", Kind.HSDS),
        ("../../etc/passwd", b"id,cost\n", Kind.CSV),
        ("", b"\xef\xbb\xbfid;cost\n", Kind.CSV),
        ("", b" [1]", Kind.HSDS),
        ("", b'\n{"contents": []}', Kind.HSDS),
        ("", b"# Needs, and audiences\ngeneral: crime\n", Kind.YAML),
        ("", b"country: GB\n", Kind.YAML),
        ("table.txt", b"id\tcost\n", Kind.CSV),
        ("", b"", Kind.YAML),
    ],
)
def test_kind_is_told_by_name_then_by_beginning(name: str, data: bytes, kind: Kind) -> None:
    """A name that says nothing leaves it to the first characters."""

    assert kind == kind_of(name, data)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_comes_back(kind: Kind) -> None:
    """What is taken out and brought in unchanged changes nothing, the whole or one country."""
    for country in (None, "GB"):
        assert Proposal(FILES) == bring_in(kind, take_out(kind, FILES, country).encode(), FILES, remove=True)


@pytest.mark.parametrize("kind", Kind)
def test_country_without_a_file_cannot_be_taken_out(kind: Kind) -> None:
    """A country that the directory does not have is a KeyError, not an empty file."""
    with pytest.raises(KeyError):
        take_out(kind, FILES, "RO")


def test_one_country_s_table_has_its_rows_alone() -> None:
    """Numbers that are the same in the whole Union among them."""
    rows = take_out(Kind.CSV, FILES, "GB").count("\r\ngb-")

    assert sum(each.country == "GB" for each in compile_files(FILES).helplines.values()) == rows
