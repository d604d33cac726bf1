"""Status callbacks: answered at once, in any order, as often as they come; the work is left to the queue."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ivr.events import PurgeCall, PurgeMessage
from routes.forms import read_id, the_services
from routes.guard import signed_by_the_carrier

bp = Blueprint("status", __name__)
bp.before_request(signed_by_the_carrier)

CALL_ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
MESSAGE_ENDED = frozenset({"delivered", "undelivered", "failed", "read", "canceled"})


@bp.post("/voice/status")
def voice() -> Response:
    """A call has changed: once it has ended, the provider's records of it are deleted."""
    call = read_id(request.form, "CallSid")
    if call and request.form.get("CallStatus") in CALL_ENDED:
        the_services().outbox.put(PurgeCall(call))
    return Response(status=204)


@bp.post("/sms/status")
def sms() -> Response:
    """A text of ours has changed: its end is counted once, and the provider's record of it deleted."""
    message, status = read_id(request.form, "MessageSid"), request.form.get("MessageStatus", "")
    if message and status in MESSAGE_ENDED:
        the_services().outbox.put(PurgeMessage(message, status))
    return Response(status=204)
