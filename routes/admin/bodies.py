"""How much of a form is read: little from strangers, and never so many fields that calls would wait for it.

Reading a form holds the process that also answers calls. A stranger needs no more than the form of a helpline, which is
held for whoever signs in again; whoever is signed in may bring in a file.
"""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from routes.admin.gate import gate, signed_in

STRANGERS = 64 * 1024
"""Bytes of a form at most from whoever is not signed in."""
UPLOAD = "transfer.look"
"""The page that says itself, beside its field, that a file is too large, and keeps the rest of the form."""
LONGEST_UPLOAD = 16 * 1024 * 1024
"""Bytes of its form at most; a file waits on disk, and of one that is too large only the beginning is read."""
MOST_FIELDS = 2000
"""Fields of a form at most; those with files have a limit of the library's own, half of it."""


def bounded() -> ResponseReturnValue | None:
    """Refuse a form that is too long or has too many fields, before anything reads it; a stranger is led to sign in."""
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return None
    if gate().who() is None:
        if (request.content_length or 0) > STRANGERS:
            return signed_in()
        request.max_content_length = STRANGERS
    elif request.endpoint == UPLOAD and request.mimetype == "multipart/form-data":
        request.max_content_length = LONGEST_UPLOAD
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= MOST_FIELDS:
        abort(413)
    return None
