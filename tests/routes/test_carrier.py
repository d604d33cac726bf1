"""The stand-in carrier over HTTP: its REST interface with the provider's own client, and its telephones."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response as ClientResponse
from twilio.rest import Client
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from ivr.simulator.client import ExchangeClient, ExchangeError
from ivr.simulator.exchange import Exchange, at_once
from ivr.simulator.people import everybody, person
from ivr.simulator.subscription import DEMO_NOW
from ivr.simulator.transcript import (
    Asked,
    Awaiting,
    CallStatus,
    Dialling,
    Ended,
    LegEnded,
    LegOutcome,
    Played,
    Pressed,
    Said,
    Silent,
    Spoke,
    TextArrived,
)
from routes import forms
from routes.carrier import create_carrier_app
from tests.ivr.simulator.application import CALLER, HELPLINE, OURS, PUBLIC_URL, SUBSCRIPTION, Application, recording

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
TOKEN = "control token of a test"
MENU = '<Gather action="/key" numDigits="1" finishOnKey=""><Say language="en-GB">Press 1.</Say></Gather>'
DIAL = f'<Dial action="/outcome" timeout="25" callerId="{OURS}">{HELPLINE}</Dial>'
LISTENING = (
    '<Gather action="/key" numDigits="1" input="dtmf speech" language="en-GB" speechTimeout="auto" '
    'profanityFilter="false"/>'
)
MESSAGES = f"/2010-04-01/Accounts/{SUBSCRIPTION.account}/Messages.json"
TEXT = {"From": OURS, "To": CALLER, "Body": "0800"}


@pytest.fixture
def application() -> Application:
    """What the carrier calls: a menu whose key forwards, and a helpline that is then left for the menu."""
    return Application({"/voice": f"{MENU}{MENU}", "/key": DIAL, "/outcome": MENU, "/sms": "<Message>112</Message>"})


@pytest.fixture
def exchange(application: Application) -> Exchange:
    """An exchange that does everything in order."""
    return Exchange(SUBSCRIPTION, application, lambda: NOON, at_once)


@pytest.fixture
def app(exchange: Exchange) -> Flask:
    """The carrier's web application."""
    return create_carrier_app(exchange, TOKEN)


class Bridge(HttpClient):  # type: ignore[misc]  # twilio ships no types
    """Lets the provider's own client speak to a Flask application in the same process."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def request(self, method: str, url: str, *_: object, **given: Any) -> ClientResponse:
        """Make one request of the client, which names all but method and address."""
        answer = self._app.test_client().open(
            url.removeprefix("https://api.twilio.com"),
            method=method,
            query_string=given["params"],
            data=given["data"],
            auth=given["auth"],
        )
        return ClientResponse(answer.status_code, answer.text)


@pytest.fixture
def account(app: Flask) -> Client:
    """The provider's own client, with the account's credentials."""
    client = Client(SUBSCRIPTION.account, SUBSCRIPTION.token)
    client.http_client = Bridge(app)
    return client


@pytest.fixture
def telephone(app: Flask) -> Iterator[ExchangeClient]:
    """A client of the telephones over real HTTP."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield ExchangeClient(f"http://127.0.0.1:{server.server_port}/", TOKEN)
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_the_providers_client_reads_calls_and_legs(exchange: Exchange, account: Client) -> None:
    """The caller's number is found by the call's id, and its legs by their parent, with the provider's own client."""
    call = exchange.dial(CALLER, OURS)
    call.press("1")
    call.leg(LegOutcome.BUSY)

    fetched = account.calls(call.sid).fetch()
    legs = account.calls.list(parent_call_sid=call.sid)

    assert (CALLER, OURS, "in-progress") == (fetched._from, fetched.to, fetched.status)
    assert [(HELPLINE, "busy", call.sid)] == [(leg.to, leg.status, leg.parent_call_sid) for leg in legs]


def test_the_providers_client_deletes(exchange: Exchange, account: Client) -> None:
    """Records of calls and texts are deleted with 204, and nothing is left."""
    call = exchange.dial(CALLER, OURS)
    call.hang_up()
    text = account.messages.create(to=CALLER, from_=OURS, body="0800")

    assert account.calls(call.sid).delete()
    assert account.messages(str(text.sid)).delete()
    assert [] == exchange.ledger.everything()


def test_the_providers_client_sends_a_text(exchange: Exchange, account: Client) -> None:
    """A created text is queued, has an id, and arrives."""
    call = exchange.dial(CALLER, OURS)

    made = account.messages.create(to=CALLER, from_=OURS, body="0800", validity_period=600)

    assert ("queued", "0800") == (made.status, made.body)
    assert "delivered" == account.messages(str(made.sid)).fetch().status
    assert TextArrived("0800", OURS) == call.transcript[-1]


def test_refusals_reach_the_providers_client(account: Client) -> None:
    """A refusal has the provider's status, code and words, the number among them."""
    with pytest.raises(TwilioRestException) as refused:
        account.messages.create(to=person("RO").landline, from_=OURS, body="0800")

    assert (400, 21635) == (refused.value.status, refused.value.code)
    assert person("RO").landline in str(refused.value)


def test_a_call_in_progress_is_not_deleted(exchange: Exchange, account: Client) -> None:
    """Deleting too early is refused with 409 and 20009."""
    call = exchange.dial(CALLER, OURS)

    with pytest.raises(TwilioRestException) as refused:
        account.calls(call.sid).delete()

    assert (409, 20009) == (refused.value.status, refused.value.code)


@pytest.mark.parametrize(
    ("account_sid", "user", "password"),
    [
        (SUBSCRIPTION.account, SUBSCRIPTION.account, "wrong"),
        (SUBSCRIPTION.account, SUBSCRIPTION.account, ""),
        (SUBSCRIPTION.account, "AC1", SUBSCRIPTION.token),
        ("AC1", SUBSCRIPTION.account, SUBSCRIPTION.token),
    ],
)
def test_only_the_account_itself_may_ask(app: Flask, account_sid: str, user: str, password: str) -> None:
    """Account, user and token must all be right, else 401 and 20003."""
    path = f"/2010-04-01/Accounts/{account_sid}/Messages.json"

    answer = app.test_client().post(path, data=TEXT, auth=(user, password))

    assert (401, 20003) == (answer.status_code, answer.json["code"] if answer.json else None)


def test_nobody_may_ask_without_credentials(app: Flask) -> None:
    """Neither no credentials nor the control token open the REST interface."""
    bare = app.test_client().post(MESSAGES, data=TEXT)
    bearer = app.test_client().post(MESSAGES, data=TEXT, headers={"Authorization": f"Bearer {TOKEN}"})

    assert [401, 401] == [bare.status_code, bearer.status_code]


def test_other_parts_of_the_interface(app: Flask, exchange: Exchange) -> None:
    """The region of a number and the default of recording are told to the account alone; what is not set is 404."""
    client, known = app.test_client(), (SUBSCRIPTION.account, SUBSCRIPTION.token)
    region, recording = f"/v2/PhoneNumbers/{OURS}", "/v2/AccountDefaultConfiguration/Recording"
    strangers = [client.get(path).status_code for path in (region, recording)]
    answers = [client.get(path, auth=known) for path in (region, recording)]
    exchange.premises.default_recording = {"description": "all"}

    assert [401, 401] == strangers
    assert [200, 404] == [answer.status_code for answer in answers]
    assert ["ie1", 20404] == [answers[0].get_json()["voice_region"], answers[1].get_json()["code"]]
    assert 200 == client.get(recording, auth=known).status_code


def test_a_whole_call_over_http(telephone: ExchangeClient) -> None:
    """Dial, wait, press, have the leg fail, hang up: each step shows the call as it then stands."""
    view = telephone.dial("GB", landline=True)
    assert (person("GB").landline, OURS, Awaiting.KEYS) == (view.caller, view.number, view.awaiting)
    assert f"{PUBLIC_URL}/key" == view.next

    assert Awaiting.KEYS is telephone.silence(view.id).awaiting
    assert Awaiting.LEG is telephone.press(view.id, "1").awaiting
    assert Awaiting.KEYS is telephone.leg(view.id, LegOutcome.NO_ANSWER).awaiting
    ended = telephone.hang_up(view.id)

    menu = (Said("Press 1.", "en-GB"), Asked(1, 5))
    rung = (Dialling(HELPLINE, OURS, 25), LegEnded(LegOutcome.NO_ANSWER))
    assert (*menu, Silent(5), *menu, Pressed("1"), *rung, *menu, Ended(CallStatus.COMPLETED)) == ended.transcript
    assert (Awaiting.ENDED, CallStatus.COMPLETED, None) == (ended.awaiting, ended.status, ended.next)
    assert ended == telephone.call(view.id)


def test_words_over_http(telephone: ExchangeClient, application: Application) -> None:
    """Where the line listens, the call says in which language, and words go there with their confidence."""
    application.answers = {"/voice": LISTENING, "/key": LISTENING}
    view = telephone.dial("GB")

    assert "en-GB" == view.listens

    view = telephone.say(view.id, "my home", 0.4)
    view = telephone.say(view.id, "my home")
    view = telephone.say(view.id, "my home", None)

    assert [0.4, 0.9, None] == [each.confidence for each in view.transcript if isinstance(each, Spoke)]
    assert "SpeechResult" in application.posted[-1].form
    assert None is telephone.hang_up(view.id).listens


def test_a_recording_over_http(telephone: ExchangeClient, application: Application) -> None:
    """A recording stands in the call with its words, its language and its length."""
    application.answers = {"/voice": "<Play>/audio/ga/0.wav</Play>", "/audio/ga/0.wav": recording("Dia duit.", 1.5)}

    view = telephone.dial("GB")

    assert Played(f"{PUBLIC_URL}/audio/ga/0.wav", 1.5, "Dia duit.", "ga") == view.transcript[0]


def test_a_text_over_http(telephone: ExchangeClient) -> None:
    """A text brings back its replies."""
    view = telephone.send_text("RO", "Hello")

    assert (TextArrived("112", OURS),) == view.replies
    assert () == view.failures


def test_who_may_call_is_told(telephone: ExchangeClient) -> None:
    """A page can offer everybody, our numbers, and both forms of a withheld number."""
    known = telephone.people()

    assert ((OURS,), everybody(), ("anonymous", "+266696687")) == (known.numbers, known.people, known.withheld)


def test_a_pretended_time_is_read_in_the_callers_zone(telephone: ExchangeClient, application: Application) -> None:
    """`at` without offset is meant where the caller is, and goes with every webhook."""
    view = telephone.dial("RO", at="Tuesday 10:00")

    assert "2026-11-24T10:00:00+02:00" == (view.at and view.at.isoformat())
    assert "2026-11-24T10:00:00+02:00" == application.posted[0].headers[DEMO_NOW]


def test_both_sides_name_the_pretended_time_alike() -> None:
    """The header that the carrier sends is the one that the web application reads."""
    assert forms.DEMO_NOW == DEMO_NOW


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("calls", {"from": "XX"}, 400),
        ("calls", {"from": 40}, 400),
        ("calls", {}, 400),
        ("calls", [], 400),
        ("calls", {"from": "RO", "to": HELPLINE}, 400),
        ("calls", {"from": "RO", "at": "soon"}, 400),
        ("calls/CA1/press", {"keys": "1"}, 404),
        ("calls/{call}/press", {"keys": "12"}, 409),
        ("calls/{call}/press", {"keys": "x"}, 400),
        ("calls/{call}/press", {}, 400),
        ("calls/CA1/say", {"words": "home"}, 404),
        ("calls/{call}/say", {"words": "home"}, 409),  # nobody listens there
        ("calls/{call}/say", {"words": " "}, 400),
        ("calls/{call}/say", {"words": 1}, 400),
        ("calls/{call}/say", {}, 400),
        ("calls/{call}/say", {"words": "home", "confidence": 1.1}, 400),
        ("calls/{call}/say", {"words": "home", "confidence": "high"}, 400),
        ("calls/{call}/leg", {"outcome": "busy"}, 409),
        ("calls/{call}/leg", {"outcome": "asleep"}, 400),
        ("texts", {"from": "RO", "body": " "}, 400),
        ("failures", {"count": "1", "failure": "rate"}, 400),
        ("failures", {"count": 1, "failure": "flood"}, 400),
    ],
)
def test_what_cannot_be_meant_is_refused(app: Flask, exchange: Exchange, path: str, body: object, status: int) -> None:
    """A request that is wrong, unknown or out of turn is refused in JSON, with a sentence, and changes nothing."""
    call = exchange.dial(CALLER, OURS)
    before = list(call.transcript)

    answer = _control(app, path.format(call=call.sid), body)

    assert status == answer.status_code
    assert answer.json
    assert isinstance(answer.json["error"], str)
    assert before == call.transcript


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_the_telephones_need_their_token(app: Flask, header: str | None) -> None:
    """Nobody without the control token can look at a call or make one."""
    headers = {} if header is None else {"Authorization": header}

    answers = [
        app.test_client().get("/exchange/people", headers=headers),
        app.test_client().post("/exchange/calls", json={"from": "RO"}, headers=headers),
    ]

    assert [401, 401] == [answer.status_code for answer in answers]


def test_failures_are_ordered_over_http(app: Flask) -> None:
    """A test in another process can order failures too."""
    assert 204 == _control(app, "failures", {"count": 1, "failure": "rate"}).status_code

    auth = (SUBSCRIPTION.account, SUBSCRIPTION.token)
    answers = [app.test_client().post(MESSAGES, data=TEXT, auth=auth).status_code for _ in range(2)]

    assert [429, 201] == answers


def test_the_client_tells_refusals(telephone: ExchangeClient) -> None:
    """A refusal has its status and the exchange's sentence."""
    with pytest.raises(ExchangeError, match="no such call") as refused:
        telephone.press("CA1", "1")

    assert 404 == refused.value.status


def test_the_client_tells_that_nobody_is_there() -> None:
    """Without an exchange there is a sentence, and no status."""
    with pytest.raises(ExchangeError, match="does not answer") as refused:
        ExchangeClient("http://127.0.0.1:9", TOKEN).people()

    assert refused.value.status is None


def _control(app: Flask, path: str, body: object) -> TestResponse:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return app.test_client().post(f"/exchange/{path}", json=body, headers=headers)
