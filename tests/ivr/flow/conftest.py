from __future__ import annotations

import pytest

from directory.load import load
from directory.model import Directory
from ivr.edition import offered_languages
from ivr.speech import Speech
from ivr.voices import load_voices
from tests.editions import shipped_catalogues


@pytest.fixture(scope="session")
def directory() -> Directory:
    return load()


@pytest.fixture(scope="session")
def languages() -> tuple[str, ...]:
    return offered_languages(shipped_catalogues(), load_voices())[0]


@pytest.fixture(scope="session")
def speech(directory: Directory) -> Speech:
    return Speech(directory, shipped_catalogues())
