"""A call as the carrier plays it. Each rule is quoted in our words with the provider's page it is from."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping

import pytest

from ivr.simulator.call import MOST_DOCUMENTS, Call
from ivr.simulator.faults import CarrierError, Code, OutOfTurnError
from ivr.simulator.subscription import DEMO_NOW
from ivr.simulator.transcript import (
    Asked,
    Awaiting,
    CallStatus,
    Dialling,
    Ended,
    Failed,
    LegEnded,
    LegOutcome,
    Pressed,
    Said,
    Silent,
    TextArrived,
)
from ivr.simulator.transport import Response
from tests.ivr.simulator.application import (
    CALLER,
    HELPLINE,
    OURS,
    PUBLIC_URL,
    SUBSCRIPTION,
    Answer,
    Application,
)
from tests.ivr.simulator.application import twiml as answer

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
MENU = '<Gather action="/voice/key/t" numDigits="1" finishOnKey=""><Say language="en-GB">Press 1.</Say></Gather>'
DIAL = f'<Dial action="/voice/outcome/t" timeout="25" callerId="{OURS}"><Number>{HELPLINE}</Number></Dial>'
SORRY = "<Say>Sorry.</Say><Hangup/>"


def calling(answers: Mapping[str, Answer | list[Answer]], caller: str = CALLER) -> tuple[Call, Application]:
    """Return a call that has been dialled, and the application that it reached."""
    application = Application(answers)
    call = Call(SUBSCRIPTION, application, caller, OURS, NOON)
    call.dial()
    return call, application


def test_a_call_begins_with_the_voice_webhook() -> None:
    """TwiML-Voice: the first request bears the call's id, both numbers, and the status ringing."""
    call, application = calling({"/voice": MENU})

    form = application.posted[0].form

    assert f"{PUBLIC_URL}/voice" == application.posted[0].url
    assert (call.sid, CALLER, OURS) == (form["CallSid"], form["From"], form["To"])
    assert ("ringing", "inbound", "2010-04-01") == (form["CallStatus"], form["Direction"], form["ApiVersion"])
    assert ("GB", "GB", "") == (form["FromCountry"], form["ToCountry"], form["FromCity"])


def test_prompts_are_heard_and_keys_awaited() -> None:
    """Gather: what nests in it is spoken first, then keys are awaited."""
    call, _ = calling({"/voice": MENU})

    assert [Said("Press 1.", "en-GB"), Asked(1, 5)] == call.transcript
    assert Awaiting.KEYS is call.awaiting
    assert f"{PUBLIC_URL}/voice/key/t" == call.next_address


def test_a_key_goes_to_the_action() -> None:
    """Gather: the keys arrive as Digits at the action, and the call is in progress."""
    call, application = calling({"/voice": MENU, "/voice/key/t": "<Say>One.</Say><Hangup/>"})

    call.press("1")

    form = application.last("/voice/key/t")
    assert ("1", "in-progress") == (form["Digits"], form["CallStatus"])
    assert [Pressed("1"), Said("One.", None), Ended(CallStatus.COMPLETED)] == call.transcript[2:]


@pytest.mark.parametrize("key", ["*", "#", "0"])
def test_every_key_is_passed_on_where_none_finishes(key: str) -> None:
    """Gather: with an empty finishOnKey every key is captured, the # too."""
    call, application = calling({"/voice": MENU, "/voice/key/t": "<Hangup/>"})

    call.press(key)

    assert key == application.last("/voice/key/t")["Digits"]


@pytest.mark.parametrize(
    ("attributes", "keys", "digits", "finish"),
    [
        ("", "12#", "12", "#"),  # the # finishes unless another key is named, and is not passed on
        ("", "12", "12", ""),  # the time runs out
        ('finishOnKey="*"', "12*", "12", "*"),
        ('finishOnKey="*"', "1#", "1#", ""),
        ('finishOnKey="" numDigits="3"', "1#2", "1#2", ""),
        ('finishOnKey="" numDigits="3"', "12", "12", ""),
        ('actionOnEmptyResult="true"', "#", "", "#"),
    ],
)
def test_keys_are_gathered_as_the_attributes_say(attributes: str, keys: str, digits: str, finish: str) -> None:
    """Gather: numDigits, finishOnKey or the time ends the listening, whichever is first."""
    call, application = calling({"/voice": f'<Gather action="/a" {attributes}/>', "/a": "<Hangup/>"})

    call.press(keys)

    form = application.last("/a")
    assert (digits, finish) == (form["Digits"], form["FinishedOnKey"])


def test_a_lone_finishing_key_is_no_input() -> None:
    """Gather: the finishing key alone counts as nothing, so the next verb follows."""
    call, application = calling({"/voice": '<Gather action="/a"/><Say>Nothing.</Say>'})

    call.press("#")

    assert "/a" not in application.paths()
    assert Said("Nothing.", None) in call.transcript


def test_silence_falls_through() -> None:
    """Gather: without input the action is not asked, and the next verb follows."""
    call, application = calling({"/voice": f"{MENU}<Redirect>/voice/silence/t</Redirect>", "/voice/silence/t": MENU})

    call.silence()

    assert ["/voice", "/voice/silence/t"] == application.paths()
    assert "Digits" not in application.posted[-1].form
    assert Silent(5) in call.transcript


def test_silence_asks_the_action_where_it_is_told_to() -> None:
    """Gather: with actionOnEmptyResult the action is asked without input too."""
    call, application = calling({"/voice": '<Gather action="/a" actionOnEmptyResult="true"/>', "/a": "<Hangup/>"})

    call.silence()

    assert "" == application.last("/a")["Digits"]


def test_silence_at_the_end_of_a_document_ends_the_call() -> None:
    """Gather: where nothing follows, the call is over. (So a menu needs something after it.)"""
    call, _ = calling({"/voice": MENU})

    call.silence()

    assert Ended(CallStatus.COMPLETED) == call.transcript[-1]


def test_without_action_the_document_itself_is_asked_again() -> None:
    """Gather: the action is by default the address of the document, which can loop."""
    call, application = calling({"/voice": "<Gather/>"})

    call.press("1#")

    assert ["/voice", "/voice"] == application.paths()


def test_relative_addresses_start_from_the_document() -> None:
    """Redirect: an address may be relative to the document's own."""
    _, application = calling({"/voice": "<Redirect>voice/b?c=d</Redirect>", "/voice/b": "<Hangup/>"})

    assert f"{PUBLIC_URL}/voice/b?c=d" == application.posted[1].url


def test_a_helpline_is_rung() -> None:
    """Dial: the number rings for at most the timeout, and sees callerId."""
    call, _ = calling({"/voice": DIAL})

    assert [Dialling(HELPLINE, OURS, 25)] == call.transcript
    assert Awaiting.LEG is call.awaiting


@pytest.mark.parametrize("outcome", list(LegOutcome))
def test_the_outcome_goes_to_the_action(outcome: LegOutcome) -> None:
    """Dial: the action hears how the leg ended, and how long it was if somebody answered."""
    call, application = calling({"/voice": DIAL, "/voice/outcome/t": "<Hangup/>"})

    call.leg(outcome)

    talked = outcome in {LegOutcome.COMPLETED, LegOutcome.ANSWERED}
    form = application.last("/voice/outcome/t")
    assert (outcome.value, call.legs[0].sid) == (form["DialCallStatus"], form["DialCallSid"])
    assert ("true" if talked else "false", talked) == (form["DialBridged"], "DialCallDuration" in form)
    assert LegEnded(outcome) in call.transcript


def test_without_action_the_next_verb_follows_a_leg() -> None:
    """Dial: without an action the document goes on after the leg."""
    call, _ = calling({"/voice": f'<Dial callerId="{OURS}">{HELPLINE}</Dial><Say>Back.</Say>'})

    call.leg(LegOutcome.BUSY)

    assert Said("Back.", None) in call.transcript


def test_only_our_own_number_may_be_shown() -> None:
    """Dial: callerId must be a number of the account. The provider also allows the caller's own; we never do."""
    shown = f'<Dial callerId="{CALLER}">{HELPLINE}</Dial>'

    call, application = calling({"/voice": shown, "/voice/fallback": SORRY})

    assert [] == call.legs
    assert str(int(Code.DIAL_CALLER_ID)) == application.last("/voice/fallback")["ErrorCode"]


def test_the_end_is_reported() -> None:
    """TwiML-Voice: one request at the end bears the status completed and the duration."""
    call, application = calling({"/voice": "<Say>Hello.</Say><Hangup/>"})

    form = application.last("/voice/status")

    assert ("completed", str(call.seconds)) == (form["CallStatus"], form["CallDuration"])
    assert int(form["CallDuration"]) > 0


def test_a_status_callback_that_fails_changes_nothing() -> None:
    """Webhooks: callbacks are best effort; whatever they are answered, the call is over."""
    broken = Response(500, {}, b"")

    call, application = calling({"/voice": "<Hangup/>", "/voice/status": broken})

    assert ["/voice", "/voice/status"] == application.paths()
    assert [Ended(CallStatus.COMPLETED), Failed(11200, "the answer has the status 500", "/voice/status")] == (
        call.transcript
    )


def test_an_empty_document_ends_the_call() -> None:
    """TwiML-Voice: where there are no more verbs, the call is hung up."""
    call, _ = calling({"/voice": ""})

    assert call.ended


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        ("<Reject/>", CallStatus.NO_ANSWER),
        ('<Reject reason="busy"/>', CallStatus.BUSY),
        ("<Say>Hello.</Say><Reject/>", CallStatus.COMPLETED),
        ("<Hangup/>", CallStatus.COMPLETED),
    ],
)
def test_a_call_may_be_rejected_before_it_is_answered(verb: str, status: CallStatus) -> None:
    """Reject: as the first verb it leaves the call unanswered; later it merely ends the call."""
    call, _ = calling({"/voice": verb})

    assert status is call.status


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Response(500, {}, b""), Code.HTTP),
        (CarrierError(Code.CONNECTION, "no answer: ReadTimeout"), Code.CONNECTION),
        (answer("<Hangup/>", content_type="text/plain"), Code.CONTENT_TYPE),
        (f"<Gather>{DIAL}</Gather>", Code.GATHER_NESTED),
        ("<Pause/>", Code.HOUSE),
    ],
)
def test_the_fallback_is_asked_when_an_answer_fails(wrong: Answer, code: Code) -> None:
    """Availability and reliability: after a fatal error the fallback is asked, told the error and its address."""
    call, application = calling({"/voice": wrong, "/voice/fallback": MENU})

    form = application.last("/voice/fallback")

    assert (str(int(code)), f"{PUBLIC_URL}/voice") == (form["ErrorCode"], form["ErrorUrl"])
    assert Awaiting.KEYS is call.awaiting
    assert [(int(code), "/voice")] == [(each.code, each.path) for each in call.transcript if isinstance(each, Failed)]


def test_a_later_step_falls_back_too() -> None:
    """Availability and reliability: the fallback holds for every step of the call, redirects included."""
    call, application = calling({"/voice": MENU, "/voice/key/t": "<Redirect>/gone</Redirect>", "/voice/fallback": MENU})

    call.press("1")

    assert ["/voice", "/voice/key/t", "/gone", "/voice/fallback"] == application.paths()
    assert f"{PUBLIC_URL}/gone" == application.last("/voice/fallback")["ErrorUrl"]


@pytest.mark.parametrize("broken", [Response(500, {}, b""), "<Pause/>", "<Redirect>/gone</Redirect>"])
def test_a_call_whose_fallback_fails_is_over(broken: Answer) -> None:
    """Blog on fallback addresses: where there is none that works, an error sentence is played and the call ends."""
    call, _ = calling({"/voice": broken, "/voice/fallback": broken})

    assert call.ended


def test_a_loop_of_redirects_ends_at_the_fallback() -> None:
    """Ours: documents that give no chance to act are a loop after ten; the provider's limit is not known."""
    call, application = calling({"/voice": "<Redirect>/voice</Redirect>", "/voice/fallback": MENU})

    assert MOST_DOCUMENTS == application.paths().count("/voice")
    assert str(int(Code.LOOP)) == application.last("/voice/fallback")["ErrorCode"]
    assert Awaiting.KEYS is call.awaiting


def test_a_fallback_that_loops_ends_too() -> None:
    """A fallback that leads back into the loop cannot keep the carrier for ever."""
    call, application = calling(
        {"/voice": "<Redirect>/voice</Redirect>", "/voice/fallback": "<Redirect>/voice</Redirect>"}
    )

    assert call.ended
    assert 2 == application.paths().count("/voice/fallback")


def test_a_long_conversation_is_no_loop() -> None:
    """Whoever goes on pressing keys may do so for as long as they like."""
    call, _ = calling({"/voice": MENU, "/voice/key/t": MENU})

    for _ in range(3 * MOST_DOCUMENTS):
        call.press("1")

    assert Awaiting.KEYS is call.awaiting


def test_a_caller_may_hang_up_at_a_menu() -> None:
    """TwiML-Voice: after a hang-up nothing is asked any more; the end is reported."""
    call, application = calling({"/voice": MENU})

    call.hang_up()

    assert ["/voice", "/voice/status"] == application.paths()
    assert Ended(CallStatus.COMPLETED) == call.transcript[-1]


def test_a_caller_may_hang_up_while_it_rings() -> None:
    """The outcome is still posted, with the call's status completed, and its answer is not followed."""
    call, application = calling({"/voice": DIAL, "/voice/outcome/t": MENU})

    call.hang_up()

    form = application.last("/voice/outcome/t")
    assert ("completed", "no-answer") == (form["CallStatus"], form["DialCallStatus"])
    assert [Dialling(HELPLINE, OURS, 25), LegEnded(LegOutcome.NO_ANSWER), Ended(CallStatus.COMPLETED)] == (
        call.transcript
    )


@pytest.mark.parametrize("act", ["press", "silence", "leg", "hang_up", "dial"])
def test_nothing_can_be_done_in_a_call_that_is_over(act: str) -> None:
    """Every act after the end is out of turn and leaves the transcript alone."""
    call, _ = calling({"/voice": "<Hangup/>"})
    before = list(call.transcript)
    known: dict[str, list[str]] = {"press": ["1"], "leg": [LegOutcome.BUSY]}
    arguments = known.get(act, [])

    with pytest.raises(OutOfTurnError):
        getattr(call, act)(*arguments)

    assert before == call.transcript


def test_a_key_while_it_rings_is_out_of_turn() -> None:
    """Dial: the keys of the caller are not listened to while the number rings."""
    call, _ = calling({"/voice": DIAL})

    with pytest.raises(OutOfTurnError):
        call.press("1")


def test_keys_after_the_last_awaited_one_are_out_of_turn() -> None:
    """Keys that nobody listens to are an error here, since a test or a person would miss them silently."""
    call, application = calling({"/voice": MENU, "/voice/key/t": MENU})

    with pytest.raises(OutOfTurnError):
        call.press("12")

    assert ["/voice"] == application.paths()


@pytest.mark.parametrize("keys", ["", "a", "1 ", "+"])
def test_only_keys_of_a_telephone_can_be_pressed(keys: str) -> None:
    """A telephone has twelve keys."""
    call, _ = calling({"/voice": MENU})

    with pytest.raises(ValueError, match="keys are among"):
        call.press(keys)


def test_one_act_at_a_time() -> None:
    """While the application is being asked, another act is out of turn."""
    asked, answered = threading.Event(), threading.Event()

    class Slow(Application):
        """Answers the key only when told to."""

        def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
            """Wait before answering a key."""
            if url.endswith("/voice/key/t"):
                asked.set()
                answered.wait(10)
            return super().post(url, form, headers)

    call = Call(SUBSCRIPTION, Slow({"/voice": MENU, "/voice/key/t": MENU}), CALLER, OURS, NOON)
    call.dial()
    pressing = threading.Thread(target=call.press, args=("1",))
    pressing.start()
    asked.wait(10)
    try:
        with pytest.raises(OutOfTurnError):
            call.press("1")
        meanwhile = call.awaiting
    finally:
        answered.set()
        pressing.join(10)

    assert (Awaiting.NOTHING, Awaiting.KEYS) == (meanwhile, call.awaiting)


@pytest.mark.parametrize(
    ("caller", "country"),
    [
        ("anonymous", ""),
        ("", ""),
        # Seen in a request in public code: the keypad form of ANONYMOUS is said to come from Lesotho (+266).
        ("+266696687", "LS"),
        ("+7378742833", "RU"),  # RESTRICTED
    ],
)
def test_withheld_numbers_arrive_as_they_are(caller: str, country: str) -> None:
    """TwiML-Voice: From may be a word such as anonymous, or its keypad form, whose country means nothing."""
    _, application = calling({"/voice": MENU}, caller)

    form = application.posted[0].form

    assert (caller, country) == (form["From"], form["FromCountry"])


def test_the_pretended_time_goes_with_every_request() -> None:
    """Ours: every webhook of the call bears the time that its caller pretends, status callback included."""
    application = Application({"/voice": MENU, "/voice/key/t": "<Hangup/>"})
    pretended = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    call = Call(SUBSCRIPTION, application, CALLER, OURS, NOON, pretended)

    call.dial()
    call.press("1")

    assert ["2026-11-24T03:00:00+02:00"] * 3 == [each.headers[DEMO_NOW] for each in application.posted]


def test_without_a_pretended_time_there_is_no_header() -> None:
    """A call in the present says nothing of time."""
    _, application = calling({"/voice": MENU})

    assert DEMO_NOW not in application.posted[0].headers


def test_a_text_that_arrives_stands_in_the_transcript() -> None:
    """A text is seen on the telephone during the call and after it."""
    call, _ = calling({"/voice": MENU})

    call.receive("0800", OURS)

    assert TextArrived("0800", OURS) == call.transcript[-1]
