"""The words of the accounts' pages for roles, states, refusals and weak passwords."""

from __future__ import annotations

from directory.desk.people import Role
from routes.admin.accounts.door import Refusal
from routes.admin.accounts.factors import Kind
from routes.admin.accounts.passwords import Weakness
from routes.admin.accounts.register import State
from routes.admin.words import _


def role_words(role: Role) -> str:
    """Return what a role is called."""
    return {
        Role.VIEWER: _("Viewer"),
        Role.EDITOR: _("Editor"),
        Role.APPROVER: _("Approver"),
        Role.ADMINISTRATOR: _("Administrator"),
    }[role]


def role_meaning(role: Role) -> str:
    """Return what a role may do."""
    return {
        Role.VIEWER: _("Reads everything, changes nothing."),
        Role.EDITOR: _("Changes drafts, ticks off checks, takes a number out of service."),
        Role.APPROVER: _("Does what an editor does, and puts live what somebody else has changed."),
        Role.ADMINISTRATOR: _("Looks after the accounts."),
    }[role]


def state_words(state: State) -> tuple[str, str]:
    """Return the kind of an account's mark, and its word."""
    return {
        State.INVITED: ("lantern", _("has not used the first link yet")),
        State.ACTIVE: ("fine", _("in use")),
        State.RESET: ("lantern", _("has to use a new link")),
        State.DISABLED: ("danger", _("disabled")),
    }[state]


def kind_words(kind: Kind) -> str:
    """Return what a second factor is."""
    return {Kind.APP: _("Authenticator app"), Kind.KEY: _("Security key")}[kind]


def refusal_words(refusal: Refusal) -> str:
    """Say that somebody is not let in; never what exactly was wrong."""
    return {
        Refusal.WRONG: _("That was not right. Check what you typed; a code works only once, and for half a minute."),
        Refusal.LIMITED: _("Too many attempts. Wait a quarter of an hour, then try again."),
    }[refusal]


def refusal_status(refusal: Refusal) -> int:
    """Return the status of the answer."""
    return {Refusal.WRONG: 403, Refusal.LIMITED: 429}[refusal]


def weakness_words(found: Weakness) -> str:
    """Say what is wrong with a new password, and what would be right."""
    return {
        Weakness.SHORT: _(
            "The password is too short: it has at least 12 characters. Four or five words make a good one."
        ),
        Weakness.LONG: _("The password is too long: 200 characters are the most."),
        Weakness.OBVIOUS: _(
            "Others would try this password first: it is your name, your address or a common word. "
            "Take several words that have nothing to do with you."
        ),
    }[found]
