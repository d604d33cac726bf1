"""What a carrier follows, and beside it what it refuses. Each rule is quoted in our words with the page it is from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from ivr.simulator import twiml
from ivr.simulator.faults import CarrierError, Code
from ivr.simulator.transport import Response
from ivr.simulator.verbs import Dial, Gather, Hangup, Listening, Message, Play, Redirect, Reject, Say
from tests.ivr.simulator.application import HELPLINE, OURS
from tests.ivr.simulator.application import twiml as answer

SPEECH = 'input="dtmf speech" profanityFilter="false"'
DIAL = f'<Dial callerId="{OURS}">{HELPLINE}</Dial>'


def refusal(response: Response, read: Callable[[Response], object] = twiml.voice) -> Code:
    """Return the code with which an answer is refused."""
    with pytest.raises(CarrierError) as refused:
        read(response)
    return refused.value.code


@pytest.mark.parametrize(
    ("verbs", "expected"),
    [
        ("<Say>Hello.</Say>", Say("Hello.")),
        ('<Say language="ro-RO" voice="Google.x">Bună.</Say>', Say("Bună.", "ro-RO", "Google.x")),
        ("<Play>/static/hello.wav</Play>", Play("/static/hello.wav")),
        ("<Gather/>", Gather()),
        (
            '<Gather action="/a" method="POST" numDigits="1" timeout="7" finishOnKey="" actionOnEmptyResult="true"'
            ' input="dtmf"><Say>One.</Say><Play>/b.wav</Play></Gather>',
            Gather((Say("One."), Play("/b.wav")), "/a", 1, 7, "", on_empty=True),
        ),
        (
            f'<Gather {SPEECH} language="ar-AE" speechTimeout="auto" hints="a, b c,"/>',
            Gather(words=Listening("ar-AE", ("a", "b c"))),
        ),
        # Gather: speechTimeout is by default the timeout, and the language a tag of any region.
        (
            f'<Gather {SPEECH} language="cmn-CN" timeout="7"/>',
            Gather(timeout=7, words=Listening("cmn-CN", (), 7)),
        ),
        ("<Gather><Play>/a.wav</Play><Play>/b.wav</Play></Gather>", Gather((Play("/a.wav"), Play("/b.wav")))),
        (DIAL, Dial(HELPLINE, OURS)),
        (
            f'<Dial callerId="{OURS}" action="/b" method="POST" timeout="25" timeLimit="3600">'
            f"<Number>{HELPLINE}</Number></Dial>",
            Dial(HELPLINE, OURS, "/b", 25, 3600),
        ),
        ('<Redirect method="POST">/c?d=e&amp;f=g</Redirect>', Redirect("/c?d=e&f=g")),
        ("<Hangup/>", Hangup()),
        ("<Reject/>", Reject()),
        ('<Reject reason="busy"/>', Reject("busy")),
    ],
)
def test_every_verb_becomes_its_value(verbs: str, expected: object) -> None:
    """A verb as the provider's TwiML pages describe it is read with its defaults."""
    assert (expected,) == twiml.voice(answer(verbs))


def test_what_the_providers_builder_writes_is_read() -> None:
    """A document from the provider's own builder holds the verbs that were put into it."""
    built = VoiceResponse()
    with built.gather(action="/a", num_digits=1, finish_on_key="", action_on_empty_result=True) as gather:
        gather.say("Press 1 & wait.", language="en-GB")
    built.redirect("/b")
    body = str(built).encode()
    response = Response(200, {"content-type": "application/xml", "content-length": str(len(body))}, body)

    expected = (Gather((Say("Press 1 & wait.", "en-GB"),), "/a", 1, finish="", on_empty=True), Redirect("/b"))

    assert expected == twiml.voice(response)


def test_a_built_answer_to_a_text_is_read() -> None:
    """An answer to a text holds its messages, each with the address that hears of its fate."""
    built = MessagingResponse()
    built.message("First.")
    built.message("Second.", action="/sms/status", method="POST")
    body = str(built).encode()
    response = Response(200, {"content-type": "text/xml", "content-length": str(len(body))}, body)

    assert (Message("First."), Message("Second.", "/sms/status")) == twiml.text(response)


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        # TwiML-Voice: plain text is read aloud and the call hung up: so no caller may ever get one.
        ("text/plain", Code.CONTENT_TYPE),
        # Error 12300: the type must be text/xml or application/xml. (TwiML-Voice still lists text/html.)
        ("text/html; charset=utf-8", Code.CONTENT_TYPE),
        ("application/json", Code.CONTENT_TYPE),
        ("text/xmlish", Code.CONTENT_TYPE),
        ("", Code.CONTENT_TYPE),
    ],
)
def test_other_content_types_are_refused(content_type: str, code: Code) -> None:
    """An answer that is not declared as XML is refused, whatever is in it."""
    assert code == refusal(answer("<Hangup/>", content_type=content_type))


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml", "TEXT/XML;charset=UTF-8"])
def test_xml_content_types_are_taken(content_type: str) -> None:
    """Both names of XML are taken, with or without an encoding."""
    assert (Hangup(),) == twiml.voice(answer("<Hangup/>", content_type=content_type))


def test_a_missing_content_type_is_refused() -> None:
    """Error 11200: a missing content type is a retrieval failure."""
    whole = answer("<Hangup/>")

    assert Code.HTTP == refusal(Response(200, {"content-length": str(len(whole.body))}, whole.body))


@pytest.mark.parametrize("status", [199, 204, 302, 403, 500, 503])
def test_other_statuses_are_refused(status: int) -> None:
    """Error 11200: 4xx and 5xx are failures. TwiML Gather: a redirect loses the keys, so none may be used."""
    whole = answer("<Hangup/>")

    assert Code.HTTP == refusal(Response(status, whole.headers, whole.body))


def test_64_kilobytes_are_taken_and_one_byte_more_is_not() -> None:
    """Error 11750: an answer may have at most 64 kB."""
    frame = len(answer("").body) + len("<!---->")
    fitting = answer(f"<!--{'x' * (64 * 1024 - frame)}-->")
    larger = answer(f"<!--{'x' * (64 * 1024 - frame + 1)}-->")

    assert 64 * 1024 == len(fitting.body)
    assert () == twiml.voice(fitting)
    assert Code.TOO_LARGE == refusal(larger)


def test_an_answer_without_its_length_is_refused() -> None:
    """Error 12100, an old page: a chunked answer may be cut after its first chunk, so the length must be told."""
    whole = answer("<Hangup/>")
    headers = {"content-type": "text/xml", "transfer-encoding": "chunked"}

    assert Code.XML == refusal(Response(200, headers, whole.body))
    assert Code.XML == refusal(answer("<Hangup/>", content_length=str(len(whole.body) + 1)))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not XML",
        "<Response><Hangup></Response>",  # an element that is not closed
        "<Response><Say>fish & chips</Say></Response>",  # an ampersand that is not escaped
        "<Response><Redirect method=POST>/a</Redirect></Response>",  # an attribute without quotation marks
        ' <?xml version="1.0" encoding="UTF-8"?><Response/>',  # a space before the declaration
        "<response><Hangup/></response>",  # names are case-sensitive
        "<Hangup/>",  # no root
        '<!DOCTYPE Response [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>',
    ],
)
def test_broken_documents_are_refused(body: str) -> None:
    """Error 12100: a document that is not well-formed, or whose root is not <Response>, cannot be parsed."""
    encoded = body.encode()
    headers = {"content-type": "text/xml", "content-length": str(len(encoded))}

    assert Code.XML == refusal(Response(200, headers, encoded))


@pytest.mark.parametrize(
    ("verbs", "code"),
    [
        # Error 12200 and TwiML-Voice: names of elements and attributes are case-sensitive; others do not exist.
        ("<hangup/>", Code.SCHEMA),
        ("<Speak>Hello.</Speak>", Code.SCHEMA),
        ("<Message>Hello.</Message>", Code.SCHEMA),
        ("Hello.", Code.SCHEMA),
        ('<Say lang="en">Hello.</Say>', Code.SCHEMA),
        ('<Hangup reason="busy"/>', Code.SCHEMA),  # Hangup: it has no attributes
        ("<Hangup><Say>Bye.</Say></Hangup>", Code.SCHEMA),  # Hangup: nothing nests in it
        ('<Reject reason="asleep"/>', Code.SCHEMA),  # Reject: rejected or busy
        ('<Say language="English">Hello.</Say>', Code.SCHEMA),
        ("<Play></Play>", Code.SCHEMA),
        ("<Redirect/>", Code.SCHEMA),
        # Somleng's switch takes no <Pause> anywhere: with it, a call would work with one provider only.
        ('<Pause length="1"/>', Code.HOUSE),
        ("<Gather><Pause/></Gather>", Code.HOUSE),
        # Text-to-speech: markup inside Say fails with the basic voices.
        ('<Say>One <break time="1s"/> two.</Say>', Code.HOUSE),
        # Text-to-speech: 3000 characters are the most that every engine takes.
        (f"<Say>{'a' * 3001}</Say>", Code.SAY_LENGTH),
        ("<Say> </Say>", Code.SAY_TEXT),
        # Gather: only Say, Play and Pause nest in it.
        (f"<Gather>{DIAL}</Gather>", Code.GATHER_NESTED),
        ("<Gather><Redirect>/a</Redirect></Gather>", Code.GATHER_NESTED),
        ("<Gather>Press 1.</Gather>", Code.GATHER_NESTED),
        ('<Gather numDigits="0"/>', Code.GATHER_DIGITS),
        ('<Gather numDigits="one"/>', Code.GATHER_DIGITS),
        ('<Gather timeout="0"/>', Code.GATHER_TIMEOUT),
        ('<Gather timeout="auto"/>', Code.GATHER_TIMEOUT),
        ('<Gather finishOnKey="##"/>', Code.GATHER_FINISH_KEYS),
        ('<Gather finishOnKey="x"/>', Code.GATHER_FINISH_KEY),
        ('<Gather actionOnEmptyResult="yes"/>', Code.GATHER_EMPTY_RESULT),
        ('<Gather input="speech" language="ro-RO" profanityFilter="false"/>', Code.GATHER_INPUT),  # ours: keys suffice
        ('<Gather input="speech dtmf" language="ro-RO" profanityFilter="false"/>', Code.GATHER_INPUT),
        ('<Gather language="ro-RO"/>', Code.SCHEMA),
        ('<Gather input="dtmf" hints="a"/>', Code.SCHEMA),
        # Ours: the provider's defaults are American English, and asterisks for the words of violence.
        ('<Gather input="dtmf speech" profanityFilter="false"/>', Code.HOUSE),
        ('<Gather input="dtmf speech" language="ro-RO"/>', Code.HOUSE),
        ('<Gather input="dtmf speech" language="ro-RO" profanityFilter="true"/>', Code.HOUSE),
        ('<Gather input="dtmf speech" language="ro-RO" profanityFilter="no"/>', Code.SCHEMA),
        (f'<Gather {SPEECH} language="Romanian"/>', Code.SCHEMA),
        # Error 13327: a positive whole number of seconds, or auto.
        (f'<Gather {SPEECH} language="ro-RO" speechTimeout="0"/>', Code.GATHER_SPEECH_TIMEOUT),
        (f'<Gather {SPEECH} language="ro-RO" speechTimeout="61"/>', Code.GATHER_SPEECH_TIMEOUT),
        (f'<Gather {SPEECH} language="ro-RO" speechTimeout="soon"/>', Code.GATHER_SPEECH_TIMEOUT),
        # Gather: at most 500 hints of 100 characters each.
        (f'<Gather {SPEECH} language="ro-RO" hints="{"a" * 101}"/>', Code.SCHEMA),
        (f'<Gather {SPEECH} language="ro-RO" hints="{"a," * 501}"/>', Code.SCHEMA),
        # Gather with a speech model fails for some languages: the provider is left to choose.
        (f'<Gather {SPEECH} language="ro-RO" speechModel="default"/>', Code.SCHEMA),
        ('<Play loop="2">/a.wav</Play>', Code.SCHEMA),  # ours: what is said is said once
        ("<Play><Number/></Play>", Code.SCHEMA),
        ('<Gather action=""/>', Code.SCHEMA),
        ('<Gather method="PUT"/>', Code.GATHER_METHOD),
        ('<Gather method="GET"/>', Code.HOUSE),  # Redaction: parameters of GET are logged for up to 7 days
        ('<Redirect method="GET">/a</Redirect>', Code.HOUSE),
        ('<Redirect method="post">/a</Redirect>', Code.REDIRECT_METHOD),
        # Dial: without callerId the other side sees the caller's number, which is never shown to anybody.
        (f"<Dial>{HELPLINE}</Dial>", Code.HOUSE),
        (f'<Dial callerId="anonymous">{HELPLINE}</Dial>', Code.DIAL_CALLER_ID),
        # Error 13223 and 13224: numbers are in E.164 and some carrier can reach them.
        (f'<Dial callerId="{OURS}">116006</Dial>', Code.DIAL_NUMBER_FORMAT),
        (f'<Dial callerId="{OURS}"><Number>112</Number></Dial>', Code.DIAL_NUMBER_FORMAT),
        (f'<Dial callerId="{OURS}">{HELPLINE[:-1]}</Dial>', Code.DIAL_NUMBER),
        (f'<Dial callerId="{OURS}"/>', Code.DIAL_NUMBER_FORMAT),
        # Dial: Conference and Queue exist, but not with every provider; ours: one number rings at a time.
        (f'<Dial callerId="{OURS}"><Conference>a</Conference></Dial>', Code.DIAL_NESTED),
        (f'<Dial callerId="{OURS}"><Number>{HELPLINE}</Number><Number>{OURS}</Number></Dial>', Code.HOUSE),
        (f'<Dial callerId="{OURS}" timeout="601">{HELPLINE}</Dial>', Code.DIAL_TIMEOUT),
        (f'<Dial callerId="{OURS}" timeLimit="14401">{HELPLINE}</Dial>', Code.DIAL_TIME_LIMIT),
        (f'<Dial callerId="{OURS}" record="record-from-answer">{HELPLINE}</Dial>', Code.SCHEMA),
        (f'<Dial callerId="{OURS}" method="PUT">{HELPLINE}</Dial>', Code.DIAL_METHOD),
    ],
)
def test_what_the_provider_would_refuse_is_refused(verbs: str, code: Code) -> None:
    """A document with a fault is refused whole, with the number that the provider gives that fault."""
    assert code == refusal(answer(verbs))


def test_500_hints_of_100_characters_are_taken() -> None:
    """Gather: the hints may be 500 phrases of 100 characters."""
    hint = "a" * 100
    document = answer(f'<Gather {SPEECH} language="ro-RO" hints="{",".join([hint] * 500)}" speechTimeout="60"/>')

    assert (Gather(words=Listening("ro-RO", (hint,) * 500, 60)),) == twiml.voice(document)


def test_3000_characters_may_be_said() -> None:
    """Text-to-speech: 3000 characters are within every engine's limit."""
    assert (Say("a" * 3000),) == twiml.voice(answer(f"<Say>{'a' * 3000}</Say>"))


@pytest.mark.parametrize(
    ("verbs", "code"),
    [
        ("<Say>Hello.</Say>", Code.MESSAGE_VERB),  # error 14110: verbs of calls have no place here
        ("<Hangup/>", Code.MESSAGE_VERB),
        ("<Message/>", Code.MESSAGE_BODY),
        (f"<Message>{'a' * 1601}</Message>", Code.MESSAGE_BODY),
        ("<Message><Body>Hello.</Body></Message>", Code.HOUSE),
        ('<Message to="+447700900456">Hello.</Message>', Code.SCHEMA),  # ours: nobody but the caller is texted
        ('<Message action="/a" method="GET">Hello.</Message>', Code.HOUSE),
        ("<Message>a</Message>" * 11, Code.MESSAGES),  # error 14109: at most ten messages
    ],
)
def test_answers_to_texts_are_as_strict(verbs: str, code: Code) -> None:
    """What is wrong in the answer to a text is refused with the provider's number."""
    assert code == refusal(answer(verbs), twiml.text)


def test_ten_messages_are_taken() -> None:
    """Error 14109 begins with the eleventh message."""
    assert 10 == len(twiml.text(answer("<Message>a</Message>" * 10)))
