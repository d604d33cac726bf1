from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from ivr.services import Services
from ivr.simulator.exchange import Exchange
from routes import create_app
from tests.application import some_services, some_settings
from tests.callers import exchange_of


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return some_services(some_settings(tmp_path))


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services)


@pytest.fixture
def exchange(app: Flask) -> Exchange:
    return exchange_of(app)


@pytest.fixture
def international(tmp_path: Path) -> Exchange:
    """The exchange of an installation that has one international number."""
    return exchange_of(create_app(some_services(some_settings(tmp_path, ("+442079460123",)))))
