"""Any helpline that the directory can hold goes out and comes back the same, in every form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.exchange.csv_table import from_csv, to_csv
from directory.exchange.hsds import to_hsds
from directory.exchange.hsds_reading import from_hsds
from directory.exchange.proposal import Proposal
from directory.exchange.yaml_text import from_yaml, to_yaml
from directory.load import compile_files
from directory.model import Cost, DatedHours, Helpline, Kind, Number, Reach, Source
from directory.pieces import Place, replaced
from directory.typography import Script, complaint
from directory.writing import row_of, row_text
from tests.sample_directory import FILES

ZONE = "Europe/London"
SPICE = st.sampled_from("'=+-@|\\,;\"\n\t #:é€’0 9/")


def texts(script: Script) -> st.SearchStrategy[str]:
    """Return texts that the directory takes, with everything in them that a table or YAML could stumble over.

    But for what looks like UTF-8 that was read as something else: a table that says so is sent back on purpose.
    """
    anything = st.text(st.one_of(SPICE, st.characters(exclude_categories=["Cs"])), min_size=1, max_size=12)
    return anything.map(str.strip).filter(
        lambda text: bool(text) and text != "null" and complaint(text, script) is None and not _looks_spoilt(text)
    )


def _looks_spoilt(text: str) -> bool:
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


EXCEPTIONS = st.lists(
    st.builds(
        DatedHours,
        st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
        st.sampled_from(["off", "10:00-14:00", "08:00-12:00,22:00-02:00"]),
        texts(Script.PROSE),
    ),
    max_size=3,
    unique_by=lambda each: each.date,
).map(tuple)
SAID = st.sampled_from(["020 7946 0101", "0800 1111", "116 006", "999", "+44 20 7946 0102"])
NUMBERS = st.lists(
    st.builds(Number, SAID, st.sampled_from([None, "+442079460101"]), st.sampled_from(Reach)),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.say,
).map(tuple)
HELPLINES = st.builds(
    Helpline,
    id=st.just("gb-another"),
    country=st.just("GB"),
    kind=st.sampled_from([Kind.HELPLINE, Kind.ORGANISATION, Kind.REPORTING]),
    name=st.fixed_dictionaries(
        {"en": texts(Script.NAME), "fr": texts(Script.NAME)}, optional={"pt-BR": texts(Script.NAME)}
    ),
    needs=st.sampled_from([("crime",), ("support", "children")]),
    audience=st.sampled_from([("anyone",), ("women", "children")]),
    languages=st.sampled_from([(), ("en",), ("pl", "pt-BR", "rmn")]),
    hours=st.sampled_from([None, "24/7", "Mo-Fr 08:00-16:00; PH off", "Mo-Su 22:00-06:00"]),
    exceptions=EXCEPTIONS,
    timezone=st.sampled_from([ZoneInfo(ZONE), ZoneInfo("Asia/Tokyo")]),
    numbers=NUMBERS,
    cost=st.sampled_from(Cost),
    anonymous=st.sampled_from([True, False, None]),
    source=st.builds(Source, st.just("a letter"), st.none() | st.just(dt.date(2026, 2, 28)), texts(Script.PROSE)),
    checked=st.none() | st.just(dt.date(2026, 2, 28)),
    note=st.just("") | texts(Script.PROSE),
    order=st.just(3),
)


def _csv(files: dict[str, str], helplines: Iterable[Helpline]) -> Proposal:
    return from_csv(to_csv(helplines).encode(), FILES)


def _hsds(files: dict[str, str], helplines: Iterable[Helpline]) -> Proposal:
    return from_hsds(to_hsds(helplines).encode(), FILES)


def _yaml(files: dict[str, str], helplines: Iterable[Helpline]) -> Proposal:
    return from_yaml(to_yaml(files).encode(), FILES)


@pytest.mark.parametrize("exchange", [_csv, _hsds, _yaml])
@settings(max_examples=30)
@given(helpline=HELPLINES)
def test_helplines_come_back(
    exchange: Callable[[dict[str, str], Iterable[Helpline]], Proposal], helpline: Helpline
) -> None:
    """A directory with one more helpline, taken out and brought into the one without it: the revision is the same."""
    files = replaced(FILES, Place("gb.yaml", helpline.id), row_text(row_of(helpline, ZONE)))
    directory = compile_files(files)

    found = exchange(files, directory.helplines.values())

    assert ((), ("gb-another",), ()) == (found.faults, found.added, found.changed)
    assert directory.revision == compile_files(found.files).revision


SOUND = (
    b'\xef\xbb\xbfid,hours,"note"\r\ngb-crime,\'24/7,"Ring"\r\ngb-new,,=1\r\n',
    b'[{"name": "x", "phones": [{"number": "020 7946 0001"}], "service_areas": [{"extent": "GB"}]}]',
    b"country: GB\nhelplines:\n  - {id: gb-crime}\n",
)


@pytest.mark.parametrize("read", [from_csv, from_hsds, from_yaml])
@settings(max_examples=30)
@given(data=st.data())
def test_any_bytes_are_answered_in_words(
    read: Callable[[bytes, dict[str, str]], Proposal], data: st.DataObject
) -> None:
    """Whatever comes in, spoilt files of ours or noise: sentences that can be shown, and files that load."""
    sound = SOUND[data.draw(st.integers(0, len(SOUND) - 1))]
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(sound)), st.integers(0, len(sound)))))
    given_bytes = sound[:start] + data.draw(st.binary(max_size=20)) + sound[end:]

    found = read(given_bytes, FILES)

    assert {"GB", "FR"} == set(compile_files(found.files).countries)
    assert all(str(each).encode("utf-8") for each in (*found.faults, *found.notes))
