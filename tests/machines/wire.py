"""The way of a carrier to the proxy: TLS, over connections that are kept."""

from __future__ import annotations

import http.client
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from ivr.simulator.faults import CarrierError, Code
from ivr.simulator.transport import Response, path_below

READ_SECONDS = 15.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "TwilioProxy/1.1"}


class KeptConnections:
    """Asks the proxy on a port of loopback, as the host of PUBLIC_URL. Nothing is ever asked twice."""

    def __init__(self, public_url: str, port: int, certificate: Path) -> None:
        self._public_url, self._port = public_url, port
        self._trust = ssl.create_default_context(cafile=certificate)
        self._host = {"Host": urlsplit(public_url).netloc}
        self._idle = deque[http.client.HTTPSConnection]()

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Post a form; raises `CarrierError` where there is no answer."""
        return self._ask("POST", url, urlencode(form), {**_FORM, **headers})

    def get(self, url: str) -> Response:
        """Fetch, in the same way."""
        return self._ask("GET", url, None, {})

    def close(self) -> None:
        """Close the connections that are kept."""
        while self._idle:
            self._idle.pop().close()

    def _ask(self, method: str, url: str, body: str | None, headers: Mapping[str, str]) -> Response:
        connection = self._taken()
        try:
            connection.request(method, path_below(self._public_url, url), body, {**headers, **self._host})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            raise CarrierError(Code.CONNECTION, f"no answer: {type(fault).__name__}") from None
        self._idle.append(connection)
        return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)

    def _taken(self) -> http.client.HTTPSConnection:
        with suppress(IndexError):
            return self._idle.pop()
        return http.client.HTTPSConnection("127.0.0.1", self._port, context=self._trust, timeout=READ_SECONDS)
