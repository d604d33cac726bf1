"""Loading a directory: files in, one immutable value out, or all their faults at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from directory import harmonised
from directory.dialling import digits
from directory.entries import read_helpline
from directory.faults import Fault, FaultCode, Faults
from directory.ladder import build_ladders
from directory.model import Country, Directory, Helpline
from directory.revision import revision_of
from directory.rows import Row
from directory.strict_yaml import Table, parse
from directory.tables import Vocabulary, read_country, read_vocabulary

PACKAGED = Path(__file__).parent / "data"
"""The folder that comes with the program."""

NEEDS = "needs.yaml"
SHARED = (NEEDS, harmonised.FILE)
"""Files that belong to no country."""

_COUNTRY_FILE = re.compile(r"[a-z]{2}\.yaml")


@dataclass(frozen=True, slots=True)
class Progress:
    """Who is told how many of the countries' files have been read, of how many; all are alike to what is read."""

    tell: Callable[[int, int], None] = field(compare=False)


SILENT = Progress(lambda _read, _of: None)


def load(path: Path | None = None, progress: Progress = SILENT) -> Directory:
    """Load the directory from a folder of YAML files, by default the packaged one.

    Raises Faults with everything that is wrong in any of the files.
    """
    draft = _Draft()
    files = _files_in(path, draft)
    return _compile(files, draft, progress) if draft.faults else compile_files(files, progress)


def read_files(path: Path | None = None) -> dict[str, str]:
    """Return the texts of a folder's files, by file name; by default of the packaged one.

    Raises Faults where the folder or a text cannot be read; what the texts say is not looked at.
    """
    draft = _Draft()
    files = _files_in(path, draft)
    if draft.faults:
        raise Faults(draft.faults)
    return files


def compile_files(files: Mapping[str, str], progress: Progress = SILENT) -> Directory:
    """Make a directory of the texts of its files, by file name: what `load` does, without a disk.

    The same texts make the same directory, which is remembered. Raises Faults with everything that is wrong in any of
    the files.
    """
    return _compiled_once(tuple(sorted(files.items())), progress)


@lru_cache(maxsize=8)
def _compiled_once(files: tuple[tuple[str, str], ...], progress: Progress) -> Directory:
    return _compile(dict(files), _Draft(), progress)


@dataclass(slots=True)
class _Draft:
    """A directory in the making."""

    faults: list[Fault] = field(default_factory=list)
    countries: dict[str, Country] = field(default_factory=dict)
    helplines: dict[str, Helpline] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Names of all files, readable or not."""
    unsure: set[str] = field(default_factory=set)
    """Countries of which a row was refused: it cannot be said that they lack a service."""

    def refuse(self, file: str, code: FaultCode, right: str, wrong: str = "") -> None:
        self.faults.append(Fault(file, "", "", code, wrong, right))


def _compile(files: Mapping[str, str], draft: _Draft, progress: Progress) -> Directory:
    draft.names.update(files)
    _check_files(draft)
    shared = dict(_parse_files({name: files[name] for name in SHARED if name in files}, draft))
    vocabulary = read_vocabulary(Row(shared[NEEDS], NEEDS, "", draft.faults)) if NEEDS in shared else None
    own = {name: text for name, text in files.items() if name not in SHARED}
    for number, (file, table) in enumerate(_parse_files(own, draft), 1):
        if vocabulary is not None:
            _read_country_file(Row(table, file, "", draft.faults), vocabulary, draft)
        progress.tell(number, len(own))
    if vocabulary is None:
        raise Faults(draft.faults)
    if harmonised.FILE in shared:
        _read_harmonised(shared[harmonised.FILE], _codes(draft.names), vocabulary, draft)
    if (harmonised.FILE in shared) == (harmonised.FILE in draft.names):
        _check_emergency(vocabulary, draft)
    if draft.faults:
        raise Faults(draft.faults)
    return _directory(vocabulary, draft)


def _check_files(draft: _Draft) -> None:
    if NEEDS not in draft.names:
        draft.refuse(NEEDS, FaultCode.NO_FILE, "it lists needs and audiences")
    if not _codes(draft.names):
        draft.refuse("ro.yaml", FaultCode.NO_FILE, "add the file of at least one country")


def _codes(names: Iterable[str]) -> frozenset[str]:
    """Return the countries that have a file."""
    return frozenset(file[:2].upper() for file in names if _COUNTRY_FILE.fullmatch(file))


def _directory(vocabulary: Vocabulary, draft: _Draft) -> Directory:
    return Directory(
        revision=revision_of(vocabulary, draft.countries, draft.helplines),
        helplines=MappingProxyType(draft.helplines),
        countries=MappingProxyType(draft.countries),
        needs=vocabulary.needs,
        audiences=vocabulary.audiences,
        general_need=vocabulary.general_need,
        emergency_need=vocabulary.emergency_need,
        ladders=build_ladders(draft.countries.values(), draft.helplines.values(), vocabulary),
    )


def _files_in(path: Path | None, draft: _Draft) -> dict[str, str]:
    folder = PACKAGED if path is None else path
    if not folder.is_dir():
        raise Faults([Fault(str(folder), "", "", FaultCode.NO_FOLDER, str(folder), "the YAML files")])
    return dict(_read_files(folder, draft))


def _read_files(folder: Path, draft: _Draft) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.y*ml")):
        draft.names.add(path.name)
        try:
            yield path.name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            draft.refuse(path.name, FaultCode.NOT_UTF8, "UTF-8", f"byte {error.start}")


def _parse_files(files: Mapping[str, str], draft: _Draft) -> Iterator[tuple[str, Table]]:
    for file, text in sorted(files.items()):
        if file not in SHARED and not _COUNTRY_FILE.fullmatch(file):
            right = f"call it {NEEDS}, {harmonised.FILE} or after its country, such as ro.yaml"
            draft.refuse(file, FaultCode.UNKNOWN_FILE, right)
            continue
        try:
            yield file, parse(text, file)
        except Faults as found:
            draft.faults += found.faults


def _read_country_file(row: Row, vocabulary: Vocabulary, draft: _Draft) -> None:
    country = read_country(row, vocabulary)
    if country is None:
        return
    draft.countries[country.code] = country
    for order, each in enumerate(row.rows("helplines", "a list of helplines", empty=True)):
        _add(each, country, vocabulary, order, draft)


def _read_harmonised(table: Table, codes: frozenset[str], vocabulary: Vocabulary, draft: _Draft) -> None:
    """Add the harmonised numbers, after the rows of the countries; a country's own row for a number stands."""
    lines = draft.helplines.values()
    said = {(each.country, digits(number.say)) for each in lines for number in each.numbers}
    for order, expanded in enumerate(harmonised.expand(table, codes, draft.faults), len(lines)):
        country = draft.countries.get(expanded.country)
        if country is not None and (expanded.country, digits(expanded.number)) not in said:
            row = Row(expanded.table, harmonised.FILE, "", draft.faults)
            _add(row, country, vocabulary, order, draft)


def _add(row: Row, country: Country, vocabulary: Vocabulary, order: int, draft: _Draft) -> None:
    row.entry = row.peek("id") or row.path.rstrip(".")
    row.path = ""
    helpline = read_helpline(row, country, vocabulary, order)
    if helpline is None:
        draft.unsure.add(country.code)
        return
    if helpline.id in draft.helplines:
        row.refuse("id", FaultCode.DUPLICATE, f"`{helpline.id}`", "give each row an id of its own")
    draft.helplines[helpline.id] = helpline


def _check_emergency(vocabulary: Vocabulary, draft: _Draft) -> None:
    """Refuse countries without emergency services: their callers could be left with nothing."""
    need = vocabulary.emergency_need
    served = {each.country for each in draft.helplines.values() if need in each.needs}
    for code in draft.countries:
        if code not in served | draft.unsure:
            right = f"a row with kind: emergency and needs: [{need}]"
            draft.faults.append(Fault(f"{code.lower()}.yaml", "", "helplines", FaultCode.NO_EMERGENCY, "", right))
