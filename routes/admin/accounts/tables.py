"""The tables of the accounts in SQL. Migration 0003 makes them; a test holds both against each other."""

from __future__ import annotations

import sqlalchemy as sa

from directory.desk.tables import Moment

metadata = sa.MetaData()

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("address", sa.String(254), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("roles", sa.String(80), nullable=False),
    sa.Column("password", sa.String(200)),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("enrolled_at", Moment),
    sa.Column("disabled_at", Moment),
    sa.Column("reset_at", Moment),
    sa.Column("reset_by", sa.String(200)),
    sa.Column("reset_told", sa.Boolean, nullable=False),
)
factors = sa.Table(
    "factors",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account", sa.Integer, nullable=False, index=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("credential", sa.String(1400), unique=True),
    sa.Column("counter", sa.BigInteger, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("account", sa.Integer, nullable=False, index=True),
    sa.Column("stage", sa.String(8), nullable=False),
    sa.Column("begun_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("proved_at", Moment, nullable=False),
)
tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("account", sa.Integer, nullable=False, index=True),
    sa.Column("purpose", sa.String(8), nullable=False),
    sa.Column("until", Moment, nullable=False),
)
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(64), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
)
