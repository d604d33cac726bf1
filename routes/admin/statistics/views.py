"""Figures of the months that were released: as pictures and tables, as files, and a year as a report to print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from directory.desk.people import Role
from ivr.adapters.releases import Releases
from ivr.figures.tables import Month
from routes.admin.gate import actor, fresh_sign_in, needs, signed_in
from routes.admin.pages import desk, now, page
from routes.admin.statistics import raw
from routes.admin.statistics.names import day_name, figure, month_name
from routes.admin.statistics.sections import sections
from routes.admin.statistics.titles import HIDDEN
from routes.admin.words import _
from routes.figures import Period, PeriodError, as_csv, next_release, period, plain

bp = Blueprint("statistics", __name__, url_prefix="/statistics")
bp.before_request(signed_in)

_KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the figures of some released months, the newest where none are asked for."""
    first, last = request.args.get("from", ""), request.args.get("to", "")
    try:
        return _page(period(Releases(desk().engine), first, last))
    except PeriodError as fault:
        return _page(_newest(), _(str(fault))), 400


@bp.get("/file")
def file() -> ResponseReturnValue:
    """Give released figures as a file, one table or all of them."""
    kind, names = request.args.get("kind", "csv"), request.args.getlist("table")
    try:
        found = period(Releases(desk().engine), request.args.get("from", ""), request.args.get("to", ""))
    except PeriodError:
        abort(404)
    if kind not in _KINDS or found is None or not set(names) <= found.whole.tables.keys():
        abort(404)
    text = as_csv(found, names) if kind == "csv" else json.dumps(plain(found, names), ensure_ascii=False, indent=2)
    name = "-".join(["fanal", str(found.whole.first), "to", str(found.whole.last), *names[:1]])
    response = Response(text, content_type=_KINDS[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


@bp.get("/report/<int(min=1, max=9998):year>")
def report(year: int) -> ResponseReturnValue:
    """Show what was released of a year, or of the months of it that are asked for, as a page to print."""
    asked = (request.args.get(name) or str(Month(year, month)) for name, month in (("from", 1), ("to", 12)))
    try:
        found = period(Releases(desk().engine), *sorted(asked))
    except PeriodError:
        abort(404)
    if found is None or {found.whole.first.year, found.whole.last.year} != {year}:
        abort(404)
    months = _named([each for each in found.released if each.year == year])
    return page("statistics/report.html", year=year, months=months, **_shown(found))


@bp.get("/counters")
@needs(Role.ADMINISTRATOR)
def counters() -> ResponseReturnValue:
    """Say what a look at the true counters means, before anybody takes one."""
    return page("statistics/counters.html", **raw.form(now()))


@bp.post("/counters")
@needs(Role.ADMINISTRATOR)
@fresh_sign_in
def look() -> ResponseReturnValue:
    """Show the true counters of some days; the look is in the log before they are read."""
    asked, faults = raw.asked(now())
    found = raw.rows(desk(), actor(), now(), asked) if asked else None
    return page("statistics/counters.html", **raw.form(now(), asked, faults, found)), 400 if faults else 200


def _newest() -> Period | None:
    """Return the newest month; None where there is none, or it is damaged."""
    try:
        return period(Releases(desk().engine))
    except PeriodError:
        return None


def _page(found: Period | None, fault: str = "") -> str:
    released = found.released if found else ()
    month, day = next_release(released, now())
    return page(
        "statistics/show.html",
        faults=[fault] if fault else [],
        months=_named(released),
        years=sorted({each.year for each in released}, reverse=True),
        next_month=month_name(month.first),
        next_day=day_name(day),
        late=day < now().date(),
        may_look=actor().may(Role.ADMINISTRATOR),
        **(_shown(found) if found else {"sections": ()}),
    )


def _named(months: Sequence[Month]) -> list[tuple[str, str]]:
    """Return months to choose from, the newest first, each with its name."""
    return [(str(each), month_name(each.first)) for each in reversed(months)]


def _shown(found: Period) -> dict[str, Any]:
    first, last = found.whole.first, found.whole.last
    return {
        "first": str(first),
        "last": str(last),
        "time": month_name(first.first)
        if first == last
        else _("{first} to {last}").format(first=month_name(first.first), last=month_name(last.first)),
        "lacking": [
            month_name(each.first) for each in first.upto(last) if each not in {part.first for part in found.parts}
        ],
        "made": day_name(found.whole.made_at.date()),
        "sections": sections(found.whole, found.parts),
        "figure": figure,
        "why_hidden": _(HIDDEN),
    }
