"""Every language, from the first word to the text: through a whole installation, with a real worker that sends."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from directory.load import load
from directory.model import Directory
from ivr.events import Form
from ivr.phrases import Phrase
from ivr.simulator.people import number_of
from ivr.simulator.transcript import Played, Pressed, Said, TextArrived
from ivr.simulator.views import CallView
from ivr.speech import Speech
from ivr.texts import compose, segments
from ivr.voices import Voice, Way, load_voices
from tests.audio import record
from tests.editions import shipped_catalogues
from tests.installation import Installation, installed, wait_until

TUESDAY_MORNING = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
DIRECTORY = load()
CATALOGUES = shipped_catalogues()
SPEECH = Speech(DIRECTORY, CATALOGUES)
VOICES = load_voices()
TRAFFICKING = "3"
"""Its key in every menu of needs; nearly every country of the directory has a line for it."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation in which every sentence of the languages without a voice has its file."""
    folder = tmp_path_factory.mktemp("installation")
    record(folder / "var" / "audio")
    with installed(folder) as everything:
        yield everything


def home_of(tag: str, directory: Directory) -> str:
    """Return a country where this language is offered early; any where none of them has it in its list."""
    return next(
        (code for code, country in directory.countries.items() if tag in country.languages and code != "CY"), "FI"
    )


def since_last_key(call: CallView) -> list[Said | Played]:
    """Return what was said after the caller's last key, in order."""
    keys = [place for place, entry in enumerate(call.transcript) if isinstance(entry, Pressed)]
    after = call.transcript[keys[-1] + 1 if keys else 0 :]
    return [entry for entry in after if isinstance(entry, Said | Played)]


def choose_language(running: Installation, call: CallView, tag: str) -> CallView:
    """Listen to page after page until the language offers itself, and press its key."""
    offer = re.escape(CATALOGUES[tag].words[Phrase.LANGUAGE_CHOOSE]).replace(r"\{key\}", "([1-6])")
    for _ in VOICES:
        heard = "\n".join(entry.text or "" for entry in since_last_key(call))
        found = re.search(offer, heard)
        if found:
            return running.exchange.press(call.id, found[1])
        call = running.exchange.press(call.id, "9")
    raise AssertionError(f"nobody offered {tag}")


def spoken_in(entry: Said | Played, voice: Voice) -> bool:
    """Tell whether something was said in this voice's language, in its way."""
    if voice.way is Way.RECORDING:
        return isinstance(entry, Played) and entry.language == voice.tag and bool(entry.text)
    return isinstance(entry, Said) and entry.language == voice.speak


@pytest.mark.parametrize("tag", VOICES)
def test_from_the_first_word_to_the_text(running: Installation, tag: str) -> None:
    """A caller chooses the language, a need, hears one language only, and has the short text in it, in one segment."""
    country = home_of(tag, DIRECTORY)
    call = running.exchange.dial(country, at=TUESDAY_MORNING.isoformat())
    call = choose_language(running, call, tag)
    heard = since_last_key(call)
    for key in (TRAFFICKING, "2", "1"):
        call = running.exchange.press(call.id, key)
        heard += since_last_key(call)
    texts: list[str] = []

    def arrived() -> bool:
        entries = running.exchange.call(call.id).transcript
        texts[:] = [entry.body for entry in entries if isinstance(entry, TextArrived)]
        return bool(texts)

    assert wait_until(arrived, 20)
    running.exchange.hang_up(call.id)
    home = DIRECTORY.countries[country]
    written = {
        compose(DIRECTORY, SPEECH, row.id, tag, Form.SHORT, country)
        for row in DIRECTORY.helplines.values()
        if row.country == home.code
    }

    assert [] == [entry for entry in heard if not spoken_in(entry, VOICES[tag])]
    assert texts[0] in written
    assert (1, 1) == (len(texts), segments(texts[0]))
    assert number_of(country)[-9:] not in texts[0]
