"""The guard: the provider's own signatures are known, and nothing else is let through or breaks it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from flask import Flask
from gunicorn.http.errors import InvalidChunkSize
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from ivr.settings import Secret
from routes import BODY_LIMIT, create_app
from routes.guard import HEADER, is_signed, other_way_to_write
from routes.urlencoded import MOST_FIELDS
from tests.application import PUBLIC_URL, some_services, some_settings

TOKEN, NEXT_TOKEN, FOREIGN_TOKEN = "the present auth token", "the next auth token", "somebody else's auth token"
FORM = {"CallSid": "CA" + "1" * 32, "CallStatus": "ringing", "From": "anonymous", "To": "+442079460123", "Empty": ""}
STATUS = "/voice/status"

NO_SIGNATURE = "A" * 27 + "="
"""Looks like one, so that the body is read."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FORMS = st.lists(st.tuples(TEXTS, TEXTS), max_size=12).map(MultiDict[str, str])
HOSTS = st.sampled_from(["fanal.example.org", "example.org", "h", "192.0.2.1", "a-b.example.org"])
PORTS = st.none() | st.integers(1, 65535)
PATHS = st.text("abcXYZ019-_.~%/", max_size=20).map(lambda path: "/" + path)
QUERIES = st.just("") | st.text("abc019=&%+~", min_size=1, max_size=20).map(lambda query: "?" + query)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Return an address that a carrier could be told to call."""
    port = draw(PORTS)
    host = draw(HOSTS) + (f":{port}" if port else "")
    return f"{draw(st.sampled_from(['http', 'https']))}://{host}{draw(PATHS)}{draw(QUERIES)}"


def test_known_signature() -> None:
    """The example of the provider's documentation is known, and none of its near misses."""
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8="

    assert is_signed(address, MultiDict(form), signature, ["12345"])
    assert not is_signed(address, MultiDict(form), signature, ["12346"])
    assert not is_signed(address, MultiDict(form), signature.lower(), ["12345"])
    assert not is_signed(address, MultiDict(form), signature + "=", ["12345"])
    assert not is_signed(address, MultiDict(form | {"Digits": "1235"}), signature, ["12345"])
    assert not is_signed(address, MultiDict(form | {"Digits": ""}), signature, ["12345"])
    assert not is_signed(address, MultiDict(form | {"Extra": ""}), signature, ["12345"])
    assert not is_signed(address.replace("foo=1&bar=2", "bar=2&foo=1"), MultiDict(form), signature, ["12345"])
    assert not is_signed(address.replace("https", "http"), MultiDict(form), signature, ["12345"])
    assert not is_signed(address + "#fragment", MultiDict(form), signature, ["12345"])
    assert not is_signed(address, MultiDict(), signature, ["12345"])


@given(addresses(), FORMS, st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_signatures_of_the_provider_are_known(address: str, form: MultiDict[str, str], token: str) -> None:
    """Whatever form the provider signs for whatever address, with several values of one name or none, it is known."""
    signature = RequestValidator(token).compute_signature(address, form)

    assert is_signed(address, form, signature, [token])
    assert not is_signed(address, form, signature, [token + "x"])
    assert not is_signed(address + "x", form, signature, [token])


@given(addresses(), addresses(), FORMS, FORMS, st.booleans(), st.booleans())
def test_judges_like_the_validator_of_the_provider(
    called: str,
    other: str,
    form: MultiDict[str, str],
    another: MultiDict[str, str],
    same_address: bool,
    same_form: bool,
) -> None:
    """A signature for this or another address and form, with the port or without, is judged as the provider judges."""
    signed = called if same_address else other
    validator = RequestValidator(TOKEN)
    for way in (signed, other_way_to_write(signed)):
        signature = validator.compute_signature(way, form if same_form else another)

        assert validator.validate(called, form, signature) == is_signed(called, form, signature, [TOKEN])


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("https://fanal.example.org/voice", "https://fanal.example.org:443/voice"),
        ("http://fanal.example.org/voice", "http://fanal.example.org:80/voice"),
        ("https://fanal.example.org:443/voice", "https://fanal.example.org/voice"),
        ("https://fanal.example.org:8443/voice?a=b:c", "https://fanal.example.org/voice?a=b:c"),
        ("http://[::1]:8000/voice", "http://[::1]/voice"),
        ("http://[::1]/voice", "http://[::1]:80/voice"),
        ("https://u:p@fanal.example.org/voice", "https://u:p@fanal.example.org:443/voice"),
    ],
)
def test_port_can_be_left_out(address: str, other: str) -> None:
    """An address is written in two ways, with a port and without."""
    assert other == other_way_to_write(address)


class Carrier:
    """Posts forms to an application, signed or not."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.services = app.extensions["fanal"]

    def post(
        self,
        path: str = STATUS,
        form: Mapping[str, str] = FORM,
        *,
        signed: str | None = None,
        token: str = TOKEN,
        environ_overrides: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Post a form that was signed with `token` for `signed`, the address of the path if that is not given."""
        signature = RequestValidator(token).compute_signature(signed or PUBLIC_URL + path, form)
        return self.send(path, urlencode(form), {HEADER: signature}, environ_overrides=environ_overrides)

    def send(
        self,
        path: str,
        body: str | bytes,
        headers: Mapping[str, str],
        kind: str = "application/x-www-form-urlencoded",
        environ_overrides: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Post anything."""
        client = self._app.test_client(use_cookies=False)
        return client.post(
            path, data=body, headers=dict(headers), content_type=kind, environ_overrides=environ_overrides
        )


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Carrier:
    """Return a carrier of an application that knows two tokens: the present one and the next."""
    settings = some_settings(
        tmp_path_factory.mktemp("var"), auth_tokens=(Secret(TOKEN), Secret(NEXT_TOKEN)), exchange_token=None
    )
    return Carrier(create_app(some_services(settings)))


@pytest.mark.parametrize("token", [TOKEN, NEXT_TOKEN])
def test_every_token_is_known_while_rotating(carrier: Carrier, token: str) -> None:
    """The carrier may sign with the token of yesterday or of tomorrow."""
    assert 204 == carrier.post(token=token).status_code


def test_foreign_token_is_refused_and_counted(carrier: Carrier) -> None:
    """A signature of somebody else is refused, and the refusal is a figure for the operator."""
    before = carrier.services.metrics.registry.get_sample_value("fanal_refused_total")

    assert 403 == carrier.post(token=FOREIGN_TOKEN).status_code
    assert before + 1 == carrier.services.metrics.registry.get_sample_value("fanal_refused_total")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({HEADER: ""}, id="empty"),
        pytest.param({HEADER: "é" * 28}, id="letters beyond ASCII"),
        pytest.param({HEADER: "\xff\xfe"}, id="bytes that are no text"),
        pytest.param({HEADER: "A" * 10_000}, id="endless"),
        pytest.param({HEADER: "RSOYDt4T1cUTdK1PDd93/VVr8B8="}, id="of another request"),
        pytest.param({"X-Twilio-Webhooks-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}, id="under another name"),
    ],
)
@pytest.mark.parametrize("path", [STATUS, "/voice", "/voice/key/token", "/voice/fallback", "/sms", "/sms/status"])
def test_unsigned_requests_are_refused(carrier: Carrier, path: str, headers: dict[str, str]) -> None:
    """Without the carrier's signature nothing is answered, on whatever address."""
    assert 403 == carrier.send(path, urlencode(FORM), headers).status_code


@pytest.mark.parametrize(
    "signed",
    [
        pytest.param(f"http://fanal.example.org{STATUS}", id="another scheme"),
        pytest.param(f"https://example.org{STATUS}", id="another host"),
        pytest.param(f"https://fanal.example.org/sms{STATUS}", id="another path"),
        pytest.param(f"https://fanal.example.org{STATUS}/", id="a slash more"),
        pytest.param(f"https://fanal.example.org{STATUS}?a=1", id="a query more"),
        pytest.param(f"https://fanal.example.org:8443{STATUS}", id="another port"),
    ],
)
def test_signature_of_another_address_is_refused(carrier: Carrier, signed: str) -> None:
    """A signature holds for one address only: PUBLIC_URL and the path."""
    assert 403 == carrier.post(signed=signed).status_code


def test_usual_port_is_the_same_address(carrier: Carrier) -> None:
    """The carrier may write the usual port out."""
    assert 204 == carrier.post(signed=f"https://fanal.example.org:443{STATUS}").status_code


@pytest.mark.parametrize("base", ["http://10.0.0.5:8000", "https://elsewhere.example.org", "http://h:99999"])
def test_address_of_the_server_does_not_count(carrier: Carrier, base: str) -> None:
    """What a proxy makes of the host, even a port that is none, has no part in the signature."""
    host = {"HTTP_HOST": base.partition("//")[2], "wsgi.url_scheme": base.partition(":")[0]}

    assert 204 == carrier.post(environ_overrides=host).status_code


@pytest.mark.parametrize(
    "path", [f"{STATUS}?a=%7E&b=%2C+%C3%A9", f"{STATUS}?", "/voice/%7Elost", "/voice/a%20b/%C3%A9"]
)
def test_path_is_signed_as_it_came(carrier: Carrier, path: str) -> None:
    """Escapes are signed as they stand in the request line, whatever the server makes of them later."""
    given = {"RAW_URI": path, "REQUEST_URI": path}
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, FORM)
    response = carrier.send(path, urlencode(FORM), {HEADER: signature}, environ_overrides=given)

    assert response.status_code in {200, 204}


def test_unescaped_path_is_another_address(carrier: Carrier) -> None:
    """A signature of `~` does not fit `%7E`."""
    assert 403 == carrier.post("/voice/%7Elost", signed=f"{PUBLIC_URL}/voice/~lost").status_code


@pytest.mark.parametrize(
    ("path", "signed", "status"),
    [
        ("/voice/status", "/voice/status", 204),
        ("//voice/status", "/voice/status", 403),
        ("/voice/%73tatus", "/voice/%73tatus", 204),
        ("/voice/%73tatus", "/voice/status", 403),
        ("/voice/status?", "/voice/status?", 204),
        ("/voice/status?", "/voice/status", 403),
        ("/voice/status?a=/voice", "/voice/status?a=/voice", 204),
        ("?/voice/status", "/voice/status", 403),
    ],
)
def test_target_that_names_a_host(carrier: Carrier, path: str, signed: str, status: int) -> None:
    """Where a proxy asks by the whole address (RFC 9112 3.2.2), what stands behind the host is signed, as it came."""
    environ = {"RAW_URI": f"http://elsewhere.example.org:1{path}"}

    assert status == carrier.post(signed=PUBLIC_URL + signed, environ_overrides=environ).status_code


@pytest.mark.parametrize("raw", ["", "*"])
def test_server_without_raw_path(carrier: Carrier, raw: str) -> None:
    """Where the server hands over no raw path, the path that it understood is checked."""
    environ = {"RAW_URI": raw, "REQUEST_URI": ""}

    assert 204 == carrier.post(environ_overrides=environ).status_code
    assert 204 == carrier.post(f"{STATUS}?a=1", environ_overrides=environ).status_code
    assert 403 == carrier.post(signed=PUBLIC_URL, environ_overrides=environ).status_code


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param('{"CallSid": "CA1"}', "application/json", id="JSON"),
        pytest.param('{"CallSid"', "application/json", id="broken JSON"),
        pytest.param(b"\xff\xfe\x00", "application/x-www-form-urlencoded", id="bytes that are no text"),
        pytest.param("%FF=%FF&&==&%", "application/x-www-form-urlencoded", id="a form that is none"),
        pytest.param("a=1;b=2", "text/plain", id="text"),
        pytest.param("--x\r\n", "multipart/form-data; boundary=x", id="a broken multipart"),
        pytest.param("--x\r\n", "multipart/form-data", id="a multipart without a boundary"),
        pytest.param("a=1", "nonsense", id="no type"),
        pytest.param("a=1", "application/x-www-form-urlencoded; charset=nonsense", id="a charset that is none"),
        pytest.param("--x--\r\n", "multipart/form-data; boundary=x", id="a whole multipart"),
    ],
)
def test_other_bodies_are_refused(carrier: Carrier, body: str | bytes, kind: str) -> None:
    """A body that is no form of the carrier is refused like any other, and never breaks the guard."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + STATUS, FORM)

    assert 403 == carrier.send(STATUS, body, {HEADER: signature}, kind).status_code
    assert 403 == carrier.send(STATUS, body, {HEADER: NO_SIGNATURE}, kind).status_code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param("&".join(f"a{i}=" for i in range(MOST_FIELDS)), 403, id="as many as may be"),
        pytest.param("&".join(f"a{i}=" for i in range(MOST_FIELDS + 1)), 413, id="one more"),
        pytest.param("&" * 9000, 413, id="of nothing"),
    ],
)
def test_forms_of_many_fields_are_refused(carrier: Carrier, body: str, status: int) -> None:
    """More fields than any form of the carrier has are not read: they would take longer to refuse than a call."""
    assert status == carrier.send(STATUS, body, {HEADER: NO_SIGNATURE}).status_code


@pytest.mark.parametrize("signature", ["", "A" * 27, "A" * 28, "A" * 28 + "="])
def test_nothing_is_read_where_no_signature_can_be(carrier: Carrier, signature: str) -> None:
    """A body is worth reading only beside what has the shape of a signature."""

    class Untouched(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise AssertionError("it was read")

    client = create_app(carrier.services).test_client()
    answer = client.post(STATUS, input_stream=Untouched(b"a=1"), headers={HEADER: signature}, content_length=3)

    assert 403 == answer.status_code


@pytest.mark.parametrize("path", [STATUS, "/voice", "/sms", "/voice/key/token"])
@pytest.mark.parametrize(("size", "status"), [(BODY_LIMIT, 403), (BODY_LIMIT + 1, 413), (50 * BODY_LIMIT, 413)])
def test_oversized_bodies_are_refused(carrier: Carrier, path: str, size: int, status: int) -> None:
    """A body beyond the limit is refused before anything is made of it."""
    assert status == carrier.send(path, "a=" + "x" * (size - 2), {HEADER: NO_SIGNATURE}).status_code


@pytest.mark.parametrize(("size", "status"), [(BODY_LIMIT - 1, 403), (BODY_LIMIT + 1, 413), (50 * BODY_LIMIT, 413)])
def test_oversized_bodies_in_pieces_are_refused(carrier: Carrier, size: int, status: int) -> None:
    """A body that does not say how long it is comes no further."""
    assert status == in_pieces(carrier, b"a=" + b"x" * (size - 2), NO_SIGNATURE).status_code


def test_signed_bodies_in_pieces_are_answered(carrier: Carrier) -> None:
    """A carrier may send its form in pieces."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + STATUS, FORM)

    assert 204 == in_pieces(carrier, urlencode(FORM).encode(), signature).status_code


def in_pieces(carrier: Carrier, body: bytes, signature: str) -> TestResponse:
    """Post a form as a server hands over a body whose length it was not told."""
    return (
        create_app(carrier.services)
        .test_client()
        .post(
            STATUS,
            input_stream=io.BytesIO(body),
            headers={HEADER: signature},
            content_type="application/x-www-form-urlencoded",
            environ_overrides={
                "wsgi.input_terminated": True,
                "HTTP_TRANSFER_ENCODING": "chunked",
                "CONTENT_LENGTH": "",
            },
        )
    )


class Breaking(io.BytesIO):
    """A body that cannot be read to its end, as where its pieces have a wrong size."""

    def read(self, _size: int | None = -1, /) -> bytes:
        """Break, in the server's own way."""
        raise InvalidChunkSize(b"zz")


@pytest.mark.parametrize("path", ["/voice", "/voice/key/token", "/voice/fallback", "/sms", STATUS, "/sms/status"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_body_that_breaks_is_refused(carrier: Carrier, path: str, kind: str) -> None:
    """Where a body breaks while it is read nobody is led to a person: nobody has signed anything."""
    before = len(carrier.services.outbox.items)
    answer = (
        create_app(carrier.services)
        .test_client()
        .post(path, input_stream=Breaking(), headers={HEADER: NO_SIGNATURE}, content_type=kind, content_length=9)
    )

    assert (403, before) == (answer.status_code, len(carrier.services.outbox.items))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_only_posts_are_answered(carrier: Carrier, method: str) -> None:
    """No webhook answers anything but POST; keys would stand in addresses, which are logged."""
    client = create_app(carrier.services).test_client()

    assert client.open(STATUS, method=method).status_code in {403, 405}


def test_open_pages_need_no_signature(carrier: Carrier) -> None:
    """The guard stands before the telephone side alone."""
    client = create_app(carrier.services).test_client()

    assert 200 == client.get("/health/live").status_code


def test_nothing_is_remembered_of_a_refused_request(carrier: Carrier, caplog: pytest.LogCaptureFixture) -> None:
    """A refused request leaves neither a line of log nor a thing to do."""
    before = len(carrier.services.outbox.items)
    carrier.post(token=FOREIGN_TOKEN)

    assert ([], before) == (caplog.messages, len(carrier.services.outbox.items))
