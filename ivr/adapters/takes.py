"""Recordings that somebody has uploaded: kept aside until another person has listened to them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from directory.desk import Desk, audit
from directory.desk.people import Actor, Role, StageError, UnknownError
from directory.desk.tables import Moment
from directory.desk.ties import must_be_another
from ivr.adapters.wordings import metadata

takes = sa.Table(
    "takes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("language", sa.String(16), nullable=False, index=True),
    sa.Column("phrase", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("sound", sa.LargeBinary, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("stage", sa.String(16), nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("answered_by", sa.String(64)),
    sa.Column("answered_name", sa.String(200)),
    sa.Column("answered_at", Moment),
)
_HEAD = tuple(column for column in takes.c if column.name not in {"sound", "answered_by"})


class TakeStage(StrEnum):
    """Where an uploaded recording stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    """It is played to callers."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Take:
    """One recording, without its sound. `hash` is SHA-256 of the sound: what a listener's answer is bound to."""

    id: int
    language: str
    phrase: str
    text: str
    hash: str
    seconds: float
    stage: TakeStage
    who: str
    name: str
    at: dt.datetime
    answered_name: str | None
    answered_at: dt.datetime | None


class TakeStore:
    """Keeps recordings until they are answered; the sound of an answered one is kept no longer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, language: str, phrase: str | None = None) -> tuple[Take, ...]:
        """Return the recordings of a language, or of one sentence of it, the newest first."""
        query = sa.select(*_HEAD).where(takes.c.language == language).order_by(takes.c.id.desc())
        if phrase is not None:
            query = query.where(takes.c.phrase == phrase)
        with self._desk.engine.connect() as connection:
            return tuple(_take(row) for row in connection.execute(query))

    def sound(self, id_: int) -> bytes:
        """Return the WAV file of a recording that waits. Raises `UnknownError`."""
        with self._desk.engine.connect() as connection:
            found = connection.scalar(sa.select(takes.c.sound).where(takes.c.id == id_))
        if not found:
            raise UnknownError("There is no such recording.")
        return bytes(found)

    def offer(
        self, actor: Actor, now: dt.datetime, language: str, phrase: str, text: str, sound: bytes, seconds: float
    ) -> Take:
        """Keep a recording aside; it has been looked at, and says `text` as far as a machine can tell."""
        actor.must(Role.EDITOR)
        row = {
            "language": language,
            "phrase": phrase,
            "text": text,
            "hash": hashlib.sha256(sound).hexdigest(),
            "sound": sound,
            "seconds": seconds,
            "stage": TakeStage.WAITING.value,
            "who": actor.id,
            "name": actor.name,
            "at": now,
        }
        with self._desk.turn() as connection:
            made = connection.execute(takes.insert().values(row)).inserted_primary_key
            audit.record(connection, actor, "recording offered", f"{language} {phrase}", now, hash=row["hash"])
            return _get(connection, int(made[0]) if made else 0)

    def take(self, id_: int, actor: Actor, now: dt.datetime, hash_: str, put: Callable[[Take, bytes], None]) -> Take:
        """Let callers hear a recording, exactly the one listened to (`hash_`); never by whoever uploaded it.

        `put` writes it where recordings are played from; when that fails, nothing is answered.
        """
        actor.must(Role.EDITOR)
        with self._desk.turn() as connection:
            found = _waiting(connection, id_)
            must_be_another(connection, actor, (found.who,), now)
            if found.hash != hash_:
                raise StageError("The recording is not the one that you have heard: open the page again.")
            put(found, bytes(connection.scalar(sa.select(takes.c.sound).where(takes.c.id == id_)) or b""))
            _answer(connection, id_, TakeStage.TAKEN, actor, now)
            subject = f"{found.language} {found.phrase}"
            audit.record(connection, actor, "recording live", subject, now, hash=hash_, by=found.name)
            return _get(connection, id_)

    def refuse(self, id_: int, actor: Actor, now: dt.datetime) -> Take:
        """Refuse a recording, or give up one's own."""
        actor.must(Role.EDITOR)
        with self._desk.turn() as connection:
            found = _waiting(connection, id_)
            _answer(connection, id_, TakeStage.REFUSED, actor, now)
            audit.record(
                connection, actor, "recording refused", f"{found.language} {found.phrase}", now, hash=found.hash
            )
            return _get(connection, id_)


def _get(connection: sa.Connection, id_: int) -> Take:
    row = connection.execute(sa.select(*_HEAD).where(takes.c.id == id_)).first()
    if row is None:
        raise UnknownError("There is no such recording.")
    return _take(row)


def _take(row: Any) -> Take:
    return Take(**{**row._mapping, "stage": TakeStage(row.stage)})


def _waiting(connection: sa.Connection, id_: int) -> Take:
    found = _get(connection, id_)
    if found.stage is not TakeStage.WAITING:
        raise StageError("This recording does not wait for anybody any more.")
    return found


def _answer(connection: sa.Connection, id_: int, stage: TakeStage, actor: Actor, now: dt.datetime) -> None:
    values = {"answered_by": actor.id, "answered_name": actor.name, "answered_at": now}
    connection.execute(takes.update().where(takes.c.id == id_).values(stage=stage.value, sound=b"", **values))
