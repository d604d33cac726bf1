"""The stand-in carrier over HTTP: the provider's REST interface (a subset), and the telephones of its callers.

**REST**, below `/2010-04-01/Accounts/<account>/`, with HTTP basic authentication (account and token) and the
provider's own bodies: `GET Calls/<sid>.json`, `GET Calls.json` (`ParentCallSid`, `To`, `From`, `StartTime<` and `>`),
`DELETE Calls/<sid>.json`, `POST Messages.json`, `GET Messages.json` (`To`, `From`, `DateSent<` and `>`), `GET` and
`DELETE Messages/<sid>.json`; and for whoever asks whether all is set up,
`GET IncomingPhoneNumbers.json?PhoneNumber=<number>` and `GET Recordings.json`. Other parts of that interface have hosts
of their own at the provider, and are here on the same one: `GET /v2/PhoneNumbers/<number>` (the region of a number),
`GET /v2/AccountDefaultConfiguration/Recording` (what makes the provider record every call).

**Telephones**, below `/exchange/`, JSON both ways, with `Authorization: Bearer <control token>`:

- `GET /exchange/people` -> `{"numbers": [ours], "people": [{"country", "mobile", "landline"}], "withheld": [words]}`
- `POST /exchange/calls {"from", "to"?, "at"?}` -> 201 and a call. `from` is a country ("RO", with `"landline": true`
  for its landline), a number in E.164, "withheld", or a withheld number's word or keypad form; `to` one of our
  numbers, if absent that of the caller's country, else an international one, else the first; `at` the time the caller
  pretends (ISO 8601, without offset in the caller's zone; or "Tuesday 10:00").
- `GET /exchange/calls/<id>` -> a call
- `POST /exchange/calls/<id>/press {"keys"}`, `/say {"words", "confidence"?}`, `/silence`, `/leg {"outcome"}`,
  `/hang-up` -> the call, afterwards. Outcomes are completed, answered, busy, no-answer, failed, canceled. The
  confidence is a number from 0 to 1, 0.9 if it is not given, and null for a recogniser that tells none.
- `POST /exchange/texts {"from", "to"?, "body", "at"?}` -> 201 and
  `{"id", "replies": [{"body", "sender"}], "failures": [{"code", "sentence", "path"}]}`
- `POST /exchange/failures {"count", "failure": "rate" | "server" | "timeout", "seconds"?}` -> 204: the next texts fail

A call is `{"id", "from", "to", "at", "status", "awaiting", "seconds", "next", "listens", "transcript": [entry]}`.
`awaiting` is "keys", "leg", "ended", or "nothing" while the application is being asked; `next` is the address to which
the keys or the outcome will go (it bears the sealed state), or null; `listens` is the language in which words are
awaited as well as keys, or null. An entry has a `kind`:

    said {text, language, voice}      played {url, seconds, text, language}           asked {digits, timeout}
    pressed {keys}                    spoke {words, language, confidence}             silent {seconds}
    dialling {number, caller_id, timeout}                                             leg {outcome}
    text {body, sender}               failed {code, sentence, path}                   ended {status}

Refusals are `{"error": sentence}`: 400 for what cannot be meant, 401 without the token, 404 for an unknown call,
409 for an act out of turn (a key while it rings, words where nobody listens, anything while the application is still
being asked).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException

from ivr.simulator import moments, people
from ivr.simulator.call import SURE, Call
from ivr.simulator.exchange import Exchange, Failure
from ivr.simulator.faults import OutOfTurnError
from ivr.simulator.ledger import NoSuchCallError
from ivr.simulator.messages import RestError
from ivr.simulator.transcript import LegOutcome
from ivr.simulator.views import CallView

BODY_LIMIT = 64 * 1024
_EXCHANGE, _TOKEN = "fanal_exchange", "fanal_control_token"
rest = Blueprint("carrier_rest", __name__, url_prefix="/2010-04-01/Accounts/<account>")
parts = Blueprint("carrier_parts", __name__, url_prefix="/v2")
telephones = Blueprint("carrier_telephones", __name__, url_prefix="/exchange")


def create_carrier_app(exchange: Exchange, control_token: str) -> Flask:
    """Build the carrier's own web application; it shares nothing with the one that answers calls."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.extensions[_EXCHANGE] = exchange
    app.extensions[_TOKEN] = control_token
    app.register_blueprint(rest)
    app.register_blueprint(parts)
    app.register_blueprint(telephones)
    return app


def _exchange() -> Exchange:
    return cast(Exchange, current_app.extensions[_EXCHANGE])


@rest.url_value_preprocessor
def _keep_the_account(_: str | None, values: dict[str, str] | None) -> None:
    g.account = (values or {}).pop("account", "")


@rest.before_request
def _know_the_account_named() -> None:
    if g.account != _exchange().subscription.account:
        raise RestError(401, 20003, "Authenticate")


@rest.before_request
@parts.before_request
def _know_the_account() -> None:
    given, subscription = request.authorization, _exchange().subscription
    known = given is not None and given.type == "basic" and given.username == subscription.account
    secret = (given.password if given else None) or ""
    if not (known and hmac.compare_digest(secret.encode(), subscription.token.encode())):
        raise RestError(401, 20003, "Authenticate")


@rest.errorhandler(RestError)
@parts.errorhandler(RestError)
def _refuse(fault: RestError) -> tuple[Response, int]:
    return jsonify(fault.body()), fault.status


@rest.get("/Calls.json")
def _list_calls() -> Response:
    return jsonify(_exchange().list_calls(request.args.get("ParentCallSid"), request.args.to_dict()))


@rest.get("/Calls/<sid>.json")
def _fetch_call(sid: str) -> Response:
    return jsonify(_exchange().fetch_call(sid))


@rest.delete("/Calls/<sid>.json")
def _delete_call(sid: str) -> tuple[str, int]:
    _exchange().delete_call(sid)
    return "", 204


@rest.post("/Messages.json")
def _create_message() -> tuple[Response, int]:
    return jsonify(_exchange().create_message(request.form.to_dict())), 201


@rest.get("/Messages.json")
def _list_messages() -> Response:
    return jsonify(_exchange().list_messages(request.args.to_dict()))


@rest.get("/Messages/<sid>.json")
def _fetch_message(sid: str) -> Response:
    return jsonify(_exchange().fetch_message(sid))


@rest.delete("/Messages/<sid>.json")
def _delete_message(sid: str) -> tuple[str, int]:
    _exchange().delete_message(sid)
    return "", 204


@rest.get("/IncomingPhoneNumbers.json")
def _find_numbers() -> Response:
    return jsonify(_exchange().premises.find_numbers(request.args))


@rest.get("/Recordings.json")
def _list_recordings() -> Response:
    return jsonify(_exchange().premises.list_recordings())


@parts.get("/PhoneNumbers/<number>")
def _region(number: str) -> Response:
    return jsonify(_exchange().premises.region(number))


@parts.get("/AccountDefaultConfiguration/Recording")
def _recording_by_default() -> Response:
    return jsonify(_exchange().premises.recording_by_default())


@telephones.before_request
def _know_the_token() -> None:
    given, token = request.authorization, str(current_app.extensions[_TOKEN])
    shown = given.token if given is not None and given.type == "bearer" else None
    if not hmac.compare_digest((shown or "").encode(), token.encode()):
        abort(401, "the control token is missing or wrong")


@telephones.errorhandler(HTTPException)
def _say_why(fault: HTTPException) -> tuple[Response, int]:
    return jsonify(error=fault.description), fault.code or 500


@telephones.errorhandler(ValueError)
def _misunderstood(fault: ValueError) -> tuple[Response, int]:
    return jsonify(error=str(fault)), 400


@telephones.errorhandler(OutOfTurnError)
def _out_of_turn(fault: OutOfTurnError) -> tuple[Response, int]:
    return jsonify(error=str(fault)), 409


@telephones.errorhandler(NoSuchCallError)
def _unknown(_: NoSuchCallError) -> tuple[Response, int]:
    return jsonify(error="there is no such call"), 404


@telephones.get("/people")
def _people() -> Response:
    return jsonify(
        numbers=_exchange().subscription.numbers,
        people=[asdict(person) for person in people.everybody()],
        withheld=[people.WITHHELD_WORDS[0], people.WITHHELD_KEYPAD[0]],
    )


@telephones.post("/calls")
def _dial() -> tuple[Response, int]:
    asked = _json()
    caller = _caller(asked)
    return _shown(_exchange().dial(caller, _number(asked), _moment(asked, caller))), 201


@telephones.get("/calls/<sid>")
def _call(sid: str) -> Response:
    return _shown(_exchange().ledger.call(sid))


@telephones.post("/calls/<sid>/press")
def _press(sid: str) -> Response:
    call = _exchange().ledger.call(sid)
    call.press(_text(_json(), "keys"))
    return _shown(call)


@telephones.post("/calls/<sid>/say")
def _say(sid: str) -> Response:
    call, asked = _exchange().ledger.call(sid), _json()
    confidence = asked.get("confidence", SURE)
    if not (confidence is None or isinstance(confidence, int | float)):
        abort(400, "confidence is a number from 0 to 1")
    call.say(_text(asked, "words"), confidence)
    return _shown(call)


@telephones.post("/calls/<sid>/silence")
def _silence(sid: str) -> Response:
    call = _exchange().ledger.call(sid)
    call.silence()
    return _shown(call)


@telephones.post("/calls/<sid>/leg")
def _leg(sid: str) -> Response:
    call = _exchange().ledger.call(sid)
    call.leg(LegOutcome(_text(_json(), "outcome")))
    return _shown(call)


@telephones.post("/calls/<sid>/hang-up")
def _hang_up(sid: str) -> Response:
    call = _exchange().ledger.call(sid)
    call.hang_up()
    return _shown(call)


@telephones.post("/texts")
def _send_text() -> tuple[Response, int]:
    asked = _json()
    caller = _caller(asked)
    done = _exchange().send_text(caller, _number(asked), _text(asked, "body"), _moment(asked, caller))
    replies = [asdict(reply) for reply in done.replies]
    return jsonify(id=done.sid, replies=replies, failures=[asdict(each) for each in done.failures]), 201


@telephones.post("/failures")
def _fail() -> tuple[str, int]:
    asked = _json()
    count, seconds = asked.get("count"), asked.get("seconds", 20.0)
    if not isinstance(count, int) or not isinstance(seconds, int | float):
        abort(400, "count and seconds are numbers")
    _exchange().fail_next(count, Failure(_text(asked, "failure")), float(seconds))
    return "", 204


def _json() -> Mapping[str, Any]:
    asked = request.get_json()
    if not isinstance(asked, dict):
        abort(400, "a JSON object is expected")
    return asked


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        abort(400, f"{name} must be given, as a string")
    return value


def _caller(asked: Mapping[str, Any]) -> str:
    return people.number_of(_text(asked, "from"), landline=asked.get("landline") is True)


def _number(asked: Mapping[str, Any]) -> str:
    return _text(asked, "to") if asked.get("to") else _exchange().subscription.number_for(_caller(asked))


def _moment(asked: Mapping[str, Any], caller: str) -> datetime | None:
    if not asked.get("at"):
        return None
    return moments.read(_text(asked, "at"), moments.zone_of(caller), _exchange().now())


def _shown(call: Call) -> Response:
    return jsonify(CallView.of(call).to_json())
