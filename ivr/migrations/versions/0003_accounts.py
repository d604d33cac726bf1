"""Accounts of the coordinators' pages: who they are, their second factors, sessions, one-time tokens and attempts.

Passwords stand here as Argon2 hashes; sessions and one-time tokens as SHA-256 of 256 random bits; secrets of
authenticator apps encrypted with a key made from `SECRET_KEY`; attempts as keyed hashes, for minutes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.String(32)


def upgrade() -> None:
    """Make the tables."""
    _people()
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.Integer, nullable=False, index=True),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("proved_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.Integer, nullable=False, index=True),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, index=True),
        sa.Column("at", _MOMENT, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("address", sa.String(254), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("roles", sa.String(80), nullable=False),
        sa.Column("password", sa.String(200)),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("enrolled_at", _MOMENT),
        sa.Column("disabled_at", _MOMENT),
        sa.Column("reset_at", _MOMENT),
        sa.Column("reset_by", sa.String(200)),
        sa.Column("reset_told", sa.Boolean, nullable=False),
    )
    op.create_table(
        "factors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.Integer, nullable=False, index=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("credential", sa.String(1400), unique=True),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT),
    )


def downgrade() -> None:
    """Remove every account."""
    for table in ("attempts", "tokens", "sessions", "factors", "accounts"):
        op.drop_table(table)
