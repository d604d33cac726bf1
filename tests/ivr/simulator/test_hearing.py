"""What a caller hears from files, and what is heard of a caller. The rules are those of the provider's pages."""

from __future__ import annotations

import math

import pytest

from ivr.simulator.call import LONGEST_SPEECH
from ivr.simulator.faults import CarrierError, Code, OutOfTurnError
from ivr.simulator.transcript import Awaiting, Failed, Played, Said, Spoke
from ivr.simulator.transport import Response
from tests.ivr.simulator.application import PUBLIC_URL, Answer, recording
from tests.ivr.simulator.test_call import DIAL, MENU, SORRY, calling

LISTENING = (
    '<Gather action="/voice/key/t" numDigits="1" finishOnKey="" input="dtmf speech" language="ro-RO" '
    'hints="acasă, familie" speechTimeout="auto" profanityFilter="false"/>'
)


def test_a_recording_is_fetched_and_heard() -> None:
    """Play: the file is fetched from its full address, with a plain GET; it says itself what is heard, and how long."""
    hello = recording("Dia duit.", seconds=2.5)

    call, application = calling({"/voice": "<Play>/audio/ga/0a.wav#rc=1</Play>", "/audio/ga/0a.wav": hello})

    assert Played(f"{PUBLIC_URL}/audio/ga/0a.wav#rc=1", 2.5, "Dia duit.", "ga") == call.transcript[0]
    assert [f"{PUBLIC_URL}/audio/ga/0a.wav"] == application.fetched
    assert 3 == call.seconds


def test_a_recording_may_say_nothing_of_itself() -> None:
    """A file without words of its own, outside the folders of languages, is merely a recording."""
    call, _ = calling({"/voice": "<Play>a.wav</Play>", "/a.wav": recording(None)})

    assert Played(f"{PUBLIC_URL}/a.wav", 1.0) == call.transcript[0]


def test_recordings_are_heard_while_keys_are_awaited() -> None:
    """Gather: all that nests in it is fetched before the first of it is heard, and keys are awaited after."""
    prompts = "<Play>/audio/ga/1.wav</Play><Say>Two.</Say><Play>/audio/ga/3.wav</Play>"
    files = {"/audio/ga/1.wav": recording("A haon."), "/audio/ga/3.wav": recording("A trí.")}

    call, _ = calling({"/voice": f'<Gather action="/a" numDigits="1">{prompts}</Gather>', **files})

    assert ["A haon.", "Two.", "A trí."] == [each.text for each in call.transcript if isinstance(each, Said | Played)]
    assert Awaiting.KEYS is call.awaiting


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (Response(404, {"content-type": "audio/wav"}, b""), "has the status 404"),
        (CarrierError(Code.CONNECTION, "no answer: ReadTimeout"), "no answer"),
        (recording("Dia duit.", content_type="text/html"), "its content type is text/html"),
        (Response(200, {}, b""), "its content type is missing"),
        (Response(200, {"content-type": "audio/wav"}, b"RIFF"), "the recording is no WAV file"),
    ],
)
def test_the_fallback_is_asked_when_a_recording_fails(wrong: Answer, sentence: str) -> None:
    """Error 11200: media that cannot be had lead to the fallback, with their own address; nothing of it was heard.

    Whether the provider does so for every such fault is not verified.
    """
    menu = '<Gather action="/a"><Say>Before.</Say><Play>/audio/ga/0a.wav</Play></Gather><Say>After.</Say>'

    call, application = calling({"/voice": menu, "/audio/ga/0a.wav": wrong, "/voice/fallback": MENU})

    form = application.last("/voice/fallback")
    assert ("11200", f"{PUBLIC_URL}/audio/ga/0a.wav") == (form["ErrorCode"], form["ErrorUrl"])
    assert sentence in next(each.sentence for each in call.transcript if isinstance(each, Failed))
    assert ["Press 1."] == [each.text for each in call.transcript if isinstance(each, Said)]
    assert Awaiting.KEYS is call.awaiting


def test_what_was_played_before_a_recording_that_fails_was_heard() -> None:
    """Play: outside a Gather each verb is followed by itself."""
    broken = "<Say>Before.</Say><Play>/audio/ga/0a.wav</Play>"

    call, _ = calling({"/voice": broken, "/voice/fallback": SORRY})

    assert ["Before.", "Sorry."] == [each.text for each in call.transcript if isinstance(each, Said)]


def test_words_go_to_the_action() -> None:
    """Gather: words arrive as SpeechResult with a Confidence, and no key does."""
    call, application = calling({"/voice": LISTENING, "/voice/key/t": "<Hangup/>"})

    assert "ro-RO" == call.listens

    call.say(" acasă ")

    form = application.last("/voice/key/t")
    assert ("acasă", "0.9", False) == (form["SpeechResult"], form["Confidence"], "Digits" in form)
    assert Spoke("acasă", "ro-RO", 0.9) in call.transcript
    assert None is call.listens


@pytest.mark.parametrize(("confidence", "told"), [(0, "0"), (0.35, "0.35"), (1, "1"), (None, None)])
def test_the_confidence_is_as_the_script_says(confidence: float | None, told: str | None) -> None:
    """Gather: the confidence is a number from 0 to 1, and may be absent."""
    call, application = calling({"/voice": LISTENING, "/voice/key/t": "<Hangup/>"})

    call.say("acasă", confidence)

    assert told == application.last("/voice/key/t").get("Confidence")


def test_keys_are_enough_where_words_are_awaited() -> None:
    """Gather: with both inputs the first that comes is taken; a key is a key, and silence is silence."""
    call, application = calling({"/voice": LISTENING + MENU, "/voice/key/t": LISTENING + MENU})

    call.press("1")
    call.silence()

    assert ("1", False) == (
        application.last("/voice/key/t")["Digits"],
        "SpeechResult" in application.last("/voice/key/t"),
    )
    assert (Awaiting.KEYS, None) == (call.awaiting, call.listens)


@pytest.mark.parametrize("document", [MENU, DIAL, "<Hangup/>"])
def test_words_out_of_turn_change_nothing(document: str) -> None:
    """Where only keys are awaited, or nothing, words are refused in words."""
    call, _ = calling({"/voice": document})
    before = list(call.transcript)

    with pytest.raises(OutOfTurnError, match="does not listen to words"):
        call.say("acasă")

    assert before == call.transcript


@pytest.mark.parametrize(
    ("words", "confidence"),
    [("", 0.9), (" ", 0.9), ("a" * (LONGEST_SPEECH + 1), 0.9), ("acasă", -0.1), ("acasă", 1.1), ("acasă", math.nan)],
)
def test_words_that_nobody_can_say(words: str, confidence: float) -> None:
    """Nobody says nothing, or speaks for more than a minute, or is understood more than surely."""
    call, _ = calling({"/voice": LISTENING})

    with pytest.raises(ValueError, match=r"1 to 900 characters|from 0 to 1"):
        call.say(words, confidence)

    assert "ro-RO" == call.listens


def test_a_minute_can_be_spoken() -> None:
    """The longest words are taken."""
    call, application = calling({"/voice": LISTENING, "/voice/key/t": "<Hangup/>"})

    call.say("a" * LONGEST_SPEECH)

    assert LONGEST_SPEECH == len(application.last("/voice/key/t")["SpeechResult"])
