"""The helplines: list, search, filter, and the form that changes one in a draft."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from directory.desk.people import Role
from routes.admin.gate import needs
from routes.admin.helplines import editing, held, listing, one, removal
from routes.admin.helplines.folder import Given, unless_folder


def _editors(view: Callable[Given, ResponseReturnValue]) -> Callable[Given, ResponseReturnValue]:
    """Let editors alone use a view, and only where the desk rules."""
    return needs(Role.EDITOR)(unless_folder(view))


bp = Blueprint("helplines", __name__, url_prefix="/helplines")
bp.before_request(held.guard)
bp.register_error_handler(CSRFError, held.too_late)
bp.add_url_rule("", "listing", listing.show)
bp.add_url_rule("/new", "new", _editors(editing.new))
bp.add_url_rule("/new", "create", _editors(editing.create), methods=["POST"])
bp.add_url_rule("/look", "look", _editors(editing.look), methods=["POST"])
bp.add_url_rule("/<id_>", "show", one.show)
bp.add_url_rule("/<id_>/edit", "edit", _editors(editing.edit))
bp.add_url_rule("/<id_>/edit", "change", _editors(editing.change), methods=["POST"])
bp.add_url_rule("/<id_>/remove", "ask", _editors(removal.ask))
bp.add_url_rule("/<id_>/remove", "remove", _editors(removal.remove), methods=["POST"])
