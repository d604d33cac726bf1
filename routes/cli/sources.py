"""Tables by a word on the command line: a folder, a revision's number, `live`, a draft such as `draft:7`, `shipped`.

The database is opened only where a word asks for it; nothing is written, and none is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from directory.load import compile_files, load, read_files
from directory.model import Directory
from directory.pieces import Files
from routes.cli.progress import reading

if TYPE_CHECKING:
    from directory.desk import Desk

LIVE = "live"
SHIPPED = "shipped"
_PUBLISHED = re.compile(r"(?P<draft>draft:)?(?P<number>[1-9]\d{0,8})")
_FILE = "sqlite:///"
UNSPEAKABLE = "No server can serve these tables: no phrase is called {} (CONTRIBUTING.md, *Add a need*)."


class NoTablesError(Exception):
    """A word that names no tables that can be read; the message is one sentence for whoever typed it."""


def tables_of(word: str) -> Directory:
    """Return the tables that a word names, without what stands above them. Raises `NoTablesError`, Faults.

    A folder that is called like a revision is written with its path: `./7`.
    """
    with reading() as progress:
        return compile_files(files_of(word), progress)


def files_of(word: str) -> Files:
    """Return the files that a word names. Raises `NoTablesError`, and Faults where one cannot be read at all."""
    if word == SHIPPED:
        return read_files()
    found = _PUBLISHED.fullmatch(word)
    if found is None and word != LIVE:
        if Path(word).is_dir():
            return read_files(Path(word))
        raise NoTablesError(f"{word!r} is no folder; write one, a revision's number, `live`, or a draft: `draft:7`.")
    with the_desk(word) as desk:
        shelf = desk.drafts if found and found["draft"] else desk.revisions
        return shelf.files(int(found["number"]) if found else _live(desk))


def base_of(word: str, desk: Desk) -> int | None:
    """Return the number of the revision that a draft began with; None for a word that names something else."""
    found = _PUBLISHED.fullmatch(word)
    return desk.drafts.get(int(found["number"])).base if found and found["draft"] else None


def served(path: Path | None, word: str | None) -> Directory:
    """Return the tables of a folder, or of a word; without either those that callers are served.

    The live revision comes as callers are served it: under its emergency switches, with its checks. Where no database
    holds a revision these are the shipped tables. Raises `NoTablesError`, Faults.
    """
    if word not in {None, LIVE}:
        return tables_of(str(word))
    if word is None and (path is not None or not is_published()):
        with reading() as progress:
            return load(path, progress)
    with the_desk(LIVE) as desk:
        _live(desk)
        return desk.served()


def served_files(path: Path | None, word: str | None) -> Files:
    """Return the files of what `served` returns."""
    if word is not None:
        return files_of(word)
    return read_files(path) if path is not None or not is_published() else files_of(LIVE)


def is_published() -> bool:
    """Tell whether a database holds a revision. Raises `NoTablesError` where it cannot be asked."""
    if not _is_there():
        return False
    with the_desk() as desk:
        return desk.revisions.live() is not None


def wordless(tables: Directory) -> tuple[str, ...]:
    """Return the phrases that the tables call for and that do not exist, by name: with any, no server takes them."""
    from ivr import speech  # what it brings along takes longer than most of these commands

    return speech.wordless(tables)


@contextmanager
def the_desk(about: str = "") -> Iterator[Desk]:
    """Give the desk in the database at DATABASE_URL; whatever is wrong with it becomes `NoTablesError`.

    `about` is the word that the desk was asked for.
    """
    import sqlalchemy as sa

    from directory.database import DatabaseError, open_database
    from directory.desk import Desk
    from directory.desk.people import DeskError
    from ivr.adapters.schema import check
    from ivr.settings import Settings, SettingsError

    try:
        engine = open_database(Settings.read_one("DATABASE_URL"))
        try:
            check(engine)
            yield Desk(engine)
        finally:
            engine.dispose()
    except DeskError as fault:
        raise NoTablesError(f"{about}: {fault}" if about else str(fault)) from fault
    except (DatabaseError, SettingsError) as fault:
        raise NoTablesError(str(fault)) from fault
    except sa.exc.DBAPIError as fault:
        raise NoTablesError("The database does not answer, or is not ours.") from fault


def _live(desk: Desk) -> int:
    live = desk.revisions.live()
    if live is None:
        raise NoTablesError("No revision has been published yet: `fanal db upgrade` makes the first.")
    return live.number


def _is_there() -> bool:
    """Tell whether there may be a database, without its library."""
    from ivr.settings import Settings, SettingsError

    try:
        url = Settings.read_one("DATABASE_URL")
    except SettingsError as fault:
        raise NoTablesError(str(fault)) from fault
    return not url.startswith(_FILE) or Path(url.removeprefix(_FILE).partition("?")[0]).is_file()
