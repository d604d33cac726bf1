"""What is shown of a month betrays nobody: held against a solver that reads the released tables."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.events import EventKind
from ivr.figures.protect import protect
from ivr.figures.release import Release, joined
from ivr.figures.tables import SPEC_OF, SPECS, Domain, Month, Spec, Table, Tally, rows_of, tables_of
from tests.attacker import Attacker, Count, Insider
from tests.summary import note

MONTH = Month(2026, 2)
DOMAIN = Domain(("mt", "ro"), ("MT", "RO"), ("trafficking", "violence"))
NOW = dt.datetime(2026, 3, 4, 3, 0, tzinfo=dt.UTC)
COUNTS = st.sampled_from([0, 0, 0, 1, 2, 4, 7, 8, 9, 10, 11, 12, 13, 17, 18, 22, 30, 48, 100])
"""Small ones, and the neighbours of every limit."""
YEAR = (Month(2025, 12), Month(2026, 1), Month(2026, 2), Month(2026, 3))
"""A quarter and one month more."""
DRAWN = {
    "calls_by_language", "needs_by_country", "outcomes", "texts", "steps_entered", "languages_not_served",
    "coverage_by_need",
}  # fmt: skip
"""Tables that others follow from, each row of which is drawn."""


@st.composite
def months(draw: st.DrawFn, month: Month = MONTH) -> tuple[Table, ...]:
    """Draw the true counts of a month, whole in themselves as those that come from events are."""
    return tables_of(list(_tallies(draw, month)), month, DOMAIN)


def _tallies(draw: st.DrawFn, month: Month) -> Iterator[Tally]:
    days = draw(st.lists(COUNTS, min_size=month.last.day, max_size=month.last.day))
    for index, count in enumerate(days):
        band = draw(st.integers(0, 3)) if index < 6 else index % 2
        yield Tally(month.first + dt.timedelta(index), EventKind.CALL, "begun", "-", "-", "-", count, band)
    for spec in (spec for spec in SPECS if spec.name in DRAWN):
        for key in rows_of(spec, month, DOMAIN):
            yield _tally(spec.kind, spec.names[0], dict(zip(spec.columns, key, strict=True)), draw(COUNTS), month)
            if spec.name == "steps_entered":
                yield _tally(EventKind.LEFT, key[0], {}, draw(COUNTS), month)


def _tally(kind: EventKind, name: str, values: dict[str, str], count: int, month: Month) -> Tally:
    found = {"language": "-", "country": "-", "need": "-"} | {key: values[key] for key in values if key != "what"}
    return Tally(month.first, kind, values.get("what", name), **found, count=count, band=0)


def _released(*months: tuple[Month, Sequence[Table]]) -> tuple[Release, ...]:
    return tuple(
        Release(month, month, NOW, {table.name: table for table in protect(tables)}) for month, tables in months
    )


def _shown(*counts: int) -> tuple[int | None, ...]:
    """Return what is shown of steps entered so often, in a month that has nothing else."""
    steps = [
        key for key in rows_of(SPEC_OF["steps_entered"], MONTH, DOMAIN) if key != ("need",)
    ]  # a choice goes with it
    tallies = [
        Tally(MONTH.first, EventKind.STEP, key[0], "-", "-", "-", count, 0)
        for key, count in zip(steps, counts, strict=False)
    ]
    table = next(table for table in protect(tables_of(tallies, MONTH, DOMAIN)) if table.name == "steps_entered")
    return tuple(table.cells[key] for key in steps[: len(counts)])


def _of_needs(*counts: int) -> dict[str, Table]:
    """Return what is shown of a month in which so many calls were about each need, all from one country."""
    names = tuple(f"need{index}" for index in range(len(counts)))
    tallies = [
        Tally(MONTH.first, kind, event, "ro", "RO", name, count, 0)
        for name, count in zip(names, counts, strict=True)
        for kind, event in ((EventKind.CALL, "need"), (EventKind.COVERAGE, "open"))
    ]
    return {table.name: table for table in protect(tables_of(tallies, MONTH, Domain(("ro",), ("RO",), names)))}


@settings(max_examples=25)
@given(months())
def test_solver_finds_no_hidden_count(truth: tuple[Table, ...]) -> None:
    """From all tables of a month together no hidden count can be narrowed down to fewer than five values."""
    assert [] == Attacker(protect(truth)).found()


@settings(max_examples=20)
@given(months(), st.sampled_from(SPECS), st.sampled_from(SPECS))
def test_no_pair_of_tables_betrays_a_count(truth: tuple[Table, ...], one: Spec, other: Spec) -> None:
    """Nor can it from any two of them."""
    pair = [table for table in protect(truth) if table.name in {one.name, other.name}]

    assert [] == Attacker(pair).found()


@settings(max_examples=2)
@given(st.tuples(*(months(month) for month in YEAR)))
def test_longer_periods_betray_no_month(truth: tuple[tuple[Table, ...], ...]) -> None:
    """Month, quarter and year together tell no more than the months."""
    released = _released(*zip(YEAR, truth, strict=True))
    attacker = Attacker(*([*release.tables.values()] for release in released))
    for period in (joined(released[:3]), joined(released)):
        for table in period.tables.values():
            for key, count in table.rows:
                _know(attacker, [(which, table.name, key) for which, _ in enumerate(YEAR[: _length(period)])], count)

    assert [] == attacker.found()


def _length(period: Release) -> int:
    return len(period.first.upto(period.last))


def _know(attacker: Attacker, months: Sequence[Count], shown: int | None) -> None:
    """Let the attacker know the sum of a row over months, each of which is rounded by at most 2."""
    found = [each for each in months if each[2] in attacker.tables[each[0]][each[1]].cells]
    if shown is not None:
        attacker.know(found, [], shown - 2 * len(found), shown + 2 * len(found))


@settings(max_examples=5)
@given(st.tuples(*(months(month) for month in YEAR)))
def test_what_a_month_hides_its_year_hides(truth: tuple[tuple[Table, ...], ...]) -> None:
    """A row is shown for a quarter or a year if and only if it is in every month; and then it is their sum."""
    released = _released(*zip(YEAR, truth, strict=True))
    for period in (joined(released[:3]), joined(released)):
        for name, table in period.tables.items():
            for key, count in table.rows:
                cells = [each.tables[name].cells for each in released[: _length(period)]]
                months = [each[key] for each in cells if key in each]

                assert (None if None in months else sum(filter(None, months))) == count


@settings(max_examples=20)
@given(months())
def test_what_is_shown_is_many_and_rounded(truth: tuple[Table, ...]) -> None:
    """What is shown is a multiple of 5, within 2 of the truth, which is 10 or more."""
    for table, seen in zip(truth, protect(truth), strict=True):
        pairs = [*((table.cells[key], count) for key, count in seen.rows), (table.total, seen.total)]

        assert [] == [
            (true, shown)
            for true, shown in pairs
            if shown is not None and (true is None or true < 10 or shown % 5 or abs(true - shown) > 2)
        ]


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, None), (1, None), (9, None), (10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1003, 1005)],
)
def test_limits(count: int, shown: int | None) -> None:
    """9 is hidden and 10 is not; 12 becomes 10, and 13 becomes 15."""
    assert (shown, 50) == _shown(count, 50)


def test_total_that_would_betray_a_row_hides_the_next_smallest() -> None:
    """Where the sum of the others, rounded, says that a hidden row is 0, the smallest of them is hidden too."""
    counts = {"de": 43, "fr": 28, "mt": 28, "ro": 28}
    tallies = [Tally(MONTH.first, EventKind.CALL, "language", name, "-", "-", each, 0) for name, each in counts.items()]
    truth = tables_of(tallies, MONTH, Domain((*counts, "ga"), (), ()))
    found = next(table for table in protect(truth) if table.name == "calls_by_language")

    assert {"de": 45, "fr": None, "mt": 30, "ro": 30, "ga": None, "-": None} == {key: n for (key,), n in found.rows}
    assert 125 == found.total


def test_same_count_is_shown_or_hidden_everywhere() -> None:
    """The total of a table is the same number as that of another that counts the same, and hidden with it."""
    found = _of_needs(9, 0)

    assert {None} == {found[name].total for name in ("calls_by_country", "calls_by_need", "needs_by_country")}


def test_count_is_not_told_by_the_step_that_goes_with_it() -> None:
    """Where texts asked for are hidden, so that 11 sent of 12 do not tell of one refused, 12 promised are too."""
    counts = {EventKind.TEXT: {"asked": 12, "sent": 11, "delivered": 11, "refused": 1}, EventKind.STEP: {"sent": 12}}
    tallies = [
        Tally(MONTH.first, kind, name, "-", "-", "-", each, 0)
        for kind, names in counts.items()
        for name, each in names.items()
    ]
    found = {table.name: table.cells for table in protect(tables_of(tallies, MONTH, DOMAIN))}

    assert [None, None] == [found["texts"]["asked",], found["steps_entered"]["sent",]]


def test_many_rows_leave_doubt_enough() -> None:
    """Nothing more is hidden where the rounding alone leaves five values."""
    found = _of_needs(40, 40, 40, 3)

    assert 3 == sum(count is not None for _, count in found["calls_by_need"].rows)


def test_tables_that_contradict_each_other_are_not_released() -> None:
    """Rows that do not add up would make the reckoning wrong."""
    tables = [*tables_of([], MONTH, DOMAIN)]
    tables[0] = replace(tables[0], total=1)

    with pytest.raises(ValueError, match="add up"):
        protect(tables)


def test_insider_finds_no_hidden_count() -> None:
    """Whoever knows the rule, of every hidden count whether it is below 10, and what nearly adds up, is none the wiser.

    These are months as calls make them: what an insider cannot find there, they might in others (decision 0022).
    """
    months = [_as_calls_come(calls) for calls in (0, 12, 25, 60, 90, 150, 400)]
    insiders = [Insider(protect(truth), truth) for truth in months]
    found = [each for insider in insiders for each in insider.found()]
    note(f"figures: {sum(len(each.hidden) for each in insiders)} hidden, {len(found)} narrowed down by a solver")

    assert [] == found


def _as_calls_come(calls: int) -> tuple[Table, ...]:
    """Return the counts of so many calls, spread as calls are: most in few countries, languages and needs."""
    dice = random.Random(calls)  # noqa: S311 - made-up calls, the same every time
    tallies = []
    for _ in range(calls):
        day, band = MONTH.first + dt.timedelta(dice.randrange(28)), dice.choices(range(4), [1, 3, 4, 2])[0]
        language, country = (dice.choices(each, [9, 3, 1])[0] for each in (("ro", "mt", "-"), ("RO", "MT", "-")))
        need = dice.choices(("violence", "trafficking"), [5, 1])[0]
        for kind, name in _events(dice):
            tallies.append(Tally(day, kind, name, language, country, need, 1, band))
    return tables_of(tallies, MONTH, DOMAIN)


def _events(dice: random.Random) -> Iterator[tuple[EventKind, str]]:
    """Yield what is counted of one call."""
    yield EventKind.CALL, "begun"
    yield EventKind.STEP, "language"
    if dice.random() < 0.1:
        return
    yield from ((EventKind.CALL, "language"), (EventKind.LEFT, "language"), (EventKind.STEP, "need"))
    if dice.random() < 0.2:
        return
    yield from ((EventKind.CALL, "need"), (EventKind.LEFT, "need"), (EventKind.STEP, "referral"))
    yield EventKind.COVERAGE, dice.choices(("open", "closed", "unknown"), [6, 3, 1])[0]
    if dice.random() < 0.7:
        yield from ((EventKind.LEFT, "referral"), (EventKind.STEP, "forward"), (EventKind.OUTCOME, "forwarding"))
        yield EventKind.OUTCOME, dice.choices(("completed", "busy", "no_answer", "failed"), [6, 3, 2, 1])[0]
    elif dice.random() < 0.7:
        yield from ((EventKind.LEFT, "referral"), (EventKind.STEP, "sent"), (EventKind.TEXT, "asked"))
        if dice.random() < 0.9:
            yield EventKind.TEXT, "sent"
            yield EventKind.TEXT, dice.choices(("delivered", "failed"), [9, 1])[0]
        else:
            yield EventKind.TEXT, "refused"
