"""The provider's records, held against its own description of its interface where that is at hand."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.simulator.exchange import Exchange, at_once
from ivr.simulator.transcript import LegOutcome
from tests.ivr.simulator.application import CALLER, HELPLINE, OURS, SUBSCRIPTION, Application

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
DESCRIPTION = Path(__file__).parents[4] / "shared" / "data" / "twilio_api_v2010.json"
"""Lies beside the checkout on machines that have it; elsewhere these tests are skipped."""
DIAL = f'<Dial callerId="{OURS}">{HELPLINE}</Dial>'
ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"

Schema = Mapping[str, Any]


@pytest.fixture(scope="module")
def description() -> Schema:
    """The provider's OpenAPI document."""
    if not DESCRIPTION.exists():
        pytest.skip("the provider's description is not at hand")
    document: Schema = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return document


@pytest.fixture
def exchange() -> Exchange:
    """An exchange with one forwarded call that has ended, one that rings, and one text each way."""
    exchange = Exchange(
        SUBSCRIPTION,
        Application({"/voice": DIAL, "/sms": "<Message>112</Message>"}),
        lambda: NOON,
        at_once,
    )
    exchange.dial(CALLER, OURS).leg(LegOutcome.COMPLETED)
    exchange.dial("anonymous", OURS)
    exchange.send_text(CALLER, OURS, "Hello")
    exchange.create_message({"From": OURS, "To": CALLER, "Body": "0800"})
    return exchange


def faults(record: Mapping[str, Any], schema: Schema, schemas: Mapping[str, Schema]) -> list[str]:
    """Return in what a record departs from a schema: fields, types, patterns, permitted words."""
    found = [f"field {name}" for name in set(record) ^ set(schema["properties"])]
    for name in set(record) & set(schema["properties"]):
        rule = schema["properties"][name]
        if "$ref" in rule:
            rule = schemas[rule["$ref"].rpartition("/")[2]]
        if not _fits(record[name], rule):
            found.append(f"{name} {record[name]!r}")
    return found


def _fits(value: object, rule: Schema) -> bool:
    if value is None:
        return bool(rule.get("nullable"))
    kinds = {"string": str, "integer": int, "object": dict, "boolean": bool}
    if not isinstance(value, kinds[rule["type"]]):
        return False
    if "enum" in rule:
        return value in rule["enum"]
    if rule.get("format") == "date-time-rfc-2822":
        return parsedate_to_datetime(str(value)).tzinfo is not None
    return re.fullmatch(rule.get("pattern", "(?s).*"), str(value)) is not None


def test_records_of_calls_are_as_described(exchange: Exchange, description: Schema) -> None:
    """FetchCall and ListCall show just the fields of the schema, for calls and legs, ended or not."""
    schemas = description["components"]["schemas"]
    records = exchange.list_calls()["calls"]

    assert 4 == len(records)
    assert [[]] * 4 == [faults(record, schemas["api.v2010.account.call"], schemas) for record in records]


def test_a_list_of_calls_is_as_described(exchange: Exchange, description: Schema) -> None:
    """ListCall wraps the calls in just the fields of the schema."""
    answer = description["paths"][f"{ACCOUNT}/Calls.json"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]

    assert set(schema["properties"]) == set(exchange.list_calls())


def test_records_of_texts_are_as_described(exchange: Exchange, description: Schema) -> None:
    """FetchMessage and CreateMessage show just the fields of the schema."""
    schemas = description["components"]["schemas"]
    texts = [record for record in exchange.ledger.everything() if record["sid"].startswith("SM")]

    assert 3 == len(texts)
    assert [[]] * 3 == [faults(record, schemas["api.v2010.account.message"], schemas) for record in texts]


def test_records_of_numbers_are_as_described(exchange: Exchange, description: Schema) -> None:
    """ListIncomingPhoneNumber and ListRecording wrap what they show as described, and a number has just the fields."""
    schemas = description["components"]["schemas"]
    found, recordings = exchange.premises.find_numbers({"PhoneNumber": OURS}), exchange.premises.list_recordings()
    lists = {"IncomingPhoneNumbers": found, "Recordings": recordings}
    (record,) = found["incoming_phone_numbers"]

    assert [] == faults(record, schemas["api.v2010.account.incoming_phone_number"], schemas)
    for name, shown in lists.items():
        answer = description["paths"][f"{ACCOUNT}/{name}.json"]["get"]["responses"]["200"]
        assert set(answer["content"]["application/json"]["schema"]["properties"]) == set(shown)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/Calls.json", "get", "200"),
        ("/IncomingPhoneNumbers.json", "get", "200"),
        ("/Recordings.json", "get", "200"),
        ("/Calls/{Sid}.json", "get", "200"),
        ("/Calls/{Sid}.json", "delete", "204"),
        ("/Messages.json", "get", "200"),
        ("/Messages.json", "post", "201"),
        ("/Messages/{Sid}.json", "get", "200"),
        ("/Messages/{Sid}.json", "delete", "204"),
    ],
)
def test_the_paths_exist(path: str, method: str, status: str, description: Schema) -> None:
    """Every path that the stand-in serves is one of the provider's, with the same status of success."""
    assert [status] == list(description["paths"][ACCOUNT + path][method]["responses"])


def test_the_check_itself_finds_departures(exchange: Exchange, description: Schema) -> None:
    """A missing field, a strange one, a wrong word and a wrong type would all be found."""
    schemas = description["components"]["schemas"]
    record = exchange.list_calls()["calls"][0]
    wrong = {**record, "status": "hung-up", "duration": 60, "sid": "CA1", "extra": ""}
    del wrong["to"]

    found = faults(wrong, schemas["api.v2010.account.call"], schemas)

    assert {"field to", "field extra", "status 'hung-up'", "duration 60", "sid 'CA1'"} == set(found)
