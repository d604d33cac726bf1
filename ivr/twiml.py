"""Turns as TwiML, the markup that the carrier obeys.

Written out by hand because a call waits for it; a test holds it against the provider's own builder. Only verbs that
other carriers understand too: Say, Play, Gather, Redirect, Dial with Number, Hangup, Message (no Pause, no Conference).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, groupby
from xml.sax.saxutils import escape, quoteattr

from ivr.recordings import NONE, Recordings
from ivr.sealed import Seal
from ivr.speech import Speech
from ivr.turn import KEPT_TURNS, Line, Turn
from ivr.voices import Voice, Way

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
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
    told: str = ""
    """What its state has to remember of what was counted (`State.told`)."""


class Scribe:
    """Writes turns as TwiML. What a turn says is written once and remembered with it."""

    def __init__(
        self,
        speech: Speech,
        voices: Mapping[str, Voice],
        seal: Seal,
        public_url: str,
        recordings: Recordings = NONE,
    ) -> None:
        self._speech = speech
        self._voices = voices
        self._seal = seal
        address = escape(public_url, {'"': "&quot;"})
        self._steps = f"{address}/voice"
        self._spoken = Spoken(speech, voices, recordings, f"{address}/audio")
        self._words = lru_cache(KEPT_TURNS)(self._spoken.turn)

    def write(self, turn: Turn, leg: Leg, now: dt.datetime, lead: Iterable[Line] = ()) -> str:
        """Return the TwiML of a turn, for the call of `leg`; `lead` is said first. Tokens need no escaping."""
        said = (self._spoken.said(lead) if lead else "") + self._words(turn)
        if turn.ends:
            return f"{HEAD}<Response>{said}<Hangup/></Response>"
        token = self._seal.seal(turn.state, leg.call, now, leg.told)
        if turn.forward:
            return (
                f'{HEAD}<Response>{said}<Dial action="{self._steps}/outcome/{token}" method="POST" timeout="{RING}" '
                f"callerId={quoteattr(leg.caller_id)}><Number>{escape(turn.forward.dial)}</Number></Dial></Response>"
            )
        return (
            f'{HEAD}<Response><Gather {self._input(turn)} action="{self._steps}/key/{token}" method="POST" '
            f'numDigits="1" timeout="{WAIT}" finishOnKey="">{said}</Gather>'
            f'<Redirect method="POST">{self._steps}/silence/{token}</Redirect></Response>'
        )

    def _input(self, turn: Turn) -> str:
        """Wait for a key; where the turn can be answered in words, for those too. Keys stay enough."""
        hints = [self._speech.phrase(option.heard, turn.language) for option in turn.options if option.heard]
        if not hints:
            return 'input="dtmf"'
        language = self._voices[turn.language].recogniser or turn.language
        return (
            f'input="dtmf speech" language={quoteattr(language)} hints={quoteattr(", ".join(hints))} '
            'speechTimeout="auto" profanityFilter="false"'
        )


class Spoken:
    """What is said, as TwiML.

    It knows nothing of who remembers its answers: else the words of tables that nobody serves any more, and their turns
    with them, would stay until all memory is searched for garbage, which is seldom.
    """

    def __init__(self, speech: Speech, voices: Mapping[str, Voice], recordings: Recordings, audio: str) -> None:
        self._speech = speech
        self._voices = voices
        self._recordings = recordings
        self._audio = audio

    def turn(self, turn: Turn) -> str:
        """Return all that a turn says."""
        offers = (option.spoken for option in turn.options if option.spoken)
        return self.said(chain(turn.lines, offers, turn.coda))

    def said(self, lines: Iterable[Line]) -> str:
        """Play what is recorded, and say each run of other lines of one language in one breath."""
        parts = (part for line in lines for part in self._parts(line))
        return "".join(self._run(language, list(run)) for language, run in groupby(parts, key=lambda part: part[0]))

    def _parts(self, line: Line) -> Iterator[tuple[str | None, str]]:
        """Yield a language and the words to say in it, or None and the file to play."""
        voice = self._voices[line.language]
        if voice.way is Way.RECORDING:
            file = self._recordings.find(self._speech.spoken(line), voice)
            if file is not None:
                yield None, file
                return
            line = replace(line, language=voice.instead or line.language)
        yield line.language, self._speech.spoken(line)

    def _run(self, language: str | None, run: list[tuple[str | None, str]]) -> str:
        if language is None:
            return "".join(f"<Play>{self._audio}/{file}</Play>" for _, file in run)
        voice = self._voices[language]
        named = f" voice={quoteattr(voice.voice)}" if voice.voice else ""
        words = " ".join(words for _, words in run)
        return f"<Say{named} language={quoteattr(voice.speak or language)}>{escape(words)}</Say>"


def message(text: str, status_address: str) -> str:
    """Return the TwiML that answers a text; the carrier reports the answer's fate to `status_address`."""
    return (
        f'{HEAD}<Response><Message action={quoteattr(status_address)} method="POST">{escape(text)}</Message></Response>'
    )
