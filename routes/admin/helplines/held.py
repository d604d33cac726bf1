"""A form that comes too late: its page was open for a day, or whoever sent it is no longer signed in.

What was typed is held in the answer itself, nowhere else; nothing is saved until somebody signed in has looked at it.
Only forms that come from these pages are held: what another site sends is answered as everywhere.
"""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from directory.desk.people import Role
from routes.admin.faults import expired
from routes.admin.gate import gate, signed_in
from routes.admin.helplines import editing
from routes.admin.helplines.form import Seen
from routes.admin.helplines.work import Work, basis, of_helpline, of_new, typed_now
from routes.admin.pages import page
from routes.admin.words import _

_FORMS = frozenset({"helplines.change", "helplines.create"})


def guard() -> ResponseReturnValue | None:
    """Guard the area: whoever is not signed in is led to where they can, a form that they send is held."""
    if gate().who() is None and request.method == "POST" and request.endpoint in _FORMS and _is_ours():
        return _held()
    return signed_in()


def too_late(fault: CSRFError) -> ResponseReturnValue:
    """Show a form again whose page has expired, with all that was typed; anything else is refused as everywhere."""
    if request.endpoint not in _FORMS or not _is_ours():
        return expired(fault)
    who = gate().who()
    if who is None:
        return _held()
    if not who.may(Role.EDITOR):
        return expired(fault)
    notice = _(
        "This page was open for so long that it had expired. Nothing was saved, and nothing is lost: look, save."
    )
    try:
        work = _work()
    except HTTPException:  # what the form was about is gone, or never was
        return expired(fault)
    return editing.form_page(work, typed_now(), Seen(basis(), notice=notice), 400)


def _held() -> ResponseReturnValue:
    """Hold a form for whoever signs in again in another window."""
    fields = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in {"csrf_token", "confirmed"}
    ]
    sign_in = gate().sign_in_url(url_for("helplines.listing"))
    return page("helplines/held.html", fields=fields, sign_in=sign_in), 403


def _work() -> Work:
    id_ = (request.view_args or {}).get("id_")
    return of_helpline(id_) if id_ else of_new(request.form.get("country", ""), typed_now().text("id"))


def _is_ours() -> bool:
    """Tell whether a form comes from our own pages, as far as the browser says where it comes from."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host
