"""The telephone side under bad input: forged, lost, broken. The caller is led to a person all the same."""

from __future__ import annotations

import datetime as dt
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from directory.load import PACKAGED
from ivr import flow
from ivr.catalogue import CATALOGUES, load_catalogues
from ivr.events import PurgeCall, PurgeMessage
from ivr.phrases import Phrase
from ivr.sealed import LIFE, Seal
from ivr.services import Services
from ivr.settings import Secret
from ivr.state import State, Step
from routes import BODY_LIMIT, create_app
from routes.guard import HEADER, sign
from tests.application import PUBLIC_URL, FakeOutbox, some_services, some_settings
from tests.audio import record

OUR_NUMBER = "+40800123456"
"""One of our numbers in a demonstration: libphonenumber's example of a free one in Romania."""
CALL = "CA" + "1" * 32
AGAIN = "Trebuie să începem din nou"
TUESDAY_MORNING = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
NEED = State(step=Step.NEED, language="en", country="RO")


class Carrier:
    """Posts signed requests as the carrier does."""

    def __init__(self, app: Flask) -> None:
        self._client: FlaskClient = app.test_client()
        self.services: Services = app.extensions["fanal"]

    def post(self, path: str, signature: str | None = None, **form: str) -> TestResponse:
        """Post a form that is signed with the right token, or bears `signature`."""
        form = {"CallSid": CALL, "From": "+40712034567", "To": OUR_NUMBER, **form}
        flat = "".join(name + form[name] for name in sorted(form))
        token = self.services.settings.auth_tokens[0]
        right = sign(f"{PUBLIC_URL}{path}{flat}".encode(), token).decode()
        headers = {HEADER: right if signature is None else signature}
        return self._client.post(path, data=form, headers=headers, base_url="http://inside.example.org")

    def token(self, state: State = NEED, call: str = CALL) -> str:
        """Return a sealed state."""
        return self.services.seal.seal(state, call, self.services.clock())


@pytest.fixture
def carrier(tmp_path: Path) -> Carrier:
    """A carrier that calls a whole application, on a Tuesday morning."""
    return Carrier(create_app(some_services(some_settings(tmp_path), clock=lambda: TUESDAY_MORNING)))


def root(response: TestResponse) -> ET.Element:
    """Return the TwiML of an answer that is as the carrier wants it."""
    assert 200 == response.status_code
    assert response.mimetype == "text/xml"
    assert response.content_length
    return ET.fromstring(response.data)  # noqa: S314 - our own answer


def leads_on(response: TestResponse) -> bool:
    """Tell whether the answer calls a person, asks for a key, or leads back to the menu."""
    verbs = {verb.tag for verb in root(response)}
    return bool(verbs & {"Dial", "Gather", "Redirect"})


WEBHOOKS = ["/voice", "/voice/fallback", "/voice/status", "/sms", "/sms/fallback", "/sms/status", "/voice/key/x"]


@pytest.mark.parametrize("path", WEBHOOKS)
@pytest.mark.parametrize("signature", ["", "forged", "é", "RSOYDt4T1cUTdK1PDd93/VVr8B8="])
def test_forged(carrier: Carrier, path: str, signature: str) -> None:
    """A missing or forged signature is refused, on every webhook."""
    assert 403 == carrier.post(path, signature).status_code


@pytest.mark.parametrize("path", WEBHOOKS)
def test_post_only(carrier: Carrier, path: str) -> None:
    """A webhook answers POST only: a GET would put what it carries into logs."""
    assert 405 == carrier._client.get(path).status_code


def test_oversized(carrier: Carrier) -> None:
    """A body larger than any form of the carrier is refused; one just below is read."""
    assert 413 == carrier.post("/voice", Body="x" * BODY_LIMIT).status_code
    assert leads_on(carrier.post("/voice", Body="x" * (BODY_LIMIT - 1000)))


@pytest.mark.parametrize("way", ["key", "silence", "outcome"])
def test_lost_state(carrier: Carrier, way: str) -> None:
    """A token that is forged, of another call or cut short begins the call again, politely."""
    token = carrier.token()
    for lost in (token[:-2], "x", "x" * 3000, carrier.token(call="CA" + "2" * 32), token + "AA"):
        answer = carrier.post(f"/voice/{way}/{lost}", Digits="1")

        assert AGAIN in answer.get_data(as_text=True)
        assert root(answer).find("Gather") is not None


def test_expired(tmp_path: Path) -> None:
    """A state is read until its life is over, and then no more."""
    began = TUESDAY_MORNING
    now = [began]
    services = some_services(some_settings(tmp_path), clock=lambda: now[0])
    carrier = Carrier(create_app(services))
    token = carrier.token()
    now[0] = began + LIFE
    within = carrier.post(f"/voice/key/{token}", Digits="1").get_data(as_text=True)
    now[0] = began + LIFE + dt.timedelta(seconds=1)
    beyond = carrier.post(f"/voice/key/{token}", Digits="1").get_data(as_text=True)

    assert AGAIN not in within
    assert AGAIN in beyond


def test_rotated(tmp_path: Path) -> None:
    """Keys rotate without dropping calls: a state of the older key is read, one of a forgotten key begins again."""
    old, new = Secret("the older secret of a test, long enough"), Secret("the newer secret of a test, long enough")
    services = some_services(some_settings(tmp_path, secret_keys=(new, old)))
    carrier = Carrier(create_app(services))
    older = Seal([old]).seal(NEED, CALL, services.clock())
    forgotten = Seal(["a secret that nobody remembers, long enough"]).seal(NEED, CALL, services.clock())

    assert AGAIN not in carrier.post(f"/voice/key/{older}", Digits="1").get_data(as_text=True)
    assert AGAIN in carrier.post(f"/voice/key/{forgotten}", Digits="1").get_data(as_text=True)


@pytest.mark.parametrize("digits", ["", "1", "99", "*#*#", "１", "x" * 500, "\0", "1 "])
def test_strange_digits(carrier: Carrier, digits: str) -> None:
    """Whatever stands in `Digits`, the answer leads on."""
    assert leads_on(carrier.post(f"/voice/key/{carrier.token()}", Digits=digits))


@pytest.mark.parametrize("path", ["/voice/nothing", "/voice/key", "/voice/key/a/b", "/voice/%7E"])
def test_unknown_address(carrier: Carrier, path: str) -> None:
    """An address that we do not know begins the call again."""
    assert leads_on(carrier.post(path))


def test_nothing_is_required(carrier: Carrier) -> None:
    """A request without any parameter that we read is answered like any other (the provider's request page)."""
    services = carrier.services
    path = "/voice"
    signature = sign(f"{PUBLIC_URL}{path}".encode(), services.settings.auth_tokens[0]).decode()
    answer = carrier._client.post(path, headers={HEADER: signature})

    assert leads_on(answer)


class Broken:
    """A collaborator of which every use fails, with a number in what it says."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("broken at +40712034567")


BROKEN: Any = Broken()
"""Stands where any collaborator does."""


@pytest.mark.parametrize("part", ["seal", "outbox", "shelf"])
def test_broken_part(tmp_path: Path, part: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whichever collaborator fails, the caller is led on, and no number stands in the log."""
    services = some_services(some_settings(tmp_path))
    token = services.seal.seal(NEED, CALL, services.clock())
    carrier = Carrier(create_app(services))
    carrier._client.application.extensions["fanal"] = replace(services, **{part: BROKEN})
    caplog.set_level(logging.DEBUG)

    for path in ("/voice", f"/voice/key/{token}", f"/voice/silence/{token}", f"/voice/outcome/{token}"):
        assert leads_on(carrier.post(path, Digits="1"))
    assert "712034567" not in caplog.text


@pytest.fixture
def failing_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the conversation itself fail."""

    def fail(*_: object) -> None:
        raise RuntimeError("no turn for +40712034567")

    monkeypatch.setattr(flow, "begin", fail)


@pytest.mark.usefixtures("failing_view")
def test_fault_in_the_conversation(carrier: Carrier, caplog: pytest.LogCaptureFixture) -> None:
    """An exception in a view calls a person: one log line without personal data, one metric, one count."""
    answer = root(carrier.post("/voice"))
    outbox = carrier.services.outbox
    assert isinstance(outbox, FakeOutbox)

    assert answer.find("Dial") is not None
    assert re.match(r"România: .+\. ", "".join(str(say.text) for say in answer.iter("Say")))
    assert ["voice_fault"] == [record.message for record in caplog.records if record.levelno >= logging.ERROR]
    assert 1.0 == carrier.services.metrics.registry.get_sample_value("fanal_faults_total", {"where": "voice"})
    assert ["voice", "forward", "forwarding"] == outbox.counted()
    assert "712034567" not in caplog.text


def test_no_directory(tmp_path: Path) -> None:
    """Where no directory could ever be read, the lifeline names the emergency number and readiness says so."""
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "needs.yaml").write_text("broken: [", encoding="utf-8")
    carrier = Carrier(create_app(some_services(some_settings(tmp_path, directory_path=tables))))

    assert "1 1 2" in carrier.post("/voice").get_data(as_text=True)
    assert 503 == carrier._client.get("/health/ready").status_code


def test_fallback_needs_nothing(tmp_path: Path) -> None:
    """The fallback is answered without directory, keys or outbox, names 112 in every first language and leads back."""
    services = some_services(some_settings(tmp_path))
    carrier = Carrier(create_app(services))
    bare = replace(services, seal=BROKEN, outbox=BROKEN, shelf=BROKEN, conversations=BROKEN)
    carrier._client.application.extensions["fanal"] = bare
    answer = root(carrier.post("/voice/fallback", ErrorCode="11200"))

    assert ["en-GB", "fr-FR", "ro-RO", "nl-NL", "de-DE", "it-IT", "hu-HU", "es-ES"] == [
        said.get("language") for said in answer.iter("Say")
    ]
    assert all("1 1 2" in (said.text or "") for said in answer.iter("Say"))
    assert f"{PUBLIC_URL}/voice" == answer.findtext("Redirect")


@pytest.mark.parametrize(
    ("status", "expected"),
    [("completed", 1), ("busy", 1), ("no-answer", 1), ("in-progress", 0), ("ringing", 0), ("", 0), ("Completed", 0)],
)
def test_call_status(carrier: Carrier, status: str, expected: int) -> None:
    """The end of a call asks for its records to be deleted; what is no end asks for nothing; both are answered 204."""
    answer = carrier.post("/voice/status", CallStatus=status)
    outbox = carrier.services.outbox
    assert isinstance(outbox, FakeOutbox)

    assert 204 == answer.status_code
    assert [PurgeCall(CALL)] * expected == outbox.items


@pytest.mark.parametrize(("status", "expected"), [("delivered", 1), ("failed", 1), ("sent", 0), ("queued", 0)])
def test_text_status(carrier: Carrier, status: str, expected: int) -> None:
    """The end of a text asks for its fate to be counted and its record deleted, in whatever order callbacks come."""
    answer = carrier.post("/sms/status", MessageSid="SM1", MessageStatus=status)
    outbox = carrier.services.outbox
    assert isinstance(outbox, FakeOutbox)

    assert 204 == answer.status_code
    assert [PurgeMessage("SM1", status)] * expected == outbox.items


def test_addresses_tell_nothing(carrier: Carrier) -> None:
    """The addresses in an answer show neither need nor country nor number."""
    answer = carrier.post(f"/voice/key/{carrier.token()}", Digits="1").get_data(as_text=True)
    addresses = re.findall(r'(?:action=")?(https?://[^"<]+)', answer)

    assert addresses
    assert not re.search(r"violence|anes|RO\b|712034567|ro-", " ".join(addresses))


def test_broken_tables_keep_serving(tmp_path: Path) -> None:
    """When the tables break, the old directory keeps serving and readiness says stale; mended, they are served."""
    tables = tmp_path / "tables"
    tables.mkdir()
    for path in PACKAGED.glob("*.yaml"):
        (tables / path.name).write_bytes(path.read_bytes())
    services = some_services(some_settings(tmp_path, directory_path=tables))
    client = create_app(services).test_client()
    before = client.get("/health/ready").get_json()
    good = (tables / "ro.yaml").read_text(encoding="utf-8")
    (tables / "ro.yaml").write_text(good.replace("kind: helpline", "kind: friend"), encoding="utf-8")
    services.shelf.refresh()
    stale = client.get("/health/ready").get_json()
    (tables / "ro.yaml").write_text(good, encoding="utf-8")
    services.shelf.refresh()

    assert "ready" == before["status"]
    assert {**before, "status": "stale"} == stale
    assert before == client.get("/health/ready").get_json()


LISTENING = """rates: {source: "a test", doubt: null}
voices:
  - {tag: en, way: voice, speak: en-GB, voice: null, engine: null, instead: null, rate: 14, recogniser: en-GB,
     listens: "yes", source: "a test", doubt: null}
"""


@pytest.fixture(scope="module")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of prompts in which one language, English, listens to words."""
    folder = tmp_path_factory.mktemp("prompts")
    (folder / "catalogues").symlink_to(CATALOGUES)
    (folder / "voices.yaml").write_text(LISTENING, encoding="utf-8")
    return folder


@pytest.fixture
def listening(tmp_path: Path, prompts: Path) -> Carrier:
    """A carrier of an installation with those prompts."""
    settings = some_settings(tmp_path, prompts_path=prompts)
    return Carrier(create_app(some_services(settings, clock=lambda: TUESDAY_MORNING)))


def test_words_are_listened_to_where_that_is_switched_on(listening: Carrier) -> None:
    """The menu of needs listens in the caller's language, with every word as a hint, and keys go on being enough."""
    gather = root(listening.post(f"/voice/key/{listening.token()}", Digits="#")).find("Gather")
    english = load_catalogues()["en"].words

    assert gather is not None
    assert ("dtmf speech", "en-GB", "false") == (
        gather.get("input"),
        gather.get("language"),
        gather.get("profanityFilter"),
    )
    assert english[Phrase.HEARD_TRAFFICKING] in str(gather.get("hints"))
    assert english[Phrase.NEED_SAY] in "".join(gather.itertext())


@pytest.mark.parametrize(
    ("form", "phrase"),
    [
        ({"SpeechResult": "They keep my papers.", "Confidence": "0.92"}, Phrase.CONNECT),
        ({"SpeechResult": "papers"}, Phrase.CONNECT),
        ({"SpeechResult": "papers", "Confidence": "certain"}, Phrase.CONNECT),
        ({"SpeechResult": "papers", "Confidence": "0.3"}, Phrase.NOT_HEARD),
        ({"SpeechResult": "papers and my partner"}, Phrase.NOT_HEARD),
        ({"SpeechResult": "hello?"}, Phrase.NOT_HEARD),
        ({"SpeechResult": "x" * 5_000}, Phrase.NOT_HEARD),
        ({"SpeechResult": "papers", "Digits": "*"}, Phrase.LANGUAGE_CHOOSE),
    ],
)
def test_words_choose_only_when_they_are_sure(listening: Carrier, form: dict[str, str], phrase: Phrase) -> None:
    """Sure words choose like their key; any others are asked for again; a key wins over words."""
    said = "".join(root(listening.post(f"/voice/key/{listening.token()}", **form)).itertext())

    assert load_catalogues()["en"].words[phrase].replace("{key}", "1") in said


def test_words_mean_nothing_where_nobody_listens(carrier: Carrier) -> None:
    """As shipped, words that a carrier sends unasked choose nothing."""
    said = "".join(root(carrier.post(f"/voice/key/{carrier.token()}", SpeechResult="papers")).itertext())

    assert load_catalogues()["en"].words[Phrase.NOT_HEARD] in said


def test_audio_that_cannot_be_fetched_is_done_without(carrier: Carrier) -> None:
    """After a failed recording the call goes on in languages that need none; after anything else, with all."""
    spoilt = root(carrier.post("/voice/fallback", ErrorUrl=f"{PUBLIC_URL}/audio/ga/{'0' * 32}.wav", ErrorCode="11200"))
    other = root(carrier.post("/voice/fallback", ErrorUrl=f"{PUBLIC_URL}/voice"))

    assert [f"{PUBLIC_URL}/voice/voiced", f"{PUBLIC_URL}/voice"] == [str(each[-1].text) for each in (spoilt, other)]
    assert [] == list(root(carrier.post("/voice/voiced")).iter("Play"))
    assert leads_on(carrier.post("/voice/voiced"))


def test_a_call_without_recordings_stays_without(tmp_path: Path) -> None:
    """Once a recording could not be fetched, no later page of the same call offers a language that needs some."""
    settings = some_settings(tmp_path)
    record(settings.places.audio)
    services = some_services(settings, clock=lambda: TUESDAY_MORNING)
    carrier = Carrier(create_app(services))
    shelf = services.shelf.current
    played, answer = [], carrier.post("/voice/voiced")
    for _ in range(len(shelf.spoken_languages)):
        page = root(answer)
        played += list(page.iter("Play"))
        gather = page.find("Gather")
        if gather is None:  # past the last page nobody presses 9, and silence and wrong keys lead to a person
            break
        token = str(gather.get("action")).rpartition("/")[2]
        answer = carrier.post(f"/voice/key/{token}", Digits="9")

    assert [] == played
    assert set(shelf.spoken_languages) > set(shelf.voiced_languages)
