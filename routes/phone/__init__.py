"""The browser phone at `/phone`: a caller's telephone as a page, for a demonstration on one machine.

It stands only where the carrier is a stand-in. Everything a caller can do is a form of its own: POST, then a redirect
to the call's page, so a whole call can be made without JavaScript; the script only sends the same forms and replaces
what changed.

The page has no session, no cookie and no secret of anybody. A POST from another site is refused all the same: with it a
foreign page could make calls in this demonstration and press keys in one that somebody is watching. Browsers say where
a form comes from in `Sec-Fetch-Site`, older ones in `Origin`; what sends neither is no browser, and may pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound

from ivr.simulator.client import ExchangeClient, ExchangeError
from ivr.simulator.local import Telephone
from ivr.simulator.transcript import LegOutcome
from ivr.simulator.views import CallView
from routes.forms import the_services
from routes.phone.chooser import Choice, choice_of, read_choice
from routes.phone.page import LATEST, render

bp = Blueprint("phone", __name__, url_prefix="/phone")
EXCHANGE = "fanal_exchange_client"
"""Where the application keeps its line to the stand-in carrier."""
NOTES = {
    "early": "Nothing happened: the call was not waiting for that just then.",
    "deaf": "Nothing was said: the line does not listen to words just now. Keys are enough everywhere.",
}
"""What a redirect may say on the next page, by the word in its address."""
_CALL_ID = re.compile(r"CA[0-9a-f]{32}")
_AWAY = (
    "The stand-in carrier does not answer, so nothing can be done with calls just now. It is a part of “fanal run”: "
    "if that has stopped, start it again; else try again in a moment."
)
_STRANGER = "The stand-in carrier refuses this web server: they were started apart. Stop both, then start “fanal run”."
_FORGOTTEN = "This call is not known: the carrier has been started again since, or has forgotten it. Make a new one."


@bp.record_once
def _connect(setup: BlueprintSetupState) -> None:
    settings = setup.app.extensions["fanal"].settings
    setup.app.extensions[EXCHANGE] = ExchangeClient(settings.provider_url, settings.exchange_token or "")


@bp.before_request
def refuse_other_sites() -> ResponseReturnValue | None:
    """Refuse a form that another site's page has sent."""
    if request.method != "POST":
        return None
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = site in {"same-origin", "none"} if site else origin is None or urlsplit(origin).netloc == request.host
    return None if ours else _page(403, notice="Another site has sent this form, so nothing was done with it.")


@bp.after_request
def _name_the_origin(response: Response) -> Response:
    """Let browsers send `Origin` with our own forms; under `no-referrer` it would read "null"."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@bp.errorhandler(HTTPException)
def refuse_in_words(fault: HTTPException) -> ResponseReturnValue:
    """Say what is wrong with a request on the page itself."""
    return _page(fault.code or 500, notice=fault.description or "That did not work.")


@bp.get("")
def idle() -> ResponseReturnValue:
    """Show the telephone before a call; with `again`, a call's id, the form holds what led to that call."""
    services, sid = the_services(), request.args.get("again", "")
    try:
        choice = choice_of(_exchange().call(_checked(sid)), services) if sid else None
    except ExchangeError as fault:
        return _trouble(fault)
    return _page(200, choice=choice)


@bp.post("/calls")
def dial() -> ResponseReturnValue:
    """Start a call as the form says."""
    choice = read_choice(request.form, the_services())
    if choice.faults:
        return _page(400, choice=choice, notice="The call was not made: see the field that is marked.")
    try:
        call = _exchange().dial(choice.caller, choice.number or None, choice.at, choice.landline)
    except ExchangeError as fault:
        return _trouble(fault, choice=choice)
    return _to(call.id)


@bp.get("/calls/<sid>")
def call(sid: str) -> ResponseReturnValue:
    """Show a call as it stands."""
    try:
        view = _exchange().call(_checked(sid))
    except ExchangeError as fault:
        return _trouble(fault, sid=sid)
    return _page(200, view=view, notice=NOTES.get(request.args.get("note", ""), ""))


@bp.post("/calls/<sid>/press")
def press(sid: str) -> ResponseReturnValue:
    """Press a key."""
    return _act(sid, lambda line: line.press(sid, request.form.get("key", "")))


@bp.post("/calls/<sid>/say")
def say(sid: str) -> ResponseReturnValue:
    """Say words, where the line listens to them."""
    return _act(sid, lambda line: line.say(sid, request.form.get("words", "")), note="deaf")


@bp.post("/calls/<sid>/silence")
def silence(sid: str) -> ResponseReturnValue:
    """Press nothing until the carrier's patience ends."""
    return _act(sid, lambda line: line.silence(sid))


@bp.post("/calls/<sid>/leg")
def leg(sid: str) -> ResponseReturnValue:
    """Choose how the forwarded call ends."""
    try:
        outcome = LegOutcome(request.form.get("outcome", ""))
    except ValueError:
        return _page(400, notice="A forwarded call does not end in that way: choose one of the buttons.", sid=sid)
    return _act(sid, lambda line: line.leg(sid, outcome))


@bp.post("/calls/<sid>/hang-up")
def hang_up(sid: str) -> ResponseReturnValue:
    """Hang up."""
    return _act(sid, lambda line: line.hang_up(sid))


@bp.post("/calls/<sid>/look")
def look(sid: str) -> ResponseReturnValue:
    """Look for texts: the call's page is made anew. A form, since a link to the same page may fetch nothing."""
    return _to(_checked(sid))


def _exchange() -> Telephone:
    return cast(Telephone, current_app.extensions[EXCHANGE])


def _act(sid: str, act: Callable[[Telephone], CallView], note: str = "early") -> ResponseReturnValue:
    """Do something in a call; `note` is said where the call was not waiting for it."""
    _checked(sid)
    try:
        act(_exchange())
    except ExchangeError as fault:
        return _to(sid, note=note) if fault.status == 409 else _trouble(fault, sid=sid)
    return _to(sid)


def _to(sid: str, note: str | None = None) -> ResponseReturnValue:
    """Lead on to the call's page, at what was said last; with 303, reloading that page presses nothing."""
    return redirect(url_for("phone.call", sid=sid, _anchor=LATEST, note=note), 303)


def _checked(sid: str) -> str:
    """Return the call's id if it has the provider's form: it becomes part of another address."""
    if not _CALL_ID.fullmatch(sid):
        raise NotFound(_FORGOTTEN)
    return sid


def _trouble(fault: ExchangeError, *, choice: Choice | None = None, sid: str = "") -> ResponseReturnValue:
    """Say in words why the carrier did not do it."""
    if fault.status == 404:
        return _page(404, notice=_FORGOTTEN)
    if fault.status == 400:
        return _page(400, choice=choice, sid=sid, notice=f"The carrier could not do that: {fault}.")
    words = {None: _AWAY, 401: _STRANGER}.get(fault.status, f"The stand-in carrier failed: {fault}.")
    return _page(503, choice=choice, sid=sid, notice=words)


def _page(
    status: int, *, view: CallView | None = None, choice: Choice | None = None, notice: str = "", sid: str = ""
) -> ResponseReturnValue:
    """Answer with the page; `sid` is a call that can be gone back to although this page cannot show it."""
    return render(the_services(), view, choice, notice, sid), status
