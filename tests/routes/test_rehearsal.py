"""Calls that ring nobody: what they may not leave behind, and what they may not open."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ivr.sealed import Seal
from ivr.services import edition_maker
from ivr.settings import Settings
from ivr.simulator.client import ExchangeError
from ivr.simulator.transcript import Awaiting, TextArrived
from ivr.state import UnreadableStateError
from routes.rehearsal import Rehearsal, rehearsed
from tests.application import some_services, some_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of an installation."""
    return some_settings(tmp_path)


@pytest.fixture
def stage(settings: Settings) -> Rehearsal:
    """Return a rehearsal on the shipped directory."""
    directory = some_services(settings).shelf.current.directory
    return rehearsed(settings, lambda own, seal: edition_maker(own, seal)(directory))


def test_counts_nothing(stage: Rehearsal) -> None:
    """No step of a rehearsed call moves the figures of the server in whose process it is made."""
    with stage.telephone() as telephone:
        call = telephone.dial("RO")
        telephone.hang_up(telephone.press(call.id, "1").id)
    stage.services.metrics.faults.labels("voice").inc()
    stage.services.metrics.refused.inc()
    figures = stage.services.metrics.page().decode()
    counts = [
        line.rpartition(" ")[2] for line in figures.splitlines() if line.startswith("fanal_") and "_total" in line
    ]

    assert {"0.0"} == set(counts)


def test_forgets_its_calls(stage: Rehearsal) -> None:
    """A call cannot be found once its telephone has been given back."""
    with stage.telephone() as telephone:
        call = telephone.dial("RO")
    with stage.telephone() as another, pytest.raises(ExchangeError) as fault:
        another.call(call.id)

    assert 404 == fault.value.status


def test_state_fits_no_real_call(stage: Rehearsal, settings: Settings) -> None:
    """The installation's own keys do not open what a rehearsed call carries, nor is one of its secrets used."""
    with stage.telephone() as telephone:
        call = telephone.dial("RO")
    token = urlsplit(call.next or "").path.rpartition("/")[2]

    stage.services.seal.open(token, call.id, stage.services.clock())
    with pytest.raises(UnreadableStateError):
        Seal(settings.secret_keys).open(token, call.id, stage.services.clock())
    assert not {*settings.secret_keys, *settings.auth_tokens} & {
        *stage.services.settings.secret_keys,
        *stage.services.settings.auth_tokens,
    }


def test_text_is_shown_on_the_telephone(stage: Rehearsal) -> None:
    """A text reaches the telephone that is calling, and nothing else."""
    with stage.telephone() as telephone:
        call = telephone.dial("RO")
        for key in "1221":
            call = telephone.press(call.id, key)

    assert Awaiting.KEYS is call.awaiting
    assert 1 == sum(isinstance(entry, TextArrived) for entry in call.transcript)
