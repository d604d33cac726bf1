"""What a coordinator reads when something cannot be done: a page in words, never a traceback."""

from __future__ import annotations

import logging

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from directory.desk.people import DeskError, NotAllowedError
from routes.admin.words import _

log = logging.getLogger(__name__)


def join(app: Flask) -> None:
    """Answer every failure with a page in words."""
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(NotAllowedError, _not_allowed)
    app.register_error_handler(DeskError, _no_longer)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DataError, _unkeepable)
    app.register_error_handler(OverflowError, _unkeepable)
    app.register_error_handler(Exception, _failed)


def expired(_fault: CSRFError) -> ResponseReturnValue:
    """Refuse a form without the token of its session."""
    return _page(400, _("This form has expired, or came from elsewhere. Nothing was done. Open the page anew."))


def _not_allowed(fault: NotAllowedError) -> ResponseReturnValue:
    return _page(403, _(str(fault)))


def _no_longer(fault: DeskError) -> ResponseReturnValue:
    return _page(409, _(str(fault)))


def _refused(fault: HTTPException) -> ResponseReturnValue:
    words = {
        403: _("Your account may not do this. An administrator can give you the role for it."),
        404: _("There is no such page, or what it showed is gone."),
        405: _("This address takes forms only. Go back and use the page's own buttons."),
        413: _("That is too much at once: 4 megabytes are the most. Nothing was taken."),
    }
    return _page(fault.code or 500, words.get(fault.code or 500, _("The server did not understand this request.")))


def _unkeepable(_fault: Exception) -> ResponseReturnValue:
    """Refuse what no database takes: U+0000, a number beyond its columns, words beyond them. Nothing of it was kept."""
    words = _("Something in this cannot be kept: a sign that is not seen, a number too large, or far too many words.")
    return _page(400, words)


def _database_away(fault: DBAPIError) -> ResponseReturnValue:
    log.error("desk_away", exc_info=fault)
    return _page(503, _("The database does not answer. Nothing was changed, and calls go on. Try again in a moment."))


def _failed(fault: Exception) -> ResponseReturnValue:
    log.error("page_failed", exc_info=fault)
    return _page(500, _("Something went wrong on our side. Nothing was half done; the operator's log has the details."))


def _page(status: int, words: str) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return words, status, {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("admin/fault.html", words=words, status=status), status
