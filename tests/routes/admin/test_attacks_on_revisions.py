"""Somebody at the database, with its guards removed: what they write is told to no caller, or is found."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from directory.desk.revisions import DamagedError, Origin, publish
from directory.desk.tables import revisions
from directory.load import compile_files
from directory.packed import packed
from tests.desk import ANA, BEN, NOW
from tests.reviewing import a_small_office
from tests.sample_directory import FILES

TRUE, EVIL = "020 7946 0001", "020 7946 0066"
EVIL_FILES = {name: text.replace(TRUE, EVIL).replace("+442079460001", "+442079460066") for name, text in FILES.items()}


@pytest.mark.parametrize(
    "change",
    [
        {"files": str(EVIL_FILES)},
        {"tables": b""},
        {"tables": packed(compile_files(EVIL_FILES))},
        {"tables_hash": "0" * 64},
    ],
    ids=["files", "nothing", "tables", "hash"],
)
def test_revision_changed_with_the_guard_removed(tmp_path: Path, change: dict[str, object]) -> None:
    """Somebody who owns the database removes that guard too: what they changed is served to nobody, and found."""
    office = a_small_office(tmp_path)
    with office.desk.turn() as connection:
        connection.execute(sa.text("DROP TRIGGER revisions_no_update"))
        connection.execute(revisions.update().values(change))
    served = None
    with suppress(DamagedError):
        served = office.desk.served()

    assert ("files" in change) == (served is not None)
    assert served is None or TRUE in {each.say for each in served.helplines["gb-crime"].numbers}
    assert not office.desk.verify().whole


def test_tables_that_do_not_say_what_the_files_say(tmp_path: Path) -> None:
    """Somebody who owns the machine publishes tables under the files of others, log and all: reading both shows it."""
    office = a_small_office(tmp_path)
    forged = dataclasses.replace(compile_files(EVIL_FILES), revision=compile_files(FILES).revision)
    with office.desk.turn() as connection:
        publish(connection, FILES, forged, Origin.DRAFT, ANA, BEN, NOW, "Nothing to see.")

    assert "what callers are told from revision 2 is not what its files say" == office.desk.verify().break_


def test_revision_that_nobody_published(tmp_path: Path) -> None:
    """Somebody at the database appends a revision of their own, with hashes that fit: the log does not know it."""
    office = a_small_office(tmp_path)
    with office.desk.turn() as connection:
        row = connection.execute(sa.select(revisions)).mappings().one()
        connection.execute(revisions.insert().values({**row, "number": 2, "origin": "draft", "note": "Ours."}))

    assert not office.desk.verify().whole
