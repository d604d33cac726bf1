"""Every sentence that callers hear, by language."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from routes.admin.gate import signed_in
from routes.admin.pages import page

bp = Blueprint("prompts", __name__, url_prefix="/sentences")
bp.before_request(signed_in)


@bp.get("")
def listing() -> ResponseReturnValue:
    """Show the page."""
    return page("stub.html")
