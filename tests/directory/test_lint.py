"""The check of a directory that loads: each trap is found, and its neighbour that is no trap is let pass."""

from __future__ import annotations

import datetime as dt

import pytest

from directory.findings import Finding, Severity
from directory.findings import LintCode as Code
from directory.lint import lint
from directory.load import compile_files
from tests.sample_directory import FILES, changed

NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
HOURS = "Mo-Fr 09:00-17:00; PH off"


def found(files: dict[str, str], entry: str, now: dt.datetime = NOW) -> set[Code]:
    """Return the codes found for one entry."""
    return {each.code for each in lint(compile_files(files), now) if each.entry == entry}


def test_one_fault_is_said_once() -> None:
    """Rules that stand there many times are said once: else a form would have thousands of complaints."""
    files = changed("gb.yaml", '"Mo-Fr 09:00-17:00; PH off"', f'"{"; ".join(["Mo-Fr 09:00-17:00"] * 25)}; PH off"')
    codes = [each.code for each in lint(compile_files(files), NOW) if each.entry == "gb-crime"]

    assert 1 == codes.count(Code.HOURS_OVERRIDDEN)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("Mo-Fr 08:00-12:00; Mo-Fr 13:00-16:00; PH off", {Code.HOURS_OVERRIDDEN}),
        ("Mo-Fr 08:00-12:00; Mo-Su 13:00-16:00; PH off", {Code.HOURS_OVERRIDDEN}),
        ("Mo-Fr 08:00-12:00; Mo 13:00-16:00; PH off", {Code.HOURS_PARTLY_OVERRIDDEN}),
        ("Fr-Mo 08:00-12:00; Su 13:00-16:00; PH off", {Code.HOURS_PARTLY_OVERRIDDEN}),
        ("Mo-Fr 08:00-12:00,13:00-16:00; PH off", set()),
        ("Mo-Fr 08:00-12:00; Sa 13:00-16:00; PH off", set()),
        ("Mo-Fr 08:00-12:00; Fr off; PH off", set()),
        ("08:00-20:00; Su 10:00-12:00; PH off", set()),
        ("Mo-Fr 08:00-12:00; Jul-Aug Mo-Fr 09:00-11:00; PH off", set()),
        ("Mo-Fr 09:00-25:00; PH 10:00-12:00", {Code.HOURS_AFTER_MIDNIGHT}),
        ("Mo-Fr 09:00-24:00; PH 10:00-12:00", set()),
        ("Mo-Fr 09:00-09:00; PH 10:00-12:00", {Code.HOURS_FULL_CIRCLE}),
        ("Mo-Fr 22:00-06:00; Sa-Su 20:00-08:00; PH 10:00-12:00", {Code.HOURS_CUT_NIGHT}),
        ("Mo-Fr 22:00-06:00, Sa-Su 20:00-08:00; PH 10:00-12:00", set()),
        ("Tu 08:00-12:00; Mo 22:00-06:00; PH 10:00-12:00", {Code.HOURS_CUT_NIGHT}),
        ("We 08:00-12:00; Mo 22:00-06:00; PH 10:00-12:00", set()),
        ("Mo-Su 22:00-06:00; Su off; PH 10:00-12:00", {Code.HOURS_CUT_NIGHT}),
        ("Mo-Su 22:00-06:00; Su 00:00-06:00; PH 10:00-12:00", set()),
        ("Mo-Sa 22:00-06:00; PH 10:00-12:00", set()),
        ("Mo-Th 22:00-24:00; Fr 20:00-24:00; PH 10:00-12:00", set()),
        ("PH off; Mo-Fr 08:00-16:00", {Code.HOLIDAY_UNDONE}),
        ("PH,Mo-Fr 08:00-16:00", set()),
        ("Mo-Su 22:00-06:00; PH off", {Code.HOLIDAY_CUTS_NIGHT}),
        ("Mo-Su 22:00-06:00; PH 20:00-06:00", set()),
        ("Mo-Su 00:00-06:00,22:00-24:00; PH off", set()),
        ("Mo-Fr 08:00-16:00", {Code.HOLIDAY_UNSAID}),
        ("24/7", set()),
        ("unknown", {Code.HOURS_UNKNOWN}),
        ("2020 Dec 24 10:00-12:00; PH off", {Code.HOURS_NEVER_OPEN}),
        ("off", {Code.HOLIDAY_UNSAID, Code.HOURS_NEVER_OPEN}),
    ],
)
def test_hours(hours: str, expected: set[Code]) -> None:
    """Hours that mean something else than they look are found; good ones are not."""
    files = changed("gb.yaml", HOURS, hours)
    files["gb.yaml"] = files["gb.yaml"].replace(
        '      - {date: 2026-12-24, hours: "09:00-12:00"', '      - {date: 2026-12-24, hours: "off"'
    )
    codes = {code for code in found(files, "gb-crime") if code.startswith(("hours", "holiday"))}

    assert expected == codes - {Code.HOLIDAY_REGIONAL}


def test_regional_holidays() -> None:
    """Where regions keep their own holidays, a rule for holidays is in doubt."""
    assert Code.HOLIDAY_REGIONAL in found(FILES, "gb-crime")
    assert Code.HOLIDAY_REGIONAL not in found(FILES, "fr-support")


@pytest.mark.parametrize(("day", "expired"), [(24, False), (25, True)])
def test_expired_exceptions(day: int, expired: bool) -> None:
    """Exceptions are expired from the day after the last one."""
    now = dt.datetime(2026, 12, day, 10, tzinfo=dt.UTC)

    assert expired is (Code.EXCEPTIONS_EXPIRED in found(FILES, "gb-crime", now))


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ("2026-09-30", Code.CHECK_IN_FUTURE),
        ("2026-10-01", None),
        ("2027-03-30", None),
        ("2027-03-31", Code.CHECK_OVERDUE),
    ],
)
def test_check(now: str, code: Code | None) -> None:
    """A verification holds for 180 days from its day on."""
    instant = dt.datetime.combine(dt.date.fromisoformat(now), dt.time(10), dt.UTC)
    codes = found(FILES, "gb-crime", instant) & {Code.CHECK_IN_FUTURE, Code.CHECK_OVERDUE}

    assert (set() if code is None else {code}) == codes


def test_never_checked() -> None:
    """A row that nobody has verified is a doubt."""
    assert Code.NEVER_CHECKED in found(FILES, "gb-children")
    assert Code.NEVER_CHECKED not in found(FILES, "gb-crime")


@pytest.mark.parametrize(
    ("old", "new", "entry", "code"),
    [
        ('{say: "020 7946 0001"', '{say: "020 7946 0010"', "gb-crime", Code.SAY_IS_NOT_DIAL),
        ('{say: "020 7946 0001"', '{say: "101"', "gb-crime", Code.SAY_IS_NOT_DIAL),
        (
            '"020 7946 0001", dial: "+442079460001"',
            '"0808 157 0000", dial: "+448081570000"',
            "gb-crime",
            Code.FREEPHONE_FROM_ABROAD,
        ),
        (
            '"020 7946 0001", dial: "+442079460001"',
            '"0909 879 0000", dial: "+449098790000"',
            "gb-crime",
            Code.NUMBER_COSTS,
        ),
        ('"020 7946 0004", dial: "+442079460004"', '"020 7946 0001", dial: null', "gb-children", Code.NUMBER_SHARED),
        ('"020 7946 0004", dial: "+442079460004"', '"999", dial: null', "gb-999", Code.NUMBER_SHARED),
        ("from: abroad", "from: national", "gb-children", Code.NOT_FROM_ABROAD),
        ("cost: standard", "cost: unknown", "gb-crime", Code.COST_UNKNOWN),
        ("Line for crime", "L" * 61, "gb-crime", Code.NAME_LONG),
        ("Line for crime", "L" * 60, "gb-crime", None),
    ],
)
def test_row(old: str, new: str, entry: str, code: Code | None) -> None:
    """A doubtful value is found in its row, and nothing is found in the row as it stands."""
    before, after = found(FILES, entry), found(changed("gb.yaml", old, new), entry)

    assert (set() if code is None else {code}) == after - before


def test_national_name() -> None:
    """A row without a name in its country's language is found where other rows have one."""
    files = changed("fr.yaml", "languages: [fr]", "languages: [pl, fr]")

    assert Code.NAME_MISSING not in found(files, "fr-support")
    files["gb.yaml"] = files["gb.yaml"].replace("fr: Ligne pour le crime}", "fr: Ligne pour le crime, pl: Linia}")
    assert Code.NAME_MISSING in found(files, "fr-support")


def test_long_menu() -> None:
    """More than eight needs in one country's menu are too many."""
    more = "".join(
        f"  - {{id: need_{letter}, shown: always, audience: anyone, neighbours: []}}\n" for letter in "abcdef"
    )
    eight, nine = (
        FILES | {"needs.yaml": FILES["needs.yaml"].replace("  - id: emergency\n", text + "  - id: emergency\n")}
        for text in (more[: more.index("  - {id: need_f")], more)
    )

    assert Code.MENU_LONG not in found(eight, "GB")
    assert Code.MENU_LONG in found(nine, "GB")


def test_worst_first() -> None:
    """Errors come before warnings, and warnings before doubts."""
    files = changed("gb.yaml", HOURS, "Mo-Fr 08:00-12:00; Mo-Fr 13:00-25:00; PH off")
    weights = [list(Severity).index(each.severity) for each in lint(compile_files(files), NOW)]

    assert sorted(weights) == weights
    assert {0, 1, 2} == set(weights)


def test_words() -> None:
    """Every finding has a sentence that names its entry and its field."""
    for code in Code:
        assert str(Finding(code, "GB", "gb-x", "hours", "`it`")).startswith("gb-x: hours: ")
