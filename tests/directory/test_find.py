"""Matching: who is offered, in which order, with which number."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.find import Match, Query, Step, connected_by, find, first_open, number_to_dial, number_to_say, rank
from directory.ladder import build_ladders
from directory.load import compile_files, load
from directory.model import Cost, Country, Directory, Helpline, Kind, Need, Number, Reach, Shown, Source
from directory.tables import Vocabulary
from tests.sample_directory import FILES

TUESDAY = dt.datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/London"))
HOURS = {True: "24/7", None: None, False: "Sa 10:00-11:00"}
INSIDE = Number("020 7946 0001", "+442079460001", Reach.NATIONAL)
ABROAD = Number("+44 20 7946 0002", "+442079460002", Reach.ABROAD)
ANYWHERE = Number("020 7946 0003", "+442079460003", Reach.ANYWHERE)
SHORT = Number("116 006", None, Reach.NATIONAL)


def line(id_: str = "gb-a", **values: object) -> Helpline:
    """Return a British helpline for crime; `values` replace its fields."""
    plain = Helpline(
        id=id_,
        country="GB",
        kind=Kind.HELPLINE,
        name={"en": id_, "fr": id_},
        needs=("crime",),
        audience=("anyone",),
        languages=(),
        hours="24/7",
        exceptions=(),
        timezone=ZoneInfo("Europe/London"),
        numbers=(ANYWHERE,),
        cost=Cost.FREE,
        anonymous=None,
        source=Source("a letter", None, "here"),
        checked=None,
        note="",
        order=0,
    )
    return dataclasses.replace(plain, **values)  # type: ignore[arg-type]  # the fields are the caller's choice


EMERGENCY = line("gb-999", kind=Kind.EMERGENCY, needs=("emergency",), numbers=(Number("999", None, Reach.NATIONAL),))


def directory_of(*lines: Helpline) -> Directory:
    """Return a directory of one country with the given lines and its emergency services."""
    needs = {
        "crime": Need("crime", Shown.ALWAYS, "anyone", ("support",)),
        "children": Need("children", Shown.ALWAYS, "children", ()),
        "support": Need("support", Shown.ALWAYS, "anyone", ()),
        "emergency": Need("emergency", Shown.NEVER, "anyone", ()),
    }
    vocabulary = Vocabulary(needs, ("anyone", "children", "women"), "crime", "emergency")
    country = Country("GB", "44", ZoneInfo("Europe/London"), ("en",), {})
    helplines = {each.id: each for each in (*lines, EMERGENCY)}
    return Directory(
        revision="",
        helplines=helplines,
        countries={"GB": country},
        needs=needs,
        audiences=vocabulary.audiences,
        general_need="crime",
        emergency_need="emergency",
        ladders=build_ladders([country], helplines.values(), vocabulary),
    )


def order_of(query: Query, *lines: Helpline) -> list[str]:
    """Return the ids of the lines, emergency left out, as they are ranked on Tuesday at noon."""
    return [match.helpline.id for match in find(directory_of(*lines), query, TUESDAY)][:-1]


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        (Query("GB", "crime", audience="women"), {"audience": ("women",)}, {"audience": ("anyone",)}),
        (Query("GB", "crime", audience="women"), {"audience": ("anyone",)}, {"audience": ("children",)}),
        (Query("GB", "children"), {"audience": ("children",)}, {"audience": ("anyone",)}),
        (Query("GB", "crime"), {"audience": ("anyone",)}, {"audience": ("women",)}),
        (Query("GB", "crime", "pl"), {"languages": ("en", "pl")}, {"languages": ()}),
        (Query("GB", "crime", "pl"), {"languages": ()}, {"languages": ("en",)}),
        (Query("GB", "crime", "pt"), {"languages": ("pt-BR",)}, {"languages": ()}),
        (Query("GB", "crime"), {"hours": "24/7"}, {"hours": None}),
        (Query("GB", "crime"), {"hours": None}, {"hours": "Sa 10:00-11:00"}),
        (Query("GB", "crime"), {"numbers": (ABROAD,)}, {"numbers": (INSIDE,)}),
        (Query("GB", "crime", line_country="GB"), {"numbers": (INSIDE,)}, {"numbers": (ABROAD,)}),
        (Query("GB", "crime"), {"kind": Kind.HELPLINE}, {"kind": Kind.ORGANISATION}),
        (Query("GB", "crime"), {"kind": Kind.ORGANISATION}, {"kind": Kind.REPORTING}),
        (Query("GB", "crime"), {"cost": Cost.FREE}, {"cost": Cost.STANDARD}),
        (Query("GB", "crime"), {"cost": Cost.STANDARD}, {"cost": Cost.UNKNOWN}),
        (Query("GB", "crime"), {"cost": Cost.UNKNOWN}, {"cost": Cost.CHARGED}),
        (Query("GB", "crime"), {"order": 1}, {"order": 2}),
    ],
)
def test_one_rule(query: Query, better: dict[str, object], worse: dict[str, object]) -> None:
    """Where two services differ in one respect, the better one stands first, whatever its place in the table."""
    first = line("gb-better", needs=(query.need,), **({"order": 9} | better))
    second = line("gb-worse", needs=(query.need,), **({"order": 1} | worse))

    assert ["gb-better", "gb-worse"] == order_of(query, first, second) == order_of(query, second, first)


def test_rules_in_order() -> None:
    """Each rule outweighs all that come after it."""
    good: dict[str, object] = {
        "audience": ("women",),
        "languages": ("pl",),
        "hours": "24/7",
        "numbers": (ABROAD,),
        "kind": Kind.HELPLINE,
        "cost": Cost.FREE,
    }
    bad: dict[str, object] = {
        "audience": ("children",),
        "languages": ("en",),
        "hours": "Sa 10:00-11:00",
        "numbers": (INSIDE,),
        "kind": Kind.REPORTING,
        "cost": Cost.CHARGED,
    }
    rules = list(good)
    lines = [
        line(f"gb-{place}", **{rule: (good if index <= place else bad)[rule] for index, rule in enumerate(rules)})
        for place in range(-1, len(rules))
    ]
    query = Query("GB", "crime", "pl", "women")

    assert [each.id for each in reversed(lines)] == order_of(query, *lines)


def test_language_does_not_matter() -> None:
    """Without a language all services are equal in it."""
    lines = line("gb-a", languages=("en",), order=1), line("gb-b", languages=("pl",), order=2)

    assert ["gb-a", "gb-b"] == order_of(Query("GB", "crime"), *lines)


def test_steps() -> None:
    """Each service says why it is offered; who serves the need stands above any neighbour, even when closed."""
    lines = (
        line("gb-child", needs=("children",), hours="Sa 10:00-11:00"),
        line("gb-crime"),
        line("gb-support", needs=("support",)),
    )
    directory = directory_of(*lines)

    assert [
        ("gb-child", "children", Step.NEED),
        ("gb-crime", "crime", Step.GENERAL),
        ("gb-999", "emergency", Step.EMERGENCY),
    ] == [(m.helpline.id, m.need, m.step) for m in find(directory, Query("GB", "children"), TUESDAY)]
    assert [Step.NEED, Step.NEIGHBOUR, Step.EMERGENCY] == [
        m.step for m in find(directory, Query("GB", "crime"), TUESDAY)
    ]


@pytest.mark.parametrize("query", [Query("FR", "crime"), Query("GB", "cake"), Query("", "")])
def test_unknown_question(query: Query) -> None:
    """For a country or a need that the directory does not have there is no answer."""
    assert () == find(directory_of(), query, TUESDAY)


def test_naive_instant() -> None:
    """Matching needs an aware instant."""
    with pytest.raises(ValueError, match="aware"):
        find(directory_of(), Query("GB", "crime"), TUESDAY.replace(tzinfo=None))


def test_first_open() -> None:
    """The best open service is not the best service when that one is closed or unknown."""
    lines = (
        line("gb-closed", hours="Sa 10:00-11:00", audience=("women",)),
        line("gb-unknown", hours=None),
        line("gb-open"),
    )
    matches = find(directory_of(*lines), Query("GB", "crime", audience="women"), TUESDAY)
    best = first_open(matches)

    assert "gb-closed" == matches[0].helpline.id
    assert best is not None
    assert "gb-open" == best.helpline.id
    assert first_open(matches[:1]) is None


@pytest.mark.parametrize(
    ("numbers", "line_country", "expected"),
    [
        ((INSIDE, ABROAD), None, ABROAD.dial),
        ((INSIDE, ABROAD), "GB", INSIDE.dial),
        ((INSIDE, ABROAD), "FR", None),
        ((ANYWHERE, ABROAD), None, ANYWHERE.dial),
        ((ANYWHERE, INSIDE), "GB", ANYWHERE.dial),
        ((INSIDE,), None, None),
        ((ABROAD,), "GB", None),
        ((SHORT,), "GB", None),
        ((SHORT,), None, None),
    ],
)
def test_number_to_dial(numbers: tuple[Number, ...], line_country: str | None, expected: str | None) -> None:
    """What a forward may ring depends on where our own line is."""
    assert expected == number_to_dial(line(numbers=numbers), line_country)


def test_emergency_is_never_dialled() -> None:
    """Even a row that wrongly held a number to dial would only be said."""
    wrong = dataclasses.replace(EMERGENCY, numbers=(ANYWHERE,))

    assert number_to_dial(wrong, None) is None
    assert number_to_dial(wrong, "GB") is None


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [((ABROAD, SHORT, INSIDE), SHORT), ((ANYWHERE, INSIDE), ANYWHERE), ((ABROAD,), ABROAD)],
)
def test_number_to_say(numbers: tuple[Number, ...], expected: Number) -> None:
    """The number to say is the first that works inside the country, or whatever there is."""
    assert expected == number_to_say(line(numbers=numbers))


@pytest.mark.parametrize(
    ("numbers", "by"),
    [
        ((ANYWHERE,), Reach.ANYWHERE),
        ((INSIDE, ABROAD), Reach.ANYWHERE),
        ((INSIDE,), Reach.NATIONAL),
        ((INSIDE, SHORT), Reach.NATIONAL),
        ((ABROAD,), Reach.ABROAD),
        ((SHORT, ABROAD), Reach.ABROAD),
        ((SHORT,), None),
    ],
)
def test_which_of_our_lines_connects(numbers: tuple[Number, ...], by: Reach | None) -> None:
    """A number inside the country is rung by our line there, one from abroad by an international one."""
    assert by is connected_by(line(numbers=numbers))
    assert connected_by(line(numbers=numbers, kind=Kind.EMERGENCY)) is None


LINES = st.builds(
    line,
    kind=st.sampled_from([Kind.HELPLINE, Kind.ORGANISATION, Kind.REPORTING]),
    needs=st.lists(st.sampled_from(["crime", "children", "support"]), min_size=1, unique=True).map(tuple),
    audience=st.lists(st.sampled_from(["anyone", "children", "women"]), min_size=1, unique=True).map(tuple),
    languages=st.lists(st.sampled_from(["en", "fr", "pl"]), unique=True).map(tuple),
    hours=st.sampled_from(list(HOURS.values())),
    numbers=st.lists(st.sampled_from([INSIDE, ABROAD, ANYWHERE, SHORT]), min_size=1, unique=True).map(tuple),
    cost=st.sampled_from(Cost),
)
TABLES = st.lists(LINES, max_size=6).map(
    lambda lines: [dataclasses.replace(each, id=f"gb-{order}", order=order) for order, each in enumerate(lines)]
)
QUERIES = st.builds(
    Query,
    country=st.just("GB"),
    need=st.sampled_from(["crime", "children", "support", "emergency"]),
    language=st.sampled_from([None, "en", "pl", "so"]),
    audience=st.sampled_from([None, "anyone", "children", "women"]),
    line_country=st.sampled_from([None, "GB", "FR"]),
)


@given(TABLES, QUERIES, st.randoms(use_true_random=False))
def test_laws(lines: list[Helpline], query: Query, chance: object) -> None:
    """The order of rows in memory does not matter; steps are sorted; nobody stands twice; emergency ends it."""
    shuffled = list(lines)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    matches = find(directory_of(*lines), query, TUESDAY)
    audience = query.audience or directory_of().needs[query.need].audience

    assert matches == find(directory_of(*shuffled), query, TUESDAY)
    assert len(matches) == len({match.helpline.id for match in matches})
    assert Step.EMERGENCY is matches[-1].step
    for _need, step in itertools.groupby(matches, key=lambda match: match.need):
        keys = [rank(match, audience, query.language) for match in step]
        assert sorted(keys) == keys


@given(TABLES, QUERIES)
def test_laws_of_numbers(lines: list[Helpline], query: Query) -> None:
    """Only a number of the service itself is ever rung, from a line that reaches it; emergency never."""
    for match in find(directory_of(*lines), query, TUESDAY):
        own = {number.dial: number.reach for number in match.helpline.numbers}
        assert match.number in match.helpline.numbers
        assert match.dial is None or match.dial in own
        if match.dial is not None:
            assert match.helpline.kind is not Kind.EMERGENCY
            assert query.line_country in (None, match.helpline.country)
            assert own[match.dial] is not (Reach.NATIONAL if query.line_country is None else Reach.ABROAD)


def by_id(matches: tuple[Match, ...], id_: str) -> Match:
    """Return one match by the id of its service."""
    return next(match for match in matches if match.helpline.id == id_)


def test_sample_at_christmas() -> None:
    """On a day with an exception the ranking knows the other hours."""
    directory = compile_files(FILES)
    noon = dt.datetime(2026, 12, 24, 12, tzinfo=ZoneInfo("Europe/London"))

    assert by_id(find(directory, Query("GB", "crime"), noon), "gb-crime").status.open is False
    assert by_id(find(directory, Query("GB", "crime"), noon - dt.timedelta(hours=1)), "gb-crime").status.open is True


def test_trafficking_in_romania_by_day() -> None:
    """On a Tuesday at ten in Bucharest the ANITP line is first, open until four, and can be rung from abroad."""
    now = dt.datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Bucharest"))
    first = find(load(), Query("RO", "trafficking", "ro"), now)[0]

    assert ("ro-anitp", True, now.replace(hour=16)) == (first.helpline.id, first.status.open, first.status.until)
    assert "+40213133100" == first.dial


def test_trafficking_in_romania_by_night() -> None:
    """At three it is closed and opens at eight, and something open is offered after it."""
    now = dt.datetime(2026, 11, 24, 3, tzinfo=ZoneInfo("Europe/Bucharest"))
    matches = find(load(), Query("RO", "trafficking", "ro"), now)
    place = [match.helpline.id for match in matches].index("ro-anitp")

    assert (False, now.replace(hour=8)) == (matches[place].status.open, matches[place].status.opens)
    assert first_open(matches[place + 1 :]) is not None


@pytest.mark.parametrize(
    ("clock", "open_"),
    [("09:59", False), ("10:00", True), ("15:30", True), ("23:59", True), ("00:00", False), ("03:00", False)],
)
def test_children_in_belgium(clock: str, open_: bool) -> None:
    """The children's line 103 is open between ten in the morning and midnight, and is said, not rung."""
    now = dt.datetime.combine(dt.date(2026, 11, 24), dt.time.fromisoformat(clock), ZoneInfo("Europe/Brussels"))
    match = by_id(find(load(), Query("BE", "children", "fr"), now), "be-ecoute-enfants")

    assert (open_, "103", None) == (match.status.open, match.number.say, match.dial)
