"""Import and export of the tables: out from any revision or draft, in through a preview into a draft."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.people import Role, StageError
from directory.exchange.csv_table import table_csv
from directory.exchange.kinds import MEDIA_TYPES, Kind, take_out
from directory.faults import Faults
from directory.load import compile_files
from routes.admin.gate import actor, needs, signed_in
from routes.admin.names import country_name
from routes.admin.pages import desk, now, page, services
from routes.admin.sources import LIVE, SourceError, choices
from routes.admin.transfer.bringing import NEW, Brought, BroughtError, brought, open_drafts
from routes.admin.transfer.contents import files_of
from routes.admin.transfer.preview import preview
from routes.admin.typed import typed
from routes.admin.ways import FROM_FOLDER
from routes.admin.words import _

bp = Blueprint("transfer", __name__, url_prefix="/transfer")
bp.before_request(signed_in)


@bp.get("")
def show() -> ResponseReturnValue:
    """Offer what can be taken out, and the form for bringing something in."""
    return _page()


@bp.get("/export")
def export() -> ResponseReturnValue:
    """Give the tables as a file."""
    source, country = request.args.get("source", LIVE), request.args.get("country", "")
    try:
        kind = Kind(request.args.get("kind", ""))
    except ValueError:
        return _page(export_fault=_("Choose one of the kinds of file.")), 400
    try:
        files = files_of(source)
        text = take_out(kind, files, country or None)
    except (SourceError, Faults) as fault:
        words = str(fault) if isinstance(fault, SourceError) else _("These tables have faults: they cannot be read.")
        return _page(export_fault=words), 404
    except KeyError:
        return _page(export_fault=_("These tables have no such country.")), 404
    name = "-".join(["fanal", compile_files(files).revision, *([country.lower()] if country else [])])
    return _file(text, f"{name}.{kind.value}", kind)


@bp.get("/<any(preview, save, rest):action>")
def come_back(action: str) -> ResponseReturnValue:
    """Lead whoever opens the address of a form anew back to the page."""
    del action
    return redirect(url_for("transfer.show"), 303)


@bp.post("/preview")
@needs(Role.EDITOR)
def look() -> ResponseReturnValue:
    """Show what a file would change, and every fault in it."""
    try:
        return _preview(brought())
    except BroughtError as fault:
        return _page(import_fault=str(fault)), 400


@bp.post("/rest")
@needs(Role.EDITOR)
def rest() -> ResponseReturnValue:
    """Give the rows that could not be taken as a table, to be completed."""
    try:
        found = brought()
    except BroughtError as fault:
        return _page(import_fault=str(fault)), 400
    return _file(table_csv(found.proposal.left), "fanal-to-complete.csv", Kind.CSV)


@bp.post("/save")
@needs(Role.EDITOR)
def save() -> ResponseReturnValue:
    """Put what the preview has shown into a draft: exactly that, or look again."""
    try:
        found = brought()
    except BroughtError as fault:
        return _page(import_fault=str(fault)), 400
    if found.seen != found.hash:
        return _preview(found, _("The tables have changed since: this is what the file would do to them now."))
    try:
        number = _saved(found)
    except StageError as fault:
        return _preview(brought(), _(str(fault)))
    flash(_("Put into the change. Callers notice nothing until another person has approved it."))
    return redirect(url_for("review.show", number=number), 303)


def _saved(found: Brought) -> int:
    """Save what was brought in; a new draft is begun for it. Returns the draft's number."""
    drafts, person = desk().drafts, actor()
    if found.target != NEW:
        return drafts.save_files(int(found.target), person, now(), found.proposal.files, found.seen).id
    draft = drafts.begin(person, now(), typed("title") or _("Brought in from a file"))
    try:
        return drafts.save_files(draft.id, person, now(), found.proposal.files, found.seen).id
    except StageError:
        drafts.withdraw(draft.id, person, now())
        raise


def _preview(found: Brought, notice: str = "") -> ResponseReturnValue:
    drafts = open_drafts()
    return page("transfer/preview.html", found=found, shown=preview(found), drafts=drafts, notice=notice, NEW=NEW)


def _page(export_fault: str = "", import_fault: str = "") -> str:
    source = request.args.get("source", LIVE)
    codes = _countries(source)
    return page(
        "transfer/show.html",
        sources=choices(source),
        source=source,
        kinds=[(kind.value, words) for kind, words in _kinds()],
        kind=request.args.get("kind", Kind.CSV.value),
        countries=sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1]),
        country=request.args.get("country", ""),
        drafts=open_drafts(),
        target=request.form.get("target", NEW),
        may_bring=actor().may(Role.EDITOR),
        from_folder=_(FROM_FOLDER) if services().settings.directory_path else "",
        export_fault=export_fault,
        import_fault=import_fault,
        NEW=NEW,
    )


def _kinds() -> tuple[tuple[Kind, str], ...]:
    return (
        (Kind.CSV, _("A table for a spreadsheet (CSV): the helplines, a row each")),
        (Kind.YAML, _("The tables themselves (YAML), with their comments")),
        (Kind.HSDS, _("Open Referral HSDS 3.1 (JSON), for other directories")),
    )


def _countries(source: str) -> list[str]:
    try:
        files = files_of(source)
    except SourceError:
        return []
    return [name[:2].upper() for name in files if len(name) == len("xx.yaml")]


def _file(text: str, name: str, kind: Kind) -> Response:
    response = Response(text, content_type=MEDIA_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
