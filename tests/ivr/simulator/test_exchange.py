"""The stand-in exchange: texts on their way, records, and the failures that can be ordered."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping

import pytest

from ivr.simulator.exchange import UNREACHABLE, Exchange, Failure, Later, at_once
from ivr.simulator.ledger import MOST_CALLS, NoSuchCallError
from ivr.simulator.messages import RestError
from ivr.simulator.people import person
from ivr.simulator.transcript import LegOutcome, TextArrived
from ivr.simulator.transport import Response
from tests.ivr.simulator.application import CALLER, HELPLINE, OURS, PUBLIC_URL, SUBSCRIPTION, Answer, Application

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
MENU = "<Gather/><Hangup/>"
DIAL = f'<Dial callerId="{OURS}">{HELPLINE}</Dial>'
TEXT = {"From": OURS, "To": CALLER, "Body": "0800", "StatusCallback": f"{PUBLIC_URL}/sms/status"}


def exchange_with(answers: Mapping[str, Answer | list[Answer]], later: Later = at_once) -> tuple[Exchange, Application]:
    """Return an exchange and the scripted application that it calls."""
    application = Application(answers)
    return Exchange(SUBSCRIPTION, application, lambda: NOON, later), application


def refusal(act: Callable[[], object]) -> tuple[int, int]:
    """Return HTTP's status and the provider's code of a refusal."""
    with pytest.raises(RestError) as refused:
        act()
    return refused.value.status, refused.value.code


def test_a_call_is_on_record_while_it_lasts_and_after() -> None:
    """Calls resource: a record tells both sides, and from the end on the duration."""
    exchange, _ = exchange_with({"/voice": MENU})

    call = exchange.dial(CALLER, OURS)
    during = exchange.fetch_call(call.sid)
    call.hang_up()
    after = exchange.fetch_call(call.sid)

    assert (CALLER, OURS, "in-progress", None) == (during["from"], during["to"], during["status"], during["duration"])
    assert ("completed", "0") == (after["status"], after["duration"])


def test_only_our_own_numbers_answer() -> None:
    """A number that is not the account's is not here to be called."""
    exchange, _ = exchange_with({})

    with pytest.raises(ValueError, match="not one of ours"):
        exchange.dial(CALLER, HELPLINE)
    with pytest.raises(ValueError, match="not one of ours"):
        exchange.send_text(CALLER, HELPLINE, "Hello")


def test_the_legs_of_a_call_are_found_by_their_parent() -> None:
    """Calls resource: a forwarded leg is a call of its own, from our number, found by ParentCallSid."""
    exchange, _ = exchange_with({"/voice": DIAL})
    call = exchange.dial(CALLER, OURS)
    exchange.dial(CALLER, OURS)

    ringing = exchange.list_calls(call.sid)["calls"]
    call.leg(LegOutcome.COMPLETED)
    ended = exchange.list_calls(call.sid)["calls"]

    assert [("ringing", OURS, HELPLINE, "outbound-dial", call.sid)] == [
        (each["status"], each["from"], each["to"], each["direction"], each["parent_call_sid"]) for each in ringing
    ]
    assert [("completed", "60")] == [(each["status"], each["duration"]) for each in ended]
    assert 4 == len(exchange.list_calls()["calls"])


def test_records_of_calls_are_deleted_once_they_have_ended() -> None:
    """Calls resource: a deleted call is gone; one in progress cannot be deleted (20009); its leg is another record."""
    exchange, _ = exchange_with({"/voice": DIAL})
    call = exchange.dial(CALLER, OURS)
    leg = call.legs[0].sid

    assert (409, 20009) == refusal(lambda: exchange.delete_call(call.sid))
    assert (409, 20009) == refusal(lambda: exchange.delete_call(leg))
    call.leg(LegOutcome.NO_ANSWER)
    exchange.delete_call(call.sid)

    assert (404, 20404) == refusal(lambda: exchange.fetch_call(call.sid))
    assert (404, 20404) == refusal(lambda: exchange.delete_call(call.sid))
    assert [leg] == [each["sid"] for each in exchange.ledger.everything()]
    exchange.delete_call(leg)
    assert [] == exchange.ledger.everything()


def test_the_telephone_remembers_a_deleted_call() -> None:
    """Deleting a record at the provider takes nothing away from the telephone that called."""
    exchange, _ = exchange_with({"/voice": "<Hangup/>"})
    call = exchange.dial(CALLER, OURS)

    exchange.delete_call(call.sid)

    assert call is exchange.ledger.call(call.sid)
    with pytest.raises(NoSuchCallError):
        exchange.ledger.call("CA")


def test_old_calls_are_forgotten_but_none_that_lasts() -> None:
    """Memory is not filled for ever; a call in progress stays, however old."""
    exchange, _ = exchange_with({"/voice": [MENU, "<Hangup/>"]})
    lasting = exchange.dial(CALLER, OURS)

    for _ in range(MOST_CALLS + 5):
        exchange.dial(CALLER, OURS)

    assert lasting is exchange.ledger.call(lasting.sid)
    assert MOST_CALLS == len(exchange.ledger.call_records())


def test_a_text_is_queued_then_sent_then_delivered() -> None:
    """Messages resource: the answer says queued; signed callbacks tell sent and delivered afterwards."""
    works: list[Callable[[], None]] = []
    exchange, application = exchange_with({"/voice": MENU}, works.append)
    call = exchange.dial(CALLER, OURS)

    made = exchange.create_message(TEXT)
    assert ("queued", []) == (made["status"], [each for each in application.paths() if each == "/sms/status"])
    assert (409, 20009) == refusal(lambda: exchange.delete_message(made["sid"]))
    for work in works:
        work()

    told = [each for each in application.posted if each.url.endswith("/sms/status")]
    assert ["sent", "delivered"] == [each.form["MessageStatus"] for each in told]
    assert [made["sid"]] * 2 == [each.form["MessageSid"] for each in told]
    assert all("X-Twilio-Signature" in each.headers for each in told)
    assert TextArrived("0800", OURS) == call.transcript[-1]


def test_a_text_reaches_the_latest_call_from_its_number_only() -> None:
    """A text is shown on the telephone it was sent to, once."""
    exchange, _ = exchange_with({"/voice": MENU})
    first, latest = exchange.dial(CALLER, OURS), exchange.dial(CALLER, OURS)
    other = exchange.dial(person("RO").mobile, OURS)

    exchange.create_message(TEXT)

    arrived = [sum(isinstance(entry, TextArrived) for entry in call.transcript) for call in (first, latest, other)]
    assert [0, 1, 0] == arrived


def test_a_text_to_a_silent_handset_comes_back_undelivered() -> None:
    """Error 30003: an unreachable handset is told by the callback, not at creation."""
    exchange, application = exchange_with({})
    exchange.unreachable.add(CALLER)

    made = exchange.create_message(TEXT)

    form = application.last("/sms/status")
    assert ("undelivered", str(UNREACHABLE)) == (form["MessageStatus"], form["ErrorCode"])
    assert UNREACHABLE == exchange.fetch_message(made["sid"])["error_code"]


def test_without_a_callback_address_nobody_is_told() -> None:
    """Messages resource: StatusCallback is optional."""
    exchange, application = exchange_with({})

    exchange.create_message({name: value for name, value in TEXT.items() if name != "StatusCallback"})

    assert [] == application.posted


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "+4477009"}, 21211),
        ({"To": "anonymous"}, 21211),
        ({"To": "+266696687"}, 21211),
        ({"To": person("RO").landline}, 21635),
        ({"To": "+800" + "12345678"}, 21614),
        ({"From": CALLER}, 21659),
        ({"Body": ""}, 21602),
        ({"Body": "a" * 1601}, 21617),
        ({"ValidityPeriod": "0"}, 21621),
        ({"ValidityPeriod": "36001"}, 21621),
    ],
)
def test_texts_that_cannot_be_sent_are_refused(change: Mapping[str, str], code: int) -> None:
    """Messages resource and error dictionary: each refusal has its code, and HTTP status 400."""
    exchange, _ = exchange_with({})

    assert (400, code) == refusal(lambda: exchange.create_message({**TEXT, **change}))
    assert [] == exchange.ledger.everything()


@pytest.mark.parametrize("change", [{"To": person("RO").mobile}, {"Body": "a" * 1600}, {"ValidityPeriod": "36000"}])
def test_texts_at_the_edge_are_sent(change: Mapping[str, str]) -> None:
    """What is just within the limits is taken."""
    exchange, _ = exchange_with({})

    assert "queued" == exchange.create_message({**TEXT, **change})["status"]


def test_the_words_of_a_refusal_hold_the_number() -> None:
    """Error 21211 and others: the provider's words quote the number, so nobody may log them."""
    exchange, _ = exchange_with({})

    with pytest.raises(RestError) as refused:
        exchange.create_message({**TEXT, "To": "+4477009"})

    assert "+4477009" in str(refused.value.body()["message"])


@pytest.mark.parametrize(("failure", "status", "code"), [(Failure.RATE, 429, 20429), (Failure.SERVER, 500, 20500)])
def test_failures_can_be_ordered(failure: Failure, status: int, code: int) -> None:
    """The next texts fail as ordered, with the number in the words, and the one after them is sent."""
    exchange, _ = exchange_with({})
    exchange.fail_next(2, failure)

    for _ in range(2):
        with pytest.raises(RestError) as refused:
            exchange.create_message(TEXT)
        assert (status, code) == (refused.value.status, refused.value.code)
        assert CALLER in refused.value.message

    assert "queued" == exchange.create_message(TEXT)["status"]
    assert 3 == exchange.requests["create message"]


def test_a_late_answer_has_sent_the_text() -> None:
    """A time-out tells nothing: the text was made, so it must not be sent again. Closing lets go of the waiting."""
    exchange, application = exchange_with({})
    exchange.fail_next(1, Failure.TIMEOUT, seconds=60)

    asking = threading.Thread(target=exchange.create_message, args=(TEXT,))
    asking.start()
    exchange.close()
    asking.join(10)

    assert not asking.is_alive()
    assert ["/sms/status", "/sms/status"] == application.paths()


def test_replies_to_a_text_are_texts_too() -> None:
    """Messaging: a reply has a record and a fate of its own; the inbound text has a record as well."""
    exchange, application = exchange_with({"/sms": '<Message action="/sms/status">112</Message>'})

    done = exchange.send_text(CALLER, OURS, "Hello")

    assert (TextArrived("112", OURS),) == done.replies
    assert ["sent", "delivered"] == [each.form["MessageStatus"] for each in application.posted[1:]]
    assert [("inbound", "received"), ("outbound-reply", "delivered")] == [
        (each["direction"], each["status"]) for each in exchange.ledger.everything()
    ]


def test_a_record_of_a_text_can_be_deleted() -> None:
    """Messages resource: inbound texts and those that have reached their end can be deleted."""
    exchange, _ = exchange_with({"/sms": "<Message>112</Message>"})
    exchange.send_text(CALLER, OURS, "Hello")

    inbound, reply = (record["sid"] for record in exchange.ledger.everything())
    exchange.delete_message(inbound)
    exchange.delete_message(reply)

    assert (404, 20404) == refusal(lambda: exchange.fetch_message(reply))
    assert [] == exchange.ledger.everything()


@pytest.mark.parametrize("word", ["STOP", "stop ", "Unsubscribe", "QUIT"])
def test_stop_ends_texts(word: str) -> None:
    """Opting out: after STOP the provider answers itself, drops the application's replies, and refuses later texts."""
    exchange, application = exchange_with({"/sms": "<Message>112</Message>"})

    done = exchange.send_text(CALLER, OURS, word)

    assert "STOP" == application.last("/sms")["OptOutType"]
    assert 1 == len(done.replies)
    assert "START" in done.replies[0].body
    assert (400, 21610) == refusal(lambda: exchange.create_message(TEXT))


def test_start_allows_texts_again() -> None:
    """Opting out: START takes STOP back."""
    exchange, _ = exchange_with({"/sms": "<Message>112</Message>"})
    exchange.send_text(CALLER, OURS, "STOP")

    done = exchange.send_text(CALLER, OURS, "START")

    assert 2 == len(done.replies)
    assert "queued" == exchange.create_message(TEXT)["status"]


@pytest.mark.parametrize("words", ["STOP it", "please stop", "stopp"])
def test_other_words_are_no_stop(words: str) -> None:
    """Opting out: only a text that is nothing but the word counts."""
    exchange, application = exchange_with({"/sms": ""})

    exchange.send_text(CALLER, OURS, words)

    assert "OptOutType" not in application.last("/sms")
    assert "queued" == exchange.create_message(TEXT)["status"]


def test_a_text_needs_words() -> None:
    """An empty text is not sent."""
    exchange, _ = exchange_with({})

    with pytest.raises(ValueError, match="needs words"):
        exchange.send_text(CALLER, OURS, " ")


def test_the_worker_may_ask_while_the_application_is_asked() -> None:
    """No lock is held during a webhook: a record can be fetched from within one."""
    seen: list[str] = []

    class Asking(Application):
        """Asks for the call's record before it answers."""

        def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
            """Ask, then answer."""
            seen.append(exchange.fetch_call(form["CallSid"])["status"])
            return super().post(url, form, headers)

    exchange = Exchange(SUBSCRIPTION, Asking({"/voice": "<Hangup/>"}), lambda: NOON, at_once)

    exchange.dial(CALLER, OURS)

    assert ["ringing", "completed"] == seen


def test_segments_are_counted() -> None:
    """Glossary: 160 characters of the GSM alphabet are one segment, 161 are two."""
    exchange, _ = exchange_with({})

    made = [exchange.create_message({**TEXT, "Body": "a" * length})["num_segments"] for length in (160, 161)]

    assert ["1", "2"] == made
