"""The revision of the tables: looked at by whoever starts, and moved forward by `fanal db upgrade`."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from directory.database import AwayError, DatabaseError, writing
from ivr.adapters.errands import metadata

FOLDER = Path(__file__).parents[1] / "migrations"
_LOCK = 0x66616E61
"""Any number that no other program of the same database uses for its advisory lock."""


def upgrade(engine: sa.Engine) -> str:
    """Run the migrations that are missing, one program at a time, and return the revision reached."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    scripts = ScriptDirectory(str(FOLDER))
    with writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        with EnvironmentContext(Config(), scripts, fn=lambda now, _: scripts._upgrade_revs("head", now)) as environment:
            environment.configure(connection=connection, target_metadata=metadata)
            environment.run_migrations()
    return scripts.get_current_head() or ""


def check(engine: sa.Engine) -> None:
    """Raise `DatabaseError` unless the database answers (else `AwayError`) and its tables are those of this program."""
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        raise DatabaseError("The database has no tables yet: run `fanal db upgrade`.")
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.OperationalError:
        raise AwayError(f"The database at {engine.url.render_as_string()} does not answer.") from None
    scripts = ScriptDirectory(str(FOLDER))
    if found == scripts.get_current_head():
        return
    if found is None:
        raise DatabaseError("The database has no tables yet: run `fanal db upgrade`.")
    if found in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseError(f"The database is of revision {found}, older than this program: run `fanal db upgrade`.")
    raise DatabaseError(f"The database is of revision {found}, which is newer than this program: update the program.")
