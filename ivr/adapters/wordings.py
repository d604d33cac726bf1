"""Wordings in SQL: proposed by one person, live when another has reviewed exactly their text."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from directory.desk import Desk, audit
from directory.desk.people import Actor, Role, StageError, UnknownError
from directory.desk.tables import Moment
from directory.desk.ties import must_be_another
from ivr.phrases import Phrase
from ivr.wordings import Wording, Wordings, Words, name_of

metadata = sa.MetaData()
proposals = sa.Table(
    "wordings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("language", sa.String(16), nullable=False, index=True),
    sa.Column("phrase", sa.String(64), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("english", sa.String(16), nullable=False),
    sa.Column("stage", sa.String(16), nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("answered_by", sa.String(64)),
    sa.Column("answered_name", sa.String(200)),
    sa.Column("answered_at", Moment),
)
reviews = sa.Table(
    "wording_reviews",
    metadata,
    sa.Column("language", sa.String(16), primary_key=True),
    sa.Column("phrase", sa.String(64), primary_key=True),
    sa.Column("words", sa.String(16), primary_key=True),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
)


class Stage(StrEnum):
    """Where a proposed wording stands."""

    PROPOSED = "proposed"
    LIVE = "live"
    REPLACED = "replaced"
    """Another wording of the same sentence has become live, or was proposed."""
    REFUSED = "refused"
    """Given up by its author, or refused by a reviewer."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One wording, with who wrote it and who answered."""

    id: int
    wording: Wording
    stage: Stage
    who: str
    name: str
    at: dt.datetime
    answered_name: str | None
    answered_at: dt.datetime | None

    @property
    def hash(self) -> str:
        """What a review of it is bound to."""
        return name_of(self.wording.words)


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody has read these words, and found them right."""

    language: str
    phrase: str
    words: str
    name: str
    at: dt.datetime


class WordingStore:
    """Proposes, reviews and lists wordings."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def live(self) -> Wordings:
        """Return what is to be laid over the catalogues, in two short reads. Raises SQLAlchemy's errors."""
        with self._desk.engine.connect() as connection:
            found = tuple(sorted(each.wording for each in _select(connection, proposals.c.stage == Stage.LIVE.value)))
            read = connection.execute(sa.select(reviews.c.language, reviews.c.phrase, reviews.c.words))
            return Wordings(found, frozenset((row.language, row.phrase, row.words) for row in read))

    def proposed(self, language: str | None = None) -> tuple[Proposal, ...]:
        """Return what waits for a review, the newest first."""
        wanted = proposals.c.stage == Stage.PROPOSED.value
        if language is not None:
            wanted &= proposals.c.language == language
        with self._desk.engine.connect() as connection:
            return tuple(_select(connection, wanted))

    def history(self, language: str, phrase: Phrase) -> tuple[Proposal, ...]:
        """Return every wording of a sentence that was ever proposed, the newest first."""
        wanted = (proposals.c.language == language) & (proposals.c.phrase == phrase.value)
        with self._desk.engine.connect() as connection:
            return tuple(_select(connection, wanted))

    def reviews(self, language: str) -> tuple[Review, ...]:
        """Return the reviews of a language."""
        query = sa.select(reviews).where(reviews.c.language == language).order_by(reviews.c.at)
        with self._desk.engine.connect() as connection:
            return tuple(
                Review(row.language, row.phrase, row.words, row.name, row.at) for row in connection.execute(query)
            )

    def propose(self, actor: Actor, now: dt.datetime, wording: Wording) -> Proposal:
        """Propose a wording, in place of an earlier proposal of the same sentence. It has been looked at for faults."""
        actor.must(Role.EDITOR)
        row = {
            "language": wording.language,
            "phrase": wording.phrase.value,
            "words": json.dumps(wording.words, ensure_ascii=False),
            "english": wording.english,
            "stage": Stage.PROPOSED.value,
            "who": actor.id,
            "name": actor.name,
            "at": now,
        }
        with self._desk.turn() as connection:
            _move(connection, wording, Stage.PROPOSED, Stage.REPLACED)
            made = connection.execute(proposals.insert().values(row)).inserted_primary_key
            told = {"words": name_of(wording.words), "text": list(wording.words)}
            audit.record(connection, actor, "wording proposed", _subject(wording), now, **told)
            return _get(connection, int(made[0]) if made else 0)

    def approve(self, id_: int, actor: Actor, now: dt.datetime, hash_: str) -> Proposal:
        """Make a wording live, exactly as it was read (`hash_`); never by whoever wrote it."""
        actor.must(Role.EDITOR)
        with self._desk.turn() as connection:
            found = _waiting(connection, id_)
            must_be_another(connection, actor, (found.who,), now)
            if found.hash != hash_:
                raise StageError("The sentence is not what you have read: open it again.")
            _move(connection, found.wording, Stage.LIVE, Stage.REPLACED)
            _answer(connection, id_, Stage.LIVE, actor, now)
            _review(connection, found.wording, actor, now)
            audit.record(connection, actor, "wording live", _subject(found.wording), now, words=hash_, by=found.name)
            return _get(connection, id_)

    def refuse(self, id_: int, actor: Actor, now: dt.datetime) -> Proposal:
        """Refuse a wording, or give up one's own."""
        actor.must(Role.EDITOR)
        with self._desk.turn() as connection:
            found = _waiting(connection, id_)
            _answer(connection, id_, Stage.REFUSED, actor, now)
            audit.record(connection, actor, "wording refused", _subject(found.wording), now, words=found.hash)
            return _get(connection, id_)

    def withdraw(self, actor: Actor, now: dt.datetime, wording: Wording) -> None:
        """Return to the catalogue's own words at once: they have been there before, and harm nobody."""
        actor.must(Role.EDITOR)
        with self._desk.turn() as connection:
            if not _move(connection, wording, Stage.LIVE, Stage.REPLACED):
                raise StageError("The catalogue's own words are said already.")
            audit.record(connection, actor, "wording withdrawn", _subject(wording), now, words=name_of(wording.words))

    def mark(self, actor: Actor, now: dt.datetime, wording: Wording) -> None:
        """Note that a native speaker has read the words of a sentence as they are said now, and found them right."""
        actor.must(Role.EDITOR)
        with self._desk.turn() as connection:
            if _review(connection, wording, actor, now):
                audit.record(
                    connection, actor, "wording reviewed", _subject(wording), now, words=name_of(wording.words)
                )


def _select(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> Iterator[Proposal]:
    for row in connection.execute(sa.select(proposals).where(wanted).order_by(proposals.c.id.desc())):
        if row.phrase in set(Phrase):  # one that the program no longer says is nobody's concern
            yield _proposal(row)


def _proposal(row: Any) -> Proposal:
    words: Words = tuple(json.loads(row.words))
    wording = Wording(row.language, Phrase(row.phrase), words, row.english)
    return Proposal(
        row.id, wording, Stage(row.stage), row.who, row.name, row.at, row.answered_name, row.answered_at
    )  # fmt: skip


def _get(connection: sa.Connection, id_: int) -> Proposal:
    found = next(_select(connection, proposals.c.id == id_), None)
    if found is None:
        raise UnknownError("There is no such wording.")
    return found


def _waiting(connection: sa.Connection, id_: int) -> Proposal:
    found = _get(connection, id_)
    if found.stage is not Stage.PROPOSED:
        raise StageError("This wording does not wait for a review any more.")
    return found


def _move(connection: sa.Connection, wording: Wording, old: Stage, new: Stage) -> bool:
    """Move every wording of the same sentence from one stage to another; tell whether there was one."""
    wanted = (proposals.c.language == wording.language) & (proposals.c.phrase == wording.phrase.value)
    statement = proposals.update().where(wanted & (proposals.c.stage == old.value)).values(stage=new.value)
    return bool(connection.execute(statement).rowcount)


def _answer(connection: sa.Connection, id_: int, stage: Stage, actor: Actor, now: dt.datetime) -> None:
    values = {"stage": stage.value, "answered_by": actor.id, "answered_name": actor.name, "answered_at": now}
    connection.execute(proposals.update().where(proposals.c.id == id_).values(**values))


def _review(connection: sa.Connection, wording: Wording, actor: Actor, now: dt.datetime) -> bool:
    """Keep a review, once; tell whether it is new."""
    key = {"language": wording.language, "phrase": wording.phrase.value, "words": name_of(wording.words)}
    if connection.execute(sa.select(reviews.c.at).filter_by(**key)).first() is not None:
        return False
    connection.execute(reviews.insert().values(**key, who=actor.id, name=actor.name, at=now))
    return True


def _subject(wording: Wording) -> str:
    return f"{wording.language} {wording.phrase.value}"
