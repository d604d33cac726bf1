"""The wire: signatures made with the provider's own code, and real posts that keep nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, Response, abort, redirect, request
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as BaseResponse

from ivr.simulator.faults import CarrierError, Code
from ivr.simulator.transport import FlaskTransport, HttpTransport, Transport, path_below, signed
from tests.ivr.simulator.application import PUBLIC_URL

TOKEN = "12345"


@pytest.fixture
def app() -> Flask:
    """An application that shows what reached it."""
    app = Flask(__name__)

    @app.post("/voice/<path:rest>")
    def show(rest: str) -> Response:
        """Tell the raw target, the form, the cookies and whether the signature is right."""
        target = request.environ.get("RAW_URI") or request.environ["REQUEST_URI"]
        given = request.headers.get("X-Twilio-Signature", "")
        right = RequestValidator(TOKEN).validate(PUBLIC_URL + target, request.form, given)
        shown = Response(f"{target} {request.form.get('Digits')} {len(request.cookies)} {right}")
        shown.set_cookie("kept", "never")
        return shown

    @app.get("/audio/<path:rest>")
    def play(rest: str) -> Response:
        """Tell what reached the application, as bytes that are no text."""
        target = request.environ.get("RAW_URI") or request.environ["REQUEST_URI"]
        signature = request.headers.get("X-Twilio-Signature")
        shown = Response(f"\0{target} {signature} {len(request.cookies)}", mimetype="audio/wav")
        shown.set_cookie("kept", "never")
        return shown

    @app.post("/broken")
    def broken() -> Response:
        """Fail."""
        raise RuntimeError("broken")

    @app.post("/moved")
    def moved() -> BaseResponse:
        """Lead elsewhere."""
        return redirect("/voice/x")

    @app.post("/gone")
    def gone() -> Response:
        """Say that there is nothing."""
        abort(404)

    app.testing = True
    return app


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served over real HTTP, as a server does it: an exception is a status 500."""
    app.testing = False
    app.logger.disabled = True
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(params=["flask", "http"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """Each of the two transports, calling the same application below the same PUBLIC_URL."""
    if request.param == "flask":
        return FlaskTransport(request.getfixturevalue("app"), PUBLIC_URL)
    return HttpTransport(PUBLIC_URL, request.getfixturevalue("address"))


def test_the_signature_is_the_providers() -> None:
    """Webhook security: the known example of the provider's page gives the known signature."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }

    made = signed("https://mycompany.com/myapp.php?foo=1&bar=2", form, TOKEN)

    assert {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="} == made


def test_the_fragment_is_not_signed() -> None:
    """Connection overrides: what follows the # of an address is for the carrier, and is neither sent nor signed."""
    assert signed(f"{PUBLIC_URL}/voice", {}, TOKEN) == signed(f"{PUBLIC_URL}/voice#rc=1", {}, TOKEN)


def test_a_post_arrives_whole_and_signed(transport: Transport) -> None:
    """Path, query and form arrive as they were, the signature is right, and no cookie comes back."""
    url, form = f"{PUBLIC_URL}/voice/a-b_c?d=%C3%A9", {"Digits": "#"}

    for _ in range(2):
        answer = transport.post(url, form, signed(url, form, TOKEN))

    assert b"/voice/a-b_c?d=%C3%A9 # 0 True" == answer.body
    assert (200, str(len(answer.body))) == (answer.status, answer.headers["content-length"])


def test_a_recording_is_fetched_plainly(transport: Transport) -> None:
    """A GET arrives with its query, without signature, cookies or form, and the bytes come back as they are."""
    answer = transport.get(f"{PUBLIC_URL}/audio/a-b?c=%C3%A9")

    assert (200, "audio/wav") == (answer.status, answer.headers["content-type"])
    assert b"\x00/audio/a-b?c=%C3%A9 None 0" == answer.body


def test_nothing_elsewhere_is_fetched(transport: Transport) -> None:
    """Ours: audio lies on the host of the webhooks, and no other is asked."""
    with pytest.raises(CarrierError) as refused:
        transport.get("https://example.net/audio/ga/0.wav")

    assert Code.HOUSE is refused.value.code


def test_redirects_are_not_followed(transport: Transport) -> None:
    """TwiML Gather: a 3xx would lose the keys; here it is an answer like any other, and refused later."""
    assert 302 == transport.post(f"{PUBLIC_URL}/moved", {}, {}).status


def test_an_error_page_is_an_answer(transport: Transport) -> None:
    """A status of failure is handed on; the carrier's reading refuses it."""
    assert 404 == transport.post(f"{PUBLIC_URL}/gone", {}, {}).status


def test_an_exception_is_a_failure_of_the_application(app: Flask) -> None:
    """In the same process an exception becomes the provider's retrieval failure, with its cause kept for the test."""
    with pytest.raises(CarrierError) as failed:
        FlaskTransport(app, PUBLIC_URL).post(f"{PUBLIC_URL}/broken", {}, {})

    assert Code.HTTP is failed.value.code
    assert isinstance(failed.value.__cause__, RuntimeError)


def test_nobody_there_is_a_connection_failure() -> None:
    """Error 11205: where nobody listens there is no connection. The words do not hold the address."""
    nobody = HttpTransport(PUBLIC_URL, "http://127.0.0.1:9")

    with pytest.raises(CarrierError) as failed:
        nobody.post(f"{PUBLIC_URL}/voice/secret", {}, {})

    assert Code.CONNECTION is failed.value.code
    assert "secret" not in str(failed.value)


def test_a_late_answer_is_a_connection_failure(app: Flask, address: str) -> None:
    """Connection overrides: who does not answer in time (15 s with the provider) has not answered."""
    never = threading.Event()
    app.add_url_rule("/late", view_func=lambda: str(never.wait(2)), methods=["POST"])

    with pytest.raises(CarrierError) as failed:
        HttpTransport(PUBLIC_URL, address, read_seconds=0.05).post(f"{PUBLIC_URL}/late", {}, {})
    never.set()

    assert Code.CONNECTION is failed.value.code


@pytest.mark.parametrize(
    "url",
    [
        "https://fanal.example.org.example.net/voice",
        "https://fanal.example.orgvoice",
        "http://fanal.example.org/voice",
        "https://example.net/voice",
        "//fanal.example.org/voice",
        "/voice",
        "",
    ],
)
def test_addresses_elsewhere_are_not_called(url: str) -> None:
    """Ours: no address outside PUBLIC_URL is ever called."""
    with pytest.raises(CarrierError) as refused:
        path_below(PUBLIC_URL, url)

    assert Code.HOUSE is refused.value.code


@pytest.mark.parametrize(
    ("url", "path"),
    [(PUBLIC_URL, "/"), (f"{PUBLIC_URL}/voice", "/voice"), (f"{PUBLIC_URL}/voice?a=b", "/voice?a=b")],
)
def test_addresses_below_are_called(url: str, path: str) -> None:
    """What stands below PUBLIC_URL is reached by its path and query."""
    assert path == path_below(PUBLIC_URL, url)
