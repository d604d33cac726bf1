"""Positions by source with their books, marks of events that are counted once, and errands that are not done yet."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BEFORE = "before"
"""The source to which all that was counted before this revision is ascribed."""


def upgrade() -> None:
    """Make the tables. What the old stream of Redis holds at this moment is not counted: stop the worker last."""
    counted = op.get_bind().scalar(sa.text("SELECT COALESCE(SUM(count), 0) FROM counters"))
    op.drop_table("progress")
    progress = op.create_table(
        "progress",
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("accepted", sa.BigInteger, nullable=False),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.Column("repeated", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
    )
    books = {"source": BEFORE, "number": 0, "accepted": counted, "counted": counted, "repeated": 0}
    op.bulk_insert(progress, [{**books, "day": dt.datetime.now(dt.UTC).date()}])
    op.create_table(
        "marks",
        sa.Column("mark", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date, nullable=False, index=True),
    )
    op.create_table(
        "errands",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    """Return to the position by stream; the sums stay."""
    for table in ("errands", "marks", "progress"):
        op.drop_table(table)
    op.create_table(
        "progress",
        sa.Column("stream", sa.String(64), primary_key=True),
        sa.Column("last_id", sa.String(64), nullable=False),
    )
