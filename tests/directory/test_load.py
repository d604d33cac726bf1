"""Loading: what is accepted, and that every fault is found, all at once, with what would be right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.faults import Fault, Faults
from directory.faults import FaultCode as Code
from directory.load import compile_files, load
from directory.model import Cost, Country, DatedHours, Helpline, Kind, Need, Number, Reach, Shown, Source
from tests.sample_directory import BRITAIN, FILES, changed


def faults_of(files: dict[str, str]) -> list[tuple[str, str, str, Code]]:
    """Return the faults of files as (file, entry, field, code)."""
    with pytest.raises(Faults) as raised:
        compile_files(files)
    for fault in raised.value.faults:
        assert "{" not in str(fault).replace("{}", "").replace("{say", "").replace("{date", ""), str(fault)
    return [(fault.file, fault.entry, fault.field, fault.code) for fault in raised.value.faults]


def test_helpline() -> None:
    """A row becomes a value with everything that it says."""
    expected = Helpline(
        id="gb-crime",
        country="GB",
        kind=Kind.HELPLINE,
        name={"en": "Line for crime", "fr": "Ligne pour le crime"},
        needs=("crime",),
        audience=("anyone",),
        languages=("en", "pl"),
        hours="Mo-Fr 09:00-17:00; PH off",
        exceptions=(DatedHours(dt.date(2026, 12, 24), "09:00-12:00", "Christmas Eve"),),
        timezone=ZoneInfo("Europe/London"),
        numbers=(Number("020 7946 0001", "+442079460001", Reach.ANYWHERE),),
        cost=Cost.STANDARD,
        anonymous=True,
        source=Source("a letter", dt.date(2026, 1, 2), "Ring us on 020 7946 0001."),
        checked=dt.date(2026, 10, 1),
        note="",
        order=0,
    )

    assert expected == compile_files(FILES).helplines["gb-crime"]


def test_tables() -> None:
    """Needs, audiences and countries are read as they are written."""
    directory = compile_files(FILES)

    assert Need("children", Shown.ALWAYS, "children", ("support",)) == directory.needs["children"]
    assert ("anyone", "children", "women") == directory.audiences
    assert ("crime", "emergency") == (directory.general_need, directory.emergency_need)
    assert (
        Country("GB", "44", ZoneInfo("Europe/London"), ("en", "pl"), {"children": ("support", "crime")})
        == directory.countries["GB"]
    )


def test_unknown_is_none() -> None:
    """Hours, anonymity and checks that nobody knows are None."""
    row = compile_files(FILES).helplines["gb-children"]

    assert (None, None, None, "Nobody has said when it answers.") == (row.hours, row.anonymous, row.checked, row.note)


def test_harmonised_numbers() -> None:
    """A harmonised number becomes one row a country, with the country's own fields over the shared ones."""
    directory = compile_files(FILES)
    british, french = directory.helplines["gb-116111"], directory.helplines["fr-112"]

    assert ("Mo-Su 10:00-24:00", "Not at night.", None) == (british.hours, british.note, british.checked)
    assert (Number("116 111", None, Reach.NATIONAL),) == british.numbers
    assert (Kind.EMERGENCY, "24/7") == (french.kind, french.hours)
    assert ZoneInfo("Europe/Paris") == french.timezone


def test_own_row_suppresses_the_harmonised_one() -> None:
    """A country's own row for a harmonised number stands alone, however the number is grouped."""
    files = changed("gb.yaml", '{say: "020 7946 0004", dial: "+442079460004"', '{say: "11 61 11", dial: null')

    assert "gb-116111" not in compile_files(files).helplines


def test_harmonised_stand_after_own_rows() -> None:
    """Harmonised numbers come last where all else is equal."""
    lines = compile_files(FILES).helplines

    assert lines["gb-116111"].order > lines["gb-999"].order > lines["gb-crime"].order


def test_country_of_harmonised_numbers_only() -> None:
    """A country may have no row of its own."""
    head = FILES["fr.yaml"].partition("helplines:")[0]

    assert {"fr-112"} == {
        row.id
        for row in compile_files(FILES | {"fr.yaml": head + "helplines: []\n"}).helplines.values()
        if row.country == "FR"
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "entry", "field", "code"),
    [
        ("gb.yaml", "    checked: 2026-10-01\n", "", "gb-crime", "checked", Code.MISSING_KEY),
        ("gb.yaml", "    cost: standard", "    price: 1\n    cost: standard", "gb-crime", "price", Code.UNKNOWN_KEY),
        ("gb.yaml", "cost: standard", "cost: cheap", "gb-crime", "cost", Code.BAD_CHOICE),
        ("gb.yaml", "cost: standard", "cost:", "gb-crime", "cost", Code.EMPTY),
        ("gb.yaml", "cost: standard", "cost: [standard]", "gb-crime", "cost", Code.NOT_TEXT),
        ("gb.yaml", 'anonymous: "yes"', "anonymous: true", "gb-crime", "anonymous", Code.BAD_CHOICE),
        ("gb.yaml", "needs: [crime]", "needs: [crimes]", "gb-crime", "needs[1]", Code.BAD_CHOICE),
        ("gb.yaml", "needs: [crime]", "needs: crime", "gb-crime", "needs", Code.NOT_A_LIST),
        ("gb.yaml", "needs: [crime]", "needs: []", "gb-crime", "needs", Code.EMPTY),
        ("gb.yaml", "needs: [crime]", "needs: [crime, crime]", "gb-crime", "needs[2]", Code.DUPLICATE),
        ("gb.yaml", "needs: [crime]", "needs: [crime, emergency]", "gb-crime", "kind", Code.EMERGENCY_MIXED),
        ("gb.yaml", "needs: [emergency]", "needs: [crime]", "gb-999", "needs", Code.EMERGENCY_MIXED),
        ("gb.yaml", "[en, pl]\n    h", "[en, xx]\n    h", "gb-crime", "languages[2]", Code.UNKNOWN_LANGUAGE),
        ("gb.yaml", "{en: Line for crime, fr", "{en: Line for crime, ffr", "gb-crime", "name.fr", Code.MISSING_KEY),
        ("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo-Fr 9-17", "gb-crime", "hours", Code.BAD_HOURS),
        ("gb.yaml", "Mo-Fr 09:00-17:00", "Mo\u2013Fr 09:00-17:00", "gb-crime", "hours", Code.UNTIDY),
        ("gb.yaml", "date: 2026-12-24", "date: 2026-12-32", "gb-crime", "exceptions[1].date", Code.BAD_DATE),
        ("gb.yaml", "date: 2026-12-24", "date: 20261224", "gb-crime", "exceptions[1].date", Code.BAD_DATE),
        ("gb.yaml", "09:00-12:00", "9-12", "gb-crime", "exceptions[1].hours", Code.BAD_HOURS),
        ("gb.yaml", "020 7946 0001\", d", "020\u00a07946 0001\", d", "gb-crime", "numbers[1].say", Code.UNTIDY),
        ("gb.yaml", "020 7946 0001\", d", "020 7946-0001\", d", "gb-crime", "numbers[1].say", Code.NOT_A_NUMBER),
        ("gb.yaml", '"+442079460001"', '"+442079460001\u200b"', "gb-crime", "numbers[1].dial", Code.UNTIDY),
        ("gb.yaml", '"+442079460001"', '"+4402079460001"', "gb-crime", "numbers[1].dial", Code.DIAL_NOT_E164),
        ("gb.yaml", '"+442079460001"', '"02079460001"', "gb-crime", "numbers[1].dial", Code.DIAL_NOT_E164),
        ("gb.yaml", '"+442079460001"', '"+44207946000"', "gb-crime", "numbers[1].dial", Code.DIAL_INVALID),
        ("gb.yaml", '"+442079460001"', '"+33199000001"', "gb-crime", "numbers[1].dial", Code.DIAL_FOREIGN),
        ("gb.yaml", '"+442079460001"', '"+44999"', "gb-crime", "numbers[1].dial", Code.DIAL_SHORT),
        ("gb.yaml", '"+442079460001"', '"999"', "gb-crime", "numbers[1].dial", Code.DIAL_SHORT),
        ("gb.yaml", '"+442079460001"', '"+44116006"', "gb-crime", "numbers[1].dial", Code.DIAL_SHORT),
        ("gb.yaml", '"+442079460001"', '"+116006"', "gb-crime", "numbers[1].dial", Code.DIAL_HARMONISED),
        ("gb.yaml", '"999", dial: null', '"999", dial: "+4420"', "gb-999", "numbers[1].dial", Code.DIAL_EMERGENCY),
        ("gb.yaml", "+44 20 7946 0002", "020 7946 0004", "gb-children", "numbers[2].say", Code.DUPLICATE),
        ("gb.yaml", "id: gb-crime", "id: uk-crime", "uk-crime", "id", Code.BAD_ID),
        ("gb.yaml", "id: gb-crime", "id: gb-999", "gb-999", "id", Code.DUPLICATE),
        ("gb.yaml", "timezone: Europe/London", "timezone: Europe/Londn", "", "timezone", Code.UNKNOWN_ZONE),
        ("gb.yaml", "timezone: Europe/London", "timezone: GB", "", "timezone", Code.UNKNOWN_ZONE),
        ("gb.yaml", "country: GB", "country: UK", "", "country", Code.WRONG_COUNTRY),
        ("gb.yaml", 'calling_code: "44"', 'calling_code: "45"', "", "calling_code", Code.WRONG_CALLING_CODE),
        ("gb.yaml", "  children: [support, crime]", "  child: [crime]", "", "fallback.child", Code.BAD_CHOICE),
        ("gb.yaml", 'quote: "999"', 'quot: "999"', "gb-999", "source.quote", Code.MISSING_KEY),
        ("fr.yaml", "Soutien", "Soutien e\u0301crit", "fr-support", "name.fr", Code.UNTIDY),
        ("needs.yaml", "general: crime", "general: crimes", "", "general", Code.BAD_CHOICE),
        ("needs.yaml", "audience: children", "audience: kids", "children", "needs[2].audience", Code.BAD_CHOICE),
        ("needs.yaml", "[anyone, children, women]", "[children, women]", "", "audiences", Code.MISSING_KEY),
        ("needs.yaml", "id: support", "id: crime", "crime", "needs[3].id", Code.DUPLICATE),
        ("harmonised.yaml", "FR: {}", "US: {}", "112", "harmonised[1].countries.US", Code.UNKNOWN_COUNTRY),
        ("harmonised.yaml", "FR: {}", "FR: {id: fr-x}", "112", "harmonised[1].countries.FR.id", Code.UNKNOWN_KEY),
        ("harmonised.yaml", "FR: {}", "FR: {cost: dear}", "fr-112", "cost", Code.BAD_CHOICE),
    ],
)  # fmt: skip
def test_fault(file: str, old: str, new: str, entry: str, field: str, code: Code) -> None:
    """Each mistake is reported with its file, its entry, its field and its kind."""
    assert (file, entry, field, code) in faults_of(changed(file, old, new))


def test_country_without_emergency() -> None:
    """A country whose callers could be left with nothing is refused, and nothing else is said about it."""
    files = changed("harmonised.yaml", "      FR: {}\n", "      {}\n")

    assert [("fr.yaml", "", "helplines", Code.NO_EMERGENCY)] == faults_of(files)


@pytest.mark.parametrize(
    ("files", "file", "code"),
    [
        ({}, "needs.yaml", Code.NO_FILE),
        ({"needs.yaml": FILES["needs.yaml"]}, "ro.yaml", Code.NO_FILE),
        (FILES | {"romania.yaml": ""}, "romania.yaml", Code.UNKNOWN_FILE),
        (FILES | {"ro.yml": ""}, "ro.yml", Code.UNKNOWN_FILE),
        (FILES | {"xx.yaml": BRITAIN}, "xx.yaml", Code.UNKNOWN_COUNTRY),
        (FILES | {"ie.yaml": BRITAIN}, "ie.yaml", Code.WRONG_COUNTRY),
    ],
)
def test_files(files: dict[str, str], file: str, code: Code) -> None:
    """Missing, misnamed and swapped files are faults."""
    assert (file, code) in [(fault[0], fault[3]) for fault in faults_of(files)]


def test_all_faults_at_once() -> None:
    """Mistakes in several files and rows, a broken file among them, are all reported together."""
    files = FILES | {
        "gb.yaml": BRITAIN.replace("cost: standard", "cost: cheap").replace('dial: "+442079460004"', 'dial: "112"'),
        "fr.yaml": "country: [",
        "needs.yaml": FILES["needs.yaml"].replace("general: crime", "general: crimes"),
    }

    assert {
        ("fr.yaml", Code.SYNTAX),
        ("needs.yaml", Code.BAD_CHOICE),
        ("gb.yaml", Code.BAD_CHOICE),
        ("gb.yaml", Code.DIAL_SHORT),
    } == {(file, code) for file, _entry, _field, code in faults_of(files)}


def test_fault_in_words() -> None:
    """A fault is one line: file and line, entry, field, what is wrong, what would be right."""
    fault = Fault("ro.yaml", "ro-x", "numbers[1].dial", Code.DIAL_NOT_E164, "`021`", "`+4021`", 7)

    assert "ro.yaml:7: ro-x: numbers[1].dial: `021` is not in international form; write `+4021`" == str(fault)


def test_every_fault_has_words() -> None:
    """Each code has its sentence."""
    for code in Code:
        assert str(Fault("x.yaml", "", "", code, "wrong", "right"))


def test_line_of_a_fault() -> None:
    """A fault points at the line of its value."""
    with pytest.raises(Faults) as raised:
        compile_files(changed("gb.yaml", "cost: standard", "cost: cheap"))

    line = BRITAIN.splitlines().index("    cost: standard") + 1
    assert [line] == [fault.line for fault in raised.value.faults]


def test_revision_is_of_the_content() -> None:
    """Remarks and order of fields do not change the revision, a changed value does."""
    same = changed("gb.yaml", 'country: GB\ncalling_code: "44"\n', "# Britain\ncalling_code: '44'\ncountry: 'GB'\n")
    other = changed("gb.yaml", "Nobody has said when it answers.", "Nobody has said when.")

    assert compile_files(FILES).revision == compile_files(same).revision
    assert compile_files(FILES).revision != compile_files(other).revision
    assert 12 == len(compile_files(FILES).revision)


def test_directory_is_immutable() -> None:
    """Nothing in a loaded directory can be replaced."""
    directory = compile_files(FILES)

    for table in (directory.helplines, directory.countries, directory.needs, directory.ladders):
        assert not hasattr(table, "__setitem__")
    assert not hasattr(directory.helplines["gb-crime"].name, "__setitem__")


def test_folder(tmp_path: Path) -> None:
    """A folder of files loads as its texts do; other files in it are left alone."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "README.md").write_text("Hello.", encoding="utf-8")

    assert compile_files(FILES).revision == load(tmp_path).revision


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is a fault."""
    with pytest.raises(Faults) as raised:
        load(tmp_path / "nowhere")

    assert [Code.NO_FOLDER] == [fault.code for fault in raised.value.faults]


def test_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is a fault, beside those of the other files."""
    for name, text in changed("gb.yaml", "cost: standard", "cost: cheap").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "fr.yaml").write_bytes("country: FR # é".encode("latin-1"))
    with pytest.raises(Faults) as raised:
        load(tmp_path)

    assert {Code.NOT_UTF8, Code.BAD_CHOICE} == {fault.code for fault in raised.value.faults}


@settings(max_examples=60)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 80), st.text(alphabet="[]{}: -?&*!|>'\"#\na0é"))
def test_arbitrary_damage(file: str, line: int, text: str) -> None:
    """However one line of one file is overwritten, the outcome is a directory or Faults."""
    lines = FILES[file].splitlines()
    lines[line % len(lines)] = text
    try:
        outcome: object = compile_files(FILES | {file: "\n".join(lines)})
    except Faults as faults:
        outcome = str(faults)

    assert outcome
