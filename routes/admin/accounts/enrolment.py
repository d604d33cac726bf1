"""The one-time link: through it somebody sets their password and their first second factor, and is let in."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.people import StageError
from routes.admin.accounts.choosing import chosen, offer, password_fault
from routes.admin.accounts.presence import begin, door, tell_of_reset
from routes.admin.accounts.register import Account
from routes.admin.pages import now, page
from routes.admin.words import _

bp = Blueprint("enrolment", __name__, url_prefix="/enrol/<token>")


@bp.before_request
def _known_link() -> ResponseReturnValue | None:
    """Let nobody further whose link has been used or is too old; opening a link does not use it up."""
    token = (request.view_args or {}).get("token", "")
    g.invited = door().invited(token, now())
    return None if g.invited else (page("accounts/no_link.html"), 410)


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    """Ask for a password."""
    del token  # the guard has looked at it
    return page("accounts/enrol_password.html", account=_account())


@bp.post("")
def password(token: str) -> ResponseReturnValue:
    """Take a password."""
    fault = password_fault(_account())
    if fault:
        return page("accounts/enrol_password.html", account=_account(), faults=[fault]), 400
    door().set_first_password(_account(), token, request.form["password"], now())
    return redirect(url_for("enrolment.second", token=token), 303)


@bp.get("/second")
def second(token: str) -> ResponseReturnValue:
    """Ask for a second factor."""
    if not _account().has_password:
        return redirect(url_for("enrolment.show", token=token), 303)
    return page("accounts/enrol_second.html", account=_account(), **offer(_account()))


@bp.post("/second")
def prove(token: str) -> ResponseReturnValue:
    """Take a second factor: with it the link is used up and the account can be used."""
    try:
        id_ = door().enrol(_account(), token, chosen(_account()), now())
    except StageError as fault:
        faults = [_(str(fault))]
        return page("accounts/enrol_second.html", account=_account(), faults=faults, **offer(_account())), 400
    begin(id_)
    flash(_("Your account is ready, and you are signed in."))
    tell_of_reset(_account())
    return redirect(url_for("home.show"), 303)


def _account() -> Account:
    return cast(Account, g.invited)
