"""Who is asking, and what they may: the guard of every page of the coordinators.

The gate itself (accounts, second factors, sessions) is handed to `create_admin`; here is only what pages ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, Protocol, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, session
from flask.typing import ResponseReturnValue

from directory.desk.people import Actor, Role

Given = ParamSpec("Given")
_TYPED = "typed"
_KEPT = {"unchecked": 3, "note": 500, "hash": 64}
"""Fields that outlast a fresh sign-in, and how many characters of each: the cookie that carries them holds few."""


class Gate(Protocol):
    """Knows who is signed in."""

    def join(self, app: Flask) -> None:
        """Add the gate's own pages and hooks to the application."""

    def who(self) -> Actor | None:
        """Return who is signed in with every factor asked for; None for nobody."""

    def is_fresh(self) -> bool:
        """Tell whether they have signed in a short while ago."""

    def sign_in_url(self, then: str) -> str:
        """Return where to sign in, to be led to `then` (a path of these pages) afterwards."""

    def fresh_url(self, then: str) -> str:
        """Return where to prove again who one is, to be led to `then` afterwards."""


def gate() -> Gate:
    """Return the application's gate."""
    return cast(Gate, current_app.extensions["gate"])


def signed_in() -> ResponseReturnValue | None:
    """Guard a blueprint: lead whoever is not signed in to where they can."""
    if gate().who() is not None:
        return None
    return _lead(gate().sign_in_url(_here()))


def actor() -> Actor:
    """Return who is asking; 403 for nobody (a view behind `signed_in` never sees that)."""
    found = gate().who()
    if found is None:
        abort(403)
    return found


def needs(role: Role) -> Callable[[Callable[Given, ResponseReturnValue]], Callable[Given, ResponseReturnValue]]:
    """Let a view be used by people of this role only: others are told so with 403."""

    def guard(view: Callable[Given, ResponseReturnValue]) -> Callable[Given, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: Given.args, **kwargs: Given.kwargs) -> ResponseReturnValue:
            if not actor().may(role):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return guard


def fresh_sign_in(view: Callable[Given, ResponseReturnValue]) -> Callable[Given, ResponseReturnValue]:
    """Let a view be used only shortly after a sign-in: else lead to where that is done, and back to the page before."""

    @wraps(view)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> ResponseReturnValue:
        if gate().is_fresh():
            return view(*args, **kwargs)
        back = _here() if request.method == "GET" else request.form.get("back", "/")
        _keep_for(back)
        return _lead(gate().fresh_url(back))

    return guarded


def typed_before() -> Mapping[str, str]:
    """Return, once, what was typed into this page before its sender had to show again who they are.

    It is shown, not done: they have to send it anew.
    """
    found = session.get(_TYPED)
    if found is None or found["on"] != request.path:
        return {}
    return cast(Mapping[str, str], session.pop(_TYPED))


def _keep_for(back: str) -> None:
    """Keep in the cookie, which goes to nobody else and into no address, what would be lost on the way."""
    kept = {name: request.form[name][:most] for name, most in _KEPT.items() if name in request.form}
    if kept:
        session[_TYPED] = {**kept, "on": back[:100]}


def _lead(address: str) -> ResponseReturnValue:
    """Lead to a page; a part of a page that htmx has asked for leads the whole page there."""
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": address}
    return redirect(address, 303)


def _here() -> str:
    """Return the path asked for, as it may stand in an address; a form that was posted leads back to the first page.

    Where htmx has asked for a part, it is the page that shows it.
    """
    if request.headers.get("HX-Request"):
        try:
            page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        except ValueError:  # no page of ours is called so
            return "/"
        return f"{page.path}?{page.query}".rstrip("?") or "/"
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
