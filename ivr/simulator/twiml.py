"""Reads a TwiML answer as strictly as a carrier can: values out, or a `CarrierError`.

Sources: the provider's TwiML pages (Voice, Say, Play, Gather, Dial, Number, Redirect, Hangup, Reject; Messaging:
Message, Redirect), its error dictionary, and the open switch somleng, which refuses <Pause> everywhere and
allows only <Say> and <Play> in <Gather>. The provider merely warns about many of these; here all are errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError, fromstring

import phonenumbers

from ivr.simulator.faults import CarrierError, Code
from ivr.simulator.transport import Response
from ivr.simulator.verbs import (
    Dial,
    Gather,
    Hangup,
    Listening,
    Message,
    Play,
    Redirect,
    Reject,
    Say,
    TextVerb,
    Verb,
    VoiceVerb,
)

LONGEST_DOCUMENT = 64 * 1024
"""Bytes; error 11750."""
LONGEST_SAY = 3000
"""Characters that the narrowest of the provider's speech engines takes (its text-to-speech page)."""
LONGEST_MESSAGE = 1600
MOST_MESSAGES = 10
MOST_HINTS = 500
LONGEST_HINT = 100
"""Characters of one phrase that a recogniser is told to expect (page Gather)."""
LONGEST_PAUSE = 60
"""Seconds: the longest that anybody is listened to (page Gather)."""
LONGEST_RING = 600
LONGEST_CALL = 14400
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_XML_TYPES = {"text/xml", "application/xml"}
_FOR_KEYS = ("action", "method", "numDigits", "timeout", "finishOnKey", "actionOnEmptyResult", "input")
_FOR_WORDS = ("language", "hints", "speechTimeout", "profanityFilter")
T = TypeVar("T", bound=Verb)


def voice(response: Response) -> tuple[VoiceVerb, ...]:
    """Return the verbs of the answer to a call's webhook."""
    return tuple(_verb(_VOICE, Code.SCHEMA, element) for element in _document(response))


def text(response: Response) -> tuple[TextVerb, ...]:
    """Return the verbs of the answer to a text's webhook."""
    verbs = tuple(_verb(_TEXT, Code.MESSAGE_VERB, element) for element in _document(response))
    if len(verbs) > MOST_MESSAGES:
        raise CarrierError(Code.MESSAGES, f"more than {MOST_MESSAGES} verbs in the answer to a text")
    return verbs


def _document(response: Response) -> Element:
    _check_envelope(response)
    # Entities could make a small document huge, and no TwiML needs a document type.
    if b"<!DOCTYPE" in response.body or b"<!ENTITY" in response.body:
        raise CarrierError(Code.XML, "the document declares a type or entities")
    try:
        root = fromstring(response.body)  # noqa: S314 - at most 64 kB, without document type and entities
    except (ParseError, LookupError, ValueError) as fault:
        raise CarrierError(Code.XML, f"no XML: {fault}") from fault
    if root.tag != "Response":
        raise CarrierError(Code.XML, f"the root is <{root.tag}>, not <Response>")
    _attributes(root, ())
    _no_stray_text(root, Code.SCHEMA)
    return root


def _check_envelope(response: Response) -> None:
    if response.status != 200:
        raise CarrierError(Code.HTTP, f"the answer has the status {response.status}")
    if "content-type" not in response.headers:
        raise CarrierError(Code.HTTP, "the answer has no content type")
    kind = response.headers["content-type"].partition(";")[0].strip().lower()
    if kind not in _XML_TYPES:
        raise CarrierError(Code.CONTENT_TYPE, f"the content type is {kind}")
    if len(response.body) > LONGEST_DOCUMENT:
        raise CarrierError(Code.TOO_LARGE, f"the document has {len(response.body)} bytes")
    if response.headers.get("content-length") != str(len(response.body)):
        raise CarrierError(Code.XML, "without a true Content-Length the document may arrive cut short")


def _verb(table: Mapping[str, Callable[[Element], T]], unknown: Code, element: Element) -> T:
    if element.tag == "Pause":
        raise CarrierError(Code.HOUSE, "<Pause> is not portable")
    if element.tag not in table:
        raise CarrierError(unknown, f"<{element.tag}> may not stand here")
    return table[element.tag](element)


def _say(element: Element) -> Say:
    given = _attributes(element, ("language", "voice"))
    _childless(element, Code.HOUSE, "markup inside <Say> makes some voices fail")
    spoken = (element.text or "").strip()
    if not spoken:
        raise CarrierError(Code.SAY_TEXT, "<Say> has no text")
    if len(spoken) > LONGEST_SAY:
        raise CarrierError(Code.SAY_LENGTH, f"<Say> has {len(spoken)} characters")
    language = given.get("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise CarrierError(Code.SCHEMA, f"{language!r} is no language tag")
    return Say(spoken, language, given.get("voice"))


def _play(element: Element) -> Play:
    _attributes(element, ())
    _childless(element, Code.SCHEMA, "<Play> holds nothing but an address")
    return Play(_address(element.text, "<Play>"))


def _gather(element: Element) -> Gather:
    given = _attributes(element, (*_FOR_KEYS, *_FOR_WORDS))
    _post_only(given, Code.GATHER_METHOD)
    _no_stray_text(element, Code.GATHER_NESTED)
    digits = given.get("numDigits")
    return Gather(
        prompts=tuple(_verb(_PROMPTS, Code.GATHER_NESTED, child) for child in element),
        action=_optional_address(given),
        digits=None if digits is None else _whole(digits, 1, 1000, Code.GATHER_DIGITS),
        timeout=_whole(given.get("timeout", "5"), 1, 600, Code.GATHER_TIMEOUT),
        finish=_finish(given.get("finishOnKey", "#")),
        on_empty=_yes_or_no(given.get("actionOnEmptyResult", "false"), Code.GATHER_EMPTY_RESULT),
        words=_listening(given),
    )


def _listening(given: Mapping[str, str]) -> Listening | None:
    """Return how words are listened to; keys are always enough, so they are never the only way."""
    kind = given.get("input", "dtmf")
    if kind == "dtmf":
        idle = sorted(set(given) & set(_FOR_WORDS))
        if idle:
            raise CarrierError(Code.SCHEMA, f"without speech {', '.join(idle)} has no meaning")
        return None
    if kind != "dtmf speech":
        raise CarrierError(Code.GATHER_INPUT, f"input is dtmf or “dtmf speech”, and not {kind!r}")
    if _yes_or_no(given.get("profanityFilter", "true"), Code.SCHEMA):
        raise CarrierError(Code.HOUSE, "the filter would mask the words with which violence is named")
    language = given.get("language")
    if language is None:
        raise CarrierError(Code.HOUSE, "without language the provider understands American English only")
    if not _LANGUAGE.fullmatch(language):
        raise CarrierError(Code.SCHEMA, f"{language!r} is no language tag")
    pause = given.get("speechTimeout", given.get("timeout", "5"))
    ends = None if pause == "auto" else _whole(pause, 1, LONGEST_PAUSE, Code.GATHER_SPEECH_TIMEOUT)
    return Listening(language, _hints(given.get("hints", "")), ends)


def _hints(raw: str) -> tuple[str, ...]:
    hints = tuple(hint for part in raw.split(",") if (hint := part.strip()))
    if len(hints) > MOST_HINTS or any(len(hint) > LONGEST_HINT for hint in hints):
        raise CarrierError(Code.SCHEMA, f"there are at most {MOST_HINTS} hints of {LONGEST_HINT} characters each")
    return hints


def _dial(element: Element) -> Dial:
    given = _attributes(element, ("action", "method", "callerId", "timeout", "timeLimit"))
    _post_only(given, Code.DIAL_METHOD)
    if "callerId" not in given:
        raise CarrierError(Code.HOUSE, "without callerId the provider shows the caller's own number")
    if not _E164.fullmatch(given["callerId"]):
        raise CarrierError(Code.DIAL_CALLER_ID, "callerId is not in E.164 form")
    return Dial(
        number=_dialled(element),
        caller_id=given["callerId"],
        action=_optional_address(given),
        timeout=_whole(given.get("timeout", "30"), 1, LONGEST_RING, Code.DIAL_TIMEOUT),
        time_limit=_whole(given.get("timeLimit", str(LONGEST_CALL)), 1, LONGEST_CALL, Code.DIAL_TIME_LIMIT),
    )


def _dialled(element: Element) -> str:
    children = list(element)
    if any(child.tag != "Number" for child in children):
        raise CarrierError(Code.DIAL_NESTED, "<Dial> may hold only <Number>")
    if len(children) > 1:
        raise CarrierError(Code.HOUSE, "several numbers would ring at once")
    holder = children[0] if children else element
    if children:
        _no_stray_text(element, Code.DIAL_NESTED)
        _attributes(holder, ())
        _childless(holder, Code.DIAL_NESTED, "<Number> holds nothing but a number")
    number = (holder.text or "").strip()
    if not _E164.fullmatch(number):
        raise CarrierError(Code.DIAL_NUMBER_FORMAT, "the number is not in E.164 form")
    if not phonenumbers.is_valid_number(phonenumbers.parse(number)):
        raise CarrierError(Code.DIAL_NUMBER, "no carrier can reach that number")
    return number


def _redirect(element: Element) -> Redirect:
    _post_only(_attributes(element, ("method",)), Code.REDIRECT_METHOD)
    _childless(element, Code.SCHEMA, "<Redirect> holds nothing but an address")
    return Redirect(_address(element.text, "<Redirect>"))


def _hangup(element: Element) -> Hangup:
    _attributes(element, ())
    _empty(element)
    return Hangup()


def _reject(element: Element) -> Reject:
    reason = _attributes(element, ("reason",)).get("reason", "rejected")
    _empty(element)
    if reason not in {"rejected", "busy"}:
        raise CarrierError(Code.SCHEMA, f"{reason!r} is no reason to reject a call")
    return Reject(reason)


def _message(element: Element) -> Message:
    given = _attributes(element, ("action", "method"))
    _post_only(given, Code.MESSAGE_METHOD)
    _childless(element, Code.HOUSE, "a text is written without <Body> and <Media>")
    body = (element.text or "").strip()
    if not 0 < len(body) <= LONGEST_MESSAGE:
        raise CarrierError(Code.MESSAGE_BODY, f"a text has 1 to {LONGEST_MESSAGE} characters")
    return Message(body, _optional_address(given))


_PROMPTS: Mapping[str, Callable[[Element], Say | Play]] = {"Say": _say, "Play": _play}
_VOICE: Mapping[str, Callable[[Element], VoiceVerb]] = {
    **_PROMPTS,
    "Gather": _gather,
    "Dial": _dial,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Reject": _reject,
}
_TEXT: Mapping[str, Callable[[Element], TextVerb]] = {"Message": _message, "Redirect": _redirect}


def _attributes(element: Element, known: tuple[str, ...]) -> Mapping[str, str]:
    unknown = sorted(set(element.attrib) - set(known))
    if unknown:
        raise CarrierError(Code.SCHEMA, f"<{element.tag}> has no attribute {', '.join(unknown)}")
    return element.attrib


def _childless(element: Element, code: Code, sentence: str) -> None:
    if len(element):
        raise CarrierError(code, sentence)


def _empty(element: Element) -> None:
    _childless(element, Code.SCHEMA, f"nothing may stand inside <{element.tag}>")
    _no_stray_text(element, Code.SCHEMA)


def _no_stray_text(element: Element, code: Code) -> None:
    texts = [element.text, *(child.tail for child in element)]
    if any(each and each.strip() for each in texts):
        raise CarrierError(code, f"text stands between the verbs of <{element.tag}>")


def _post_only(given: Mapping[str, str], code: Code) -> None:
    method = given.get("method", "POST")
    if method == "GET":
        raise CarrierError(Code.HOUSE, "GET would write keys into addresses, which the provider logs")
    if method != "POST":
        raise CarrierError(code, f"{method!r} is no method")


def _address(raw: str | None, where: str) -> str:
    address = (raw or "").strip()
    if not address or any(char.isspace() for char in address):
        raise CarrierError(Code.SCHEMA, f"{where} has no usable address")
    return address


def _optional_address(given: Mapping[str, str]) -> str | None:
    return _address(given["action"], "action") if "action" in given else None


def _whole(raw: str, least: int, most: int, code: Code) -> int:
    if not (raw.isascii() and raw.isdigit() and least <= int(raw) <= most):
        raise CarrierError(code, f"{raw!r} is not a whole number from {least} to {most}")
    return int(raw)


def _finish(raw: str) -> str:
    if len(raw) > 1:
        raise CarrierError(Code.GATHER_FINISH_KEYS, "finishOnKey names more than one key")
    if raw not in "0123456789#*":
        raise CarrierError(Code.GATHER_FINISH_KEY, f"{raw!r} is no key")
    return raw


def _yes_or_no(raw: str, code: Code) -> bool:
    if raw not in {"true", "false"}:
        raise CarrierError(code, f"{raw!r} is neither true nor false")
    return raw == "true"
