"""Reads what the carrier has fetched for a `<Play>`: how long it is, and what it says, as the file itself tells."""

from __future__ import annotations

import re

from ivr.simulator.faults import CarrierError, Code
from ivr.simulator.transcript import Played
from ivr.simulator.transport import Response
from ivr.wav import WavError, describe

_TYPES = frozenset({"audio/wav", "audio/wave", "audio/x-wav"})
"""The names of a WAV file on the provider's page Play. It takes other audio too; this product serves none."""
_LANGUAGE = re.compile(r"/audio/([a-z]{2,3}(?:-[A-Za-z0-9]+)*)/[^/]+\Z")
"""Recordings lie in a folder of their language."""


def played(url: str, response: Response) -> Played:
    """Return what is heard of the recording at `url`; raises `CarrierError` where it cannot be played."""
    if response.status != 200:
        raise CarrierError(Code.HTTP, f"the recording cannot be fetched: the answer has the status {response.status}")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise CarrierError(Code.HTTP, f"the recording is no audio: its content type is {kind or 'missing'}")
    try:
        sound = describe(response.body)
    except WavError as fault:
        raise CarrierError(Code.HTTP, f"the recording {fault}") from fault
    folder = _LANGUAGE.search(url)
    return Played(url, sound.seconds, sound.text, folder[1] if folder else None)
