"""What a carrier finds wrong with an answer, in the provider's own numbers (its error dictionary)."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """Numbers of the provider's error dictionary; those below 1000 are rules of our own."""

    HOUSE = 1
    """The provider would allow it; this product must not do it, or other providers refuse it."""
    LOOP = 2
    """Document after document without a chance for the caller to act; the provider's limit is unknown."""
    HTTP = 11200
    """The answer's status is not 200, or it has no content type; or a recording cannot be fetched or played."""
    CONNECTION = 11205
    """Nobody answered, or not within 15 seconds."""
    TOO_LARGE = 11750
    """More than 64 kB."""
    XML = 12100
    """No XML document with the root <Response>, or one that may arrive cut short."""
    SCHEMA = 12200
    """An element or attribute that does not exist, or stands where it may not."""
    CONTENT_TYPE = 12300
    """The content type is not XML."""
    DIAL_METHOD = 13210
    DIAL_TIMEOUT = 13212
    DIAL_CALLER_ID = 13214
    DIAL_NESTED = 13215
    DIAL_TIME_LIMIT = 13216
    DIAL_NUMBER_FORMAT = 13223
    DIAL_NUMBER = 13224
    """No carrier can reach such a number."""
    GATHER_FINISH_KEY = 13310
    GATHER_FINISH_KEYS = 13311
    """More than one key to finish with."""
    GATHER_METHOD = 13312
    GATHER_TIMEOUT = 13313
    GATHER_DIGITS = 13314
    GATHER_NESTED = 13320
    GATHER_INPUT = 13326
    GATHER_SPEECH_TIMEOUT = 13327
    GATHER_EMPTY_RESULT = 13338
    SAY_TEXT = 13520
    SAY_LENGTH = 13521
    REDIRECT_METHOD = 13710
    MESSAGE_BODY = 14103
    MESSAGE_METHOD = 14104
    MESSAGES = 14109
    """More than ten messages in one answer."""
    MESSAGE_VERB = 14110
    """A verb of calls in the answer to a text."""


class CarrierError(Exception):
    """The carrier cannot fetch or follow an answer. `code` says why in the provider's number."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(f"{int(code)}: {sentence}")
        self.code = code
        self.sentence = sentence


class OutOfTurnError(Exception):
    """The caller did something that the carrier does not await just now, such as a key while it rings."""
