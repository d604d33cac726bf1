"""The requests of the step: callers of several countries, of whom those count who are led where the figure says."""

from __future__ import annotations

import subprocess
from typing import cast

import pytest

from bench.step import workload
from bench.step.servers import Server
from bench.step.workload import Step, calls, to_a_helpline
from ivr.simulator.people import FIRST_COUNTRIES

SERVER = Server(1, "auth token of a test", cast("subprocess.Popen[bytes]", None))
MENU = b'<Gather input="dtmf" action="http://127.0.0.1:1%s"></Gather>'
ANSWERS = {
    b"/voice/key/need": MENU % b"/voice/key/service",
    b"/voice/key/service": b'<Dial action="/voice/outcome"></Dial>',
    b"/voice/key/lost": MENU % b"/voice/key/anew",
    b"/voice/key/anew": MENU % b"/voice/key/need",
}


def test_callers_are_in_different_places() -> None:
    """Each dials our number in its own country, so that not all of them are told the same."""
    dialled = {(step.form["From"], step.form["To"]) for step in calls()}

    assert len(FIRST_COUNTRIES) == len(dialled) == len({called for _, called in dialled})


def test_only_ways_to_a_helpline_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A menu that leads to nobody, such as that of a call that has to begin again, is not the step to a service."""
    monkeypatch.setattr(workload, "ask", lambda _port, request: ANSWERS[request.split(b" ")[1]])
    steps = [Step("/voice/key/need", {}), Step("/voice/key/lost", {})]

    assert steps[:1] == to_a_helpline(steps, SERVER)
