from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.machines.sentinels import SentinelRedis
from tests.machines.town import Town
from tests.services import empty_database


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentinelRedis]:
    """A primary, its replica and three Sentinels."""
    redis = SentinelRedis(tmp_path_factory.mktemp("redis"))
    try:
        redis.start()
        yield redis
    finally:
        redis.remove()


@pytest.fixture(scope="module")
def town(family: SentinelRedis, postgres_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Three web processes behind nginx and two workers, with one Redis under Sentinels and one PostgreSQL."""
    with ExitStack() as stack:
        url = stack.enter_context(empty_database(postgres_server.get_uri()))
        town = Town(tmp_path_factory.mktemp("town"), family.url, url)
        stack.enter_context(town.provider.at_work(town.provider_port))
        stack.callback(town.close)
        town.open()
        family.wait()
        yield town
