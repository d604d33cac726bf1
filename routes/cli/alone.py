"""A call without any server: web application, carrier and texts in this one process, with nothing kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from directory.load import PACKAGED
from ivr.adapters.folder import FolderSource
from ivr.edition import Shelf
from ivr.sealed import Seal
from ivr.services import edition_maker
from ivr.settings import Secret, Settings
from ivr.simulator.local import LocalTelephone
from ivr.simulator.people import our_numbers
from routes.rehearsal import Rehearsal, stand_in

_PUBLIC_URL = "http://127.0.0.1"
"""Never called: the carrier reaches the application in this process."""


class NoTablesError(Exception):
    """The directory has faults, so nobody could be led anywhere."""


@contextmanager
def telephone(tables: Path | None) -> Iterator[LocalTelephone]:
    """Give a telephone of an exchange that lasts as long as the context; raises `NoTablesError`.

    `PROMPTS_PATH` counts as for the servers: raises `SettingsError` where it names no folder, `Faults` for its voices.

    `tables` is the folder of the directory's tables, the shipped ones if it is None.
    """
    with tempfile.TemporaryDirectory(prefix="fanal-call-") as folder:
        settings = _settings(tables, Path(folder))
        seal = Seal(settings.secret_keys)
        shelf = Shelf(FolderSource(tables or PACKAGED, settings.kept_path), edition_maker(settings, seal))
        shelf.refresh()
        if shelf.stale:
            raise NoTablesError
        with Rehearsal(settings, shelf, seal).telephone() as found:
            yield found


def _settings(tables: Path | None, folder: Path) -> Settings:
    nothing: tuple[Secret, ...] = ()
    return stand_in(
        Settings(
            account="",
            auth_tokens=nothing,
            numbers=our_numbers(),
            public_url=_PUBLIC_URL,
            secret_keys=nothing,
            redis_url="",
            directory_path=tables,
            prompts_path=Settings.read_one("PROMPTS_PATH"),
            var_path=folder,
        )
    )
