"""`fanal doctor --provider`: what it finds in the stand-in carrier's records, over real HTTP, and in no answer."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ivr.settings import Settings
from ivr.simulator.exchange import Exchange, at_once
from ivr.simulator.numbers import Premises
from ivr.simulator.people import person
from routes.cli import main
from routes.cli.doctor_provider import examine
from routes.cli.findings import Health
from tests.carrier import HANG_UP, Carrier, carrier_at_work
from tests.databases import with_tables
from tests.ivr.simulator.application import OURS, PUBLIC_URL, SUBSCRIPTION, Application
from tests.stand_in import exchange_at_work, settings_of

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
HOSTED = "https://bins.example.org/document"
ELSEWHERE = "https://elsewhere.example.org"


@pytest.fixture(scope="module")
def at_work() -> Iterator[tuple[Exchange, str]]:
    """An exchange that answers over HTTP, and where."""
    exchange = Exchange(SUBSCRIPTION, Application({}), lambda: NOON, at_once)
    with exchange_at_work(exchange) as url:
        yield exchange, url


@pytest.fixture
def premises(at_work: tuple[Exchange, str]) -> Premises:
    """The account's settings at the provider, all as they must be."""
    exchange, _ = at_work
    exchange.premises = Premises.of(SUBSCRIPTION, NOON)
    exchange.premises.numbers[OURS]["voice_fallback_url"] = HOSTED
    return exchange.premises


@pytest.fixture
def settings(at_work: tuple[Exchange, str], premises: Premises) -> Settings:
    """Settings that want calls processed in ie1."""
    del premises
    return settings_of(*at_work, region="ie1")


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """A provider that answers as it is told."""
    with carrier_at_work() as carrier:
        yield carrier


def unwell(settings: Settings) -> list[tuple[str, str]]:
    """Return what is not fine, with how bad it is."""
    return [(each.health.name, each.sentence) for each in examine(settings) if each.health is not Health.FINE]


def test_all_is_well(settings: Settings) -> None:
    """Where everything is set up, every number, its region and recording are fine, and what was not asked is named."""
    found = list(examine(settings))

    assert [Health.FINE] * 4 == [each.health for each in found]
    assert f"{OURS}: calls, texts and changes of status come to us, and there is a fallback elsewhere" in {
        each.sentence for each in found
    }
    assert "cannot be asked, so look in the console" in found[-1].sentence


@pytest.mark.parametrize(
    ("field", "value", "health", "sentence"),
    [
        ("voice_url", "", "WRONG", f"voice_url is not set, and must be {PUBLIC_URL}/voice by POST"),
        ("voice_url", None, "WRONG", "voice_url is not set"),
        ("voice_url", f"{ELSEWHERE}/voice", "WRONG", f"voice_url is {ELSEWHERE}/voice by POST"),
        ("voice_url", f"{PUBLIC_URL}/voice/", "WRONG", f"voice_url is {PUBLIC_URL}/voice/ by POST"),
        ("voice_url", "http://fanal.example.org/voice", "WRONG", "who calls does not reach us"),
        ("voice_url", "https://[", "WRONG", "voice_url is no address by POST"),
        ("voice_method", "GET", "WRONG", f"voice_url is {PUBLIC_URL}/voice by GET"),
        ("voice_fallback_url", "", "WRONG", "voice_fallback_url is not set: while our answer cannot be had"),
        ("voice_fallback_url", f"{PUBLIC_URL}/voice/fallback", "DOUBTFUL", "voice_fallback_url is on our own host"),
        ("voice_fallback_url", f"{PUBLIC_URL}/voice", "WRONG", f"must be {PUBLIC_URL}/voice/fallback by POST"),
        ("status_callback", "", "WRONG", f"status_callback is not set, and must be {PUBLIC_URL}/voice/status by POST"),
        ("status_callback_method", "GET", "WRONG", "status_callback is"),
        ("sms_url", f"{PUBLIC_URL}/voice", "WRONG", f"must be {PUBLIC_URL}/sms by POST: who texts gets no answer"),
        ("sms_method", "GET", "WRONG", "sms_url is"),
        ("sms_fallback_url", "", "DOUBTFUL", f"{PUBLIC_URL}/sms/fallback by POST would be right"),
        ("sms_fallback_url", f"{PUBLIC_URL}/sms", "WRONG", "sms_fallback_url is"),
        ("sms_fallback_method", "GET", "WRONG", "sms_fallback_url is"),
        ("trunk_sid", "TK" + "0" * 32, "WRONG", "a SIP trunk takes its calls"),
        ("voice_application_sid", "AP" + "0" * 32, "WRONG", "a voice application is set"),
        ("sms_application_sid", "AP" + "0" * 32, "WRONG", "a messaging application is set"),
        ("voice_receive_mode", "fax", "WRONG", "for faxes"),
        ("capabilities", {"voice": False, "sms": True}, "WRONG", "it cannot take calls"),
        ("capabilities", {"voice": True, "sms": False}, "DOUBTFUL", "it cannot send texts"),
        ("voice_caller_id_lookup", True, "WRONG", "buys the name of each caller"),
        ("emergency_status", "Active", "DOUBTFUL", "emergency calling is on"),
    ],
)
def test_number(settings: Settings, premises: Premises, field: str, value: object, health: str, sentence: str) -> None:
    """Each setting of a number that is not as it must be is one finding, which names the number and what is right."""
    premises.numbers[OURS][field] = value
    ((found, says),) = unwell(settings)

    assert health == found
    assert says.startswith(f"{OURS}: ")
    assert sentence in says


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("voice_url", f"{PUBLIC_URL}/voice#ct=1500&rt=4000&rc=1&rp=ct,rt,5xx"),
        ("voice_method", None),
        ("voice_fallback_method", "GET"),
        ("sms_fallback_url", HOSTED),
        ("voice_receive_mode", None),
        ("emergency_status", None),
    ],
)
def test_number_near_misses(settings: Settings, premises: Premises, field: str, value: object) -> None:
    """Overrides after the address, a document's own method, a fallback elsewhere and what is not told are no faults."""
    premises.numbers[OURS][field] = value

    assert [] == unwell(settings)


def test_number_of_somebody_else(settings: Settings, premises: Premises) -> None:
    """A number that the account has not got is wrong, also where it has one that contains it."""
    premises.numbers[f"{OURS}4"] = {**premises.numbers.pop(OURS), "phone_number": f"{OURS}4"}
    ((health, sentence),) = unwell(settings)

    assert "WRONG" == health
    assert f"{OURS}: the account of TWILIO_ACCOUNT_SID has no such number" in sentence


def test_recordings(settings: Settings, premises: Premises) -> None:
    """Recordings that are there, and a default that makes them, are wrong, each in a sentence of its own."""
    premises.recordings.append({"sid": "RE" + "0" * 32, "call_sid": "CA" + "0" * 32})
    premises.default_recording = {"description": "all", "configuration": {}}
    (_, by_default), (_, held) = unwell(settings)

    assert "records every call by default" in by_default
    assert "holds recordings of calls" in held


@pytest.mark.parametrize(
    ("region", "routed", "expected"),
    [
        ("ie1", "ie1", []),
        ("ie1", "IE1", []),
        ("ie1", "au1", [("WRONG", "processed in au1, and must be in ie1")]),
        ("ie1", None, [("WRONG", "processed in us1, and must be in ie1")]),
        ("us1", None, []),
        (None, "ie1", [("DOUBTFUL", "TWILIO_REGION is not set")]),
    ],
)
def test_region(
    at_work: tuple[Exchange, str],
    premises: Premises,
    region: str | None,
    routed: str | None,
    expected: list[tuple[str, str]],
) -> None:
    """Calls are to be processed where the settings say; a number that nobody has routed is processed in us1."""
    premises.regions = {OURS: routed} if routed else {}
    found = unwell(settings_of(*at_work, region=region))

    assert [health for health, _ in expected] == [health for health, _ in found]
    assert all(part in says for (_, part), (_, says) in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("answer", "health", "sentence"),
    [
        ((401, {"message": "Authenticate"}), "WRONG", "refuses our account or token (status 401)"),
        ((403, {}), "WRONG", "refuses our account or token (status 403)"),
        ((400, {}), "DOUBTFUL", "refuses the question (status 400)"),
        ((429, {}), "DOUBTFUL", "asks for fewer requests (status 429): try again in a minute"),
        ((500, "<html>"), "DOUBTFUL", "has a fault of its own (status 500)"),
        ((504, {}), "DOUBTFUL", "has a fault of its own (status 504)"),
        ((200, "<html>hello</html>"), "DOUBTFUL", "did not answer within its time, or not as its documents say"),
        ((200, []), "DOUBTFUL", "did not answer within its time"),
        ((200, {"incoming_phone_numbers": [None]}), "DOUBTFUL", "did not answer within its time"),
        (HANG_UP, "DOUBTFUL", "did not answer within its time"),
    ],
)
def test_no_answer(settings: Settings, carrier: Carrier, answer: Any, health: str, sentence: str) -> None:
    """Where the first question has no answer, one sentence says why, and nothing else is asked."""
    carrier.tell("GET", answer)
    ((found, says),) = unwell(dataclasses.replace(settings, provider_url=carrier.url))

    assert (health, 1) == (found, len(carrier.requests))
    assert sentence in says
    assert says.endswith("; nothing else was asked")


def test_nobody_there(settings: Settings) -> None:
    """A provider that cannot be reached is a doubt in words."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    ((health, sentence),) = unwell(dataclasses.replace(settings, provider_url=f"http://127.0.0.1:{port}"))

    assert "DOUBTFUL" == health
    assert "127.0.0.1 did not answer" in sentence


@pytest.mark.parametrize("answer", [(404, "<html>"), (404, {"code": 404}), (200, {}), (200, "<html>"), (500, {})])
def test_part_that_cannot_be_asked(settings: Settings, premises: Premises, carrier: Carrier, answer: Any) -> None:
    """Of what this host does not tell it is said where in the console to look; a page that is missing is no answer."""
    record = premises.numbers[OURS]
    carrier.tell("GET", (200, {"incoming_phone_numbers": [record], "page": 0}), answer, answer, answer)
    found = unwell(dataclasses.replace(settings, provider_url=carrier.url))

    assert ["DOUBTFUL"] * 3 == [health for health, _ in found]
    assert all("cannot be asked (127.0.0.1 " in says and "look in the console at " in says for _, says in found)


def test_quotes_nobody(settings: Settings, carrier: Carrier) -> None:
    """Whatever the provider says in its errors, no word of it is printed: it may quote a caller's number."""
    caller = person("GB").mobile
    error = 400, {"code": 21211, "message": f"no {caller}", "more_info": caller}
    carrier.tell("GET", error)

    assert caller not in str(list(examine(dataclasses.replace(settings, provider_url=carrier.url))))


def test_shows_no_password(settings: Settings) -> None:
    """A password in PUBLIC_URL is part of what must be set, and is not printed."""
    found = list(examine(dataclasses.replace(settings, public_url="https://carrier:hidden@fanal.example.org")))

    assert "https://fanal.example.org/voice by POST" in str(found)
    assert "hidden" not in str(found)


def environ_of(settings: Settings) -> dict[str, str]:
    """Return the environment that these settings are read from."""
    return {
        "TWILIO_ACCOUNT_SID": settings.account,
        "TWILIO_AUTH_TOKEN": settings.auth_tokens[0],
        "TWILIO_NUMBER": ",".join(settings.numbers),
        "TWILIO_API_URL": settings.provider_url,
        "TWILIO_REGION": settings.region or "",
        "PUBLIC_URL": settings.public_url,
        "SECRET_KEY": settings.secret_keys[0],
        "REDIS_URL": settings.redis_url,
        "DATABASE_URL": settings.database_url,
        "VAR_PATH": "no-such-folder",
    }


@pytest.fixture
def at_home(settings: Settings, redis_url: str, tmp_path: Path) -> Settings:
    """The same settings, with a Redis that answers and a database that has its tables."""
    url = f"sqlite:///{tmp_path / 'fanal.db'}"
    with_tables(url).dispose()
    return dataclasses.replace(settings, redis_url=redis_url, database_url=url)


def test_command(at_home: Settings, premises: Premises) -> None:
    """`fanal doctor --provider` asks; a fault there makes the exit status 2, in words and in JSON."""
    premises.numbers[OURS]["voice_url"] = ""
    ran = CliRunner().invoke(main, ["doctor", "--provider"], env=environ_of(at_home))
    as_json = CliRunner().invoke(main, ["doctor", "--provider", "--json"], env=environ_of(at_home))
    about_provider = [row for row in json.loads(as_json.output) if row["about"] == "provider"]

    assert (2, 2) == (ran.exit_code, as_json.exit_code)
    assert f"provider    {OURS}: voice_url is not set" in ran.output
    assert "\n1 wrong, " in ran.output
    assert ["wrong", "fine", "fine", "fine"] == [row["health"] for row in about_provider]


def test_command_asks_nobody_by_itself(carrier: Carrier, at_home: Settings) -> None:
    """Without --provider nobody is asked, which is said; with it and without settings nobody can be."""
    offline = dataclasses.replace(at_home, provider_url=carrier.url)
    ran = CliRunner().invoke(main, ["doctor"], env=environ_of(offline))
    incomplete = CliRunner().invoke(main, ["doctor", "--provider"], env={**environ_of(offline), "PUBLIC_URL": ""})

    assert (1, 2) == (ran.exit_code, incomplete.exit_code)
    assert "provider    not asked; `fanal doctor --provider` asks about" in ran.output
    assert "provider    not asked: the settings are not complete" in incomplete.output
    assert [] == carrier.requests
