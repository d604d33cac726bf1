"""The requests of calls: the provider's voice parameters, signed as it signs them, made as cheaply as can be.

Everything that does not change within a call is made once for a telephone. What changes (the address, the id, the
status, a key or an outcome) is put between, in the order in which the provider signs: by name. A test holds the
signature against the provider's own validator.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass

from bench.year.people import Telephone


@dataclass(frozen=True, slots=True)
class Act:
    """What the carrier tells with a request beside the call itself: as it is signed, and as it is posted."""

    dial: bytes = b""
    digits: bytes = b""
    finish: bytes = b""
    end: bytes = b""
    body: bytes = b""


def pressed(key: str) -> Act:
    """A key pressed."""
    body = f"&Digits={key}&FinishedOnKey=&msg=Gather+End"
    return Act(digits=f"Digits{key}".encode(), finish=b"FinishedOnKey", end=b"msgGather End", body=body.encode())


def ended_leg(outcome: str, leg: str) -> Act:
    """How a forwarded leg ended, in the provider's words."""
    talked = outcome in {"completed", "answered"}
    fields = {
        "DialBridged": "true" if talked else "false",
        **({"DialCallDuration": "60"} if talked else {}),
        "DialCallSid": leg,
        "DialCallStatus": outcome,
    }
    signed = "".join(name + value for name, value in fields.items())
    return Act(dial=signed.encode(), body="".join(f"&{name}={value}" for name, value in fields.items()).encode())


NOTHING = Act()
"""A request that tells nothing more: the call's beginning, a silence, its end."""


class Signer:
    """Makes the requests to one server."""

    def __init__(self, public_url: str, token: str) -> None:
        self._url, self._token = public_url.encode(), token.encode()
        host = public_url.partition("://")[2]
        self._head = (
            f" HTTP/1.1\r\nHost: {host}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
            "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nX-Twilio-Signature: "
        ).encode()

    def request(self, path: bytes, telephone: Telephone, call: bytes, status: bytes, act: Act = NOTHING) -> bytes:
        """Return one request of a call, ready to be sent."""
        account, middle, last = telephone.signed
        content = b"".join(
            (
                self._url,
                path,
                account,
                call,
                b"CallStatus",
                status,
                middle,
                act.dial,
                act.digits,
                b"Directioninbound",
                act.finish,
                last,
                act.end,
            )
        )
        body = b"".join((b"CallSid=", call, b"&CallStatus=", status, telephone.body, act.body))
        signature = base64.b64encode(hmac.digest(self._token, content, "sha1"))
        length = str(len(body)).encode()
        return b"".join((b"POST ", path, self._head, signature, b"\r\nContent-Length: ", length, b"\r\n\r\n", body))
