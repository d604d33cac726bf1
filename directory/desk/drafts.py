"""Drafts: changes on their way to becoming a revision, from the first edit to the approval by a second person.

A draft holds whole files that always compile. Every save names what the editor saw of the piece they changed, so that
nobody overwrites what they have not read; an approval names the hash of what was read, so that nothing else goes live.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from directory.desk import audit
from directory.desk.draft import BaseMovedError, ConflictError, ContentError, Draft, Edit, MergeError, Stage
from directory.desk.mistakes import Wordless, must_have_words, must_not_mislead
from directory.desk.people import Actor, NotAllowedError, Role, StageError, UnknownError
from directory.desk.revisions import Origin, Revision, compiled_of, files_of, hash_of, live, must_be_decided, publish
from directory.desk.tables import drafts, edits
from directory.desk.ties import in_one_hand, must_be_another
from directory.desk.writes import turn
from directory.load import compile_files
from directory.model import Directory
from directory.pieces import HEAD, Files, Place, fingerprint, merged, piece, replaced, split, with_piece_of
from directory.switched import Standing

LONGEST_TITLE = 200
"""Characters of a title that are kept."""


class Drafts:
    """Begins, changes, submits, answers and publishes drafts."""

    def __init__(self, engine: sa.Engine, wordless: Wordless) -> None:
        self._engine = engine
        self._wordless = wordless

    def get(self, id_: int) -> Draft:
        """Return a draft. Raises `UnknownError`."""
        with self._engine.connect() as connection:
            return _get(connection, id_)

    def listing(self, stages: Iterable[Stage] = tuple(Stage), limit: int = 100) -> tuple[Draft, ...]:
        """Return the drafts at these stages, the one changed last first."""
        wanted = [stage.value for stage in stages]
        query = sa.select(drafts.c.id).where(drafts.c.stage.in_(wanted))
        with self._engine.connect() as connection:
            found = connection.scalars(query.order_by(drafts.c.changed_at.desc(), drafts.c.id.desc()).limit(limit))
            return tuple(_get(connection, id_) for id_ in found.all())

    def of(self, actor: Actor) -> Draft | None:
        """Return the actor's own open draft, the one changed last."""
        return next((each for each in self.listing((Stage.OPEN,)) if each.opened_by == actor.id), None)

    def files(self, id_: int) -> dict[str, str]:
        """Return a draft's files. Raises `UnknownError`."""
        with self._engine.connect() as connection:
            return _files(connection, id_)

    def directory(self, id_: int) -> Directory:
        """Return a draft compiled. Raises `UnknownError`."""
        return compile_files(self.files(id_))

    def in_one_hand(self, draft: Draft, actor: Actor, now: dt.datetime) -> bool:
        """Tell whether the actor's account and an author's may be in one hand: see `desk.ties`."""
        with self._engine.connect() as connection:
            return in_one_hand(connection, actor.id, draft.authors, now)

    def begin(self, actor: Actor, now: dt.datetime, title: str, files: Files | None = None) -> Draft:
        """Begin a draft on the live revision, with its content or with other files (a return to an older state).

        Raises `StageError` before the first revision, Faults for files that do not compile.
        """
        actor.must(Role.EDITOR)
        if files is not None:
            compile_files(files)
        with turn(self._engine) as connection:
            base = live(connection)
            if base is None:
                raise StageError("There is no revision yet to begin with.")
            content = files_of(connection, base.number)
            row = {
                "title": title.strip()[:LONGEST_TITLE] or f"{actor.name}, {now:%Y-%m-%d}",
                "stage": Stage.OPEN.value,
                "base": base.number,
                "opened_by": actor.id,
                "opened_name": actor.name,
                "opened_at": now,
                "changed_at": now,
                "reason": "",
                "answer": "",
                **_content(content),
            }
            made = connection.execute(drafts.insert().values(row)).inserted_primary_key
            id_ = int(made[0]) if made else 0
            audit.record(connection, actor, "draft begun", f"draft:{id_}", now, title=row["title"])
            if files is not None:
                self._store(connection, id_, content, files, actor, now)
            return _get(connection, id_)

    def save(self, id_: int, actor: Actor, now: dt.datetime, place: Place, text: str | None, seen: str) -> Draft:
        """Put one piece into a draft, or take it out (None); `seen` is the `fingerprint` of what the editor saw.

        Raises `ConflictError` where it is another by now, `StageError` where the draft is not open, Faults where the
        directory would not compile: then nothing is saved.
        """
        actor.must(Role.EDITOR)
        with turn(self._engine) as connection:
            draft, files = _open(connection, id_), _files(connection, id_)
            present = piece(files, place)
            if fingerprint(present) != seen and fingerprint(present) != fingerprint(text):
                raise ConflictError(place, present, _last_editor(draft, place))
            self._store(connection, id_, files, replaced(files, place, text), actor, now)
            return _get(connection, id_)

    def save_files(self, id_: int, actor: Actor, now: dt.datetime, files: Files, seen: str) -> Draft:
        """Put whole files into a draft (an import); `seen` is the draft's hash when the editor saw it.

        Raises `ContentError` where it has changed since, `StageError`, Faults.
        """
        actor.must(Role.EDITOR)
        with turn(self._engine) as connection:
            draft = _open(connection, id_)
            if draft.hash != seen:
                raise ContentError("The draft has changed since: look at what this would do to it now.")
            self._store(connection, id_, _files(connection, id_), files, actor, now)
            return _get(connection, id_)

    def bring_up_to_date(self, id_: int, actor: Actor, now: dt.datetime) -> Draft:
        """Put the draft's changes onto the live revision. Raises `MergeError` where both changed the same piece."""
        actor.must(Role.EDITOR)
        with turn(self._engine) as connection:
            draft, present = _open(connection, id_), _live(connection)
            theirs = files_of(connection, present.number)
            result = merged(files_of(connection, draft.base), _files(connection, id_), theirs)
            if result.conflicts:
                raise MergeError(result.conflicts)
            self._base_on(connection, id_, present, result.files, actor, now)
            return _get(connection, id_)

    def settle(self, id_: int, actor: Actor, now: dt.datetime, settled: Mapping[Place, str | None]) -> Draft:
        """Say what each piece is to be that the live revision has changed too, and count the draft as based on that.

        Raises `MergeError` where there are more such pieces than `settled` names, `StageError`, Faults.
        """
        actor.must(Role.EDITOR)
        with turn(self._engine) as connection:
            draft, present = _open(connection, id_), _live(connection)
            theirs = files_of(connection, present.number)
            base, mine = files_of(connection, draft.base), _files(connection, id_)
            for place in settled:
                base, mine = (with_piece_of(theirs, files, place) for files in (base, mine))
            result = merged(base, mine, theirs)
            if result.conflicts:
                raise MergeError(result.conflicts)
            files = _with_all(result.files, settled)
            self._base_on(connection, id_, present, files, actor, now)
            self._store(connection, id_, theirs, files, actor, now)
            return _get(connection, id_)

    def submit(self, id_: int, actor: Actor, now: dt.datetime, reason: str) -> Draft:
        """Hand a draft over for approval, with a reason.

        Raises `StageError` for one that changes nothing or that no server could say, `MistakeError` for one that would
        mislead callers.
        """
        actor.must(Role.EDITOR)
        if not reason.strip():
            raise StageError("Say why: whoever approves it was not there.")
        with turn(self._engine) as connection:
            draft = _open(connection, id_)
            base = files_of(connection, draft.base)
            if draft.hash == hash_of(base):
                raise StageError("There is no change in this draft yet.")
            after = compile_files(_files(connection, id_))
            must_not_mislead(compile_files(base), after, now)
            must_have_words(after, self._wordless)
            _update(connection, id_, {
                "stage": Stage.WAITING.value,
                "reason": reason.strip(),
                "submitted_by": actor.id,
                "submitted_name": actor.name,
                "submitted_at": now,
                "submitted_hash": draft.hash,
                "answer": "",
                "answered_name": None,
            })  # fmt: skip
            told = {"hash": draft.hash, "reason": reason.strip()}
            audit.record(connection, actor, audit.SUBMITTED, f"draft:{id_}", now, **told)
            return _get(connection, id_)

    def send_back(self, id_: int, actor: Actor, now: dt.datetime, answer: str) -> Draft:
        """Open a waiting draft again: an approver with a word why, or one of its authors who wants to go on."""
        with turn(self._engine) as connection:
            draft = _at(connection, id_, Stage.WAITING)
            if actor.id not in draft.authors:
                actor.must(Role.APPROVER)
                if not answer.strip():
                    raise StageError("Say what is missing, so that it can be put right.")
            values = {"stage": Stage.OPEN.value, "answer": answer.strip(), "answered_name": actor.name}
            _update(connection, id_, {**values, "submitted_hash": None, "changed_at": now})
            audit.record(connection, actor, "draft sent back", f"draft:{id_}", now, answer=answer.strip())
            return _get(connection, id_)

    def withdraw(self, id_: int, actor: Actor, now: dt.datetime) -> Draft:
        """Give a draft up: one of its authors or whoever opened it. It stays to be read."""
        with turn(self._engine) as connection:
            draft = _at(connection, id_, Stage.OPEN, Stage.WAITING)
            if actor.id not in {*draft.authors, draft.opened_by}:
                raise NotAllowedError("Only whoever works on a draft can give it up.")
            _update(connection, id_, {"stage": Stage.WITHDRAWN.value, "changed_at": now})
            audit.record(connection, actor, "draft withdrawn", f"draft:{id_}", now)
            return _get(connection, id_)

    def approve(
        self, id_: int, actor: Actor, now: dt.datetime, hash_: str, *, accept_unchecked: bool, standing: Standing
    ) -> Revision:
        """Publish a waiting draft, exactly as the approver has read it (`hash_`).

        Raises `NotAllowedError` for anybody whose work is in it or may be (`desk.ties`), `ContentError` for another
        hash, `BaseMovedError`, `MistakeError`, `UncheckedError`, `StageError`.
        """
        actor.must(Role.APPROVER)
        with turn(self._engine) as connection:
            draft, files = _at(connection, id_, Stage.WAITING), _files(connection, id_)
            must_be_another(connection, actor, draft.authors, now)
            if not hash_ == hash_of(files) == draft.hash == draft.submitted_hash:
                raise ContentError("The draft is not what you have read: open it again.")
            if _live(connection).number != draft.base:
                raise BaseMovedError("Another revision has gone live meanwhile: bring the draft up to date first.")
            before, after = compiled_of(connection, draft.base)[0], compile_files(files)
            must_not_mislead(before, after, now)
            must_have_words(after, self._wordless)
            must_be_decided(before, after, standing, accept_unchecked)
            author = Actor(draft.submitted_by or "", draft.submitted_name or "", frozenset())
            found = publish(
                connection, files, after, Origin.DRAFT, author, actor, now, draft.reason,
                draft=id_, unchecked=accept_unchecked,
            )  # fmt: skip
            values = {"stage": Stage.PUBLISHED.value, "revision": found.number, "changed_at": now}
            _update(connection, id_, values)
            return found

    def _base_on(
        self, connection: sa.Connection, id_: int, present: Revision, files: Files, actor: Actor, now: dt.datetime
    ) -> None:
        """Put files into a draft that compile and are based on the revision that is live."""
        compile_files(files)
        values = {"base": present.number, "changed_at": now, **_content(files)}
        _update(connection, id_, values)
        told = {"base": present.number, "hash": values["hash"]}
        audit.record(connection, actor, "draft brought up to date", f"draft:{id_}", now, **told)

    def _store(
        self, connection: sa.Connection, id_: int, before: Files, after: Files, actor: Actor, now: dt.datetime
    ) -> None:
        """Save files that compile, and remember who changed which piece."""
        compile_files(after)
        old, new = split(before), split(after)
        differ = {place for place in {*old, *new} if fingerprint(old.get(place)) != fingerprint(new.get(place))}
        changed = sorted(differ | _reordered(old, new))
        if not changed:
            return
        _update(connection, id_, {"changed_at": now, **_content(after)})
        who = {"draft": id_, "who": actor.id, "name": actor.name, "at": now}
        rows = [{"file": place.file, "entry": place.entry, **who} for place in changed]
        connection.execute(edits.insert(), rows)
        told = {"pieces": [f"{place.file}:{place.entry}" for place in changed], "hash": hash_of(after)}
        audit.record(connection, actor, audit.CHANGED, f"draft:{id_}", now, **told)


def _get(connection: sa.Connection, id_: int) -> Draft:
    columns = [column for column in drafts.c if column.name != "files"]
    row = connection.execute(sa.select(*columns).where(drafts.c.id == id_)).first()
    if row is None:
        raise UnknownError("There is no such draft.")
    query = sa.select(edits).where(edits.c.draft == id_).order_by(edits.c.id)
    made = tuple(Edit(Place(each.file, each.entry), each.who, each.name, each.at) for each in connection.execute(query))
    return Draft(**{**row._mapping, "stage": Stage(row.stage)}, edits=made)


def _files(connection: sa.Connection, id_: int) -> dict[str, str]:
    text = connection.scalar(sa.select(drafts.c.files).where(drafts.c.id == id_))
    if text is None:
        raise UnknownError("There is no such draft.")
    return dict(json.loads(text))


def _content(files: Files) -> dict[str, str]:
    return {"files": json.dumps(dict(files), ensure_ascii=False), "hash": hash_of(files)}


def _update(connection: sa.Connection, id_: int, values: Mapping[str, Any]) -> None:
    connection.execute(drafts.update().where(drafts.c.id == id_).values(**values))


def _open(connection: sa.Connection, id_: int) -> Draft:
    return _at(connection, id_, Stage.OPEN)


def _at(connection: sa.Connection, id_: int, *stages: Stage) -> Draft:
    found = _get(connection, id_)
    if found.stage not in stages:
        raise StageError("The draft is no longer at the stage where this can be done: open it again.")
    return found


def _live(connection: sa.Connection) -> Revision:
    found = live(connection)
    if found is None:
        raise StageError("There is no revision yet to begin with.")
    return found


def _with_all(files: Files, settled: Mapping[Place, str | None]) -> dict[str, str]:
    """Return the files with every piece as it was settled. Raises `MergeError` for a row of a file that goes."""
    found = dict(files)
    for place, text in sorted(settled.items(), key=lambda each: each[0]):
        if text is not None and place.entry != HEAD and place.file not in found:
            raise MergeError((place,))
        found = replaced(found, place, text)
    return found


def _reordered(old: Iterable[Place], new: Iterable[Place]) -> set[Place]:
    """Return the heads of the files whose rows stand in another order: the first of equal services is offered first."""
    both = {*old} & {*new}
    before, after = ([place for place in one if place in both] for one in (old, new))
    return {
        Place(file)
        for file in {place.file for place in before}
        if [place for place in before if place.file == file] != [place for place in after if place.file == file]
    }


def _last_editor(draft: Draft, place: Place) -> str:
    return next((each.name for each in reversed(draft.edits) if each.place == place), "")
