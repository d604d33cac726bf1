"""One's own account: second factors, password, sessions; and showing again who one is."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.people import Role, StageError, UnknownError
from routes.admin.accounts.choosing import chosen, offer, password_fault
from routes.admin.accounts.door import RefusedError
from routes.admin.accounts.presence import destination, door, leave, own_id, peer, renew, whole
from routes.admin.accounts.tokens import Purpose
from routes.admin.accounts.wording import kind_words, refusal_status, refusal_words, role_words
from routes.admin.gate import fresh_sign_in, signed_in
from routes.admin.pages import now, page
from routes.admin.words import _

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(signed_in)


@bp.get("")
def show() -> ResponseReturnValue:
    """Show one's own account."""
    return _page()


@bp.get("/again")
def again() -> ResponseReturnValue:
    """Ask for password and second factor again."""
    return _again()


@bp.post("/again")
def prove() -> ResponseReturnValue:
    """Take password and second factor again."""
    form = request.form
    given = (form.get("password", ""), form.get("code", ""), form.get("answer", ""))
    try:
        id_ = door().again(whole(), *given, peer(), now())
    except RefusedError as fault:
        return _again([refusal_words(fault.refusal)]), refusal_status(fault.refusal)
    renew(id_)
    return redirect(destination(), 303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    door().leave(whole(), own_id(), now())
    leave()
    flash(_("You are signed out."))
    return redirect(url_for("sign_in.show"), 303)


@bp.post("/sign-out-elsewhere")
def sign_out_elsewhere() -> ResponseReturnValue:
    """End every other session."""
    door().leave_everywhere(whole(), now())
    flash(_("You are signed out everywhere else."))
    return redirect(url_for("account.show"), 303)


@bp.get("/password")
@fresh_sign_in
def new_password() -> ResponseReturnValue:
    """Ask for another password."""
    return page("accounts/password.html")


@bp.post("/password")
@fresh_sign_in
def change_password() -> ResponseReturnValue:
    """Take another password."""
    fault = password_fault(whole().account)
    if fault:
        return page("accounts/password.html", faults=[fault]), 400
    door().change_password(whole(), request.form["password"], now())
    flash(_("Your password is changed, and you are signed out everywhere else."))
    return redirect(url_for("account.show"), 303)


@bp.get("/second")
@fresh_sign_in
def new_factor() -> ResponseReturnValue:
    """Show how to add a second factor."""
    return page("accounts/new_second.html", **offer(whole().account))


@bp.post("/second")
@fresh_sign_in
def add_factor() -> ResponseReturnValue:
    """Add a second factor."""
    try:
        door().add_factor(whole(), chosen(whole().account), now())
    except StageError as fault:
        return page("accounts/new_second.html", faults=[_(str(fault))], **offer(whole().account)), 400
    flash(_("The second factor is added."))
    return redirect(url_for("account.show"), 303)


@bp.post("/second/<int:number>/remove")
@fresh_sign_in
def remove_factor(number: int) -> ResponseReturnValue:
    """Remove a second factor."""
    try:
        door().remove_factor(whole(), number, now())
    except UnknownError:
        abort(404)
    except StageError as fault:
        return _page([_(str(fault))]), 400
    flash(_("The second factor is removed."))
    return redirect(url_for("account.show"), 303)


def _page(faults: list[str] | None = None) -> str:
    found = whole()
    return page(
        "accounts/account.html",
        faults=faults,
        account=found.account,
        roles=[role_words(role) for role in Role if role in found.account.roles],
        factors=[(each, kind_words(each.kind)) for each in door().factors(found.account.id)],
        sessions=door().sessions.of(found.account.id, now()),
        own=found.hash,
    )


def _again(faults: list[str] | None = None) -> str:
    found = whole()
    kinds = {factor.kind.value for factor in door().factors(found.account.id)}
    return page(
        "accounts/again.html",
        then=destination(),
        faults=faults,
        has_app="app" in kinds,
        has_key="key" in kinds,
        question=door().key_question(found.account, Purpose.USE_KEY, now()) if "key" in kinds else None,
        place=door().place,
    )
