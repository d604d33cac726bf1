"""What is asked of the provider, in its own terms, and what comes of its answers and silences."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.adapters import provider as module
from ivr.adapters.provider import TEXTS_A_DAY, Fate, Provider, ProviderError
from ivr.events import PurgeCall
from ivr.numbers import CallerNumber
from ivr.settings import Secret, Settings
from ivr.simulator.exchange import Exchange, at_once
from tests.carrier import HANG_UP, Carrier, carrier_at_work
from tests.ivr.simulator import application
from tests.stand_in import exchange_at_work, settings_of

ROOT = Path(__file__).parents[3]
DESCRIPTION = ROOT.parent / "shared" / "data" / "twilio_api_v2010.json"
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
ACCOUNT = "AC" + "a" * 32
CALL = "CA" + "b" * 32
LEG = "CA" + "c" * 32
MOBILE = "+12025550123"
OURS = ("+442079460123", "+33199001234")


def settings_for(url: str) -> Settings:
    """Return settings whose provider is at an address."""
    secret = Secret("s" * 40)
    return Settings(
        account=ACCOUNT,
        auth_tokens=(Secret("token"),),
        numbers=OURS,
        public_url="https://fanal.example.org",
        secret_keys=(secret,),
        redis_url="unix:///nowhere",
        provider_url=url,
    )


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """A carrier that knows one call and its forwarded leg."""
    with carrier_at_work() as carrier:
        carrier.calls[CALL] = {"from": MOBILE, "to": OURS[1]}
        carrier.calls[LEG] = {"from": OURS[1], "to": "+40800800678", "parent": CALL}
        yield carrier


@pytest.fixture
def provider(carrier: Carrier) -> Provider:
    """The provider of settings that name the carrier."""
    return Provider.connect(settings_for(carrier.url))


def test_one_telephone_gets_so_many_texts_a_day(carrier: Carrier, provider: Provider) -> None:
    """Whoever has been texted as often as may be is refused here, without the provider; another telephone is not."""
    for _ in range(TEXTS_A_DAY):
        provider.send(CallerNumber(MOBILE), "116 111", OURS[0], 60)
    with pytest.raises(ProviderError) as refused:
        provider.send(CallerNumber(MOBILE), "116 111", OURS[0], 60)
    provider.send(CallerNumber("+12025550124"), "116 111", OURS[0], 60)

    assert (False, TEXTS_A_DAY + 1) == (refused.value.retry, len(carrier.sent))


def test_asks_who_calls(provider: Provider) -> None:
    """A call's record gives the caller's number, masked, and which of our numbers was dialled."""
    record = provider.call(CALL)

    assert (True, "US", OURS[1]) == (record.caller.can_text, record.caller.country, record.called)


@pytest.mark.parametrize("caller", ["anonymous", "", "+266696687", "sip:someone@example.org"])
def test_withheld_caller(provider: Provider, carrier: Carrier, caller: str) -> None:
    """A withheld number in the record stays withheld."""
    carrier.calls[CALL]["from"] = caller

    assert (True, False) == ((number := provider.call(CALL).caller).withheld, number.can_text)


def test_sends_from_the_number_dialled(provider: Provider, carrier: Carrier) -> None:
    """A text goes to the caller, from the number they dialled, short-lived, with a callback of ours."""
    sid = provider.send(CallerNumber(MOBILE), "116 111", OURS[1], 120)
    form = {name: values[0] for name, values in carrier.requests[-1].form.items()}

    assert sid in carrier.messages
    assert {
        "To": MOBILE,
        "From": OURS[1],
        "Body": "116 111",
        "StatusCallback": "https://fanal.example.org/sms/status",
        "ValidityPeriod": "120",
        "SmartEncoded": "true",
    } == form


def test_sends_from_the_first_number_otherwise(provider: Provider, carrier: Carrier) -> None:
    """Where the record names no number of ours as dialled, the first is the sender."""
    provider.send(CallerNumber(MOBILE), "116 111", "+40800800678", 120)

    assert OURS[0] == carrier.sent[0][1]


def test_signs_in_with_the_first_token(provider: Provider, carrier: Carrier) -> None:
    """Requests bear the account and the newest token."""
    provider.call(CALL)

    assert f"{ACCOUNT}:token" == base64.b64decode(carrier.requests[0].authorization.removeprefix("Basic ")).decode()


def test_finds_and_deletes(provider: Provider, carrier: Carrier) -> None:
    """Forwarded legs are found by their parent, and records are deleted; one that is gone is deleted."""
    legs = provider.forwarded_legs(CALL)
    for call in (*legs, CALL, CALL):
        provider.delete_call(call)
    provider.delete_message("SM" + "d" * 32)

    assert ((LEG,), {}) == (legs, carrier.calls)


@pytest.mark.parametrize("status", [400, 401, 403, 405, 409, 422, 429, 500])
def test_deletion_that_is_refused_comes_again(provider: Provider, carrier: Carrier, status: int) -> None:
    """A record that cannot be deleted now is tried again, whatever the reason: a call ends, credentials are mended."""
    carrier.tell("DELETE", *[(status, {"status": status, "code": 20009, "message": f"{MOBILE} is on the line"})] * 2)
    with pytest.raises(ProviderError) as call:
        provider.delete_call(CALL)
    with pytest.raises(ProviderError) as message:
        provider.delete_message("SM" + "d" * 32)

    assert [(status, Fate.AGAIN, True)] * 2 == [
        (each.value.status, each.value.fate, each.value.retry) for each in (call, message)
    ]
    assert MOBILE not in repr(call.value)


def test_call_in_progress_is_deleted_after_its_end() -> None:
    """The stand-in carrier keeps the record of a call in progress; once it has ended, call and leg are deleted."""
    menu = f'<Gather numDigits="1" finishOnKey=""/><Dial callerId="{application.OURS}">{application.HELPLINE}</Dial>'
    exchange = Exchange(application.SUBSCRIPTION, application.Application({"/voice": menu}))
    with exchange_at_work(exchange) as url:
        provider = Provider.connect(settings_of(exchange, url))
        call = exchange.dial(application.CALLER, application.OURS)
        call.silence()
        (leg,) = provider.forwarded_legs(call.sid)
        with pytest.raises(ProviderError) as leg_refused:
            provider.delete_call(leg)
        with pytest.raises(ProviderError) as call_refused:
            provider.delete_call(call.sid)
        call.hang_up()
        for sid in (leg, call.sid):
            provider.delete_call(sid)

    refused = [each.value for each in (leg_refused, call_refused)]

    assert [(409, Fate.AGAIN)] * 2 == [(each.status, each.fate) for each in refused]
    assert [] == exchange.ledger.everything()


@pytest.mark.parametrize(("days", "left"), [(0, 0), (1, 0), (2, 5), (8, 5), (9, 0)])
def test_finds_what_nobody_told_us_of(days: int, left: int) -> None:
    """From the second day on texts, the carrier's own answer to STOP and a call are found, for a week."""
    answers = {"/sms": "<Message>112</Message>", "/voice": "<Pause/>"}
    exchange = Exchange(application.SUBSCRIPTION, application.Application(answers), lambda: NOON, at_once)
    exchange.dial(application.CALLER, application.OURS)
    for words in ("Hello", "STOP"):
        exchange.send_text(application.CALLER, application.OURS, words)
    with exchange_at_work(exchange) as url:
        found = Provider.connect(settings_of(exchange, url)).left_over(NOON + dt.timedelta(days=days))
    held = {each["sid"] for each in exchange.ledger.everything()}

    assert (5, left) == (len(held), len(found))
    assert {each.call if isinstance(each, PurgeCall) else each.message for each in found} <= held


def test_numbers_take_turns(carrier: Carrier, provider: Provider) -> None:
    """Each hour another of our numbers is looked after, and only what it was part of is asked for."""
    for hour in range(3):
        provider.left_over(NOON + dt.timedelta(hours=hour))
    asked = [{**request.query} for request in carrier.requests]

    assert [OURS[0]] * 3 + [OURS[1]] * 3 + [OURS[0]] * 3 == [
        each.get("To", each.get("From", [""]))[0] for each in asked
    ]


def test_keeps_a_path_of_the_host(carrier: Carrier) -> None:
    """A compatible provider may have its interface below a path of its own."""
    Provider.connect(settings_for(f"{carrier.url}/api/laml")).call(CALL)

    assert f"/api/laml/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json" == carrier.requests[0].path


@pytest.mark.parametrize(
    ("status", "sending", "asking"),
    [
        (400, Fate.REFUSED, Fate.REFUSED),
        (401, Fate.REFUSED, Fate.REFUSED),
        (404, Fate.REFUSED, Fate.REFUSED),
        (409, Fate.REFUSED, Fate.REFUSED),
        (428, Fate.REFUSED, Fate.REFUSED),
        (429, Fate.AGAIN, Fate.AGAIN),
        (430, Fate.REFUSED, Fate.REFUSED),
        (499, Fate.REFUSED, Fate.REFUSED),
        (500, Fate.AGAIN, Fate.AGAIN),
        (503, Fate.AGAIN, Fate.AGAIN),
        (504, Fate.UNKNOWN, Fate.AGAIN),
        (505, Fate.AGAIN, Fate.AGAIN),
    ],
)
def test_judges_by_the_class_of_the_answer(
    provider: Provider, carrier: Carrier, status: int, sending: Fate, asking: Fate
) -> None:
    """Too many requests and errors of the server come again; a gateway that gave up may have passed a text on."""
    error = status, {"status": status, "code": 21211, "message": f"no {MOBILE}"}
    carrier.tell("POST", error)
    carrier.tell("GET", error, error)
    with pytest.raises(ProviderError) as sent:
        provider.send(CallerNumber(MOBILE), "116 111", OURS[0], 120)
    with pytest.raises(ProviderError) as asked:
        provider.call(CALL)
    with pytest.raises(ProviderError) as listed:
        provider.forwarded_legs(CALL)

    assert (sending, asking, asking) == (sent.value.fate, asked.value.fate, listed.value.fate)
    assert [(status, 21211)] * 2 == [(each.value.status, each.value.code) for each in (sent, asked)]


@pytest.mark.parametrize("answer", [HANG_UP, (201, "<html>hello</html>"), (201, {}), (201, [])])
def test_answer_that_tells_nothing(provider: Provider, carrier: Carrier, answer: Any) -> None:
    """A connection that ends or an answer that is no record leaves a text unknown, and a question to be asked again."""
    carrier.tell("POST", answer)
    carrier.tell("GET", HANG_UP if answer == HANG_UP else (200, answer[1]))
    with pytest.raises(ProviderError) as sent:
        provider.send(CallerNumber(MOBILE), "116 111", OURS[0], 120)
    with pytest.raises(ProviderError) as listed:
        provider.forwarded_legs(CALL)

    assert (Fate.UNKNOWN, Fate.AGAIN) == (sent.value.fate, listed.value.fate)


def test_slow_answer_is_unknown(provider: Provider, carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text whose answer does not come in time is unknown."""
    monkeypatch.setattr(provider._client.http_client, "timeout", (3, 0.1))
    carrier.gate.clear()
    with pytest.raises(ProviderError) as sent:
        provider.send(CallerNumber(MOBILE), "116 111", OURS[0], 120)

    assert Fate.UNKNOWN == sent.value.fate


def test_refused_connection_comes_again() -> None:
    """A text that found no connection was certainly not sent."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ProviderError) as sent:
        Provider.connect(settings_for(f"http://127.0.0.1:{port}")).send(CallerNumber(MOBILE), "116 111", OURS[0], 120)

    assert (None, Fate.AGAIN) == (sent.value.status, sent.value.fate)


def test_has_an_end_to_its_patience(provider: Provider) -> None:
    """Connections and answers are waited for 3 and 7 seconds, not for ever."""
    assert (3.0, 7.0) == provider._client.http_client.timeout == module.TIMEOUT


def test_errors_quote_nobody(provider: Provider, carrier: Carrier) -> None:
    """What is raised holds no word of the provider's, in itself or in what it remembers."""
    carrier.tell("POST", (400, {"status": 400, "code": 21211, "message": f"{MOBILE} is not valid"}))
    with pytest.raises(ProviderError) as sent:
        provider.send(CallerNumber(MOBILE), "116 111", OURS[0], 120)
    fault = sent.value

    assert ("status 400, code 21211, refused", None, None) == (str(fault), fault.__cause__, fault.__context__)


def test_keeps_nothing_of_a_request(provider: Provider) -> None:
    """Twilio's client does not go on holding the last request, which named the caller."""
    provider.send(CallerNumber(MOBILE), "116 111", OURS[0], 120)
    client = provider._client.http_client

    assert (None, None) == (client._test_only_last_request, client._test_only_last_response)


def test_only_the_provider_reveals_numbers() -> None:
    """Outside the provider's adapter, no module of the program asks a number to show itself."""
    sources = [path for package in ("directory", "ivr", "routes") for path in (ROOT / package).rglob("*.py")]
    sources += ROOT.glob("*.py")
    revealing = {str(path.relative_to(ROOT)) for path in sources if ".reveal(" in path.read_text()}

    assert {"ivr/adapters/provider.py"} == revealing


@pytest.mark.skipif(not DESCRIPTION.exists(), reason="the provider's own description is not beside the checkout")
def test_asks_in_the_providers_terms(provider: Provider, carrier: Carrier) -> None:
    """Every request is one that the provider's OpenAPI description knows: path, method, names and forms of values."""
    provider.send(CallerNumber(MOBILE), "116 111", provider.call(CALL).called, 120)
    provider.forwarded_legs(CALL)
    provider.delete_call(CALL)
    provider.delete_message(next(iter(carrier.messages)))
    provider.left_over(NOON)
    paths = json.loads(DESCRIPTION.read_text())["paths"]

    assert 8 == len(carrier.requests)
    assert [[]] * 8 == [strange(request, paths) for request in carrier.requests]


def strange(request: Any, paths: dict[str, Any]) -> list[str]:
    """Say what of a request the description does not know."""
    fitting = [path for path in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path)]
    if not fitting or request.method.lower() not in paths[fitting[0]]:
        return [f"{request.method} {request.path}"]
    operation = paths[fitting[0]][request.method.lower()]
    query = {each["name"]: each["schema"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    content = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    form = content.get("schema", {}).get("properties", {})
    missing = set(content.get("schema", {}).get("required", ())) - set(request.form)
    given = [(query, *each) for each in request.query.items()] + [(form, *each) for each in request.form.items()]
    return [*missing, *(name for schemas, name, (value, *_) in given if not _fits(schemas.get(name), value))]


def _fits(schema: dict[str, Any] | None, value: str) -> bool:
    """Tell whether a value has the form that its schema asks."""
    if schema is None or ("enum" in schema and value not in schema["enum"]):
        return False
    if not re.search(schema.get("pattern", ""), value):
        return False
    return {"integer": value.isdecimal(), "boolean": value.lower() in {"true", "false"}}.get(schema["type"], True)
