"""The coordinators' desk: revisions, drafts, switches, checks, and the log of what was done.

Revisions and the log are append-only: triggers refuse to change or remove a row, whoever asks.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_MOMENT = sa.String(32)
_APPEND_ONLY = ("audit", "revisions", "confirmations")


def upgrade() -> None:
    """Make the tables and the triggers."""
    _published()
    _drafts()
    _switches_and_checks()
    for table in _APPEND_ONLY:
        _protect(table)


def _published() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", _MOMENT, nullable=False),
        *_who(),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "revisions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.String(12), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("content_of", sa.Integer),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("author_name", sa.String(200), nullable=False),
        sa.Column("approver", sa.String(64)),
        sa.Column("approver_name", sa.String(200)),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "confirmations",
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        *_who(),
        sa.Column("at", _MOMENT, nullable=False),
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("opened_by", sa.String(64), nullable=False),
        sa.Column("opened_name", sa.String(200), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("submitted_by", sa.String(64)),
        sa.Column("submitted_name", sa.String(200)),
        sa.Column("submitted_at", _MOMENT),
        sa.Column("submitted_hash", sa.String(64)),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_name", sa.String(200)),
        sa.Column("revision", sa.Integer),
    )
    op.create_table(
        "edits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("draft", sa.Integer, nullable=False, index=True),
        sa.Column("file", sa.String(64), nullable=False),
        sa.Column("entry", sa.String(64), nullable=False),
        *_who(),
        sa.Column("at", _MOMENT, nullable=False),
    )


def _switches_and_checks() -> None:
    op.create_table(
        "switches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("say", sa.String(64), nullable=False),
        sa.Column("position", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        *_who(),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("ended_at", _MOMENT),
    )
    op.create_table(
        "switch_votes",
        sa.Column("switch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("who", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("helpline", sa.String(64), nullable=False, index=True),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        *_who(),
        sa.Column("at", _MOMENT, nullable=False),
    )


def _who() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
    )


def _protect(table: str) -> None:
    """Refuse every change of a row that stands in the table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'the table {table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
        )
        return
    key = {"confirmations": "revision"}.get(table, "number")
    is_there = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - names of this module's own
    refusal = f"BEGIN SELECT RAISE(ABORT, 'the table {table} is append-only'); END"
    # INSERT OR REPLACE fires no trigger of a deletion.
    op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {is_there} {refusal}")
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refusal}")


def downgrade() -> None:
    """Remove everything of the desk, the log included."""
    for table in ("checks", "switch_votes", "switches", "edits", "drafts", "confirmations", "revisions", "audit"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in _APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_is_append_only()")
