"""The months released, append-only: triggers refuse to change or remove one, whoever asks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_REFUSAL = "the table releases is append-only"


def upgrade() -> None:
    """Make the table and its triggers."""
    op.create_table(
        "releases",
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION releases_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER releases_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON releases "
            "FOR EACH STATEMENT EXECUTE FUNCTION releases_is_append_only()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    # INSERT OR REPLACE fires no trigger of a deletion.
    there = "EXISTS (SELECT 1 FROM releases WHERE month = NEW.month)"
    op.execute(f"CREATE TRIGGER releases_no_replace BEFORE INSERT ON releases WHEN {there} {refuse}")
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER releases_no_{verb.lower()} BEFORE {verb} ON releases {refuse}")


def downgrade() -> None:
    """Remove every release."""
    op.drop_table("releases")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION releases_is_append_only()")
