"""Editing one helpline in a draft: opening the form, looking at what it would mean, saving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.draft import ConflictError
from directory.desk.people import DeskError
from directory.faults import Faults
from directory.findings import Severity
from directory.judgement import judged, taken
from directory.load import compile_files
from directory.pieces import fingerprint, piece, remarks, replaced
from directory.plain_week import written
from directory.writing import row_text
from routes.admin.gate import actor
from routes.admin.helplines import merging, week_form
from routes.admin.helplines.clashes import clash, still_open
from routes.admin.helplines.complaints import Complaint, about, called, complaints, errors, too_long
from routes.admin.helplines.form import Seen, mark_of, options, sheet, times_typed
from routes.admin.helplines.one import elsewhere
from routes.admin.helplines.tables import place_of
from routes.admin.helplines.typed import MOST_ROWS, Row, Typed, from_row, twice
from routes.admin.helplines.typed import too_long as too_long_fields
from routes.admin.helplines.week_form import WeekError
from routes.admin.helplines.work import Work, basis, of_helpline, of_new, proposed_id, row_now, typed_now
from routes.admin.names import country_name, language_name
from routes.admin.pages import desk, now, page
from routes.admin.standing import NoTablesError, live_tables
from routes.admin.words import _

_LISTS = ("names", "numbers", "exceptions")
_PLACES = frozenset(map(str, range(1, MOST_ROWS + 1)))


def edit(id_: str) -> ResponseReturnValue:
    """Open the form of a helpline."""
    work = of_helpline(id_)
    return form_page(work, from_row(work.present or {}), Seen(work.present))


def change(id_: str) -> ResponseReturnValue:
    """Do with the form of a helpline what its button says."""
    return act(of_helpline(id_))


def new() -> ResponseReturnValue:
    """Ask for the country of a new helpline, then open its form."""
    country = request.args.get("country", "")
    try:
        known = live_tables().countries
    except NoTablesError:
        known = {}
    if country not in known:
        names = sorted(((code, country_name(code)) for code in known), key=lambda pair: pair[1])
        return page("helplines/country.html", countries=names)
    work = of_new(country, "")
    start = {"kind": "helpline", "cost": "unknown", "anonymous": "unknown", "hours": "unknown"}
    tags = dict.fromkeys(("en", "fr", *work.directory.countries[country].languages[:2]))
    typed = Typed(texts=start, names=tuple((tag, "") for tag in tags), audience=("anyone",))
    return form_page(work, typed, Seen(None))


def create() -> ResponseReturnValue:
    """Do with the form of a new helpline what its button says."""
    typed = typed_now()
    return act(of_new(request.form.get("country", ""), typed.text("id")))


def look() -> ResponseReturnValue:
    """Say what the form would mean, for the page to show while somebody types."""
    typed = typed_now()
    known = request.form.get("helpline", "")
    work = of_helpline(known) if known else of_new(request.form.get("country", ""), typed.text("id"))
    return render_template("admin/helplines/look.html", sheet=sheet(work, typed, Seen(basis())))


def act(work: Work) -> ResponseReturnValue:
    """Do what the button says that the form was sent with; without one, save."""
    typed, deed = typed_now(), request.form.get("act", "save")
    kind, _dash, what = deed.partition("-")
    match kind:
        case "look":
            return form_page(work, typed, Seen(basis(), boxes=_own_boxes()))
        case "week":
            return _write_week(work, typed)
        case "add" if what in _LISTS:
            return form_page(work, typed, Seen(basis(), room={what: 2}, boxes=_own_boxes()))
        case "remove":
            return form_page(work, _without(typed, what), Seen(basis(), boxes=_own_boxes()))
    return save(work, typed)


def form_page(work: Work, typed: Typed, seen: Seen, status: int = 200) -> ResponseReturnValue:
    """Show the form with all that was typed."""
    others = () if work.new else elsewhere(work.id, work.draft)
    if seen.clash is None and request.form.getlist("overlap"):
        seen = replace(seen, clash=still_open(row_now(typed, work), seen.row or {}, _choices()))
    present = desk().revisions.live()
    words = page(
        "helplines/form.html",
        sheet=sheet(work, typed, seen),
        elsewhere=others,
        live=present.number if present else 0,
        language_name=language_name,
        **options(work),
    )
    return words, status


def save(work: Work, typed: Typed) -> ResponseReturnValue:
    """Save the form into the draft, or show it again with what stands against that."""
    seen, found = basis(), list(too_long(too_long_fields(typed)))
    if found or not work.can_save:
        notice = "" if work.can_save else _("Nothing can be changed in this draft any more: it has been handed over.")
        return form_page(work, typed, Seen(seen, tuple(found), notice), 422)
    typed, week_faults = _with_week(typed)
    settled, open_choices = _with_choices(typed, work)
    if work.new and not typed.text("id"):
        typed = typed.having(id=proposed_id(work.country, dict(typed.names).get("en", ""), work.directory.helplines))
        work, settled = replace(work, id=typed.text("id")), typed
    row = row_now(settled, work)
    if not work.new and work.present != seen:
        return _clashed(work, seen, row)
    if not work.new and row == work.present:
        flash(_("Nothing was changed, so nothing was saved."))
        return _back(work)
    found = [*week_faults, *open_choices, *_against(work, settled, row, seen)]
    if found:
        boxes = _own_boxes() if week_faults else None
        return form_page(work, typed, Seen(seen, tuple(found), boxes=boxes), 422)
    return _store(work, typed, row, seen)


def _against(work: Work, typed: Typed, row: Row, seen: Row | None) -> list[Complaint]:
    """Return everything that keeps a row from being saved."""
    names = [tag for tag, _name in typed.names]
    verdict = judged(work.directory, work.country, row, now())
    found = list(complaints(verdict.faults, names))
    if work.new and work.id in work.directory.helplines:
        found += complaints([taken(work.id)])
    if not work.new and typed.text("id") != work.id:
        found.append(about("id", _("It never changes: it stays {id}.").format(id=work.id)))
    for tag in twice(typed):
        found.append(about(f"name.{tag}", _("There are two names in this language: keep one."), names))
    found += errors(each for each in verdict.findings if each.severity is Severity.ERROR)
    mark = "" if verdict.faults else times_typed(typed, work).mark
    if mark and mark != mark_of(seen, work) and request.form.get("confirmed") != mark:
        found.append(about("confirmed", _("Look at the two weeks below and tick that they are right.")))
    return found


def _store(work: Work, typed: Typed, row: Row, seen: Row | None) -> ResponseReturnValue:
    place = place_of(work.id)
    present = piece(work.files, place)
    text = remarks(present) + row_text(row)
    try:
        compile_files(replaced(work.files, place, text))
        draft = work.draft or desk().drafts.begin(actor(), now(), f"{dict(typed.names).get('en', '')} ({work.id})")
        desk().drafts.save(draft.id, actor(), now(), place, text, fingerprint(present))
    except Faults as faults:
        return form_page(work, typed, Seen(seen, complaints(faults.faults)), 422)
    except ConflictError:
        return _clashed(of_helpline(work.id), seen, row)
    except DeskError as fault:
        return form_page(work, typed, Seen(seen, notice=_(str(fault))), 409)
    flash(_("Saved in the draft “{title}”. Callers notice nothing before it is approved.").format(title=draft.title))
    return redirect(url_for("helplines.show", id_=work.id, draft=draft.id), 303)


def _clashed(work: Work, seen: Row | None, row: Row) -> ResponseReturnValue:
    """Show what somebody else has changed meanwhile, with both changes put together as far as they go."""
    present = work.present
    if present is None:
        return form_page(work, from_row(row), Seen(None, clash=clash(work, seen, row, None)), 409)
    both = merging.merged(seen or {}, row, present)
    return form_page(work, from_row(both.row), Seen(present, clash=clash(work, seen, row, both)), 409)


def _with_choices(typed: Typed, work: Work) -> tuple[Typed, list[Complaint]]:
    """Put in what was chosen between two people's values; complain where a choice is still open."""
    chosen = _choices()
    missing = [
        Complaint(f"choice-{name}", called(name), _("Choose which of the two it is to be."))
        for name, choice in chosen.items()
        if choice not in {"mine", "theirs"}
    ]
    if not chosen:
        return typed, missing
    return from_row(merging.chosen(row_now(typed, work), basis() or {}, chosen)), missing


def _choices() -> dict[str, str]:
    """Return the fields that two people had changed, with the choice that was made: empty for none yet."""
    return {name: request.form.get(f"choice.{name}", "") for name in request.form.getlist("overlap")}


def _with_week(typed: Typed) -> tuple[Typed, list[Complaint]]:
    """Write the plain week into the hours where only the week was changed since the page was made."""
    before = request.form.get("week.of", "")
    filled = week_form.received(request.form)
    if filled == week_form.of_hours(before):
        return typed, []
    if typed.text("hours") not in {before, ""}:
        words = _("The plain week and the written hours were both changed: change one, and leave the other.")
        return typed, [about("week", words)]
    return _written_week(typed, filled)


def _written_week(typed: Typed, filled: Mapping[str, str]) -> tuple[Typed, list[Complaint]]:
    try:
        hours = written(week_form.week_of(filled))
    except WeekError as fault:
        words = _("Write times such as 08:00 and 16:30, from and to ({day}).")
        return typed, [about("week", words.format(day=str(fault)))]
    if not hours:
        return typed, [about("week", _("A week that is never open says nothing: if nobody knows, write `unknown`."))]
    return typed.having(hours=hours), []


def _write_week(work: Work, typed: Typed) -> ResponseReturnValue:
    """Write the plain week into the hours, to be looked at."""
    filled = week_form.received(request.form)
    typed, found = _written_week(typed, filled)
    return form_page(work, typed, Seen(basis(), tuple(found), boxes=filled if found else None), 422 if found else 200)


def _own_boxes() -> dict[str, str] | None:
    """Return the plain week as it was typed; None where it is as the page had made it."""
    filled = week_form.received(request.form)
    return None if filled == week_form.of_hours(request.form.get("week.of", "")) else filled


def _without(typed: Typed, what: str) -> Typed:
    """Return the form without one row, such as `numbers-2`; as it is where there is no such row."""
    name, _dash, place = what.rpartition("-")
    if name not in _LISTS or place not in _PLACES:
        return typed
    gone = int(place) - 1
    match name:
        case "names":
            return replace(typed, names=typed.names[:gone] + typed.names[gone + 1 :])
        case "numbers":
            return replace(typed, numbers=typed.numbers[:gone] + typed.numbers[gone + 1 :])
    return replace(typed, exceptions=typed.exceptions[:gone] + typed.exceptions[gone + 1 :])


def _back(work: Work) -> ResponseReturnValue:
    draft = work.draft.id if work.draft is not None and request.form.get("draft") else None
    return redirect(url_for("helplines.show", id_=work.id, draft=draft), 303)
