"""What calls and texts leave to be counted and done, through signed requests."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from ivr.events import Event, EventKind, PurgeCall, SendText
from ivr.services import Services
from ivr.simulator.exchange import Exchange
from routes import create_app
from tests.application import FakeOutbox, some_services, some_settings
from tests.callers import Caller, exchange_of
from tests.routes.test_voice import CALL, TUESDAY_MORNING, Carrier, leads_on


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Services of an installation on a Tuesday morning."""
    return some_services(some_settings(tmp_path), clock=lambda: TUESDAY_MORNING)


@pytest.fixture
def app(services: Services) -> Flask:
    """The application."""
    return create_app(services)


@pytest.fixture
def exchange(app: Flask) -> Exchange:
    """An exchange that calls it."""
    return exchange_of(app)


def outbox_of(services: Services) -> FakeOutbox:
    """Return the outbox, which keeps what was put."""
    assert isinstance(services.outbox, FakeOutbox)
    return services.outbox


def counted(services: Services, *kinds: EventKind) -> list[str]:
    """Return "kind name" of what was counted, of these kinds, in order."""
    events = (item for item in outbox_of(services).items if isinstance(item, Event))
    return [f"{event.kind} {event.name}" for event in events if event.kind in kinds]


def stopped_at(services: Services) -> dict[str, int]:
    """Return entered less left of each step where that is not 0."""
    sums = Counter(counted(services, EventKind.STEP))
    sums.subtract(text.replace("left ", "step ") for text in counted(services, EventKind.LEFT))
    return {name.removeprefix("step "): times for name, times in sums.items() if times}


def test_a_call_is_counted_whole(exchange: Exchange, services: Services) -> None:
    """One call counts its milestones once, with what was known by then, and stops where its caller hangs up."""
    caller = Caller(exchange, "RO").dial().press("1").press("3").press("*").press("3").press("1").leg("busy")
    caller.stay_silent().leg("completed").press("1").press("3").hang_up()
    need = Event(dt.date(2026, 11, 24), 1, EventKind.CALL, "need", "ro", "RO", "trafficking")

    assert ["call begun", "call language", "call need"] == counted(services, EventKind.CALL)
    assert 1 == outbox_of(services).items.count(need)
    assert ["coverage open"] == counted(services, EventKind.COVERAGE)
    assert ["miss silence"] == counted(services, EventKind.MISS)
    assert {"referral": 1} == stopped_at(services)
    assert ["outcome forwarding", "outcome busy", "outcome forwarding", "outcome completed"] == counted(
        services, EventKind.OUTCOME
    )


def test_hung_up_while_forwarded(exchange: Exchange, services: Services) -> None:
    """Whoever hangs up on the helpline stopped at the forwarding, though the carrier posts an outcome afterwards."""
    Caller(exchange, "RO").dial().press("1").press("3").press("1").hang_up()

    assert 2 == len(counted(services, EventKind.OUTCOME))
    assert {"forward": 1} == stopped_at(services)


def test_consent_is_counted(exchange: Exchange, services: Services) -> None:
    """Each text that a caller agrees to is counted as asked for, beside the errand."""
    Caller(exchange, "RO").dial().press("1").press("3").press("2").press("1")
    asked = Event(dt.date(2026, 11, 24), 1, EventKind.TEXT, "asked", "ro", "RO", "trafficking")

    assert 1 == len(outbox_of(services).of(SendText))
    assert ["text asked"] == counted(services, EventKind.TEXT)
    assert asked in outbox_of(services).items


def test_text_not_agreed_to_is_not_counted(exchange: Exchange, services: Services) -> None:
    """Asking about a text and then refusing it counts none."""
    Caller(exchange, "RO").dial().press("1").press("3").press("2").press("*")

    assert [] == counted(services, EventKind.TEXT)
    assert [] == outbox_of(services).of(SendText)


@pytest.mark.parametrize(("status", "begun"), [("ringing", 1), ("", 1), ("in-progress", 0)])
def test_a_call_that_is_led_back_is_counted_once(app: Flask, services: Services, status: str, begun: int) -> None:
    """The lifeline leads a call back to its first address; that call is under way, and was counted before.

    Its records are asked to be deleted in any case: we may never have heard of its beginning.
    """
    answer = Carrier(app).post("/voice", CallStatus=status)

    assert leads_on(answer)
    assert ["call begun"] * begun == counted(services, EventKind.CALL)
    assert ["fault restart"] * (1 - begun) == counted(services, EventKind.FAULT)
    assert [PurgeCall(CALL, over=False)] == outbox_of(services).of(PurgeCall)
    assert {"language": 1} == stopped_at(services)


def test_no_deletion_without_a_call(app: Flask, services: Services) -> None:
    """A request that names no call asks for no records to be deleted."""
    Carrier(app).post("/voice", CallSid="")

    assert [] == outbox_of(services).of(PurgeCall)
