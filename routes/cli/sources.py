"""Tables by a word on the command line: a folder, a revision's number, `live`, or a draft such as `draft:7`.

The database is opened only where a word asks for it; nothing is written, and none is made.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from directory.load import load
from directory.model import Directory

if TYPE_CHECKING:
    from directory.desk import Desk

LIVE = "live"
_PUBLISHED = re.compile(r"(?P<draft>draft:)?(?P<number>[1-9]\d{0,8})")


class NoTablesError(Exception):
    """A word that names no tables that can be read; the message is one sentence for whoever typed it."""


def tables_of(word: str) -> Directory:
    """Return the tables that a word names, without what stands above them. Raises `NoTablesError`, Faults.

    A folder that is called like a revision is written with its path: `./7`.
    """
    found = _PUBLISHED.fullmatch(word)
    if found is None and word != LIVE:
        if Path(word).is_dir():
            return load(Path(word))
        raise NoTablesError(f"{word!r} is no folder; write one, a revision's number, `live`, or a draft: `draft:7`.")
    return _from_database(word, found)


def _from_database(word: str, found: re.Match[str] | None) -> Directory:
    import sqlalchemy as sa

    from directory.database import DatabaseError
    from directory.desk.people import DeskError

    try:
        desk = _desk()
        if found is None:
            live = desk.revisions.live()
            if live is None:
                raise NoTablesError("No revision has been published yet: `fanal db upgrade` makes the first.")
            return desk.revisions.directory(live.number)
        shelf = desk.drafts if found["draft"] else desk.revisions
        return shelf.directory(int(found["number"]))
    except DeskError as fault:
        raise NoTablesError(f"{word}: {fault}") from fault
    except DatabaseError as fault:
        raise NoTablesError(str(fault)) from fault
    except sa.exc.DBAPIError as fault:
        raise NoTablesError("The database does not answer, or is not ours.") from fault


def _desk() -> Desk:
    from directory.database import open_database
    from directory.desk import Desk
    from ivr.adapters.schema import check
    from ivr.settings import Settings, SettingsError

    try:
        engine = open_database(Settings.read_one("DATABASE_URL"))
    except SettingsError as fault:
        raise NoTablesError(str(fault)) from fault
    check(engine)
    return Desk(engine)
