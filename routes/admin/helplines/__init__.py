"""The helplines: list, search, filter, and the form that changes one in a draft."""

from __future__ import annotations

from flask import Blueprint
from flask_wtf.csrf import CSRFError

from directory.desk.people import Role
from routes.admin.gate import needs
from routes.admin.helplines import editing, held, listing, one, removal

bp = Blueprint("helplines", __name__, url_prefix="/helplines")
bp.before_request(held.guard)
bp.register_error_handler(CSRFError, held.too_late)
bp.add_url_rule("", "listing", listing.show)
bp.add_url_rule("/new", "new", needs(Role.EDITOR)(editing.new))
bp.add_url_rule("/new", "create", needs(Role.EDITOR)(editing.create), methods=["POST"])
bp.add_url_rule("/look", "look", needs(Role.EDITOR)(editing.look), methods=["POST"])
bp.add_url_rule("/<id_>", "show", one.show)
bp.add_url_rule("/<id_>/edit", "edit", needs(Role.EDITOR)(editing.edit))
bp.add_url_rule("/<id_>/edit", "change", needs(Role.EDITOR)(editing.change), methods=["POST"])
bp.add_url_rule("/<id_>/remove", "ask", needs(Role.EDITOR)(removal.ask))
bp.add_url_rule("/<id_>/remove", "remove", needs(Role.EDITOR)(removal.remove), methods=["POST"])
