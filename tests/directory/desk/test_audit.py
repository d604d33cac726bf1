"""The log against somebody who has the database: it refuses changes, and shows where one was forced upon it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from directory.desk import Desk
from directory.desk.people import OPERATOR
from directory.desk.tables import checks
from directory.pieces import Place, fingerprint, piece
from directory.switched import fingerprint as name_of
from tests.desk import ANA, BEN, NOW, a_desk
from tests.sample_directory import FILES, changed

BETTER = changed("gb.yaml", "Line for crime", "A better line for crime")
APPEND_ONLY = ("audit", "revisions", "confirmations")


@pytest.fixture
def desk(tables_url: str) -> Iterator[Desk]:
    """A desk with two revisions, one of them confirmed, and six entries in its log."""
    desk = a_desk(tables_url, FILES)
    desk.revisions.confirm(1, BEN, NOW)
    for minute, person in enumerate((ANA, BEN, ANA)):
        desk.log(person, "signed in", person.id, NOW + dt.timedelta(minutes=minute), way="ü \u202e 'quoted'")
    desk.revisions.publish(BETTER, OPERATOR, NOW, "better", accept_unchecked=True, standing=desk.standing())
    yield desk
    desk.engine.dispose()


def force(desk: Desk, *statements: str) -> None:
    """Change tables as somebody does who has taken their triggers away."""
    with desk.engine.begin() as connection:
        for table in APPEND_ONLY:
            if desk.engine.dialect.name == "postgresql":
                connection.execute(sa.text(f"DROP TRIGGER {table}_append_only ON {table}"))
                continue
            for verb in ("update", "delete", "replace"):
                connection.execute(sa.text(f"DROP TRIGGER {table}_no_{verb}"))
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_untouched(desk: Desk) -> None:
    """A log that nobody touched is whole, and every entry of it can have been written down as a head."""
    found = desk.verify()

    assert (True, 6, "") == (found.whole, found.entries, found.break_)
    assert all(desk.verify((each.number, each.hash)).whole for each in desk.entries())


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'x'", "UPDATE {} SET note = 'x'", "DELETE FROM {}"])
def test_tables_refuse_changes(desk: Desk, table: str, statement: str) -> None:
    """The database itself refuses to change or remove a row of what is append-only."""
    if ("note" in statement and table != "revisions") or ("name" in statement and table == "revisions"):
        statement = "DELETE FROM {} WHERE 1 = 1"

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), desk.engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table))
    assert desk.verify().whole


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_tables_refuse_replacements(desk: Desk, table: str) -> None:
    """Writing a row over another one is refused too, where the database has a word for that."""
    is_postgres = desk.engine.dialect.name == "postgresql"
    statement = "TRUNCATE {0}" if is_postgres else "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), desk.engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table))


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["UPDATE audit SET name = 'Somebody' WHERE number = 3"], "entry 3 is not what was written"),
        (["UPDATE audit SET who = 'account:Ben' WHERE number = 3"], "entry 3 is not what was written"),
        (["UPDATE audit SET action = 'signed out' WHERE number = 4"], "entry 4 is not what was written"),
        (["UPDATE audit SET subject = '' WHERE number = 1"], "entry 1 is not what was written"),
        (["UPDATE audit SET detail = '{}' WHERE number = 5"], "entry 5 is not what was written"),
        (["UPDATE audit SET detail = 'no JSON' WHERE number = 5"], "entry 5 is not what was written"),
        (["UPDATE audit SET at = '2026-11-23T09:00:01.000000+00:00' WHERE number = 3"], "entry 3 is not what"),
        (["UPDATE audit SET at = 'yesterday' WHERE number = 3"], "entry 3 is not what was written"),
        (["UPDATE audit SET hash = 'aaaa' WHERE number = 3"], "entry 3 is not what was written"),
        (["UPDATE audit SET previous = 'aaaa' WHERE number = 3"], "entry 3 does not follow from entry 2"),
        (["DELETE FROM audit WHERE number = 4"], "entry 4 is missing: entry 5 follows"),
        (["DELETE FROM audit WHERE number = 1"], "entry 1 is missing: entry 2 follows"),
        (
            ["DELETE FROM audit WHERE number = 4", "UPDATE audit SET number = number - 1 WHERE number = 5"],
            "entry 4 does not follow from entry 3",
        ),
        (
            ["UPDATE audit SET number = 99 WHERE number = 3", "UPDATE audit SET number = 3 WHERE number = 4",
             "UPDATE audit SET number = 4 WHERE number = 99"],
            "entry 3 does not follow from entry 2",
        ),
        (
            ["INSERT INTO audit SELECT 7, at, who, name, action, subject, detail, previous, hash FROM audit "
             "WHERE number = 3"],
            "entry 7 does not follow from entry 6",
        ),
        (["DELETE FROM audit"], "revision 1 stands in the history, but not in the log"),
        (["DELETE FROM audit WHERE number = 6"], "revision 2 stands in the history, but not in the log"),
        (["DELETE FROM revisions WHERE number = 2"], "revision 2 was published and is no longer there"),
        (["UPDATE revisions SET files = '{}' WHERE number = 1"], "the content of revision 1 is not what was published"),
        (["UPDATE revisions SET files = 'no' WHERE number = 1"], "the content of revision 1 is not what was published"),
        (["UPDATE revisions SET hash = 'aaaa' WHERE number = 2"], "the content of revision 2 is not"),
        (["UPDATE revisions SET tables_hash = 'aaaa' WHERE number = 2"], "the content of revision 2 is not"),
        (["UPDATE revisions SET tables = NULL, tables_hash = NULL"], "the content of revision 1 is not"),
        (["UPDATE revisions SET author = 'account:Cleo' WHERE number = 2"], "who published revision 2, when or why"),
        (["UPDATE revisions SET author_name = 'Cleo' WHERE number = 2"], "who published revision 2, when or why"),
        (
            ["UPDATE revisions SET approver = 'account:Cleo', approver_name = 'Cleo' WHERE number = 1"],
            "who published revision 1, when or why",
        ),
        (["UPDATE revisions SET approver_name = 'Cleo' WHERE number = 2"], "who published revision 2, when or why"),
        (["UPDATE revisions SET origin = 'draft' WHERE number = 1"], "who published revision 1, when or why"),
        (["UPDATE revisions SET note = 'another' WHERE number = 2"], "who published revision 2, when or why"),
        (["UPDATE revisions SET content_of = 1 WHERE number = 2"], "who published revision 2, when or why"),
        (["UPDATE revisions SET at = 'yesterday' WHERE number = 2"], "who published revision 2, when or why"),
        (["UPDATE confirmations SET name = 'Cleo'"], "the confirmation of revision 1 is not what the log tells"),
        (["UPDATE confirmations SET revision = 2"], "the confirmation of revision 2 is not what the log tells"),
        (["DELETE FROM confirmations"], "revision 1 was confirmed, and its confirmation is no longer there"),
    ],
)  # fmt: skip
def test_force_is_found(desk: Desk, statements: list[str], words: str) -> None:
    """Whatever somebody has changed, removed, added or moved, the proof says where, in words."""
    force(desk, *statements)
    found = desk.verify()

    assert not found.whole
    assert words in found.break_


FORGED_CHECKS = {
    "UPDATE checks SET fingerprint = 'aaaa'": "a check of gb-crime is not what the log tells",
    "UPDATE checks SET helpline = 'gb-children'": "a check of gb-children is not what the log tells",
    "UPDATE checks SET \"on\" = '2026-11-23'": "a check of gb-crime is not what the log tells",
    "UPDATE checks SET who = 'account:Ben', name = 'Ben'": "a check of gb-crime is not what the log tells",
    'INSERT INTO checks SELECT 99, helpline, fingerprint, "on", how, who, name, at FROM checks': "a check of gb-crime",
    "DELETE FROM checks": "a check of gb-crime was made and is no longer there",
}


def test_check_that_nobody_made_is_found(desk: Desk) -> None:
    """A service that was never rung is no checked one because a row says so: the log tells who has rung what."""
    tables, day = desk.compiled(2)[0], NOW.date() - dt.timedelta(days=1)
    desk.checks.tick(ANA, NOW, tables, "gb-crime", name_of(tables.helplines["gb-crime"]), day, "rung")

    assert desk.verify().whole

    for statement, words in FORGED_CHECKS.items():
        with desk.engine.begin() as connection:
            kept = connection.execute(sa.select(checks)).mappings().one()
            connection.exec_driver_sql(statement)

        assert words in desk.verify().break_

        with desk.engine.begin() as connection:
            connection.execute(checks.delete())
            connection.execute(checks.insert().values(**kept))


def test_author_forgotten_in_the_table_is_found(desk: Desk) -> None:
    """Whoever takes their own name out of a change's table, to approve it themselves, still stands in the log."""
    place, draft = Place("gb.yaml", "gb-crime"), desk.drafts.begin(BEN, NOW, "mine")
    text = piece(desk.drafts.files(draft.id), place) or ""
    desk.drafts.save(draft.id, BEN, NOW, place, text.replace("A better", "The best"), fingerprint(text))
    handed_over = desk.drafts.submit(draft.id, ANA, NOW, "all mine")
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM edits")
    desk.drafts.approve(draft.id, BEN, NOW, handed_over.hash, accept_unchecked=True, standing=desk.standing())

    assert "revision 3 was approved by somebody whose own work is in it" == desk.verify().break_


def test_cut_off_end(desk: Desk) -> None:
    """An end that was cut off, its revision with it, is found by a head that was written down elsewhere."""
    kept = desk.verify()
    force(desk, "DELETE FROM audit WHERE number = 6", "DELETE FROM revisions WHERE number = 2")

    assert desk.verify().whole
    assert "the log ends at entry 5, but entry 6 has existed" == desk.verify((kept.entries, kept.head)).break_


def test_written_anew(desk: Desk) -> None:
    """A log that was written anew from some entry on is whole in itself, and is not the one of the head."""
    kept = desk.verify()
    force(desk, "DELETE FROM audit WHERE number = 6", "DELETE FROM revisions WHERE number = 2")
    desk.log(ANA, "signed in", ANA.id, NOW)

    assert desk.verify().whole
    assert "entry 6 is another than the one" in desk.verify((kept.entries, kept.head)).break_


def test_log_goes_on_after_a_gap(desk: Desk) -> None:
    """More entries than are read at once are proven as one chain."""
    for minute in range(3):
        desk.log(BEN, "signed in", BEN.id, NOW + dt.timedelta(minutes=minute))

    assert (True, 9) == (desk.verify().whole, desk.verify().entries)


def test_publication_while_the_log_is_proven(desk: Desk) -> None:
    """A revision that goes live between two looks into the tables is no fault of the log: all is of one moment."""
    looks: list[str] = []

    @sa.event.listens_for(desk.engine, "after_cursor_execute")
    def _looked(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM audit" in statement and "WHERE audit.action" in statement:
            looks.append(statement)
            if len(looks) == 1:
                desk.revisions.roll_back(1, OPERATOR, NOW, "as it was")

    found = desk.verify()

    assert ["", 6] == [found.break_, found.entries]
    assert looks
    assert (True, 7) == (desk.verify().whole, desk.verify().entries)
