"""The actor of the other tests: what a caller hears, is offered, and gets."""

from __future__ import annotations

import datetime as dt

import pytest

from ivr.simulator.exchange import Exchange, at_once
from ivr.simulator.faults import OutOfTurnError
from ivr.simulator.people import person
from ivr.simulator.subscription import DEMO_NOW
from tests.callers import Caller
from tests.ivr.simulator.application import HELPLINE, OURS, SUBSCRIPTION, Application

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
DIAL = f'<Dial action="/outcome" callerId="{OURS}">{HELPLINE}</Dial>'


def menu(*prompts: str) -> str:
    """Return a menu that says these prompts."""
    said = "".join(f"<Say>{prompt}</Say>" for prompt in prompts)
    return f'<Gather action="/key" numDigits="1" finishOnKey="">{said}</Gather><Redirect>/silence</Redirect>'


@pytest.fixture
def application() -> Application:
    """A menu, a silence, a forwarded call and what follows it."""
    return Application(
        {
            "/voice": menu("Hello.", "Press 1."),
            "/silence": menu("Once more: press 1."),
            "/key": DIAL,
            "/outcome": menu("Press 2, or star."),
        }
    )


@pytest.fixture
def exchange(application: Application) -> Exchange:
    """An exchange that calls the scripted application."""
    return Exchange(SUBSCRIPTION, application, lambda: NOON, at_once)


def test_a_call_reads_as_a_story(exchange: Exchange) -> None:
    """What was heard and offered is always that of the last act; what was rung, texted and failed is of the call."""
    caller = Caller(exchange, "BE").dial()
    assert "Hello.\nPress 1." == caller.heard

    caller.stay_silent()
    assert ("Once more: press 1.", {"1"}) == (caller.heard, caller.offered)

    caller.press("1")
    assert (HELPLINE, True, set()) == (caller.forwarded_to, caller.ringing, caller.offered)

    caller.leg("busy")
    assert ("Press 2, or star.", False) == (caller.heard, caller.ringing)

    exchange.create_message({"From": OURS, "To": person("BE").mobile, "Body": "0800"})
    caller.hang_up()
    assert (["0800"], [], True) == (caller.texts, caller.failures, caller.ended)


@pytest.mark.parametrize(
    ("prompt", "offered"),
    [
        ("For English, press 1. Pentru română, apăsați 2.", {"1", "2"}),
        ("Its number is 0 8 0 0, 8 0 0, 6 7 8. To hear it again, press 3.", {"3"}),
        ("0, 8, 0, 0. 8, 0, 0.", set()),
        ("Hang up and dial 1 1 2, or 112.", set()),
        ("It opens at 8:00, until 16:00. Press *.", {"*"}),
        ("Back: *. Again: #. Advice: 0.", {"*", "#", "0"}),
        ("Call 116 006: 4", {"4"}),
    ],
)
def test_keys_are_told_from_numbers_and_times(application: Application, prompt: str, offered: set[str]) -> None:
    """A key is a digit or sign that stands alone; numbers, read or spelt, and times of day are none."""
    application.answers = {"/voice": menu(prompt)}
    exchange = Exchange(SUBSCRIPTION, application, lambda: NOON, at_once)

    assert offered == Caller(exchange).dial().offered


def test_a_caller_may_pretend_a_time(exchange: Exchange, application: Application) -> None:
    """A time may be given in words, in the caller's zone."""
    Caller(exchange, "RO", at="Tuesday 03:00").dial()

    assert "2026-11-24T03:00:00+02:00" == application.posted[0].headers[DEMO_NOW]


def test_an_act_out_of_turn_fails_the_test(exchange: Exchange) -> None:
    """A key that nobody awaits is an error, never ignored."""
    with pytest.raises(OutOfTurnError):
        Caller(exchange).dial().press("1").press("1")
