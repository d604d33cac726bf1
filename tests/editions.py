"""Editions for tests, made of any directory with the shipped words and voices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from directory.model import Directory
from ivr.catalogue import Catalogue, load_catalogues
from ivr.edition import Edition
from ivr.sealed import Seal
from ivr.speech import Speech
from ivr.twiml import Scribe
from ivr.voices import load_voices
from ivr.wordings import NO_WORDINGS, Wordings, with_wordings


@cache
def shipped_catalogues() -> Mapping[str, Catalogue]:
    """Return the catalogues that come with the program: reading them takes longer than most tests, so they are read
    once in a process.
    """
    return load_catalogues()


def make(directory: Directory, wordings: Wordings = NO_WORDINGS) -> Edition:
    """Make an edition as the servers do."""
    speech = Speech(directory, with_wordings(shipped_catalogues(), wordings))
    scribe = Scribe(speech, load_voices(), Seal(["a secret"]), "https://fanal.example.org")
    return Edition(
        directory,
        speech,
        scribe,
        ("en",),
        ("en",),
        ("en",),
    )
