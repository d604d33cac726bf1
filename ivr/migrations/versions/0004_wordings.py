"""Wordings of sentences and their reviews, and recordings that wait to be listened to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_MOMENT = sa.String(32)


def upgrade() -> None:
    """Make the tables."""
    _wordings()
    _takes()


def _wordings() -> None:
    op.create_table(
        "wordings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("language", sa.String(16), nullable=False, index=True),
        sa.Column("phrase", sa.String(64), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("english", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("answered_name", sa.String(200)),
        sa.Column("answered_at", _MOMENT),
    )
    op.create_table(
        "wording_reviews",
        sa.Column("language", sa.String(16), primary_key=True),
        sa.Column("phrase", sa.String(64), primary_key=True),
        sa.Column("words", sa.String(16), primary_key=True),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )


def _takes() -> None:
    op.create_table(
        "takes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("language", sa.String(16), nullable=False, index=True),
        sa.Column("phrase", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("sound", sa.LargeBinary, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("answered_name", sa.String(200)),
        sa.Column("answered_at", _MOMENT),
    )


def downgrade() -> None:
    """Remove the tables: the catalogues' own words are said again."""
    for table in ("takes", "wording_reviews", "wordings"):
        op.drop_table(table)
