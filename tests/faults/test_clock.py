"""The clock of a web server jumps in the middle of a call, as a clock does that was wrong and is set right."""

from __future__ import annotations

import datetime as dt

import pytest

from ivr.services import Services
from ivr.simulator.exchange import Exchange
from routes import create_app
from tests.application import some_services, some_settings
from tests.callers import Caller, exchange_of

TUESDAY_MORNING = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
JUMPS = (
    TUESDAY_MORNING + dt.timedelta(hours=1),
    TUESDAY_MORNING - dt.timedelta(hours=1),
    TUESDAY_MORNING + dt.timedelta(days=2),
    TUESDAY_MORNING - dt.timedelta(days=2),
    dt.datetime(1970, 1, 1, 0, 5, tzinfo=dt.UTC),  # where a machine without a battery begins
    dt.datetime(2099, 12, 31, 23, 59, tzinfo=dt.UTC),
)
ACTS = ("1", "3", "2", "2", "1")
"""Language, need, a text, its form, to be connected."""


class Clock:
    """A clock that shows what it was set to."""

    now = TUESDAY_MORNING

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    """A clock that tests set."""
    return Clock()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Services:
    """Services in production, where no caller can pretend another time."""
    settings = some_settings(tmp_path_factory.mktemp("clock"), exchange_token=None)
    return some_services(settings, clock)


@pytest.fixture(scope="module")
def exchange(services: Services) -> Exchange:
    """An exchange that calls them."""
    return exchange_of(create_app(services))


@pytest.mark.parametrize("done", [1, 3, 5])
@pytest.mark.parametrize("then", JUMPS, ids=lambda moment: moment.date().isoformat())
def test_clock_jumps(exchange: Exchange, clock: Clock, then: dt.datetime, done: int) -> None:
    """Wherever a call is when the clock jumps, no answer fails, and a caller who does nothing comes to a helpline."""
    clock.now = TUESDAY_MORNING
    caller = Caller(exchange, "RO").dial()
    for keys in ACTS[:done]:
        caller.press(keys)
    clock.now = then
    rang = False
    for _ in range(8):
        if caller.ringing:
            caller.leg("busy")
        elif not caller.ended:
            caller.stay_silent()
        rang = rang or caller.ringing

    assert [] == caller.failures
    assert (True, False) == (rang, caller.ended)
