"""Recorded sentences, as the carrier fetches them while a call goes on: files of VAR_PATH/audio and nothing else.

Anybody may ask, without a signature: the carrier fetches audio by a plain GET (its page on Play), and a file says what
every caller of its language hears, nothing of any one of them. Only the carrier asks while a call goes on, and it knows
what it plays. A name holds 128 bits of a hash of the words, and nothing is listed. It never comes to say something
else, so it may be cached for good, as the carrier does with what it fetches. Where a file cannot be fetched the carrier
asks `/voice/fallback`, which leads the call to `/voice/voiced`: on in languages that need no file.
docs/decisions/0015-recorded-audio.md
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, request

from routes.forms import the_services

bp = Blueprint("audio", __name__)
FOR_GOOD = "public, max-age=31536000, immutable"
"""A year, which is what caches understand by for ever (RFC 9111, RFC 8246)."""
_TAG, _NAME = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII), re.compile(r"[0-9a-f]{32}\.wav")


@bp.get("/audio/<tag>/<name>")
def recording(tag: str, name: str) -> Response:
    """Send one file, or what was asked of it; 404 for every name that no recording can have.

    The tag is made from the content, so all web servers of an installation give the same.
    """
    if not _TAG.fullmatch(tag) or not _NAME.fullmatch(name):
        abort(404)
    try:
        data = (the_services().settings.places.audio / tag / name).read_bytes()
    except OSError:
        abort(404)
    response = Response(data, mimetype="audio/wav")
    response.headers["Cache-Control"] = FOR_GOOD
    response.add_etag()
    response.make_conditional(request, accept_ranges=True, complete_length=len(data))
    return response
