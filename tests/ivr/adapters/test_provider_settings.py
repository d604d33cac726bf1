"""What is asked of the provider's settings, at which address, and which answers are none."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

import pytest

from ivr.adapters.provider import ProviderError, client_for
from ivr.adapters.provider_settings import ProviderSettings
from ivr.settings import Settings
from tests.carrier import Carrier, carrier_at_work
from tests.ivr.adapters.test_provider import ACCOUNT, DESCRIPTION, OURS, settings_for, strange

REGION = f"/v2/PhoneNumbers/{OURS[0]}"
RECORDING = "/v2/AccountDefaultConfiguration/Recording"
NO_SUCH = 404, {"code": 20404, "message": "not found", "status": 404}


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """A provider that answers as it is told."""
    with carrier_at_work() as carrier:
        yield carrier


@pytest.fixture
def provider(carrier: Carrier) -> ProviderSettings:
    """What asks that provider."""
    return ProviderSettings.connect(settings_for(carrier.url))


def test_asks_for_one_number(provider: ProviderSettings, carrier: Carrier) -> None:
    """A number is asked for by itself: an account may have thousands."""
    carrier.tell("GET", (200, {"incoming_phone_numbers": [], "page": 0}))
    found = provider.number(OURS[0])
    (request,) = carrier.requests

    assert found is None
    assert ("IncomingPhoneNumbers.json", [OURS[0]]) == (request.resource, request.query["PhoneNumber"])


@pytest.mark.skipif(not DESCRIPTION.exists(), reason="the provider's own description is not beside the checkout")
def test_asks_in_the_providers_terms(provider: ProviderSettings, carrier: Carrier) -> None:
    """Both questions of the old interface are ones that the provider's OpenAPI description knows."""
    carrier.tell("GET", (200, {"incoming_phone_numbers": [], "page": 0}), (200, {"recordings": [], "page": 0}))
    provider.number(OURS[0])
    provider.has_recordings()
    paths = json.loads(DESCRIPTION.read_text())["paths"]

    assert [[], []] == [strange(request, paths) for request in carrier.requests]


def test_asks_for_one_recording(provider: ProviderSettings, carrier: Carrier) -> None:
    """One recording is one too many: no more than one is asked for."""
    carrier.tell("GET", (200, {"recordings": [{"sid": "RE" + "0" * 32}], "page": 0}))

    assert provider.has_recordings()
    assert ["1"] == carrier.requests[0].query["PageSize"]


def test_other_parts_of_the_interface(provider: ProviderSettings, carrier: Carrier) -> None:
    """The region and the default of recording have their addresses, and what is not there has its meaning."""
    carrier.tell("GET", (200, {"voice_region": "ie1"}), NO_SUCH, NO_SUCH, (200, {"account_sid": ACCOUNT}))
    answers = [
        provider.region(OURS[0]),
        provider.region(OURS[0]),
        provider.records_by_default(),
        provider.records_by_default(),
    ]

    assert ["ie1", "us1", False, True] == answers
    assert [REGION, REGION, RECORDING, RECORDING] == [request.path for request in carrier.requests]


@pytest.mark.parametrize("answer", [(404, "no such page"), (404, {"code": 404}), (200, {}), (200, [])])
def test_no_answer_is_no_comfort(provider: ProviderSettings, carrier: Carrier, answer: tuple[int, object]) -> None:
    """A host that does not know the question, or answers something else, has not said that nothing is recorded."""
    carrier.tell("GET", answer, answer)
    with pytest.raises(ProviderError):
        provider.records_by_default()
    with pytest.raises(ProviderError):
        provider.region(OURS[0])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("https://api.twilio.com", "https://routes.twilio.com"),
        ("https://api.dublin.ie1.twilio.com", "https://routes.dublin.ie1.twilio.com"),
        ("https://api.example.org/laml", "https://api.example.org/laml"),
        ("https://twilio.com.example.org", "https://twilio.com.example.org"),
    ],
)
def test_each_part_has_its_host(host: str, expected: str) -> None:
    """At the provider each part of the interface has a host of its own in each region; anybody else has one for all."""
    client = client_for(settings_for(host)).http_client

    assert f"{expected}{REGION}" == client._address(f"https://routes.twilio.com{REGION}")


def test_environment_moves_nothing(monkeypatch: pytest.MonkeyPatch, carrier: Carrier) -> None:
    """The client takes no region, edge or account from the environment: TWILIO_REGION is a setting of ours."""
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    client = client_for(settings_for(carrier.url))

    assert "https://api.twilio.com/x" == client.get_hostname("https://api.twilio.com/x")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("https://api.twilio.com", "us1"),
        ("https://api.ie1.twilio.com", "ie1"),
        ("https://api.dublin.ie1.twilio.com", "ie1"),
        ("https://api.dublin.twilio.com", "us1"),
        ("https://twilio.com.example.org", None),
        ("https://nottwilio.com", None),
    ],
)
def test_region_of_a_host(host: str, expected: str | None) -> None:
    """The provider's hosts tell their region, the default one by saying nothing; anybody else's host has none."""
    settings: Settings = dataclasses.replace(settings_for("https://api.twilio.com"), provider_url=host)

    assert expected == settings.provider_region
