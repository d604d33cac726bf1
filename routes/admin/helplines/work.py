"""One sitting at the form of a helpline: the draft and the row that it began with, what is typed, what is there now."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, request

from directory.desk.draft import Draft, Stage
from directory.desk.people import UnknownError
from directory.model import Directory
from directory.pieces import Files
from directory.writing import row_of
from routes.admin.gate import actor
from routes.admin.helplines.tables import files_of, working_draft
from routes.admin.helplines.typed import Row, Typed, received, to_row
from routes.admin.pages import desk

_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Work:
    """What a form is about. `id` is empty for a new helpline that has none yet."""

    id: str
    country: str
    new: bool
    draft: Draft | None
    """Where it will be saved; None where a draft will be begun."""
    files: Files
    directory: Directory
    """The draft's tables, or the live ones, without what stands above them."""

    @property
    def present(self) -> Row | None:
        """The row as it is there now; None where there is none."""
        helpline = self.directory.helplines.get(self.id)
        return None if helpline is None else row_of(helpline, self.directory.countries[helpline.country].timezone.key)

    @property
    def can_save(self) -> bool:
        """Tell whether something can be saved into the draft."""
        return self.draft is None or self.draft.stage is Stage.OPEN


def of_helpline(id_: str) -> Work:
    """Return the work on a helpline of the draft or the live tables. Aborts with 404 where there is none to open.

    A form that was opened before somebody removed the helpline still comes through.
    """
    work = _work(id_, id_[:2].upper(), new=False)
    if work.country not in work.directory.countries or (request.method == "GET" and work.present is None):
        abort(404)
    return work


def of_new(country: str, id_: str) -> Work:
    """Return the work on a helpline that is to be made. Aborts with 404 for a country that is not covered."""
    work = _work(id_, country, new=True)
    if country not in work.directory.countries:
        abort(404)
    return work


def basis() -> Row | None:
    """Return the row that the editor saw when the form was opened, as the form has carried it; None for none."""
    try:
        found: Any = json.loads(request.form.get("basis") or "null")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def written_basis(row: Row | None) -> str:
    """Return a row for the form to carry."""
    return json.dumps(row, ensure_ascii=False) if row else ""


def typed_now() -> Typed:
    """Return what the browser sent."""
    return received(request.form)


def row_now(typed: Typed, work: Work) -> Row:
    """Return the row that the form says, against the row that the editor saw; the country's zone is left unsaid.

    A new helpline is held against nothing, whatever its form carries: nobody has checked it.
    """
    row = to_row(typed, None if work.new else basis())
    if row.get("timezone") == work.directory.countries[work.country].timezone.key:
        del row["timezone"]
    return row


def proposed_id(country: str, name: str, known: Mapping[str, object]) -> str:
    """Return an id for a new helpline, from its country and its English name; another where that is taken."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z0-9]+", bare) if word not in {"the", "of", "for", "and", "on", "a"}]
    first = "-".join((country.lower(), *words[:3])) if words else ""
    if not first or first not in known:
        return first
    return next(each for each in (f"{first}-{number}" for number in range(2, len(known) + 3)) if each not in known)


def _work(id_: str, country: str, new: bool) -> Work:
    draft = working_draft(actor(), request.values.get("draft", ""))
    try:
        files = files_of(draft)
    except UnknownError:
        abort(404)
    live = desk().revisions.live()
    directory = desk().drafts.directory(draft.id) if draft else desk().revisions.directory(live.number if live else 0)
    return Work(id_, country, new, draft, files, directory)
