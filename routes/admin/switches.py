"""The emergency switch: a number out of service, or read out only, at once."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from routes.admin.gate import signed_in
from routes.admin.pages import page

bp = Blueprint("switches", __name__, url_prefix="/switches")
bp.before_request(signed_in)


@bp.get("")
def listing() -> ResponseReturnValue:
    """Show the page."""
    return page("stub.html")
