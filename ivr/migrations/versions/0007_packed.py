"""Revisions carry what was compiled of their files, packed, so that a server need not read the files to serve them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; revisions published before have none, and are compiled by whoever serves them."""
    op.add_column("revisions", sa.Column("tables", sa.LargeBinary))
    op.add_column("revisions", sa.Column("tables_hash", sa.String(64)))


def downgrade() -> None:
    """Remove the columns: all that they hold can be made again."""
    op.drop_column("revisions", "tables_hash")
    op.drop_column("revisions", "tables")
