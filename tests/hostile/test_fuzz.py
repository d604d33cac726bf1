"""Random and mutated webhooks, by the thousand: no error, no trace of one, and nothing accepted that was not signed."""

from __future__ import annotations

import io
import secrets
from dataclasses import replace
from random import Random
from urllib.parse import unquote_to_bytes

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.events import SendText
from ivr.settings import Secret
from routes import create_app
from tests.application import some_services, some_settings
from tests.hostile.attacks import (
    ATTACK_MUTATORS,
    CALL,
    CANARY,
    DRAFT_MUTATORS,
    FIELDS,
    HELPLINE,
    KNOWN,
    NEXT_TOKEN,
    OTHER_CALL,
    OUR_NUMBER,
    PUBLIC_URL,
    SECRET,
    STEPS,
    TOKEN,
    Attack,
    AttackMutator,
    Draft,
    DraftMutator,
    make,
    sign,
    token,
)
from tests.hostile.judge import Reply, Tally, goes_on
from tests.summary import note

EXAMPLES = 200
"""Requests that are made by hypothesis, which shrinks those that are answered wrongly."""
MORE = 2500
"""Requests that are made by chance alone, which is quicker."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The telephone side of an installation while its token is rotated."""
    own = some_settings(
        tmp_path_factory.mktemp("var"),
        (OUR_NUMBER,),
        auth_tokens=(Secret(TOKEN), Secret(NEXT_TOKEN)),
        secret_keys=(Secret(SECRET),),
        public_url=PUBLIC_URL,
        exchange_token=None,
    )
    return create_app(some_services(own))


def send(app: Flask, attack: Attack) -> Reply:
    """Hand a request to the application as a server would."""
    path, _, query = attack.target.partition("?")
    environ: dict[str, object] = {
        "REQUEST_METHOD": attack.method,
        "RAW_URI": attack.target,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "inside.example.org",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(attack.body),
        "wsgi.errors": io.StringIO(),
        "CONTENT_LENGTH": str(len(attack.body)),
        "CONTENT_TYPE": attack.header("Content-Type"),
    }
    for name in {name for name, _ in attack.headers} - {"Content-Type"}:
        environ["HTTP_" + name.upper().replace("-", "_")] = attack.header(name).strip()
    answered: list[tuple[int, dict[str, str]]] = []

    def start(status: str, headers: list[tuple[str, str]], _fault: object = None) -> None:
        answered.append((int(status[:3]), {name.lower(): value for name, value in headers}))

    body = b"".join(app.wsgi_app(environ, start))  # type: ignore[arg-type]  # as servers call it
    assert "" == environ["wsgi.errors"].getvalue()  # type: ignore[attr-defined]
    return Reply(*answered[0], body)


def faults(app: Flask) -> float:
    """Return how many exceptions were answered with the way to a person."""
    registry = app.extensions["fanal"].metrics.registry
    return sum(registry.get_sample_value("fanal_faults_total", {"where": where}) or 0 for where in ("voice", "sms"))


def test_any_request(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is sent, the answer is a refusal, or TwiML for what the carrier signed; and nothing is logged."""
    tally, seed = Tally(), secrets.randbits(64)

    @settings(max_examples=EXAMPLES, database=None)
    @given(
        st.randoms(use_true_random=False),
        st.lists(st.sampled_from(DRAFT_MUTATORS), max_size=3),
        st.lists(st.sampled_from(ATTACK_MUTATORS), max_size=2),
    )
    def any_request(random: Random, before: list[DraftMutator], after: list[AttackMutator]) -> None:
        attack = make(random, before, after)
        wrong = len(tally.wrong)
        tally.judge(attack, send(app, attack))
        assert [] == tally.wrong[wrong:]

    any_request()
    random = Random(seed)  # noqa: S311 - chance, not secrecy
    for _ in range(MORE):
        attack = make(random)
        tally.judge(attack, send(app, attack))
    note(f"hostile traffic: {tally.sent} requests to the application fuzzed, {len(tally.wrong)} wrong answers")

    assert [] == tally.wrong[:3], f"the seed was {seed}"
    assert ([], 0) == ([each.message for each in caplog.records], faults(app))
    outbox = app.extensions["fanal"].outbox
    texts = outbox.of(SendText)
    assert {HELPLINE} == {text.helpline for text in texts}
    assert {CALL, OTHER_CALL} >= {text.call for text in texts}
    assert CANARY not in repr(outbox.items)
    assert min(tally.accepted, tally.sent - tally.accepted) > MORE / 10
    assert tally.continued > MORE / 100
    assert tally.dialled > 0


def signed(app: Flask, path: str, sealed: str, call: str = CALL) -> Reply:
    """Press a key in a state, as the carrier does."""
    fields = tuple((name, call if name == "CallSid" else value) for name, value in FIELDS if name != "SpeechResult")
    return send(app, sign(Draft(path, sealed, fields)))


@pytest.mark.parametrize("step", STEPS)
def test_state_of_another_call(app: Flask, step: str) -> None:
    """Two calls at the same place: each goes on by its own state, and neither by the other's, whoever signed."""
    for call, other in ((CALL, OTHER_CALL), (OTHER_CALL, CALL)):
        own, foreign = signed(app, step, token(call), call), signed(app, step, token(other), call)

        assert (200, 200) == (own.status, foreign.status)
        assert (True, False) == (goes_on(own), goes_on(foreign))


@pytest.mark.parametrize("replayed", KNOWN)
def test_signature_under_another_address(app: Flask, replayed: str) -> None:
    """A captured request is worth nothing under any other address, nor with anything added or changed."""
    sealed = token(CALL)
    captured = sign(Draft(STEPS[0], sealed))

    assert 200 == send(app, captured).status
    assert 403 == send(app, replace(captured, target=replayed)).status
    assert 403 == send(app, replace(captured, target=STEPS[2] + sealed)).status
    assert 403 == send(app, replace(captured, body=captured.body + b"&Digits=9")).status
    assert 403 == send(app, replace(captured, body=captured.body.replace(b"Digits=1", b"Digits=2"))).status
