"""Turns as TwiML, the markup that the carrier obeys.

Written out by hand because a call waits for it; a test holds it against the provider's own builder. Only verbs that
other carriers understand too: Say, Gather, Redirect, Dial with Number, Hangup, Message (no Pause, no Conference).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby
from xml.sax.saxutils import escape, quoteattr

from ivr.sealed import Seal
from ivr.speech import Speech
from ivr.turn import Line, Turn
from ivr.voices import Voice

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
KEPT_TURNS = 2048
"""Turns whose words are remembered, some kilobytes each."""
WAIT = 7
"""Seconds of silence after a prompt (ISO/IEC 13714 asks for 3 to 10)."""
RING = 25
"""Seconds that a helpline's telephone rings; the provider adds about 5 (its Dial page)."""
EMPTY = f"{HEAD}<Response/>"
"""Nothing to say and nothing to do."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What TwiML must know of the call it is for."""

    call: str
    """The carrier's id of the call: the sealed state is bound to it."""
    caller_id: str
    """Our own number, shown to the helpline; never the caller's."""


class Scribe:
    """Writes turns as TwiML. What a turn says is written once and remembered with it."""

    def __init__(self, speech: Speech, voices: Mapping[str, Voice], seal: Seal, public_url: str) -> None:
        self._speech = speech
        self._voices = voices
        self._seal = seal
        self._steps = escape(public_url, {'"': "&quot;"}) + "/voice"
        self._words = lru_cache(KEPT_TURNS)(self._words_of)

    def write(self, turn: Turn, leg: Leg, now: dt.datetime, lead: Iterable[Line] = ()) -> str:
        """Return the TwiML of a turn, for the call of `leg`; `lead` is said first. Tokens need no escaping."""
        said = (self._said(lead) if lead else "") + self._words(turn)
        if turn.ends:
            return f"{HEAD}<Response>{said}<Hangup/></Response>"
        token = self._seal.seal(turn.state, leg.call, now)
        if turn.forward:
            return (
                f'{HEAD}<Response>{said}<Dial action="{self._steps}/outcome/{token}" method="POST" timeout="{RING}" '
                f"callerId={quoteattr(leg.caller_id)}><Number>{escape(turn.forward.dial)}</Number></Dial></Response>"
            )
        return (
            f'{HEAD}<Response><Gather input="dtmf" action="{self._steps}/key/{token}" method="POST" numDigits="1" '
            f'timeout="{WAIT}" finishOnKey="">{said}</Gather>'
            f'<Redirect method="POST">{self._steps}/silence/{token}</Redirect></Response>'
        )

    def _words_of(self, turn: Turn) -> str:
        offers = (option.spoken for option in turn.options if option.spoken)
        return self._said(chain(turn.lines, offers, turn.coda))

    def _said(self, lines: Iterable[Line]) -> str:
        """Say each run of lines of one language in one breath."""
        return "".join(self._say(language, run) for language, run in groupby(lines, key=lambda line: line.language))

    def _say(self, language: str, run: Iterable[Line]) -> str:
        voice = self._voices[language]
        named = f" voice={quoteattr(voice.voice)}" if voice.voice else ""
        words = " ".join(self._speech.spoken(line) for line in run)
        return f"<Say{named} language={quoteattr(voice.speak)}>{escape(words)}</Say>"


def message(text: str, status_address: str) -> str:
    """Return the TwiML that answers a text; the carrier reports the answer's fate to `status_address`."""
    return (
        f'{HEAD}<Response><Message action={quoteattr(status_address)} method="POST">{escape(text)}</Message></Response>'
    )
