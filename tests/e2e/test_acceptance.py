"""Whole calls through signed requests, the TwiML read as the carrier reads it."""

from __future__ import annotations

import pytest

from ivr.events import Form, PurgeCall, SendText
from ivr.services import Services
from ivr.simulator.exchange import Exchange
from ivr.simulator.transcript import Dialling
from tests.application import FakeOutbox
from tests.callers import Caller

TUESDAY_MORNING = "2026-11-24T10:00+02:00"
TUESDAY_NIGHT = "2026-11-24T03:00+02:00"


def test_forwarded(exchange: Exchange) -> None:
    """A caller from Romania who chooses Romanian and trafficking on a Tuesday at 10:00 reaches the ANITP line."""
    caller = Caller(exchange, "RO", at=TUESDAY_MORNING).dial().press("1").press("3")

    assert "ANITP" in caller.heard
    assert "16:00" in caller.heard

    caller.press("1")

    assert "+40800800678" == caller.forwarded_to
    assert [] == caller.failures


def test_forwarded_from_the_one_number(international: Exchange) -> None:
    """Where our number is international, the same caller is forwarded to the line's number for calls from abroad."""
    caller = Caller(international, "RO", at=TUESDAY_MORNING).dial().press("1").press("3").press("1")

    assert "+40213133100" == caller.forwarded_to


def test_at_night(exchange: Exchange) -> None:
    """At 03:00 the same caller hears when the line opens, and is offered and connected to what is open."""
    caller = Caller(exchange, "RO", at=TUESDAY_NIGHT).dial().press("1").press("3")

    assert "Se deschide azi la ora 08:00" in caller.heard
    assert "Deschis acum: Linia ANES" in caller.heard

    caller.press("1")

    assert "+40800500333" == caller.forwarded_to


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-24T09:59+01:00", False),
        ("2026-11-24T10:00+01:00", True),
        ("2026-11-24T23:59+01:00", True),
        ("2026-11-25T00:00+01:00", False),
        ("2026-11-22T11:00+01:00", True),
    ],
)
def test_children_in_belgium(exchange: Exchange, at: str, is_open: bool) -> None:
    """A caller from Belgium finds the children's line 103 open every day between 10:00 and midnight."""
    caller = Caller(exchange, "BE", at=at).dial()
    french = next(said.text or "" for said in caller.spoken if said.language == "fr-FR")
    caller.press(french.split()[-1].rstrip("."))
    caller.press("4")

    assert "1 0 3" in caller.heard
    assert is_open == ("24:00" in caller.heard or "00:00" in caller.heard)


def test_withheld(international: Exchange) -> None:
    """A withheld number is asked for the country and never offered a text."""
    caller = Caller(international, "withheld", at=TUESDAY_MORNING).dial().choose_language("ro").press("3")

    assert "România" in caller.heard

    caller.press("1")

    assert "ANITP" in caller.heard
    assert "2" not in caller.offered
    assert "SMS" not in caller.heard

    caller.press("2")

    assert [] == caller.texts
    assert "SMS" not in caller.heard


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed", "canceled"])
def test_helpline_not_reached(exchange: Exchange, outcome: str) -> None:
    """A helpline that is busy, silent or broken leads on to the next one, then to the number, then to the advice."""
    caller = Caller(exchange, "RO", at=TUESDAY_MORNING).dial().press("1").press("3").press("1").leg(outcome)

    assert "Linia ANES" in caller.heard

    caller.stay_silent()

    assert "+40800500333" == caller.forwarded_to

    caller.leg(outcome)

    assert "0, 8, 0, 0. 5, 0, 0. 3, 3, 3" in caller.heard

    caller.stay_silent(2)

    assert "1 1 2" in caller.heard
    assert not caller.ended


def test_more_after_a_call(exchange: Exchange) -> None:
    """A caller who comes back after a completed call is asked whether they need more, and ends the call themselves."""
    caller = Caller(exchange, "RO", at=TUESDAY_MORNING).dial().press("1").press("3").press("1").leg("completed")

    assert {"1", "2", "3", "4"} <= caller.offered

    caller.press("4")

    assert caller.ended


def test_text(exchange: Exchange, services: Services) -> None:
    """A text is asked for by two key presses, in the form chosen; the errand names the call and never the number."""
    caller = Caller(exchange, "RO", at=TUESDAY_MORNING).dial().press("1").press("3").press("2").press("2")
    outbox = services.outbox
    assert isinstance(outbox, FakeOutbox)

    errands = outbox.of(SendText)

    assert 1 == len(errands)
    errand = errands[0]
    assert isinstance(errand, SendText)
    assert ("ro-anitp", "ro", Form.NAMED) == (errand.helpline, errand.language, errand.form)
    assert caller.number.removeprefix("+") not in repr(outbox.items)


@pytest.mark.parametrize("landline", [True])
def test_landline(exchange: Exchange, landline: bool) -> None:
    """A landline is never offered a text."""
    caller = Caller(exchange, "RO", landline=landline, at=TUESDAY_MORNING).dial().press("1").press("3")

    assert "2" not in caller.offered


def test_silence(exchange: Exchange) -> None:
    """A caller who never presses a key is repeated to, told who will be called, and connected."""
    caller = Caller(exchange, "RO", at=TUESDAY_MORNING).dial().stay_silent(3)

    assert caller.ringing


def test_wrong_keys(exchange: Exchange) -> None:
    """Keys without meaning, and several at once, never end a call and lead to a person like silence."""
    caller = Caller(exchange, "RO", at=TUESDAY_MORNING).dial().press("8").press("8").press("8")

    assert caller.ringing


def test_country_without_entries(international: Exchange) -> None:
    """A caller from a country that the directory does not cover is asked for the country, and led on."""
    caller = Caller(international, "NO", at=TUESDAY_MORNING).dial().press("1").press("3").press("1")

    assert [] == caller.failures
    assert caller.offered


def test_another_countrys_line(exchange: Exchange) -> None:
    """Who dials our Romanian number is led to Romania first; a Belgian service is then read out, never forwarded."""
    ours = next(number for number in exchange.subscription.numbers if number.startswith("+40"))
    caller = Caller(exchange, "BE", to=ours, at=TUESDAY_MORNING).dial().press("1").press("3")

    assert "ANITP" in caller.heard

    caller.press("9")

    assert "Belgia: apăsați 2." in caller.heard

    caller.press("2")

    assert "Belgia: " in caller.heard
    assert "1" not in caller.offered
    assert "3" in caller.offered
    assert caller.forwarded_to is None


def test_own_number_is_shown(exchange: Exchange) -> None:
    """The helpline is shown our own number, never the caller's."""
    caller = Caller(exchange, "RO", at=TUESDAY_MORNING).dial().press("1").press("3").press("1")
    dialling = caller.call.transcript[-1]

    assert isinstance(dialling, Dialling)
    assert exchange.subscription.number_for(caller.number) == dialling.caller_id


def test_hung_up(exchange: Exchange, services: Services) -> None:
    """Deleting a call's records is asked for when it begins, lest nobody says that it ended, and when it has ended."""
    caller = Caller(exchange, "RO", at=TUESDAY_MORNING).dial().hang_up()
    outbox = services.outbox
    assert isinstance(outbox, FakeOutbox)

    assert [PurgeCall(caller.call.sid, over=over) for over in (False, True)] == outbox.of(PurgeCall)
