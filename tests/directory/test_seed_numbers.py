"""The packaged directory against the documents it was made from.

The documents are not part of this repository: where they do not lie beside it, only the files' own form is
tested.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import yaml

ROOT = Path(__file__).parents[2]
DATA = ROOT / "directory" / "data"
SHARED = ROOT.parent / "shared"
SEEDS = {path.name: path.read_text(encoding="utf-8") for path in sorted((SHARED / "seeds").glob("*.txt"))}

needs_seeds = pytest.mark.skipif(not SEEDS, reason="the seed documents do not lie beside this repository")

PRINTED = (
    re.compile(r"\+ ?\d[\d ()/.-]{4,}\d"),  # +4 021 313 0059, + 30-2310-525149, +359 116 111, +30 15900
    re.compile(r"(?<![\d+/(.-])00\d{9,}"),  # 0040213133100
    re.compile(r"(?<![\d+/(.-])(?<!\d )0 ?\d[\d ./-]{6,}\d"),  # 0 800 800 678, 071/31.47.79, 0800 / 95 580
    re.compile(r"(?<![\d+/.-])(?<!\d )(?:112|101|103|107|116 ?\d{3})(?!\.?\d|-? ?\d| avenue)"),  # short codes
)
"""How the documents print telephone numbers. Dates, postcodes and tables of figures are shorter or otherwise
set; a street number that looks like a short code is told by the word after it."""

SHORTEST_NATIONAL = 9
"""Fewer digits after a leading zero are a date or a postcode."""


@dataclass(frozen=True)
class Service:
    """What the tests read of one row: its numbers as (said, dialled or empty), and its source."""

    file: str
    id: str
    calling_code: str
    numbers: tuple[tuple[str, str], ...]
    source: Mapping[str, str]


@dataclass(frozen=True)
class LeftOut:
    """One row of the README's table of numbers that no caller is sent to."""

    printed: str
    seed: str
    what: str
    why: str


def digits(text: str) -> str:
    """Return only the digits of a printed number."""
    return re.sub(r"\D", "", text)


def read(file: str) -> dict[str, Any]:
    """Return one file of the directory, every scalar as text."""
    tables: dict[str, Any] = yaml.load((DATA / file).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - it makes only text, lists and tables
    return tables


def country_services() -> Iterator[Service]:
    """Yield the rows of all countries' files."""
    for path in sorted(DATA.glob("??.yaml")):
        country = read(path.name)
        for row in country["helplines"]:
            numbers = tuple((n["say"], "" if n["dial"] == "null" else n["dial"]) for n in row["numbers"])
            yield Service(path.name, row["id"], country["calling_code"], numbers, row["source"])


def harmonised_services() -> Iterator[Service]:
    """Yield the harmonised numbers, each with its own source and once more for each country's."""
    for row in read("harmonised.yaml")["harmonised"]:
        numbers = ((row["number"], ""),)
        yield Service("harmonised.yaml", row["number"], "", numbers, row["source"])
        for code, overrides in row["countries"].items():
            if "source" in overrides:
                yield Service("harmonised.yaml", f"{code} {row['number']}", "", numbers, overrides["source"])


def left_out() -> Iterator[LeftOut]:
    """Yield the rows of the README's table of numbers left out."""
    text = (DATA / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Numbers left out\n")[2].partition("\n## ")[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    for cells in rows[2:]:
        yield LeftOut(*(cell.strip() for cell in cells))


SERVICES = (*country_services(), *harmonised_services())
LEFT_OUT = tuple(left_out())
QUOTED = [service for service in SERVICES if service.source["file"] in SEEDS]
ON_OUR_PAGES = [service for service in SERVICES if re.fullmatch(r"\w+\.md [\d.]+", service.source["file"])]
FROM_SEEDS = [row for row in LEFT_OUT if any(file.startswith(row.seed) for file in SEEDS)]


def printed_numbers(text: str) -> Iterator[str]:
    """Yield what looks like a telephone number in a document, as it is printed."""
    for line in text.replace("\u00a0", " ").splitlines():
        taken = line
        for pattern in PRINTED:
            for found in pattern.findall(taken):
                yield from split_pair(found)
            taken = pattern.sub(" x ", taken)


def split_pair(found: str) -> Iterator[str]:
    """Part two whole numbers with a slash between them, and drop what is too short to be one."""
    first, slash, second = found.partition("/")
    parts = (first, second) if slash and len(digits(first)) >= SHORTEST_NATIONAL else (found,)
    for part in parts:
        national = part.strip().startswith("0")
        if not national or len(digits(part)) >= SHORTEST_NATIONAL:
            yield part.strip()


def reaches(printed: str, service: Service) -> bool:
    """Tell whether a printed number is one of a service's, whatever trunk digit or prefix stands before it."""
    code = service.calling_code
    prefixes = {"", "0", code, f"00{code}", f"{code}0", f"{code}8"}
    for say, dial in service.numbers:
        national = digits(dial).removeprefix(code) or digits(say)
        for own in {national, digits(say)}:
            if digits(printed).endswith(own) and digits(printed).removesuffix(own) in prefixes:
                return True
    return False


def collapse(text: str) -> str:
    """Return a text on one line, with single ordinary spaces."""
    return " ".join(text.split())


SEED_NUMBERS = sorted({(file, printed) for file, text in SEEDS.items() for printed in printed_numbers(text)})


@needs_seeds
@pytest.mark.parametrize(("file", "printed"), SEED_NUMBERS)
def test_every_printed_number_is_served_or_left_out(file: str, printed: str) -> None:
    """A number that a document prints leads to a row, or stands in the table of numbers left out; never both."""
    served = any(reaches(printed, service) for service in SERVICES)
    refused = any(digits(printed) == digits(row.printed) and file.startswith(row.seed) for row in LEFT_OUT)

    assert served != refused


@needs_seeds
def test_the_documents_print_as_many_numbers_as_were_read() -> None:
    """A pattern that stopped matching is noticed: people counted these numbers in each document."""
    counted = {file[:3]: sum(1 for each, _ in SEED_NUMBERS if each == file) for file in SEEDS}

    assert {"000": 15, "001": 63, "002": 0, "003": 1, "004": 10} == counted


@needs_seeds
@pytest.mark.parametrize("service", QUOTED, ids=lambda service: f"{service.file}:{service.id}")
def test_a_quotation_stands_in_its_document(service: Service) -> None:
    """The words of a row's source are found in that document, letter for letter."""
    assert collapse(service.source["quote"]) in collapse(SEEDS[service.source["file"]])


@needs_seeds
@pytest.mark.parametrize("service", ON_OUR_PAGES, ids=lambda service: f"{service.file}:{service.id}")
def test_a_quotation_stands_in_our_page_of_facts(service: Service) -> None:
    """The words of a row's source are found in the chapter that it names, letter for letter."""
    name, chapter = service.source["file"].split()
    text = (SHARED / "facts" / name).read_text(encoding="utf-8")
    section = text.partition(f"### {chapter} ")[2].partition("\n#")[0]

    assert collapse(service.source["quote"]) in collapse(section)


@needs_seeds
@pytest.mark.parametrize("row", FROM_SEEDS, ids=lambda row: row.printed)
def test_a_number_left_out_is_printed_in_its_document(row: LeftOut) -> None:
    """The table of numbers left out copies each number as its document prints it."""
    document = next(text for file, text in SEEDS.items() if file.startswith(row.seed))

    assert row.printed in collapse(document)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Tél.: +40 21 311 89 82/021 313 31 00", ["+40 21 311 89 82", "021 313 31 00"]),
        ("+32 (0) 22877000 / +32 (0) 22877005", ["+32 (0) 22877000", "+32 (0) 22877005"]),
        ("d'urgence - 112.", ["112"]),
        ("116111. Ligne gratuite", ["116111"]),
        ("071/31.47.79", ["071/31.47.79"]),
        ("Mise à jour: 09/07/2025", []),
        ("BP 1532 - 06009 Nice", []),
        ("132136226 135", []),
        ("107 avenue Parmentier", []),
        ("1.112 personnes, 112.5 euros, 112 000 habitants", []),
        ("1120", []),
    ],
)
def test_telephone_numbers_are_told_from_other_figures(line: str, expected: list[str]) -> None:
    """The reader finds numbers as the documents print them, and no date, postcode, address or statistic."""
    assert expected == list(printed_numbers(line))


def test_every_row_has_a_quotation() -> None:
    """No row is without the words it was made from."""
    assert [] == [service.id for service in SERVICES if not service.source.get("quote", "").strip()]


def test_what_is_said_and_what_is_dialled_is_one_line() -> None:
    """A slip in one of the two forms of a number is noticed: dialled inside its country, both are the same."""
    pairs = [
        (service.id, dial, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
        for service in SERVICES
        for say, dial in service.numbers
        if dial
        for number in [phonenumbers.parse(say, service.file.partition(".")[0].upper())]
    ]

    assert [] == [pair for pair in pairs if pair[1] != pair[2]]


def test_the_table_of_numbers_left_out_is_whole() -> None:
    """Each row of the table has a number, a document, what it is and why it is left out."""
    assert LEFT_OUT
    assert [] == [row for row in LEFT_OUT if not (digits(row.printed) and row.seed and row.what and row.why)]


def test_no_number_left_out_is_served() -> None:
    """No row says or dials a number that was left out."""
    assert [] == [row.printed for row in LEFT_OUT if any(reaches(row.printed, each) for each in SERVICES)]


def test_every_state_of_the_union_and_the_united_kingdom_have_a_file() -> None:
    """A caller in any of these countries reaches something."""
    wanted = "at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk gb"

    assert set() == set(wanted.split()) - {path.stem for path in DATA.glob("??.yaml")}
