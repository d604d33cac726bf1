"""Whether the process lives, whether it can lead callers, and its figures for monitoring."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from ivr.edition import NoEditionError
from routes.forms import the_services

bp = Blueprint("health", __name__)


@bp.get("/health/live")
def live() -> Response:
    """Answer that the process lives."""
    return jsonify(status="live")


@bp.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Answer which revision is served: ready, stale (an older one is served), or no directory at all (503).

    `number` is that of the published revision, null for tables that nobody has published; `switches` is how many
    numbers an emergency switch keeps out of service.
    """
    shelf = the_services().shelf
    try:
        found = shelf.found
    except NoEditionError:
        return jsonify(status="no directory", revision=None, number=None, switches=0), 503
    status = "stale" if shelf.stale else "ready"
    told = {"revision": found.directory.revision, "number": found.number, "switches": found.switches}
    return jsonify(status=status, **told), 200


@bp.get("/metrics")
def metrics() -> Response:
    """Give the figures to whoever sends the token; where none is configured, the page does not exist."""
    services = the_services()
    token = services.settings.metrics_token
    if token is None:
        abort(404)
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        abort(403)
    return Response(services.metrics.page(), content_type=CONTENT_TYPE_LATEST)
