"""A text to one of our numbers, and what comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from ivr.simulator.faults import Code
from ivr.simulator.sms import Exchanged, InboundText, send
from ivr.simulator.subscription import DEMO_NOW
from ivr.simulator.transport import Response
from ivr.simulator.verbs import Message
from tests.ivr.simulator.application import CALLER, OURS, PUBLIC_URL, SUBSCRIPTION, Answer, Application

SID = "SM" + "0" * 32


def sending(
    answers: Mapping[str, Answer | list[Answer]], opt_out: str | None = None, at: dt.datetime | None = None
) -> tuple[Exchanged, Application]:
    """Send a text to a scripted application."""
    application = Application(answers)
    inbound = InboundText(SID, CALLER, OURS, "Hello", opt_out, at)
    return send(SUBSCRIPTION, application, inbound), application


def test_a_text_reaches_the_webhook() -> None:
    """Messaging webhooks: the request bears the message's id, both numbers and the words."""
    _, application = sending({"/sms": ""})

    form = application.last("/sms")

    assert (SID, CALLER, OURS, "Hello") == (form["MessageSid"], form["From"], form["To"], form["Body"])
    assert ("0", "GB") == (form["NumMedia"], form["FromCountry"])
    assert "OptOutType" not in form


def test_replies_come_back_in_order() -> None:
    """TwiML for messaging: every <Message> is a text of its own; its action hears of its fate, from the document on."""
    done, _ = sending({"/sms": '<Message>One.</Message><Message action="sms/status">Two.</Message>'})

    assert [Message("One."), Message("Two.", f"{PUBLIC_URL}/sms/status")] == done.replies
    assert [] == done.failures


def test_no_reply_is_fine() -> None:
    """TwiML for messaging: an empty answer sends nothing."""
    done, _ = sending({"/sms": ""})

    assert Exchanged() == done


def test_a_redirect_is_followed() -> None:
    """TwiML for messaging: <Redirect> goes on at another address; what stands behind it is not reached."""
    done, application = sending(
        {"/sms": "<Redirect>/b</Redirect><Message>No.</Message>", "/b": "<Message>Yes.</Message>"}
    )

    assert [Message("Yes.")] == done.replies
    assert "Hello" == application.last("/b")["Body"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Response(500, {}, b""), Code.HTTP),
        ("<Say>Hello.</Say>", Code.MESSAGE_VERB),
        ("<Redirect>/sms</Redirect>", Code.LOOP),
    ],
)
def test_the_fallback_is_asked_when_an_answer_fails(wrong: Answer, code: Code) -> None:
    """Availability and reliability: texts have a fallback too, told the error and where it was."""
    done, application = sending({"/sms": wrong, "/sms/fallback": "<Message>112</Message>"})

    form = application.last("/sms/fallback")

    assert (str(int(code)), f"{PUBLIC_URL}/sms", "Hello") == (form["ErrorCode"], form["ErrorUrl"], form["Body"])
    assert [Message("112")] == done.replies
    assert [(int(code), "/sms")] == [(each.code, each.path) for each in done.failures]


def test_without_a_working_fallback_nothing_comes_back() -> None:
    """Blog on fallback addresses: a text that nobody can answer is logged, and nothing else."""
    done, _ = sending({})

    assert [] == done.replies
    assert ["/sms", "/sms/fallback"] == [each.path for each in done.failures]


def test_opting_out_is_told() -> None:
    """Opting out: the webhook is asked all the same, and told which word it was."""
    _, application = sending({"/sms": ""}, opt_out="STOP")

    assert "STOP" == application.last("/sms")["OptOutType"]


def test_the_pretended_time_goes_with_a_text() -> None:
    """Ours: a text can pretend a time as a call can."""
    _, application = sending({"/sms": ""}, at=dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC))

    assert "2026-11-24T03:00:00+00:00" == application.posted[0].headers[DEMO_NOW]
