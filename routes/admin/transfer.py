"""Import and export of the tables."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from routes.admin.gate import signed_in
from routes.admin.pages import page

bp = Blueprint("transfer", __name__, url_prefix="/transfer")
bp.before_request(signed_in)


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the page."""
    return page("stub.html")
