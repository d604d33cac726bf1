"""The wire between the carrier and the web application: one POST, signed as the provider signs it; one GET for audio.

Rules from the provider's pages on webhook security (signature), TwiML-Voice (request parameters) and connection
overrides (15 seconds; the fragment of an address is neither sent nor signed). Cookies are never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urldefrag

from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from ivr.simulator.faults import CarrierError, Code

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
_AGENT = {"User-Agent": "TwilioProxy/1.1 (played by fanal)", "Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Response:
    """What the application answered. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Carries one request to an absolute address below PUBLIC_URL."""

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Return the answer; raises `CarrierError` where there is none in time."""
        ...

    def get(self, url: str) -> Response:
        """Return the answer to a plain GET, as media are fetched; raises `CarrierError` where there is none."""
        ...


class HttpTransport:
    """Asks over real HTTP. `reach_at` replaces PUBLIC_URL where the application stands elsewhere."""

    def __init__(self, public_url: str, reach_at: str | None = None, read_seconds: float = READ_SECONDS) -> None:
        self._public_url = public_url
        self._reach_at = reach_at or public_url
        self._timeouts = (CONNECT_SECONDS, read_seconds)

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Post the form once, without redirects, cookies, proxies or compression."""
        return self._ask("POST", url, dict(form), headers)

    def get(self, url: str) -> Response:
        """Fetch once, in the same way."""
        return self._ask("GET", url, None, {})

    def _ask(self, method: str, url: str, form: dict[str, str] | None, headers: Mapping[str, str]) -> Response:
        import requests  # the web server's trial calls go through its own process, and need nothing of it

        address = self._reach_at + path_below(self._public_url, url)
        with requests.Session() as session:
            session.trust_env = False
            session.headers.update({**_AGENT, "Accept-Encoding": "identity", **headers})
            try:
                answer = session.request(method, address, data=form, timeout=self._timeouts, allow_redirects=False)
            except requests.RequestException as fault:
                # The library's own words hold the address, and nobody needs them.
                raise CarrierError(Code.CONNECTION, f"no answer: {type(fault).__name__}") from None
        lowered = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, lowered, answer.content)


class Served(Protocol):
    """What a Flask application offers to tests; named here so that this package need not know Flask."""

    def test_client(self, use_cookies: bool = True, **kwargs: Any) -> Any:
        """Return a client with Werkzeug's `open`."""
        ...


class FlaskTransport:
    """Asks a Flask application in the same process, with a new client, so without cookies, each time."""

    def __init__(self, app: Served, public_url: str) -> None:
        self._app = app
        self._public_url = public_url

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Post the form; an exception in the application is what a web server makes of it: status 500."""
        return self._ask("POST", url, dict(form), headers)

    def get(self, url: str) -> Response:
        """Fetch, with the same care."""
        return self._ask("GET", url, None, {})

    def _ask(self, method: str, url: str, form: dict[str, str] | None, headers: Mapping[str, str]) -> Response:
        client = self._app.test_client(use_cookies=False)
        path = path_below(self._public_url, url)
        try:
            answer = client.open(path, method=method, data=form, headers={**_AGENT, **headers}, buffered=True)
        except Exception as fault:
            raise CarrierError(Code.HTTP, f"the application raised {type(fault).__name__}") from fault
        lowered = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, lowered, answer.get_data())


def path_below(public_url: str, url: str) -> str:
    """Return the path and query of `url` below PUBLIC_URL; raises `CarrierError` for any other address."""
    if url != public_url and not url.startswith((public_url + "/", public_url + "?")):
        raise CarrierError(Code.HOUSE, "the address is not below PUBLIC_URL")
    return url[len(public_url) :] or "/"


def signed(url: str, form: Mapping[str, str], token: str) -> dict[str, str]:
    """Return the signature header of a form POST to `url`, made with the provider's own code."""
    return {SIGNATURE_HEADER: str(RequestValidator(token).compute_signature(urldefrag(url).url, dict(form)))}
