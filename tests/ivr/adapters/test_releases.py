"""A month is released once and never changes, on SQLite and on PostgreSQL alike; old counters go, and only those."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from directory.database import open_database, writing
from ivr.adapters.batch import Batch
from ivr.adapters.books import ascribe, compare
from ivr.adapters.counters import Counters, counters
from ivr.adapters.releases import DamagedReleaseError, Releases, due_on
from ivr.events import Event, EventKind
from ivr.figures.tables import Domain, Month

DOMAIN = Domain(("mt", "ro"), ("MT", "RO"), ("trafficking", "violence"))
SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)
DUE = dt.datetime(2026, 11, 4, tzinfo=dt.UTC)


def _count(engine: sa.Engine, day: dt.date, count: int, band: int = 1, language: str = "ro") -> None:
    row = {"day": day, "band": band, "kind": EventKind.CALL.value, "name": "language", "country": "-", "need": "-"}
    with writing(engine).begin() as connection:
        connection.execute(counters.insert().values(**row, language=language, count=count))


def _by_language(releases: Releases, month: Month) -> dict[str, int | None]:
    (release,) = releases.between(month, month)
    return {key: count for (key,), count in release.tables["calls_by_language"].rows}


def test_month_is_released_on_the_fourth_day_of_the_next(engine: sa.Engine) -> None:
    """Late events have three days; then what may be seen is there, by band and day added up."""
    releases = Releases(engine)
    _count(engine, OCTOBER.first, 13)
    _count(engine, OCTOBER.last, 40, band=2)
    early = releases.release_due(DUE - dt.timedelta(seconds=1), DOMAIN)
    made = releases.release_due(DUE, DOMAIN)

    assert ((), (OCTOBER,), (OCTOBER,), DUE) == (early, made, releases.months(), due_on(OCTOBER))
    assert {"ro": 55, "mt": None, "-": None} == _by_language(releases, OCTOBER)
    assert DUE == releases.between(OCTOBER, OCTOBER)[0].made_at


@pytest.mark.parametrize(("month", "wrong"), [(11, False), (12, False), (13, True), (20, True)])
def test_clock_that_has_jumped(engine: sa.Engine, month: int, wrong: bool) -> None:
    """Where more than two months become due at once the clock may be wrong: a schedule leaves them to a person."""
    releases = Releases(engine)
    _count(engine, SEPTEMBER.first, 40)
    releases.release_due(DUE - dt.timedelta(days=1), DOMAIN)

    assert wrong == releases.looks_wrong(DUE.replace(year=2026 + (month - 1) // 12, month=(month - 1) % 12 + 1))


def test_event_of_a_clock_that_began_in_1970(engine: sa.Engine) -> None:
    """One event that a wrong clock dated decades back neither holds up the months nor makes hundreds of them."""
    releases = Releases(engine)
    _count(engine, dt.date(1970, 1, 1), 1)
    _count(engine, SEPTEMBER.first, 40)

    assert not releases.looks_wrong(DUE)
    assert (SEPTEMBER, OCTOBER) == releases.release_due(DUE, DOMAIN)


def test_month_without_events_is_released_too(engine: sa.Engine) -> None:
    """From the oldest counter on every month has its release, or a gap would tell that nobody called."""
    releases = Releases(engine)
    _count(engine, dt.date(2026, 8, 31), 20)

    assert (Month(2026, 8), SEPTEMBER, OCTOBER) == releases.release_due(DUE, DOMAIN)
    assert {None} == set(_by_language(releases, SEPTEMBER).values())


def test_nothing_counted_is_nothing_released(engine: sa.Engine) -> None:
    """A fresh installation has no month to show."""
    assert () == Releases(engine).release_due(DUE, DOMAIN)


def test_late_events_change_no_release(engine: sa.Engine) -> None:
    """What was shown once stays; events that come later stand in the raw counters alone."""
    releases = Releases(engine)
    _count(engine, OCTOBER.first, 20)
    releases.release_due(DUE, DOMAIN)
    before = releases.between(OCTOBER, OCTOBER)
    _count(engine, OCTOBER.first, 100, band=3)

    assert () == releases.release_due(DUE + dt.timedelta(days=9), DOMAIN)
    assert before == releases.between(OCTOBER, OCTOBER)


def test_two_at_once_release_once(tables_url: str, engine: sa.Engine) -> None:
    """Of several workers that try at the same moment one releases a month."""
    _count(engine, SEPTEMBER.first, 20)
    made: list[Month] = []
    engines = [open_database(tables_url) for _ in range(3)]
    gate = threading.Barrier(len(engines))

    def run(one: sa.Engine) -> None:
        gate.wait()
        made.extend(Releases(one).release_due(DUE, DOMAIN))

    threads = [threading.Thread(target=run, args=(one,)) for one in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in engines:
        one.dispose()

    assert [SEPTEMBER, OCTOBER] == sorted(made)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE releases SET content = '{}'",
        "DELETE FROM releases",
        "INSERT OR REPLACE INTO releases (month, made_at, content, hash) VALUES ('2026-10', '', '{}', '')",
        "INSERT INTO releases (month, made_at, content, hash) VALUES ('2026-10', '', '{}', '')",
    ],
)
def test_release_cannot_be_changed(engine: sa.Engine, statement: str) -> None:
    """Whoever has the database in hand, and no more, changes and removes nothing that was released."""
    releases = Releases(engine)
    _count(engine, OCTOBER.first, 20)
    releases.release_due(DUE, DOMAIN)
    before = releases.between(OCTOBER, OCTOBER)
    with pytest.raises(sa.exc.DBAPIError), writing(engine).begin() as connection:
        connection.execute(sa.text(statement))

    assert before == releases.between(OCTOBER, OCTOBER)


def test_damaged_release_is_not_shown(engine: sa.Engine) -> None:
    """A content that is not what was released is noticed."""
    with writing(engine).begin() as connection:
        connection.execute(
            sa.text("INSERT INTO releases (month, made_at, content, hash) VALUES ('2026-10', '', '{}', 'x')")
        )

    with pytest.raises(DamagedReleaseError, match="2026-10"):
        Releases(engine).between(SEPTEMBER, OCTOBER)


def test_old_counters_of_released_months_go(engine: sa.Engine) -> None:
    """After 24 months the raw counters go, and the books hear how many events that were; the release stays."""
    releases, booked = Releases(engine), list[tuple[int, dt.date]]()
    for day, count in ((SEPTEMBER.first, 20), (SEPTEMBER.last, 3), (OCTOBER.first, 40)):
        _count(engine, day, count)
    releases.release_due(DUE, DOMAIN)
    october = dt.datetime(2028, 10, 1, tzinfo=dt.UTC)
    kept = releases.remove_old(october - dt.timedelta(seconds=1))
    removed = releases.remove_old(october, 24, lambda _, count, day: booked.append((count, day)))

    assert (0, 23, [(23, october.date())]) == (kept, removed, booked)
    assert (25, 40) == (_by_language(releases, SEPTEMBER)["ro"], _left(engine))
    assert 0 == releases.remove_old(october, 24, lambda _, count, day: booked.append((count, day)))
    assert 1 == len(booked)


def test_counters_of_months_not_released_stay(engine: sa.Engine) -> None:
    """However old: their figures would be gone for ever."""
    _count(engine, OCTOBER.first, 40)

    assert (0, 40) == (Releases(engine).remove_old(DUE.replace(year=2040)), _left(engine))


def test_books_that_fail_keep_the_counters(engine: sa.Engine) -> None:
    """Counters and books change together or not at all."""

    def fail(connection: sa.Connection, count: int, day: dt.date) -> None:
        raise RuntimeError

    releases = Releases(engine)
    _count(engine, OCTOBER.first, 40)
    releases.release_due(DUE, DOMAIN)
    with pytest.raises(RuntimeError):
        releases.remove_old(DUE.replace(year=2040), 24, fail)

    assert 40 == _left(engine)


def test_books_agree_when_old_counters_have_gone(engine: sa.Engine, tmp_path: Path) -> None:
    """What was removed after its time is neither lost nor doubled, the second time either."""
    releases, begun = Releases(engine), dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    tallies = [{Event.at(at, EventKind.CALL, "begun"): 30} for at in (begun, begun + dt.timedelta(days=30), DUE)]
    batches = [Batch("s", number, 30 * number, each) for number, each in enumerate(tallies, start=1)]
    Counters(engine).advance(batches, DUE)
    releases.release_due(DUE.replace(year=2027), DOMAIN)
    for month in (10, 11):
        releases.remove_old(dt.datetime(2028, month, 5, tzinfo=dt.UTC), account=ascribe)
    books = compare(engine, tmp_path)

    assert (30, 90, 90, True) == (_left(engine), books.accepted, books.counted, books.agree)


def _left(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(sa.select(sa.func.sum(counters.c.count))) or 0)
