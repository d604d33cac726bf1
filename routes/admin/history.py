"""Every revision and every decision: what callers were served when, who put it there, and the log that proves it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.audit import Entry, Only, Verdict
from directory.desk.people import DeskError, Role, StageError, UnknownError
from directory.desk.revisions import Origin, Revision, unchecked
from directory.difference import difference
from directory.faults import Faults
from directory.model import Directory
from directory.typography import Script, tidy
from routes.admin.deeds import deed, details, place
from routes.admin.gate import actor, fresh_sign_in, needs, signed_in, typed_before
from routes.admin.names import country_name, service_name
from routes.admin.pages import desk, now, page
from routes.admin.reader import moment
from routes.admin.reading import entries
from routes.admin.standing import rules
from routes.admin.words import _

PAGE = 30
"""Revisions on one page."""
ENTRIES = 50
"""Entries of the log on one page."""
_DIGITS = 9
"""A number in an address is no longer."""

bp = Blueprint("history", __name__, url_prefix="/history")
bp.before_request(signed_in)


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry of the log in the reader's language."""

    entry: Entry
    words: str
    place: str
    details: tuple[tuple[str, str], ...]


@bp.get("")
def listing() -> ResponseReturnValue:
    """List the revisions, the newest first."""
    found = desk().revisions.history(PAGE + 1, _number("before"))
    live = desk().revisions.live()
    return page(
        "history/listing.html",
        revisions=found[:PAGE],
        older=found[PAGE - 1].number if len(found) > PAGE else None,
        live=live.number if live else 0,
        origin=origin_name,
        moment=moment,
        may_read_log=_may_read_log(),
        from_folder=not rules(),
    )


@bp.get("/<int(max=2147483647):number>")
def show(number: int) -> ResponseReturnValue:
    """Show one revision and what it changed."""
    return _show(_revision(number))


@bp.post("/<int(max=2147483647):number>/confirm")
@needs(Role.APPROVER)
@fresh_sign_in
def confirm(number: int) -> ResponseReturnValue:
    """Settle a revision that nobody has approved: an approver has read it."""
    found = _revision(number)
    try:
        if _unchecked(found) and request.form.get("unchecked") != "yes":
            raise StageError("Services that nobody has ever checked are live: decide that they may be.")
        desk().revisions.confirm(number, actor(), now())
    except (DeskError, Faults) as fault:
        return _show(found, _words(fault))
    flash(_("Noted in the log: you have read revision {number}.").format(number=number))
    return redirect(url_for("history.show", number=number), 303)


@bp.post("/<int(max=2147483647):number>/return")
@needs(Role.EDITOR)
def return_to(number: int) -> ResponseReturnValue:
    """Begin a change that brings the content of an older revision back."""
    found = _revision(number)
    try:
        title = _("Return to revision {number}").format(number=number)
        draft = desk().drafts.begin(actor(), now(), title, desk().revisions.files(number))
    except (DeskError, Faults) as fault:
        return _show(found, _words(fault))
    flash(_("A change has begun. Callers notice nothing until another person has approved it."))
    return redirect(url_for("review.show", number=draft.id), 303)


@bp.get("/log")
def log() -> ResponseReturnValue:
    """Show the log, for those who answer for it."""
    _must_read_log()
    who, action, subject = (tidy(request.args.get(name, ""), Script.NAME) for name in ("who", "action", "subject"))
    found = desk().entries(_number("before"), ENTRIES + 1, Only(who, action, subject))
    people, actions = desk().told()
    names = dict(people)
    return page(
        "history/log.html",
        deeds=[Deed(each, deed(each, names), place(each), details(each)) for each in found[:ENTRIES]],
        older=found[ENTRIES - 1].number if len(found) > ENTRIES else None,
        people=people,
        actions=actions,
        filters={"who": who, "action": action, "subject": subject},
        moment=moment,
    )


@bp.get("/log/verify")
def verify() -> ResponseReturnValue:
    """Prove the log, or say where it is broken."""
    _must_read_log()
    written = request.args.get("head", "").strip()
    head, fault = _head(written)
    verdict: Verdict | None = None if fault else desk().verify(head)
    words = page(
        "history/verify.html", verdict=verdict, head=written, held=head is not None, faults=[fault] if fault else []
    )
    return words, 400 if fault else 200


def origin_name(origin: Origin) -> str:
    """Return in words how a revision came to be."""
    return {
        Origin.SHIPPED: _("came with the program"),
        Origin.DRAFT: _("a change that a second person approved"),
        Origin.UNDO: _("an approver's return to the one before"),
        Origin.COMMAND: _("the operator's command line"),
    }[origin]


def _show(found: Revision, fault: str = "") -> ResponseReturnValue:
    live = desk().revisions.live()
    unconfirmed = desk().revisions.unconfirmed()
    person, before, damage = actor(), None, ""
    after: Directory | None = None
    try:
        after = desk().revisions.directory(found.number)
        before = desk().revisions.directory(found.number - 1) if found.number > 1 else None
    except (DeskError, Faults) as broken:
        damage = _words(broken)
    is_live = live is not None and live.number == found.number
    unconfirmed_here = unconfirmed is not None and unconfirmed.number == found.number
    words = page(
        "history/show.html",
        faults=[fault] if fault else [],
        found=found,
        damage=damage,
        entries=entries(difference(before, after), before, after) if before and after else None,
        is_live=is_live,
        unconfirmed=unconfirmed_here,
        unchecked=_unchecked(found) if unconfirmed_here and not damage else [],
        ticked="unchecked" in typed_before(),
        may_approve=person.may(Role.APPROVER),
        may_edit=person.may(Role.EDITOR),
        rules=rules(),
        origin=origin_name,
        moment=moment,
    )
    return words, 409 if fault else 200


def _unchecked(found: Revision) -> list[str]:
    """Name the services of a revision that nobody has checked, as far as they came with it."""
    revisions = desk().revisions
    after = revisions.directory(found.number)
    before = revisions.directory(found.number - 1) if found.number > 1 else None
    rows = [after.helplines[id_] for id_ in unchecked(before, after, desk().standing())]
    return sorted(f"{country_name(row.country)}: {service_name(row)} ({row.id})" for row in rows)


def _revision(number: int) -> Revision:
    try:
        return desk().revisions.get(number)
    except UnknownError:
        abort(404)


def _number(name: str) -> int | None:
    word = request.args.get(name, "")
    return int(word) if word.isdecimal() and len(word) <= _DIGITS else None


def _head(written: str) -> tuple[tuple[int, str] | None, str]:
    """Read a head as it was written down, `12:9f…`; nothing for nothing, and a sentence for what is none."""
    number, colon, hash_ = written.partition(":")
    if not written:
        return None, ""
    if not (number.isdecimal() and len(number) <= _DIGITS and colon and len(hash_.strip()) == 64):
        return None, _("Write the head as this page gave it: a number, a colon and 64 letters and digits.")
    return (int(number), hash_.strip().lower()), ""


def _words(fault: Exception) -> str:
    if isinstance(fault, Faults):
        return _("The tables of this revision have faults, so nothing can be shown of them.")
    return _(str(fault))


def _may_read_log() -> bool:
    person = actor()
    return person.may(Role.APPROVER) or person.may(Role.ADMINISTRATOR)


def _must_read_log() -> None:
    if not _may_read_log():
        abort(403)
