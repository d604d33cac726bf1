"""The servers that Fanal is compared with, each in a process of its own: `python -m bench.step.simple KIND PORT TOKEN`.

They run under Fanal's own web server with as many workers, and know one address: that of a key.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from bench.step import WORKERS
from routes.server import serve

MENU = (
    "For help after violence or a crime, press 1. For help after sexual violence, press 2. If you were made to work or "
    "to sell your body against your will, press 3. For help for a child, press 4. For other needs, press 5. "
    "In danger now, press 0. To hear this again, press the hash key. To go back, press star."
)
"""About as many words as a menu of Fanal's."""
CONSTANT = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="/voice/key/next" method="POST" numDigits="1" '
    f'timeout="7"><Say language="en-GB">{MENU}</Say></Gather><Redirect method="POST">/voice</Redirect></Response>'
)


def bare(app: Flask, _token: str) -> None:
    """Answer with a constant."""

    @app.post("/voice/key/<token>")
    def key(token: str) -> Response:
        del token  # part of the address only
        return Response(CONSTANT, mimetype="text/xml")


def signed(app: Flask, auth_token: str) -> None:
    """Check the signature with the provider's own code, then answer with a constant."""
    validator = RequestValidator(auth_token)

    @app.post("/voice/key/<token>")
    def key(token: str) -> Response:
        del token  # part of the address only
        _check(validator)
        return Response(CONSTANT, mimetype="text/xml")


def tutorial(app: Flask, auth_token: str) -> None:
    """Check the signature and build the answer with the provider's own code, as its tutorials do."""
    validator = RequestValidator(auth_token)

    @app.post("/voice/key/<token>")
    def key(token: str) -> Response:
        _check(validator)
        answer = VoiceResponse()
        gather = Gather(num_digits=1, action=f"/voice/key/{token}", method="POST", timeout=7)
        gather.say(MENU, language="en-GB")
        answer.append(gather)
        answer.redirect("/voice", method="POST")
        return Response(str(answer), mimetype="text/xml")


KINDS: dict[str, Callable[[Flask, str], None]] = {"bare": bare, "signed": signed, "tutorial": tutorial}


def _check(validator: RequestValidator) -> None:
    if not validator.validate(request.url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)


def main(kind: str, port: int, auth_token: str) -> None:
    """Serve one of the kinds until told to stop."""
    app = Flask(__name__)
    KINDS[kind](app, auth_token)
    serve(app, "127.0.0.1", port, WORKERS)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
