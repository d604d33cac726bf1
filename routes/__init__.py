"""HTTP in: webhooks of the carrier, health, and the pages. Thin: each view unpacks, calls and answers.

The web's libraries are imported by `create_app`, because the command line lives in this package and needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from ivr.services import Services

BODY_LIMIT = 64 * 1024
"""Bytes of a request at most; the carrier's forms are far smaller."""


def create_app(services: Services) -> Flask:
    """Build the web application around its services. No import has an effect; nothing is read from the environment."""
    from flask import redirect

    from routes import audio, health, sms, status, voice
    from routes.admin import MOUNT
    from routes.answers import harden
    from routes.telephone import Telephone
    from routes.timing import Timed

    app = Telephone(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # webhooks answer POST alone
    app.url_map.merge_slashes = False  # an address that is written otherwise is another one, and leads nowhere
    app.extensions["fanal"] = services
    for blueprint in (voice.bp, sms.bp, status.bp, health.bp, audio.bp):
        app.register_blueprint(blueprint)
    if services.settings.demo:
        from routes import phone  # the browser phone stands only where the carrier is a stand-in

        app.register_blueprint(phone.bp)
        app.add_url_rule("/", "home", lambda: redirect("/phone"))
    else:  # it is the coordinators', who have to show who they are
        app.add_url_rule("/phone", "phone", lambda: redirect(f"{MOUNT}/try"))
    app.after_request(harden)
    app.wsgi_app = Timed(app.wsgi_app, services.metrics)  # type: ignore[assignment,method-assign]  # as Flask's own pages advise
    return app


def create_site(services: Services) -> WSGIApplication:
    """Put the coordinators' pages beside the telephone side, below `/admin`: two applications that share nothing.

    The pages are made when somebody first asks for them: their libraries take a third of a start and ten megabytes.
    Where they cannot be made (a library is missing on one machine), calls are answered all the same.
    """
    from routes.admin import MOUNT
    from routes.later import Later

    return _beside(create_app(services), MOUNT, Later(lambda: _pages(services)))


def _beside(site: WSGIApplication, mount: str, pages: WSGIApplication) -> WSGIApplication:
    """Put one application below a path of another.

    The library's way asks at every slash of a path: one that had nothing else took as long as seventy requests.
    """

    def answer(asked: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = asked["PATH_INFO"]
        if path != mount and not path.startswith(f"{mount}/"):
            return site(asked, start_response)
        asked["SCRIPT_NAME"] += mount
        asked["PATH_INFO"] = path[len(mount) :]
        return pages(asked, start_response)

    return answer


def _pages(services: Services) -> Flask:
    """Make the coordinators' pages."""
    from directory.database import open_database
    from directory.desk import Desk
    from ivr.speech import wordless
    from routes.admin import create_admin
    from routes.admin.accounts.entrance import AccountsGate

    desk = Desk(open_database(services.settings.database_url), wordless)
    return create_admin(services, desk, AccountsGate(desk))
