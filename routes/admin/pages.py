"""A page of the coordinators: its frame, and what every page knows."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from flask import current_app, render_template
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from directory.desk import Desk
from ivr.edition import NoEditionError
from ivr.services import Services
from routes.admin.gate import gate


def desk() -> Desk:
    """Return the coordinators' desk."""
    return cast(Desk, current_app.extensions["desk"])


def services() -> Services:
    """Return the services of the installation."""
    return cast(Services, current_app.extensions["fanal"])


def now() -> dt.datetime:
    """Return the present moment (aware, UTC)."""
    return services().clock()


def csrf() -> Markup:
    """Return the hidden field that every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def page(template: str, **values: Any) -> str:
    """Render a template below `admin/` in the frame: navigation, who is signed in, the revision that is served."""
    return render_template(f"admin/{template}", who=gate().who(), served=_served(), now=now(), **values)


def _served() -> str | None:
    try:
        return services().shelf.current.directory.revision
    except NoEditionError:
        return None
