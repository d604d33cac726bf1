"""Webhook forms: what is missing or strange becomes the harmless case; only a demonstration has a pretended time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from ivr.calls import CallsUnderWay
from ivr.events import Event, EventKind
from ivr.flow import Outcome
from ivr.services import Services
from ivr.simulator.people import WITHHELD_KEYPAD, WITHHELD_WORDS, person
from ivr.turn import Caller
from routes.forms import DEMO_NOW, SmsRequest, VoiceRequest, read_sms, read_voice
from tests.application import some_services, some_settings

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
CALL = "CA" + "1" * 32
BRITISH, FRENCH = "+442079460123", "+33199000001"
"""Our own numbers in these tests, reserved for fiction."""
MOBILE, LANDLINE = person("RO").mobile, person("RO").landline


def services_with(folder: Path, *numbers: str, demo: bool = False) -> Services:
    """Return services at a fixed time, with these numbers of ours."""
    changes = {} if demo else {"exchange_token": None}
    return some_services(some_settings(folder, numbers, **changes), lambda: NOW)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services with one number in Britain and one in France."""
    return services_with(tmp_path_factory.mktemp("var"), BRITISH, FRENCH)


@pytest.fixture(scope="module")
def one_number(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services with one number, of no country."""
    return services_with(tmp_path_factory.mktemp("var"), BRITISH)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services of a demonstration."""
    return services_with(tmp_path_factory.mktemp("var"), BRITISH, demo=True)


def request(form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Request:
    """Return a request with a form."""
    builder = EnvironBuilder(method="POST", data=dict(form or {}), headers=Headers(headers))
    return Request(builder.get_environ())


def voice(services: Services, **form: str) -> VoiceRequest:
    """Read a voice webhook, the first of its call."""
    return read_voice(request(form), replace(services, calls=CallsUnderWay(services.settings.lines)))


def sms(services: Services, **form: str) -> SmsRequest:
    """Read an inbound text."""
    return read_sms(request(form), services)


def test_voice_request(services: Services) -> None:
    """What the carrier says of a call is read, and the caller's number is not in it."""
    read = voice(
        services, CallSid=CALL, From=MOBILE, To=FRENCH, Digits="1", DialCallStatus="no-answer", CallStatus="in-progress"
    )

    assert VoiceRequest(CALL, Caller("RO", True, "FR"), FRENCH, "1", "", None, Outcome.NO_ANSWER, NOW) == read
    assert MOBILE[-9:] not in repr(read)


def test_voice_request_without_anything(services: Services) -> None:
    """A request without a single parameter is a withheld call to our first number, with no key pressed."""
    assert VoiceRequest("", Caller(None, False, None), BRITISH, "", "", None, Outcome.FAILED, NOW) == voice(services)


@pytest.mark.parametrize(
    ("missing", "field", "expected"),
    [
        ("CallSid", "call", ""),
        ("From", "caller", Caller(None, False, "FR")),
        ("To", "caller", Caller("RO", True, None)),
        ("To", "caller_id", BRITISH),
        ("Digits", "digits", ""),
        ("DialCallStatus", "outcome", Outcome.FAILED),
    ],
)
def test_each_missing_parameter_is_harmless(services: Services, missing: str, field: str, expected: object) -> None:
    """Each parameter may be missing, and changes what it says and nothing else."""
    form = {"CallSid": CALL, "From": MOBILE, "To": FRENCH, "Digits": "1", "DialCallStatus": "busy"}
    whole, read = voice(services, **form), voice(services, **{k: v for k, v in form.items() if k != missing})
    differing = {name for name in VoiceRequest.__slots__ if getattr(whole, name) != getattr(read, name)}

    assert expected == getattr(read, field)
    assert field in differing
    assert differing <= {field, "caller", "caller_id"}


@pytest.mark.parametrize("outcome", Outcome)
def test_outcomes(services: Services, outcome: Outcome) -> None:
    """Every outcome that the provider names is known."""
    assert outcome == voice(services, DialCallStatus=outcome.value).outcome


@pytest.mark.parametrize(
    "word", ["", "Busy", "BUSY", "no_answer", "noanswer", " busy", "ringing", "initiated", "1", "é"]
)
def test_odd_outcomes_are_failures(services: Services, word: str) -> None:
    """An outcome that nobody has told us of is a failed one: the caller is led to the next service."""
    assert Outcome.FAILED is voice(services, DialCallStatus=word).outcome


@pytest.mark.parametrize("withheld", [*WITHHELD_WORDS, *WITHHELD_KEYPAD])
def test_withheld_callers(services: Services, withheld: str) -> None:
    """A withheld number has no country and takes no text, by voice and by text."""
    assert Caller(None, False, "GB") == voice(services, From=withheld, To=BRITISH).caller
    assert Caller(None, False, "GB") == sms(services, From=withheld, To=BRITISH).caller


def test_landlines_take_no_text(services: Services) -> None:
    """The country of a landline is known, and that it takes no text."""
    assert Caller("RO", False, "GB") == voice(services, From=LANDLINE, To=BRITISH).caller


@pytest.mark.parametrize(("called", "country"), [(BRITISH, "GB"), (FRENCH, "FR")])
def test_number_that_was_dialled_tells_the_country(services: Services, called: str, country: str) -> None:
    """Of several numbers of ours each tells its country, and forwards from itself."""
    read = voice(services, To=called)

    assert (country, called) == (read.caller.line, read.caller_id)


def test_single_number_tells_nothing(one_number: Services) -> None:
    """A single number of ours is international."""
    read = voice(one_number, To=BRITISH)

    assert (None, BRITISH) == (read.caller.line, read.caller_id)


@pytest.mark.parametrize("called", ["+442079460124", MOBILE, "", "442079460123", " 442079460123", "anonymous"])
def test_foreign_number_is_never_shown_to_a_helpline(services: Services, called: str) -> None:
    """Whatever is said to have been dialled, a helpline sees a number of ours."""
    read = voice(services, From=MOBILE, To=called)

    assert (None, BRITISH) == (read.caller.line, read.caller_id)


def test_callers_number_is_never_shown_even_if_it_was_dialled(services: Services) -> None:
    """Somebody who calls from our own number still forwards from it and from no other."""
    assert BRITISH == voice(services, From=BRITISH, To=MOBILE).caller_id


@pytest.mark.parametrize("digits", ["1", "0", "*", "#", "12", "", "1" * 1000, "w", "é"])
def test_digits_are_handed_on(services: Services, digits: str) -> None:
    """Keys are judged by the conversation, not here."""
    assert digits == voice(services, Digits=digits).digits


def test_sms_request(services: Services) -> None:
    """What the carrier says of a text is read; the sender is kept for finding the conversation only."""
    read = sms(services, MessageSid="SM1", From=MOBILE, To=FRENCH, Body=" 1\n")

    assert SmsRequest("SM1", MOBILE, FRENCH, Caller("RO", True, "FR"), "1", False, NOW) == read


def test_sms_request_without_anything(services: Services) -> None:
    """A text without a single parameter is an empty one from nobody."""
    assert SmsRequest("", "", "", Caller(None, False, None), "", False, NOW) == sms(services)


@pytest.mark.parametrize(("word", "opted"), [("STOP", True), ("START", True), ("HELP", True), ("", False)])
def test_opting_out_is_told_by_the_carrier(services: Services, word: str, opted: bool) -> None:
    """Where the carrier has handled such a word itself it says so; a word in the text alone says nothing yet."""
    assert opted == sms(services, Body="STOP", OptOutType=word).opted_out


PRETENDED = "2026-11-23T03:00:00+02:00"


def test_pretended_time_is_obeyed_in_a_demonstration(demo: Services) -> None:
    """Where the carrier is played by the program, its caller may pretend another time."""
    pretending = request(headers={DEMO_NOW: PRETENDED})

    assert dt.datetime.fromisoformat(PRETENDED) == read_voice(pretending, demo).now
    assert dt.datetime.fromisoformat(PRETENDED) == read_sms(pretending, demo).now


def test_pretended_time_is_ignored_elsewhere(services: Services) -> None:
    """On a real line a header changes no clock."""
    pretending = request(headers={DEMO_NOW: PRETENDED})

    assert (NOW, NOW) == (read_voice(pretending, services).now, read_sms(pretending, services).now)


@pytest.mark.parametrize(
    "pretended",
    [
        "",
        " ",
        "now",
        "2026-11-23T03:00:00",
        "2026-11-23",
        "03:00",
        "1774227600",
        "2026-13-23T03:00:00+02:00",
        "2026-11-31T03:00:00+02:00",
        "2026-11-23T24:01:00+02:00",
        "2026-11-23T03:00:00+24:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1999-12-31T23:59:59+00:00",
        "2100-01-01T00:00:00+00:00",
        "-2026-11-23T03:00:00+02:00",
        "٢٠٢٦-11-23T03:00:00+02:00",
        "2026-11-23T03:00:00+02:00" * 50,
    ],
)
def test_silly_times_are_ignored(demo: Services, pretended: str) -> None:
    """A time that is none, that has no zone, or that nobody means, changes nothing."""
    headers = {DEMO_NOW: pretended.encode().decode("latin-1")}

    assert NOW == read_voice(request(headers=headers), demo).now


@given(st.datetimes(timezones=st.timezones()).map(dt.datetime.isoformat) | st.text("0123456789-:TZ+. ", max_size=40))
def test_whatever_is_pretended_can_be_counted(demo: Services, pretended: str) -> None:
    """Any time that is obeyed is aware, and far enough from the calendar's ends to be told in any zone."""
    now = read_voice(request(headers={DEMO_NOW: pretended}), demo).now

    assert now.tzinfo is not None
    assert Event.at(now, EventKind.STEP, "language").day.year in range(1999, 2101)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (CALL, CALL),
        ("7a0c1f6e-8f7c-4c39-9a27-6a3b7f5d2e10", "7a0c1f6e-8f7c-4c39-9a27-6a3b7f5d2e10"),
        (
            "v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ",
            "v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ",
        ),
        ("x" * 128, "x" * 128),
        ("x" * 129, ""),
        ("", ""),
        (CALL + "\0", ""),
        (CALL + "\n", ""),
        (CALL + " ", ""),
        ("../Messages", ""),
        (CALL + "/Recordings", ""),
        ("CA\u0661", ""),
    ],
)
def test_ids(services: Services, given: str, expected: str) -> None:
    """An id is what a provider could give as one: it becomes part of an address, of the queue and of a row in SQL."""
    assert expected == voice(services, CallSid=given).call
    assert expected == sms(services, MessageSid=given).message
