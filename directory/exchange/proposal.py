"""What a file that was brought in would change: rows against a directory, taken one by one.

A row with a fault is left as the directory has it, and the others are taken. The files after the change always load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from directory.entries import read_helpline
from directory.exchange.columns import COUNTRY, ID, Cells, cells_of, heading_of, table_of
from directory.exchange.spreadsheet import damage
from directory.exchange.troubles import Trouble, TroubleCode, of_fault, trouble
from directory.faults import Fault, Faults
from directory.load import compile_files
from directory.model import Directory, Helpline
from directory.pieces import Files, Place, all_replaced, piece, remarks
from directory.rows import Row
from directory.switched import fingerprint
from directory.tables import Vocabulary
from directory.writing import row_of, row_text


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would become of a directory's files.

    `files` always load; they are those before where nothing can be taken. `added`, `changed`, `removed` are ids of
    helplines, `tables` the files of which something else changes (their head, needs, harmonised numbers). `faults` keep
    something out, `notes` do not. `left` are the rows with faults, to be completed as a table and brought in again.
    """

    files: Mapping[str, str]
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    faults: tuple[Trouble, ...] = ()
    notes: tuple[Trouble, ...] = ()
    left: tuple[Cells, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would change."""
        return not (self.added or self.changed or self.removed or self.tables)


@dataclass(frozen=True, slots=True)
class Found:
    """One row as it was read: its place in the file, its cells, and what is wrong with it already.

    Unless the row is `whole`, what it has no cell for stays as the directory has it. `held` tells where the file says
    something else of the helpline that the cells mean, in fields of its own.
    """

    row: int
    cells: Cells
    troubles: tuple[Trouble, ...] = ()
    whole: bool = False
    held: Callable[[Helpline], tuple[Trouble, ...]] = lambda _helpline: ()


@dataclass(slots=True)
class _Taking:
    """A proposal in the making."""

    before: Files
    directory: Directory
    vocabulary: Vocabulary
    wanted: dict[str, Helpline] = field(default_factory=dict)
    rows: dict[str, Found] = field(default_factory=dict)
    """Id to the first row that has it, sound or not."""
    faults: list[Trouble] = field(default_factory=list)
    left: list[Cells] = field(default_factory=list)


def propose(
    found: Sequence[Found],
    files: Files,
    faults: Sequence[Trouble] = (),
    notes: Sequence[Trouble] = (),
    remove: bool = False,
) -> Proposal:
    """Say what these rows would change in a directory's files, which must load.

    `faults` and `notes` are what the reading has found before. With `remove`, rows that the directory has for the
    countries in question and that are not among those found are taken out.
    """
    directory = compile_files(files)
    words = Vocabulary(directory.needs, directory.audiences, directory.general_need, directory.emergency_need)
    taking = _Taking(files, directory, words, faults=list(faults))
    for row in found:
        _take(row, taking)
    leaving = _leaving(taking) if remove else ()
    after, loaded = _settled(taking, leaving)
    added, changed, removed = ((), (), ()) if loaded is None else difference_of(directory, loaded)
    return Proposal(after, added, changed, removed, (), tuple(taking.faults), tuple(notes), tuple(taking.left))


def difference_of(before: Directory, after: Directory) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the ids of the helplines added, changed (their place in the table apart) and removed."""
    old, new = before.helplines, after.helplines
    changed = [id_ for id_ in new if id_ in old and replace(new[id_], order=0) != replace(old[id_], order=0)]
    return tuple(id_ for id_ in new if id_ not in old), tuple(changed), tuple(id_ for id_ in old if id_ not in new)


def _take(found: Found, taking: _Taking) -> None:
    """Take one row, or leave it with its troubles."""
    id_ = found.cells.get(ID, "")
    if id_ and id_ in taking.rows:
        right = f"give it an id of its own; the other is row {taking.rows[id_].row}"
        taking.faults.append(trouble(TroubleCode.ID_TWICE, found.row, ID, id_, f"`{id_}`", right))
        if taking.wanted.pop(id_, None):
            taking.left.append(taking.rows[id_].cells)  # nobody can know which of the two is meant: neither is taken
        taking.left.append(found.cells)
        return
    taking.rows[id_] = found
    old = taking.directory.helplines.get(id_)
    before = None if old is None else cells_of(old)
    cells = {**({} if found.whole else before or {}), **found.cells}
    helpline, troubles = old, found.troubles
    if before is None or troubles or _filled(cells) != _filled(before):
        helpline, troubles = _read(found, cells, before, taking)
    if helpline is not None and not troubles:
        helpline, troubles = _as_checked(helpline, old), found.held(helpline)
    if helpline is None or troubles:
        taking.faults += troubles
        taking.left.append(cells)
    elif old is None or replace(helpline, order=old.order) != old:
        taking.wanted[id_] = helpline


def _as_checked(helpline: Helpline, old: Helpline | None) -> Helpline:
    """Return a row without the day of a check that was of other numbers or hours; a later day is somebody's word."""
    if old is None or helpline.checked != old.checked or fingerprint(helpline) == fingerprint(old):
        return helpline
    return replace(helpline, checked=None)


def _filled(cells: Cells) -> dict[str, str]:
    return {heading: text for heading, text in cells.items() if text}


def _read(
    found: Found, cells: Cells, before: Cells | None, taking: _Taking
) -> tuple[Helpline | None, tuple[Trouble, ...]]:
    """Read the cells as a row of its country's file; one trouble for a cell is enough, and one for a whole row."""
    if any(not each.column for each in found.troubles):
        return None, found.troubles
    troubles = [*found.troubles, *_unclean(found, cells), *_damages(found, cells, before)]
    code = cells.get(COUNTRY, "") or cells.get(ID, "").partition("-")[0].upper()
    country = taking.directory.countries.get(code)
    if country is None:
        right = f"one of {', '.join(taking.directory.countries)}"
        return None, (
            *troubles,
            trouble(TroubleCode.NO_COUNTRY, found.row, COUNTRY, cells.get(ID, ""), f"`{code}`", right),
        )
    faults: list[Fault] = []
    row = Row(table_of(cells, found.row), f"{code.lower()}.yaml", cells.get(ID, ""), faults)
    helpline = read_helpline(row, country, taking.vocabulary, 0)
    named = {each.column for each in troubles}
    for fault in faults:
        heading = heading_of(fault.field, cells)
        if heading not in named:
            troubles.append(of_fault(fault, found.row, heading))
    return helpline, tuple(troubles)


def _unclean(found: Found, cells: Cells) -> list[Trouble]:
    """Name the cells that no program could write down again: bytes that were no UTF-8, and halves of characters."""
    told = []
    for heading, text in cells.items():
        if any("\ud800" <= character <= "\udfff" for character in text):
            told.append(trouble(TroubleCode.NOT_UTF8, found.row, heading, cells.get(ID, ""), _meant(text), "CSV UTF-8"))
    return told


def _meant(text: str) -> str:
    """Return what bytes that are no UTF-8 say in the character set that spreadsheets otherwise use."""
    try:
        return f"`{text.encode('utf-8', 'surrogateescape').decode('cp1252')}`"
    except UnicodeError:
        return "something else"


def _damages(found: Found, cells: Cells, before: Cells | None) -> list[Trouble]:
    """Name what a spreadsheet has done to the cells of this row that are not as the directory has them."""
    old = before or {}
    told = (
        damage(heading, text, cells, before, found.row)
        for heading, text in found.cells.items()
        if text != old.get(heading, "")
    )
    known = {each.column for each in found.troubles}
    return [each for each in told if each is not None and each.column not in known]


def _leaving(taking: _Taking) -> tuple[str, ...]:
    """Return the rows that the file leaves out, of the countries that it speaks of."""
    spoken = {taking.directory.helplines[id_].country for id_ in taking.rows if id_ in taking.directory.helplines}
    spoken |= {helpline.country for helpline in taking.wanted.values()}
    missing = [each for each in taking.directory.helplines.values() if each.id not in taking.rows]
    leaving = []
    for helpline in missing:
        if helpline.country not in spoken:
            continue
        if piece(taking.before, place_of(helpline)) is None:
            right = "it is a number of the whole Union: take its country out in harmonised.yaml"
            taking.faults.append(trouble(TroubleCode.NOT_REMOVED, None, "", helpline.id, f"`{helpline.id}`", right))
            continue
        leaving.append(helpline.id)
    return tuple(leaving)


def place_of(helpline: Helpline) -> Place:
    """Return where a helpline's own row stands, or would stand, in its country's file."""
    return Place(f"{helpline.country.lower()}.yaml", helpline.id)


def _settled(taking: _Taking, leaving: Sequence[str]) -> tuple[Files, Directory | None]:
    """Put the rows together until what is left loads; rows that stand in the way are left out, with their faults.

    Returns the files after the change and what they load as, None where nothing can be taken.
    """
    wanted = dict(taking.wanted)
    while wanted or leaving:
        files = _written(taking, wanted, leaving)
        try:
            return files, compile_files(files)
        except Faults as found:
            hindering = _hindering(found.faults, {*wanted, *leaving}, taking)
        taking.left += [cells_of(wanted[id_]) for id_ in wanted if id_ in hindering]
        wanted = {id_: helpline for id_, helpline in wanted.items() if id_ not in hindering}
        leaving = [id_ for id_ in leaving if id_ not in hindering]
    return taking.before, None


def _hindering(faults: Sequence[Fault], touched: set[str], taking: _Taking) -> set[str]:
    """Return which of the rows that would be touched keep the files from loading, and keep the faults."""
    taking.faults += [of_fault(fault, _row_of(fault, taking), "") for fault in faults]
    named = {fault.entry for fault in faults} & touched
    spoilt = {fault.file for fault in faults}
    return named or {id_ for id_ in touched if _file_of(id_, taking) in spoilt} or touched


def _row_of(fault: Fault, taking: _Taking) -> int | None:
    found = taking.rows.get(fault.entry)
    return None if found is None else found.row


def _file_of(id_: str, taking: _Taking) -> str:
    helpline = taking.wanted.get(id_) or taking.directory.helplines[id_]
    return place_of(helpline).file


def _written(taking: _Taking, wanted: Mapping[str, Helpline], leaving: Sequence[str]) -> dict[str, str]:
    changes: dict[Place, str | None] = {place_of(taking.directory.helplines[id_]): None for id_ in leaving}
    for helpline in wanted.values():
        zone = taking.directory.countries[helpline.country].timezone.key
        place = place_of(helpline)
        changes[place] = remarks(piece(taking.before, place)) + row_text(row_of(helpline, zone))
    return all_replaced(taking.before, changes)
