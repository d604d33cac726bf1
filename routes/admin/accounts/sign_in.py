"""Signing in: password first, then the second factor."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from routes.admin.accounts.door import RefusedError
from routes.admin.accounts.presence import begin, destination, door, had_session, peer, present, tell_of_reset
from routes.admin.accounts.sessions import Session, Stage
from routes.admin.accounts.tokens import Purpose
from routes.admin.accounts.wording import refusal_status, refusal_words
from routes.admin.pages import now, page
from routes.admin.words import _

bp = Blueprint("sign_in", __name__, url_prefix="/sign-in")


@bp.before_request
def _only_strangers() -> ResponseReturnValue | None:
    """Lead on whoever is signed in already."""
    found = present()
    return redirect(destination(), 303) if found and found.stage is Stage.FULL else None


@bp.get("")
def show() -> ResponseReturnValue:
    """Ask for address and password."""
    ended = _("Your session has ended. Sign in again.") if had_session() else ""
    return page("accounts/sign_in.html", then=destination(), ended=ended)


@bp.post("")
def first() -> ResponseReturnValue:
    """Take address and password."""
    address, password = request.form.get("address", ""), request.form.get("password", "")
    try:
        id_ = door().first(address, password, peer(), now())
    except RefusedError as fault:
        words = refusal_words(fault.refusal)
        template = page("accounts/sign_in.html", then=destination(), faults=[words], address=address)
        return template, refusal_status(fault.refusal)
    begin(id_)
    return redirect(url_for("sign_in.second", then=destination()), 303)


@bp.get("/second")
def second() -> ResponseReturnValue:
    """Ask for the second factor."""
    found = present()
    return _second(found) if found else redirect(url_for("sign_in.show", then=destination()), 303)


@bp.post("/second")
def prove() -> ResponseReturnValue:
    """Take the second factor."""
    found = present()
    if found is None:
        return redirect(url_for("sign_in.show", then=destination()), 303)
    code, answer = request.form.get("code", ""), request.form.get("answer", "")
    try:
        id_ = door().second(found, code, answer, peer(), now())
    except RefusedError as fault:
        return _second(found, [refusal_words(fault.refusal)]), refusal_status(fault.refusal)
    begin(id_)
    tell_of_reset(found.account)
    return redirect(destination(), 303)


def _second(found: Session, faults: list[str] | None = None) -> str:
    kinds = {factor.kind.value for factor in door().factors(found.account.id)}
    question = door().key_question(found.account, Purpose.USE_KEY, now()) if "key" in kinds else None
    return page(
        "accounts/second.html",
        then=destination(),
        faults=faults,
        has_app="app" in kinds,
        has_key="key" in kinds,
        question=question,
        place=door().place,
    )
