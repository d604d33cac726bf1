"""The last resort: words that need nothing else, in every first language, and the way back to the menu."""

from __future__ import annotations

import ast
import inspect
import re
from xml.etree import ElementTree as ET

import pytest
from twilio.twiml.voice_response import VoiceResponse

from ivr import lifeline as module
from ivr.lifeline import SENTENCES, lifeline
from ivr.voices import load_voices

MENU = "https://fanal.example.org/voice"


def test_needs_nothing() -> None:
    """Nothing that can be missing, broken or half installed is imported."""
    tree = ast.parse(inspect.getsource(module))

    assert [] == [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_is_what_the_provider_would_build() -> None:
    """The markup is what the provider's own builder makes of the same words."""
    response = VoiceResponse()
    for language, words in SENTENCES:
        response.say(words, language=language)
    response.redirect(MENU, method="POST")

    assert ET.canonicalize(str(response)) == ET.canonicalize(lifeline(MENU))


def test_speaks_every_first_language() -> None:
    """The last resort is short: it speaks eight large languages, each of which a voice of the menus speaks too."""
    spoken = [language for language, _ in SENTENCES]

    assert 8 == len(set(spoken))
    assert set(spoken) <= {voice.speak for voice in load_voices().values()}


@pytest.mark.parametrize("words", [words for _, words in SENTENCES])
def test_each_sentence_names_the_emergency_number(words: str) -> None:
    """Every sentence says 112, digit by digit, and no other number."""
    assert ["1 1 2"] == re.findall(r"[0-9][0-9 ]*[0-9]", words)


def test_is_small() -> None:
    """A document that the carrier hosts itself may be far smaller than an answer."""
    assert 4096 > len(lifeline(MENU).encode())


@pytest.mark.parametrize("address", ["https://fanal.example.org/a&b/voice", "https://fanal.example.org/<a>'\"/voice"])
def test_strange_address_is_still_markup(address: str) -> None:
    """Whatever the address holds, the carrier can read the document and find it there."""
    redirect = ET.fromstring(lifeline(address)).find("Redirect")  # noqa: S314 - we have just made it

    assert redirect is not None
    assert address == redirect.text
