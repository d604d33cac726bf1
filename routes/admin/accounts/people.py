"""The people who work here: for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.people import Role, StageError, UnknownError
from routes.admin.accounts.register import Account, Link, Register
from routes.admin.accounts.security_keys import near
from routes.admin.accounts.wording import role_meaning, role_words, state_words
from routes.admin.gate import actor, fresh_sign_in, needs, signed_in
from routes.admin.pages import desk, now, page, services
from routes.admin.words import _

bp = Blueprint("people", __name__, url_prefix="/people")
bp.before_request(signed_in)


@bp.get("")
@needs(Role.ADMINISTRATOR)
def listing() -> ResponseReturnValue:
    """List everybody."""
    people = [(each, _roles(each), state_words(each.state)) for each in _register().listing()]
    return page("accounts/people.html", people=people)


@bp.get("/new")
@needs(Role.ADMINISTRATOR)
@fresh_sign_in
def new() -> ResponseReturnValue:
    """Ask who is to have an account."""
    return _new()


@bp.post("/new")
@needs(Role.ADMINISTRATOR)
@fresh_sign_in
def add() -> ResponseReturnValue:
    """Make an account, and show its link once."""
    form = request.form
    try:
        made = _register().add(actor(), form.get("address", ""), form.get("name", ""), _chosen_roles(), now())
    except StageError as fault:
        return _new([_(str(fault))]), 400
    return _link(*made)


@bp.get("/<int:number>")
@needs(Role.ADMINISTRATOR)
@fresh_sign_in
def show(number: int) -> ResponseReturnValue:
    """Show one account, and what can be done to it."""
    return _person(_account(number))


@bp.post("/<int:number>/roles")
@needs(Role.ADMINISTRATOR)
@fresh_sign_in
def roles(number: int) -> ResponseReturnValue:
    """Give an account other roles."""
    account = _account(number)
    try:
        _register().set_roles(actor(), number, _chosen_roles(), now())
    except StageError as fault:
        return _person(account, [_(str(fault))]), 400
    flash(_("{name} has other roles now, and has to sign in again.").format(name=account.name))
    return redirect(url_for("people.listing"), 303)


@bp.post("/<int:number>/disable")
@needs(Role.ADMINISTRATOR)
@fresh_sign_in
def disable(number: int) -> ResponseReturnValue:
    """Let an account sign in no more."""
    account = _account(number)
    try:
        _register().disable(actor(), number, now())
    except StageError as fault:
        return _person(account, [_(str(fault))]), 400
    flash(_("{name} can sign in no more.").format(name=account.name))
    return redirect(url_for("people.listing"), 303)


@bp.post("/<int:number>/enable")
@needs(Role.ADMINISTRATOR)
@fresh_sign_in
def enable(number: int) -> ResponseReturnValue:
    """Let an account sign in again."""
    account = _account(number)
    _register().enable(actor(), number, now())
    flash(_("{name} can sign in again.").format(name=account.name))
    return redirect(url_for("people.listing"), 303)


@bp.post("/<int:number>/recover")
@needs(Role.ADMINISTRATOR)
@fresh_sign_in
def recover(number: int) -> ResponseReturnValue:
    """Reset an account, and show the link once through which its holder gets in again."""
    account = _account(number)
    try:
        link = _register().recover(actor(), number, now())
    except StageError as fault:
        return _person(account, [_(str(fault))]), 400
    return _link(account, link)


def _register() -> Register:
    return Register(desk())


def _account(number: int) -> Account:
    try:
        return _register().get(number)
    except UnknownError:
        abort(404)


def _chosen_roles() -> set[Role]:
    """Return the roles ticked. Raises `StageError` for what is none."""
    try:
        return {Role(word) for word in request.form.getlist("role")}
    except ValueError:
        raise StageError("There is no such role.") from None


def _roles(account: Account) -> str:
    return ", ".join(role_words(role) for role in Role if role in account.roles)


def _choices() -> list[tuple[Role, str, str]]:
    return [(role, role_words(role), role_meaning(role)) for role in Role]


def _new(faults: list[str] | None = None) -> str:
    return page("accounts/new_person.html", faults=faults, choices=_choices(), **_typed())


def _typed() -> dict[str, Any]:
    form = request.form
    return {"address": form.get("address", ""), "name": form.get("name", ""), "ticked": form.getlist("role")}


def _person(account: Account, faults: list[str] | None = None) -> str:
    return page(
        "accounts/person.html",
        faults=faults,
        account=account,
        is_own=account.actor.id == actor().id,
        state=state_words(account.state),
        roles=_roles(account),
        choices=_choices(),
        here=url_for("people.show", number=account.id),
    )


def _link(account: Account, link: Link) -> str:
    address = near(services().settings.public_url) + request.script_root + link.path
    return page("accounts/link.html", account=account, link=address, until=link.until)
