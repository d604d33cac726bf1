"""Packed tables: all that a directory says comes back, and nothing else is taken for one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import zlib
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import packed as packing
from directory.find import Query, find
from directory.load import compile_files, load
from directory.model import Cost, DatedHours, Directory, Helpline, Kind, Number, Reach, Source
from directory.packed import UnknownFormError, hash_of, packed, unpacked
from directory.revision import plain
from tests.sample_directory import FILES

SAMPLE = compile_files(FILES)
LINE = SAMPLE.helplines["gb-crime"]
NOW = dt.datetime(2026, 12, 24, 12, tzinfo=dt.UTC)
TEXTS = st.sampled_from(["", "a", "Ligne d’écoute", "SOS +1", "24/7", "ру\n\"'"])
DAYS = st.none() | st.dates()
ROWS = st.builds(
    dataclasses.replace,
    st.just(LINE),
    kind=st.sampled_from(Kind),
    name=st.dictionaries(TEXTS, TEXTS, max_size=3).map(MappingProxyType),
    needs=st.lists(st.sampled_from(list(SAMPLE.needs)), min_size=1, max_size=2, unique=True).map(tuple),
    audience=st.lists(TEXTS, max_size=3).map(tuple),
    languages=st.lists(TEXTS, max_size=3).map(tuple),
    hours=st.none() | TEXTS,
    exceptions=st.lists(st.builds(DatedHours, st.dates(), TEXTS, TEXTS), max_size=2).map(tuple),
    numbers=st.lists(st.builds(Number, TEXTS, st.none() | TEXTS, st.sampled_from(Reach)), max_size=2).map(tuple),
    cost=st.sampled_from(Cost),
    anonymous=st.sampled_from([None, True, False]),
    source=st.builds(Source, TEXTS, DAYS, TEXTS),
    checked=DAYS,
    note=TEXTS,
    order=st.integers(0, 10**6),
)


def says(directory: Directory) -> dict[str, object]:
    """Return all that a directory says."""
    names = [each.name for each in dataclasses.fields(Directory) if each.name not in {"ladders", "rungs"}]
    ladders = {"/".join(key): plain(ladder) for key, ladder in directory.ladders.items()}
    return {"ladders": ladders, **{name: plain(getattr(directory, name)) for name in names}}


@pytest.mark.parametrize("directory", [load(), SAMPLE], ids=["shipped", "sample"])
def test_all_comes_back(directory: Directory) -> None:
    """What is unpacked says what was packed, in the same order, and is packed to the same bytes."""
    found = unpacked(packed(directory))

    assert says(directory) == says(found)
    assert list(directory.helplines.values()) == list(found.helplines.values())
    assert list(directory.countries.values()) == list(found.countries.values())
    assert hash_of(packed(directory)) == hash_of(packed(found))


@given(ROWS)
def test_every_field_of_a_service_comes_back(row: Helpline) -> None:
    """Whatever a service's fields hold comes back as it was, of the same kind."""
    found = unpacked(packed(dataclasses.replace(SAMPLE, helplines={row.id: row}))).helplines[row.id]

    assert row == found
    assert list(row.name.items()) == list(found.name.items())
    assert all(type(getattr(row, name)) is type(getattr(found, name)) for name in row.__slots__)


@pytest.mark.parametrize("need", SAMPLE.needs)
def test_same_services_are_found(need: str) -> None:
    """Callers are offered the same, whichever way the tables came."""
    ways = (SAMPLE, unpacked(packed(SAMPLE)))
    before, after = ([(m.helpline.id, m.status, m.dial) for m in find(d, Query("GB", need), NOW)] for d in ways)

    assert before == after


def test_lists_in_common_are_held_once() -> None:
    """A thousand services for anyone hold the word once."""
    found = unpacked(packed(load())).helplines
    one, other = found["ro-anitp"].audience, found["ro-violence-home"].audience

    assert one is other


def test_another_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes of another form are not guessed at."""
    content = packed(SAMPLE)
    monkeypatch.setattr(packing, "FORM", packing.FORM + 1)

    with pytest.raises(UnknownFormError):
        unpacked(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        zlib.compress(b""),
        zlib.compress(b"{}"),
        zlib.compress(b"[]"),
        zlib.compress(b"[1]"),
        zlib.compress(json.dumps([1, "", [[], "", ""], [], [], [["gb-a"]]]).encode()),
        zlib.compress(json.dumps([1, "", [[], "", ""], [], [["GB", "44", "No/Where", [], {}]], []]).encode()),
        packed(SAMPLE)[:-5],
    ],
)
def test_what_is_no_directory(content: bytes) -> None:
    """Anything else is refused as one kind of error."""
    with pytest.raises(UnknownFormError):
        unpacked(content)
