"""The first page: what needs somebody now, in order of harm."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from routes.admin.gate import signed_in
from routes.admin.pages import page

bp = Blueprint("home", __name__)
bp.before_request(signed_in)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show the page."""
    return page("stub.html")
