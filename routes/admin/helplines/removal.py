"""Taking a helpline out: what that does to callers, before it is done in a draft."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.people import DeskError
from directory.faults import Faults
from directory.load import compile_files
from directory.model import Directory
from directory.pieces import fingerprint, piece, replaced
from routes.admin.gate import actor
from routes.admin.helplines.complaints import words_of
from routes.admin.helplines.tables import place_of
from routes.admin.helplines.work import Work, of_helpline
from routes.admin.names import service_name
from routes.admin.pages import desk, now, page
from routes.admin.reading import read
from routes.admin.words import _


def ask(id_: str) -> ResponseReturnValue:
    """Say what would happen to callers."""
    work = of_helpline(id_)
    return _page(work, _piece(work), ())


def remove(id_: str) -> ResponseReturnValue:
    """Take a helpline out of the draft, once somebody has confirmed that."""
    work = of_helpline(id_)
    present = _piece(work)
    if present is None:
        return _page(work, None, (), 409)
    if not request.form.get("sure"):
        return _page(work, present, (_("Tick that you have read what happens to callers."),), 422)
    try:
        compile_files(replaced(work.files, place_of(id_), None))
        name = service_name(work.directory.helplines[id_])
        draft = work.draft or desk().drafts.begin(actor(), now(), f"{name} ({id_})")
        seen = request.form.get("seen", "")
        desk().drafts.save(draft.id, actor(), now(), place_of(id_), None, seen)
    except Faults as faults:
        return _page(work, present, tuple(map(words_of, faults.faults)), 422)
    except DeskError as fault:
        return _page(work, present, (_(str(fault)),), 409)
    flash(
        _("Taken out in the draft “{title}”. Callers notice nothing before it is approved.").format(title=draft.title)
    )
    return redirect(url_for("helplines.listing", draft=draft.id), 303)


def _piece(work: Work) -> str | None:
    """Return the helpline's own row; None where it comes from the harmonised numbers. Aborts where there is neither."""
    if work.id not in work.directory.helplines:
        abort(404)
    return piece(work.files, place_of(work.id))


def _page(work: Work, present: str | None, faults: tuple[str, ...], status: int = 200) -> ResponseReturnValue:
    after = _after(work) if present is not None else None
    standing = desk().standing()
    return page(
        "helplines/remove.html",
        work=work,
        helpline=work.directory.helplines[work.id],
        name=service_name(work.directory.helplines[work.id]),
        own=present is not None,
        seen=fingerprint(present),
        comes_back=after is not None and work.id in after.helplines,
        reading=None if after is None else read(work.directory, after, standing, now(), None),
        faults=faults,
    ), status


def _after(work: Work) -> Directory | None:
    try:
        return compile_files(replaced(work.files, place_of(work.id), None))
    except Faults:
        return None
