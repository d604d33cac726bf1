"""The first page: what needs somebody now, in order of harm."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from directory.desk.people import DeskError
from routes.admin.gate import actor, signed_in
from routes.admin.matters import Matter, matters
from routes.admin.pages import now, page
from routes.admin.words import _

bp = Blueprint("home", __name__)
bp.before_request(signed_in)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show what needs somebody."""
    found: list[Matter] = []
    fault = ""
    try:
        found = matters(actor(), now())
    except DeskError as unknown:
        fault = _(str(unknown))
    return page("home/show.html", matters=found, fault=fault)
