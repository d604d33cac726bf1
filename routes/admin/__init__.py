"""The coordinators' pages: an application of their own, which shares no session and no hook with the telephone side.

It is mounted at `/admin`; inside it, addresses are made by `url_for` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask, Response

    from directory.desk import Desk
    from ivr.services import Services
    from routes.admin.gate import Gate

MOUNT = "/admin"
BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of a request at most: a whole directory as a table is a tenth of it."""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cache-Control": "no-store",
}


def create_admin(services: Services, desk: Desk, gate: Gate) -> Flask:
    """Build the application of the coordinators around the desk; `gate` says who is asking."""
    from flask import Flask
    from flask_wtf.csrf import CSRFProtect

    from routes.admin import alarm, areas, bodies, faults, names, pages, words
    from routes.admin.keys import cookie_keys

    app = Flask(__name__, template_folder="../templates", static_folder="../static")
    keys = cookie_keys(services.settings.secret_keys)
    secure = services.settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        SESSION_COOKIE_NAME="__Secure-fanal" if secure else "fanal",
        SESSION_COOKIE_PATH=MOUNT,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
    )
    app.extensions.update(fanal=services, desk=desk, gate=gate)
    app.before_request(bodies.bounded)  # before the token is looked for, which reads the form
    CSRFProtect(app)
    app.jinja_env.globals.update(NAVIGATION=areas.NAVIGATION, ADMINISTRATION=areas.ADMINISTRATION)
    app.jinja_env.globals.update(csrf=pages.csrf, alarms=alarm.alarms)
    app.jinja_env.filters.update(own_words=names.own_words)
    words.join(app)
    faults.join(app)
    gate.join(app)
    for blueprint in areas.blueprints():
        app.register_blueprint(blueprint)
    app.after_request(_harden)
    return app


def _harden(response: Response) -> Response:
    """Bind every page to its own origin and keep it out of every store."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
