"""Tables from the coordinators' desk: the live revision, with what stands above it (switches, checks).

The database is asked once a second, from a thread of its own and never while a caller waits. What was last served is
kept on disk with its switches, so that a restart while the database is away rings no number that was taken out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from directory.desk import Desk
from directory.desk.revisions import DamagedError
from directory.desk.revisions import hash_of as hash_of_files
from directory.faults import Faults
from directory.load import PACKAGED, compile_files, load
from directory.model import Directory
from directory.packed import UnknownFormError, hash_of, packed, unpacked
from directory.switched import NOTHING, Position, Standing, Switched, Tick, overlaid
from ivr.adapters.kept import Kept
from ivr.adapters.wordings import WordingStore
from ivr.edition import Found
from ivr.phrases import Phrase
from ivr.wordings import NO_WORDINGS, Wording, Wordings

STANDING = "published.json"
"""Beside the kept tables: of which revision they are, and what stands above it."""
TABLES = "tables.packed"
"""The kept tables, as they were published."""
_TABLE = "revisions"


class EmptiedError(Exception):
    """The database holds no revision, but one was served before: it is another database, or a damaged one."""


class DeskSource:
    """Looks at the live revision and the live wordings; before the first revision, the shipped tables are served."""

    def __init__(self, engine: sa.Engine, kept: Path, shipped: Path = PACKAGED) -> None:
        self._engine = engine
        self._desk = Desk(engine)
        self._kept = Kept(kept)
        self._shipped = shipped
        self._read_last: tuple[int, bytes] | None = None
        """The last revision that could be read, packed; whether it can be spoken shows when it is served."""
        self._good: tuple[int, bytes] | None = None
        """The last revision that was served, packed."""

    def look(self) -> Hashable:
        """Return the live revision's number, 0 for none, and what stands above it. Raises ConnectionError."""
        with _reached():
            if not self._is_made():
                return 0, NOTHING, NO_WORDINGS
            return *self._desk.head(), WordingStore(self._desk).live()

    def newest(self, seen: Any) -> Found:
        """Load the revision. Raises ConnectionError, Faults, `DamagedError`, `EmptiedError`."""
        number, standing, wordings = seen
        if number == 0:
            if self._good is not None or self._read() is not None:
                raise EmptiedError
            return _served(load(self._shipped), None, standing, wordings)
        return _served(self._compiled(number), number, standing, wordings)

    def instead(self, seen: Any, *, started: bool) -> Iterator[Found]:
        """Yield the last good revision under the switches of now, or, with the database away, as it was kept.

        Where none was kept, or what was kept is damaged, what was published before; with the database away and none
        kept, the shipped tables, since there can be no switch either. With the database away it raises what is wrong
        with what is kept: shipped tables are no substitute for it, since they may hold a number that was taken out.
        """
        number, standing, wordings = seen or (0, NOTHING, NO_WORDINGS)
        if number == 0:
            if not started:
                kept = self._read()
                yield _served(unpacked(kept[1]), kept[0], *kept[2:]) if kept else Found(load(self._shipped))
            return
        last = self._good or self._kept_revision()
        if last:
            with suppress(OSError):
                self._put(*last, standing, wordings)
            yield _served(unpacked(last[1]), last[0], standing, wordings)
        if not started:
            yield from self._earlier(number, standing, wordings)

    def keep(self, seen: Any) -> None:
        """Keep the revision, which is served now, and what stands above it. Raises OSError."""
        number, standing, wordings = seen
        if self._read_last is not None and self._read_last[0] == number:
            self._good = self._read_last
        if self._good is not None and self._good[0] == number:
            self._put(*self._good, standing, wordings)

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    def _is_made(self) -> bool:
        """Tell whether somebody has made the database; looking at a file that is not there would make an empty one."""
        url = self._engine.url
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            return False
        return self._good is not None or sa.inspect(self._engine).has_table(_TABLE)

    def _compiled(self, number: int) -> Directory:
        with _reached():
            directory, content = self._desk.compiled(number)
        self._read_last = (number, content)
        return directory

    def _kept_revision(self) -> tuple[int, bytes] | None:
        """Return the revision that is kept on disk; None too where it is damaged, for the database has earlier ones."""
        with suppress(DamagedError, UnknownFormError, Faults, OSError, ValueError, KeyError, TypeError):
            kept = self._read()
            return kept[:2] if kept else None
        return None

    def _earlier(self, number: int, standing: Standing, wordings: Wordings) -> Iterator[Found]:
        """Yield the revisions before one that can be read."""
        for earlier in range(number - 1, 0, -1):
            with suppress(Faults, DamagedError):
                yield _served(self._compiled(earlier), earlier, standing, wordings)

    def _put(self, number: int, content: bytes, standing: Standing, wordings: Wordings) -> None:
        self._kept.put({STANDING: _written(number, hash_of(content), standing, wordings), TABLES: content})

    def _read(self) -> tuple[int, bytes, Standing, Wordings] | None:
        """Return what is kept. Raises `DamagedError`, ValueError and its like where it is not as it was written."""
        content = self._kept.read()
        told = content.pop(STANDING, None)
        if told is None:
            return None
        number, hash_, standing, wordings = _told(json.loads(told))
        tables = content.get(TABLES)
        if hash_ != (hash_of(tables) if tables is not None else hash_of_files(_texts(content))):
            raise DamagedError("The kept tables are not those of the revision.")
        return number, tables if tables is not None else packed(compile_files(_texts(content))), standing, wordings


def _texts(content: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files that a program before the tables were packed has kept."""
    return {name: text.decode() for name, text in content.items()}


@contextmanager
def _reached() -> Iterator[None]:
    """Turn what the database driver raises into ConnectionError: the same look may succeed later."""
    try:
        yield
    except sa.exc.SQLAlchemyError as fault:
        raise ConnectionError from fault


def _served(directory: Directory, number: int | None, standing: Standing, wordings: Wordings) -> Found:
    return Found(overlaid(directory, standing), number, len(standing.switches), wordings)


def _written(number: int, hash_: str, standing: Standing, wordings: Wordings) -> bytes:
    told = {
        "number": number,
        "hash": hash_,
        "switches": [[each.country, each.number, each.position] for each in standing.switches],
        "ticks": [[each.helpline, each.fingerprint, each.on.isoformat()] for each in standing.ticks],
        "wordings": [[each.language, each.phrase, each.words, each.english] for each in wordings.live],
    }
    return json.dumps(told, indent=1).encode()


def _told(content: Mapping[str, Any]) -> tuple[int, str, Standing, Wordings]:
    switches = tuple(Switched(country, number, Position(how)) for country, number, how in content["switches"])
    ticks = tuple(Tick(helpline, seen, dt.date.fromisoformat(on)) for helpline, seen, on in content["ticks"])
    live = tuple(
        Wording(language, Phrase(phrase), tuple(words), english)
        for language, phrase, words, english in content["wordings"]
        if phrase in set(Phrase)
    )
    return int(content["number"]), str(content["hash"]), Standing(switches, ticks), Wordings(live)
