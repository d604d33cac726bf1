"""Changes on their way: difference in words, effect on callers, approval by a second person.

Who may do what is decided at the desk (`directory.desk`); these pages offer what it would accept, and say why not.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.draft import Draft, MergeError, Stage
from directory.desk.people import Role, StageError, UnknownError
from directory.desk.revisions import UncheckedError
from directory.faults import Faults
from directory.languages import is_language
from directory.pieces import Place
from directory.typography import Script, tidy
from routes.admin.conflicts import Sides, conflict, settled
from routes.admin.gate import actor, fresh_sign_in, needs, signed_in, typed_before
from routes.admin.pages import desk, now, page, services
from routes.admin.reader import moment
from routes.admin.reading import Reading, read
from routes.admin.ways import FROM_FOLDER, ways
from routes.admin.words import _

LONGEST = 4000
"""Characters of a reason or an answer that are kept: they stand in the log for good."""
FINISHED = 30
"""Changes that are no longer on their way, on the first page."""

bp = Blueprint("review", __name__, url_prefix="/changes")
bp.before_request(signed_in)


@bp.get("")
def listing() -> ResponseReturnValue:
    """List the changes by where they stand, and the revision that is live."""
    drafts = desk().drafts
    live = desk().revisions.live()
    return page(
        "review/listing.html",
        waiting=drafts.listing((Stage.WAITING,)),
        begun=drafts.listing((Stage.OPEN,)),
        finished=drafts.listing((Stage.PUBLISHED, Stage.WITHDRAWN), FINISHED),
        live=live,
        undoable=bool(live and live.number > 1 and actor().may(Role.APPROVER) and not _from_folder()),
        from_folder=_from_folder(),
        moment=moment,
    )


@bp.get("/<int(max=2147483647):number>")
def show(number: int) -> ResponseReturnValue:
    """Show one change: what differs, what it does to callers, and what can be done with it."""
    draft, before = _draft(number), typed_before()
    ticked = "unchecked" in before and before.get("hash") == draft.submitted_hash
    return _page(draft, typed={"unchecked": "yes"} if ticked else None)


@bp.get("/<int(max=2147483647):number>/<any(submit, 'send-back', withdraw, update, settle, approve):action>")
def come_back(number: int, action: str) -> ResponseReturnValue:
    """Lead whoever opens the address of a form anew back to the change itself."""
    del action
    return redirect(url_for("review.show", number=number), 303)


@bp.post("/<int(max=2147483647):number>/submit")
@needs(Role.EDITOR)
def submit(number: int) -> ResponseReturnValue:
    """Hand a change over for approval."""
    draft, reason = _draft(number), _written("reason")
    try:
        desk().drafts.submit(draft.id, actor(), now(), reason)
    except StageError as fault:
        return _page(_draft(number), fault, {"reason": reason})
    return _done(number, _("Handed over. Another person has to approve it now."))


@bp.post("/<int(max=2147483647):number>/send-back")
def send_back(number: int) -> ResponseReturnValue:
    """Open a change again that waits for approval."""
    draft, answer = _draft(number), _written("answer")
    try:
        desk().drafts.send_back(draft.id, actor(), now(), answer)
    except StageError as fault:
        return _page(_draft(number), fault, {"answer": answer})
    return _done(number, _("Sent back. It can be changed again."))


@bp.post("/<int(max=2147483647):number>/withdraw")
def withdraw(number: int) -> ResponseReturnValue:
    """Give a change up."""
    draft = _draft(number)
    try:
        desk().drafts.withdraw(draft.id, actor(), now())
    except StageError as fault:
        return _page(_draft(number), fault)
    return _done(number, _("Given up. Callers notice nothing of it."))


@bp.post("/<int(max=2147483647):number>/update")
@needs(Role.EDITOR)
def update(number: int) -> ResponseReturnValue:
    """Put a change onto the revision that is live now."""
    draft = _draft(number)
    try:
        found = desk().drafts.bring_up_to_date(draft.id, actor(), now())
    except MergeError as fault:
        return _conflicts(draft, fault.conflicts)
    except (StageError, Faults) as fault:
        return _page(_draft(number), fault)
    return _done(number, _up_to_date(found))


@bp.post("/<int(max=2147483647):number>/settle")
@needs(Role.EDITOR)
def settle(number: int) -> ResponseReturnValue:
    """Say of each entry that both have changed whose state it is to have."""
    draft = _draft(number)
    mine, theirs, base = desk().drafts.files(number), desk().files(_live()), desk().files(draft.base)
    try:
        chosen = settled(request.form, _sides(draft), mine, theirs, base)
        found = desk().drafts.settle(number, actor(), now(), chosen)
    except MergeError as fault:
        return _conflicts(draft, fault.conflicts, _("Say of each entry which state it is to have."))
    except (StageError, Faults) as fault:
        return _page(draft, fault)
    return _done(number, _up_to_date(found))


@bp.post("/<int(max=2147483647):number>/approve")
@needs(Role.APPROVER)
@fresh_sign_in
def approve(number: int) -> ResponseReturnValue:
    """Put a change live, exactly as it was shown."""
    draft = _draft(number)
    if _from_folder():
        return _page(draft, StageError(FROM_FOLDER))
    shown, accepted = request.form.get("hash", ""), request.form.get("unchecked") == "yes"
    standing = desk().standing()
    try:
        found = desk().drafts.approve(number, actor(), now(), shown, accept_unchecked=accepted, standing=standing)
    except StageError as fault:
        return _page(_draft(number), fault)
    words = _("Approved. Revision {number} is live: callers are served it within two seconds.")
    return _done(number, words.format(number=found.number))


@bp.get("/undo")
@needs(Role.APPROVER)
def undo() -> ResponseReturnValue:
    """Show what returning to the revision before the live one would do."""
    return _undo_page(note=typed_before().get("note", ""))


@bp.post("/undo")
@needs(Role.APPROVER)
@fresh_sign_in
def undo_now() -> ResponseReturnValue:
    """Return to the revision before the live one, at once."""
    note, seen = _written("note").strip(), request.form.get("live", "")
    if _from_folder() or not note:
        words = FROM_FOLDER if _from_folder() else "Say why, in a few words: everybody will read it."
        return _undo_page(StageError(words), note)
    try:
        found = desk().revisions.undo(actor(), now(), note, int(seen) if seen.isdecimal() and len(seen) < 10 else 0)
    except StageError as fault:
        return _undo_page(fault, note)
    flash(_("Undone. Revision {number} is live and says what the one before said.").format(number=found.number))
    return redirect(url_for("review.listing"), 303)


def _page(draft: Draft, fault: Exception | None = None, typed: dict[str, str] | None = None) -> ResponseReturnValue:
    """Show a change; with a fault, say it at the top and keep what was typed."""
    live = desk().revisions.live()
    moved = draft.stage in {Stage.OPEN, Stage.WAITING} and live is not None and live.number != draft.base
    speaks = _speaks()
    words = page(
        "review/change.html",
        draft=draft,
        read=_reading(draft, speaks),
        ways=ways(draft, actor(), moved, _from_folder(), desk().drafts.in_one_hand(draft, actor(), now())),
        moved=moved,
        live=live,
        authors=_authors(draft),
        speaks=speaks,
        faults=[_words(fault)] if fault else [],
        decide=isinstance(fault, UncheckedError),
        typed=typed or {},
        moment=moment,
    )
    return words, 409 if fault else 200


def _reading(draft: Draft, speaks: str | None) -> Reading:
    before = desk().revisions.directory(draft.base)
    return read(before, desk().drafts.directory(draft.id), desk().standing(), now(), speaks)


def _conflicts(draft: Draft, places: tuple[Place, ...], fault: str = "") -> ResponseReturnValue:
    """Show each entry that the change and the live revision have both changed, in words, and let somebody choose."""
    rows = [conflict(each, _sides(draft)) for each in places]
    return page("review/conflicts.html", draft=draft, rows=rows, faults=[fault] if fault else []), 409


def _sides(draft: Draft) -> Sides:
    base, theirs = (desk().revisions.directory(number) for number in (draft.base, _live()))
    return Sides(base, desk().drafts.directory(draft.id), theirs)


def _undo_page(fault: Exception | None = None, note: str = "") -> ResponseReturnValue:
    live = desk().revisions.live()
    if live is None or live.number < 2:
        abort(404)
    before, after = (desk().revisions.directory(number) for number in (live.number, live.number - 1))
    speaks = _speaks()
    words = page(
        "review/undo.html",
        live=live,
        target=desk().revisions.get(live.number - 1),
        read=read(before, after, desk().standing(), now(), speaks),
        speaks=speaks,
        note=note,
        faults=[_words(fault)] if fault else [],
        moment=moment,
    )
    return words, 409 if fault else 200


def _written(name: str) -> str:
    """Return a field of plain words as it was written, without what cannot be seen: terminals would obey it."""
    return tidy(request.form.get(name, "")[:LONGEST].replace("\r\n", "\n"), Script.PROSE)


def _draft(number: int) -> Draft:
    try:
        return desk().drafts.get(number)
    except UnknownError:
        abort(404)


def _live() -> int:
    live = desk().revisions.live()
    return live.number if live else 0


def _speaks() -> str | None:
    wanted = request.args.get("speaks", "")
    return wanted if is_language(wanted) else None


def _from_folder() -> bool:
    """Tell whether callers are served a folder's tables instead of the published revision."""
    return services().settings.directory_path is not None


def _authors(draft: Draft) -> list[str]:
    return list(dict.fromkeys(each.name for each in draft.edits))


def _up_to_date(draft: Draft) -> str:
    words = _("Up to date with revision {number}. Read it again before you hand it over.")
    return words.format(number=draft.base)


def _words(fault: Exception) -> str:
    return _(str(fault))


def _done(number: int, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("review.show", number=number), 303)
