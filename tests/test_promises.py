"""What the service must never do, where no other test shows it (product rules; docs/threat-model.md lists all)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.phrases import Phrase
from ivr.simulator.transcript import Said
from routes import create_app
from tests.application import some_services, some_settings
from tests.callers import Caller, exchange_of
from tests.editions import shipped_catalogues

ROOT = Path(__file__).parents[1]
PRODUCT = [*(ROOT / "ivr").rglob("*.py"), *(ROOT / "routes").rglob("*.py"), ROOT / "worker.py"]
CATALOGUES = shipped_catalogues()


def test_never_calls_back() -> None:
    """Nothing in the program asks the provider to make a call."""
    making = [path.name for path in PRODUCT if re.search(r"calls\.create|Calls\.json.*POST", path.read_text("utf-8"))]

    assert [] == [name for name in making if name != "carrier.py"]


def test_never_records() -> None:
    """No word of recording or transcribing stands in the code that writes markup or asks the provider."""
    for name in ("ivr/twiml.py", "ivr/lifeline.py", "ivr/adapters/provider.py"):
        text = (ROOT / name).read_text("utf-8")

        assert not re.search(r"<Record|record=|transcri", text, re.IGNORECASE), name


@pytest.mark.parametrize("language", CATALOGUES)
def test_neutral_first_word(language: str) -> None:
    """The first words tell nobody beside the phone what the line is for: the greeting is one word, or two."""
    assert len(CATALOGUES[language].words[Phrase.GREETING].split()) <= 2


def test_every_call_is_the_first(tmp_path: Path) -> None:
    """A number that has called before hears exactly what it heard the first time."""
    exchange = exchange_of(create_app(some_services(some_settings(tmp_path))))
    heard = []
    for _ in range(2):
        caller = Caller(exchange, "RO", at="2026-11-24T10:00+02:00").dial().press("1").press("3").press("1")
        caller.leg("busy").hang_up()
        heard.append([entry for entry in caller.call.transcript if isinstance(entry, Said)])

    assert heard[0] == heard[1]
