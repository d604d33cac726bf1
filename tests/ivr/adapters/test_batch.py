"""Items and batches come back as they were written, and what nobody of us has written is refused."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.adapters.batch import Batch, Item, Once, UnreadableError, gathered, item_of, line_of, pack, unpack
from ivr.events import Event, EventKind, Form, PurgeCall, PurgeMessage, SendText

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
MENU = Event.at(NOW, EventKind.STEP, "language", "ro", "RO")
SENT = Once("text:abc", Event.at(NOW, EventKind.TEXT, "sent", "ro"))
TEXT = SendText("CA1", "ro-anitp", "ro", Form.SHORT, NOW)
ITEMS = (
    MENU,
    SENT,
    TEXT,
    PurgeCall("CA1"),
    PurgeCall("CA1", over=False),
    PurgeMessage("SM1", "delivered"),
    PurgeMessage("SM1", ended=False),
)

words = st.text(max_size=20)
events = st.builds(Event, st.dates(), st.integers(0, 3), st.sampled_from(EventKind), words, words, words, words)
items = st.one_of(
    events,
    st.builds(Once, words, events),
    st.builds(SendText, words, words, words, st.sampled_from(Form), st.datetimes(timezones=st.just(dt.UTC))),
    st.builds(PurgeCall, words, st.booleans()),
    st.builds(PurgeMessage, words, words, st.booleans()),
)


@given(items)
@settings(max_examples=100)
def test_item_comes_back(item: Item) -> None:
    """Whatever an item holds, it is one line, without a zero byte, and is read back the same."""
    line = line_of(item)

    assert item == item_of(line)
    assert [] == [sign for sign in ("\n", "\0") if sign in line]


def test_batch_comes_back() -> None:
    """A batch keeps its source, its numbers, its sums and its items."""
    batch = gathered("a", 3, 40, [MENU, *ITEMS])

    assert batch == unpack(pack(batch))
    assert (3, 43, 3, {MENU: 2}, (SENT,)) == (batch.number, batch.accepted, batch.events, batch.tallies, batch.once)
    assert ITEMS[2:] == batch.errands


@pytest.mark.parametrize(
    "line",
    [
        "",
        "e",
        "x[]",
        "e[]",
        'e["2026-11-24",4,"step","language","ro","RO","-"]',
        'e["2026-11-24",1,"stap","language","ro","RO","-"]',
        'e["2026-11-24",1,"step","language","ro","RO"]',
        'e["2026-11-24",1,"step",7,"ro","RO","-"]',
        'm["mark"]',
        't["CA1","ro-anitp","ro","long","2026-11-24T10:00:00+00:00"]',
        'c["CA1"]',
        'c["CA1",1]',
        "d[null,null]",
        'e["2026-11-24",1,"step","language","ro","RO","-"',
    ],
)
def test_other_lines_are_refused(line: str) -> None:
    """A line that is nearly one of ours is refused, not half understood."""
    with pytest.raises(UnreadableError):
        item_of(line)


@pytest.mark.parametrize("change", [{"events": [[1]]}, {"items": ["x"]}, {"number": "three"}, {"items": None}])
def test_other_batches_are_refused(change: dict[str, object]) -> None:
    """An entry of the stream that is nearly a batch is refused."""
    fields = json.loads(pack(Batch("a", 1, 0)))
    with pytest.raises(UnreadableError):
        unpack(json.dumps(fields | change))
