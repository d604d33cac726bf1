"""The tables of the desk in SQL. Migrations in `ivr/migrations` make them; a test holds both against each other."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa


class Moment(sa.TypeDecorator[dt.datetime]):
    """An aware moment, kept as ISO 8601 text in UTC: the same in every database, and in every hash."""

    impl = sa.String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> str | None:
        """Write a moment. Raises ValueError for a naive one."""
        del dialect
        return None if value is None else written(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Read a moment."""
        del dialect
        return None if value is None else dt.datetime.fromisoformat(value)


def written(moment: dt.datetime) -> str:
    """Return an aware moment as it stands in the tables. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment at the desk names its zone")
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


metadata = sa.MetaData()

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.String(12), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("tables", sa.LargeBinary),
    sa.Column("tables_hash", sa.String(64)),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("content_of", sa.Integer),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("author_name", sa.String(200), nullable=False),
    sa.Column("approver", sa.String(64)),
    sa.Column("approver_name", sa.String(200)),
    sa.Column("at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
confirmations = sa.Table(
    "confirmations",
    metadata,
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
)
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("stage", sa.String(16), nullable=False),
    sa.Column("base", sa.Integer, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("opened_by", sa.String(64), nullable=False),
    sa.Column("opened_name", sa.String(200), nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("submitted_by", sa.String(64)),
    sa.Column("submitted_name", sa.String(200)),
    sa.Column("submitted_at", Moment),
    sa.Column("submitted_hash", sa.String(64)),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("answered_name", sa.String(200)),
    sa.Column("revision", sa.Integer),
)
edits = sa.Table(
    "edits",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("draft", sa.Integer, nullable=False, index=True),
    sa.Column("file", sa.String(64), nullable=False),
    sa.Column("entry", sa.String(64), nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
)
switches = sa.Table(
    "switches",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("number", sa.String(32), nullable=False),
    sa.Column("say", sa.String(64), nullable=False),
    sa.Column("position", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("outcome", sa.String(16)),
    sa.Column("ended_at", Moment),
)
votes = sa.Table(
    "switch_votes",
    metadata,
    sa.Column("switch", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("who", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("at", Moment, nullable=False),
)
checks = sa.Table(
    "checks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("helpline", sa.String(64), nullable=False, index=True),
    sa.Column("fingerprint", sa.String(16), nullable=False),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
)
