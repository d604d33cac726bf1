"""Commands are tested on a machine without a database; a test that wants one names it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let DATABASE_URL lead nowhere: a developer's own revisions are not what is tested."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:///no-such-folder/fanal.db")
