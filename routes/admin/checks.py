"""Numbers due for a check, and the ticking off: somebody rings, compares what is said with what stands here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.checks import DUE_AFTER, is_due
from directory.desk.people import DeskError, Role
from directory.model import Directory, Helpline
from routes.admin.gate import actor, needs, signed_in
from routes.admin.names import country_name, language_name, need_name
from routes.admin.pages import desk, now, page
from routes.admin.reader import READER, moment
from routes.admin.records import record
from routes.admin.standing import checked_tables
from routes.admin.typed import typed
from routes.admin.words import _, n_

PAGE = 30
"""Services on one page of the list."""
STATES = ("due", "never", "overdue", "done", "all")
"""Which services are asked for, as the address says it; the first is meant where it says nothing."""

bp = Blueprint("checks", __name__, url_prefix="/checks")
bp.before_request(signed_in)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to; empty words for everything."""

    state: str
    country: str
    need: str
    speaks: str
    number: int
    """Which page of the list, from 1."""

    @property
    def filters(self) -> dict[str, Any]:
        """The same for an address, without the page."""
        found = {"state": self.state, "country": self.country, "need": self.need, "speaks": self.speaks}
        return {name: word for name, word in found.items() if word}


@bp.get("")
def listing() -> ResponseReturnValue:
    """List the services that are due, those never checked first."""
    return _listing({}, ())


@bp.get("/list")
def printed() -> ResponseReturnValue:
    """Show everything that was asked for on one page, to ring from on paper."""
    asked, today = _asked(), now().date()
    rows = _rows(checked_tables(), asked, today)
    return page(
        "checks/printed.html", asked=asked, records=[record(row, today) for row in rows], date=READER.date, today=today
    )


@bp.get("/<helpline>")
def show(helpline: str) -> ResponseReturnValue:
    """Show one service as it is to be compared, and who has checked it when."""
    return _show(helpline)


@bp.post("")
@needs(Role.EDITOR)
def tick() -> ResponseReturnValue:
    """Tick off the services that were chosen, all with the same day and the same way."""
    chosen, on = list(dict.fromkeys(request.form.getlist("helpline"))), _day(request.form.get("on", ""))
    faults = [] if chosen else [_("Choose at least one service.")]
    if on is None:
        faults.append(_("Say on which day it was checked, such as 2026-11-23."))
    else:
        faults += _tick_all(chosen, on)
    if not faults:
        return redirect(url_for("checks.listing", **_asked().filters), 303)
    alone = request.form.get("alone", "")
    return _show(alone, faults) if alone in checked_tables().helplines else _listing(_typed(), tuple(faults))


def _tick_all(chosen: list[str], on: dt.date) -> list[str]:
    """Tick off what can be, and return why the rest cannot."""
    faults, tables = [], checked_tables()
    for helpline in chosen:
        seen = request.form.get(f"seen-{helpline}", "")
        try:
            desk().checks.tick(actor(), now(), tables, helpline, seen, on, typed("how"))
        except DeskError as fault:
            faults.append(f"{helpline}: {_(str(fault))}")
    done = len(chosen) - len(faults)
    if done:
        flash(n_("%(num)d service ticked off.", "%(num)d services ticked off.", done) % {"num": done})
    return faults


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _listing(entered: Mapping[str, object], faults: tuple[str, ...]) -> ResponseReturnValue:
    asked, today, tables = _asked(), now().date(), checked_tables()
    rows = _rows(tables, asked, today)
    first = (asked.number - 1) * PAGE
    words = page(
        "checks/listing.html",
        faults=faults,
        asked=asked,
        counts=_counts(tables, today),
        records=[record(row, today) for row in rows[first : first + PAGE]],
        found=len(rows),
        pages=-(-len(rows) // PAGE),
        states=[(each, _state(each)) for each in STATES],
        **_options(tables),
        entered={"on": today.isoformat(), "how": "", "chosen": [], **entered},
        may_tick=actor().may(Role.EDITOR),
        today=today,
        days=DUE_AFTER.days,
        date=READER.date,
    )
    return words, 409 if faults else 200


def _show(helpline: str, faults: list[str] | None = None) -> ResponseReturnValue:
    today, row = now().date(), checked_tables().helplines.get(helpline)
    if row is None:
        abort(404)
    words = page(
        "checks/show.html",
        faults=faults or [],
        each=record(row, today),
        code=row.country,
        past=desk().checks.of(helpline),
        entered=_typed() if faults else {"on": today.isoformat(), "how": ""},
        may_tick=actor().may(Role.EDITOR),
        today=today,
        days=DUE_AFTER.days,
        date=READER.date,
        moment=moment,
    )
    return words, 409 if faults else 200


def _typed() -> dict[str, object]:
    return {"on": request.form.get("on", ""), "how": typed("how"), "chosen": request.form.getlist("helpline")}


def _asked() -> Asked:
    """Read the address; what cannot be meant falls away."""
    args = request.args
    state = args.get("state", "")
    number = args.get("page", "")
    return Asked(
        state=state if state in STATES else STATES[0],
        country=args.get("country", ""),
        need=args.get("need", ""),
        speaks=args.get("speaks", ""),
        number=max(1, int(number)) if number.isdecimal() and len(number) < 5 else 1,
    )


def _rows(tables: Directory, asked: Asked, today: dt.date) -> list[Helpline]:
    """Return the services that were asked for: never checked first, then those checked longest ago."""
    found = [row for row in tables.helplines.values() if _fits(row, asked) and _is_in(asked.state, row, today)]
    return sorted(found, key=lambda row: (row.checked or dt.date.min, country_name(row.country), row.order))


def _fits(row: Helpline, asked: Asked) -> bool:
    return (
        asked.country in {"", row.country}
        and (not asked.need or asked.need in row.needs)
        and (not asked.speaks or asked.speaks in row.languages)
    )


def _is_in(state: str, row: Helpline, today: dt.date) -> bool:
    due = is_due(row.checked, today)
    return {
        "due": due,
        "never": row.checked is None,
        "overdue": due and row.checked is not None,
        "done": not due,
        "all": True,
    }[state]


def _counts(tables: Directory, today: dt.date) -> dict[str, int]:
    return {state: sum(_is_in(state, row, today) for row in tables.helplines.values()) for state in STATES}


def _state(state: str) -> str:
    return {
        "due": _("due"),
        "never": _("never checked"),
        "overdue": _("checked too long ago"),
        "done": _("checked"),
        "all": _("all"),
    }[state]


def _options(tables: Directory) -> dict[str, list[tuple[str, str]]]:
    spoken = {tag for row in tables.helplines.values() for tag in row.languages}
    return {
        "countries": sorted(((code, country_name(code)) for code in tables.countries), key=lambda pair: pair[1]),
        "needs_": [(need, need_name(need)) for need in tables.needs],
        "languages": sorted(((tag, language_name(tag)) for tag in spoken), key=lambda pair: pair[1]),
    }
