"""The counters, and how far they got."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "counters",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("band", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("language", sa.String(16), primary_key=True),
        sa.Column("country", sa.String(16), primary_key=True),
        sa.Column("need", sa.String(64), primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "progress",
        sa.Column("stream", sa.String(64), primary_key=True),
        sa.Column("last_id", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    """Remove both tables, and with them every figure."""
    op.drop_table("progress")
    op.drop_table("counters")
