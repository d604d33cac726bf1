"""Recordings that are not there: a list of files as if every sentence of the shipped directory had been rendered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache

from directory.load import load
from ivr.catalogue import Catalogue
from ivr.phrases import Phrase
from ivr.recordings import Recordings, name_of
from ivr.sentences import fillings, is_spoken, sentences
from ivr.speech import Speech
from ivr.voices import Way, load_voices
from tests.editions import shipped_catalogues

SINCE = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def everything(catalogues: Mapping[str, Catalogue]) -> Recordings:
    """Return the names of what has to be recorded before a language is offered, in every one that is recorded."""
    voices = [voice for voice in load_voices().values() if voice.way is Way.RECORDING and voice.tag in catalogues]
    return Recordings(
        frozenset(
            name_of(words, voice.tag, voice.engine or "")
            for voice in voices
            for phrase, text in catalogues[voice.tag].words.items()
            for words in ([text.format(key=key) for key in "123456"] if phrase is Phrase.LANGUAGE_CHOOSE else [text])
            if is_spoken(phrase)
        )
    )


@cache
def every_sentence() -> Recordings:
    """Return the names of every sentence of the shipped directory in every language that is spoken from recordings."""
    return Recordings(frozenset(words_by_name()))


@cache
def words_by_name() -> Mapping[str, str]:
    """Return the name of each of those recordings with what it says."""
    directory, catalogues, voices = load(), shipped_catalogues(), load_voices()
    speech = Speech(directory, catalogues)
    filled = fillings(directory, tuple(voices), SINCE)
    return {
        name_of(words, voice.tag, voice.engine or ""): words
        for voice in voices.values()
        if voice.way is Way.RECORDING
        for words in (speech.spoken(sentence.line) for sentence in sentences(voice.tag, filled))
    }
