"""The kinds of file that the tables go out and come in as, told apart by their names and by how they begin."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from directory.exchange.csv_table import from_csv, to_csv
from directory.exchange.hsds import to_hsds
from directory.exchange.hsds_reading import from_hsds
from directory.exchange.proposal import Proposal
from directory.exchange.yaml_text import from_yaml, to_yaml
from directory.load import compile_files
from directory.pieces import Files


class Kind(StrEnum):
    """A kind of file; its value is the ending of its name."""

    CSV = "csv"
    """A table for a spreadsheet: the helplines, a row each."""
    YAML = "yaml"
    """The directory's own files."""
    HSDS = "json"
    """Open Referral HSDS 3.1."""


MEDIA_TYPES = {
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.YAML: "application/yaml; charset=utf-8",
    Kind.HSDS: "application/json; charset=utf-8",
}
_ENDINGS = {"csv": Kind.CSV, "tsv": Kind.CSV, "yaml": Kind.YAML, "yml": Kind.YAML, "json": Kind.HSDS}
_READERS: dict[Kind, Callable[[bytes, Files, bool], Proposal]] = {
    Kind.CSV: from_csv,
    Kind.YAML: from_yaml,
    Kind.HSDS: from_hsds,
}


def kind_of(name: str, data: bytes) -> Kind:
    """Return what a file is by the ending of its name, else by how it begins."""
    ending = _ENDINGS.get(name.lower().rpartition(".")[2])
    if ending is not None:
        return ending
    beginning = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning[:1] in {b"{", b"["}:
        return Kind.HSDS
    first = beginning.splitlines()[0] if beginning else b""
    is_table = any(separator in first for separator in (b",", b";", b"\t")) and not first.startswith(b"#")
    return Kind.CSV if is_table else Kind.YAML


def bring_in(kind: Kind, data: bytes, files: Files, remove: bool = False) -> Proposal:
    """Say what a file would change in a directory's files, which must load."""
    return _READERS[kind](data, files, remove)


def take_out(kind: Kind, files: Files, country: str | None = None) -> str:
    """Return a directory, or one country's part of it (ISO 3166-1), as the text of a file.

    Raises KeyError for a country that has no file, and Faults for files that do not load.
    """
    if kind is Kind.YAML:
        return to_yaml(files) if country is None else files[f"{country.lower()}.yaml"]
    directory = compile_files(files)
    if country is not None and country not in directory.countries:
        raise KeyError(country)
    helplines = [each for each in directory.helplines.values() if country in {None, each.country}]
    return to_csv(helplines) if kind is Kind.CSV else to_hsds(helplines)
