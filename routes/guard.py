"""Only the carrier may speak to the telephone side: every webhook's signature is checked before its view runs.

The signature is base64(HMAC-SHA1(token, address + sorted form parameters)) over the address that the carrier called,
which is PUBLIC_URL and the raw path, never what a proxy made of it (the provider's security page). Compared in
constant time; equality with the provider's own validator is a property test. A captured request can be replayed, since
nothing in it expires: a replayed step answers with the same turn and is counted again, and a text is claimed by call,
service and form before it is sent, so none goes out twice. What else it can do: docs/decisions/0008-replay.md.

There is no limit by the address that a request comes from. Behind a proxy or the network of a carrier one address may
be everybody's, so what is signed could never be held back by it; and to know that it is not signed is all the work
there is. That work is bounded instead: nothing of a form is read where no signature can be, a form has no more fields
than any of the carrier's, and a refusal costs less than an answer (measured: 0.1 ms unread, 0.15 ms read, 3.5 ms for
the worst that 64 kB can hold, where it was 60 ms; an answer takes 0.25 ms).
"""

from __future__ import annotations

import binascii
import hmac
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from routes.forms import the_services

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HEADER = "X-Twilio-Signature"
_HEADER = "HTTP_X_TWILIO_SIGNATURE"
"""The same, as the server hands it on."""
_NAMES_A_HOST = re.compile(r"[^:/?]+://[^/?]*(.*)")
"""A target as proxies are asked, and its path and query (RFC 9112 3.2.2)."""
_LENGTH = 28
"""Characters of a signature: the 20 bytes of an HMAC-SHA1 in base64."""


def signed_by_the_carrier() -> Response | None:
    """Refuse the request with 403 unless the carrier signed it with one of our tokens, with 413 if it is too long."""
    services, asked = the_services(), request.environ
    signature = asked.get(_HEADER, "")
    if not _may_be_a_signature(signature):
        services.metrics.refused.inc()
        return _refusal()
    try:
        form = request.form
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001 - whatever breaks while a stranger's body is read, it ends as a refusal
        services.metrics.refused.inc()
        return _refusal()
    if not is_signed(services.settings.public_url + _raw_target(asked), form, signature, services.settings.auth_tokens):
        services.metrics.refused.inc()
        return _refusal()
    return None


def is_signed(address: str, form: MultiDict[str, str], signature: str, tokens: Iterable[str]) -> bool:
    """Tell whether one of the tokens makes this signature. The tokens are all tried, whichever fits.

    The carrier is not consistent about the port in the address (its own validator says so and tries both ways).
    """
    given, flat, known = signature.encode(), _flat(form), tuple(tokens)

    def fits(address: str) -> bool:
        content = (address + flat).encode()
        return any([hmac.compare_digest(sign(content, token), given) for token in known])

    return fits(address) or fits(other_way_to_write(address))


def other_way_to_write(address: str) -> str:
    """Return the address without its port, or with the usual one if it has none."""
    parts = urlsplit(address)
    host = parts.netloc.removesuffix(f":{parts.port}")
    if parts.port is None:
        host += ":443" if parts.scheme == "https" else ":80"
    return address.replace(f"//{parts.netloc}", f"//{host}", 1)


def sign(content: bytes, token: str) -> bytes:
    """Return the provider's signature of the content."""
    keyed = _keyed(token).copy()
    keyed.update(content)
    return binascii.b2a_base64(keyed.digest(), newline=False)


@lru_cache(16)
def _keyed(token: str) -> hmac.HMAC:
    """Return the beginning of every signature with this token."""
    return hmac.new(token.encode(), digestmod="sha1")


def _flat(form: MultiDict[str, str]) -> str:
    """Join names and values, sorted by name; several values of one name once each, sorted."""
    each = sorted(dict.items(form))  # as it is kept: every name with the list of its values
    return "".join(
        [
            name + values[0] if len(values) == 1 else "".join(name + v for v in sorted(set(values)))
            for name, values in each
        ]
    )


def _may_be_a_signature(signature: str) -> bool:
    """Tell whether this has a signature's length and ending; then only is the body worth reading."""
    return len(signature) == _LENGTH and signature.endswith("=")


def _refusal() -> Response:
    """Refuse in as many words as a machine needs; an exception would cost twice as much to answer."""
    return Response("not signed by the carrier\n", 403, mimetype="text/plain")


def _raw_target(asked: WSGIEnvironment) -> str:
    """Return path and query as they stood in the request line: a rewritten or unescaped path breaks the signature."""
    raw = asked.get("RAW_URI") or asked.get("REQUEST_URI")
    if isinstance(raw, str):
        if raw.startswith("/"):
            return raw
        if named := _NAMES_A_HOST.fullmatch(raw):
            return named[1]
    query = request.query_string.decode("ascii", "replace")
    return request.path + (f"?{query}" if query else "")
