"""Inbound texts: the same conversation by SMS."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from directory.model import Helpline
from ivr.events import PurgeMessage
from ivr.services import Services
from ivr.texts import segments
from routes import create_app
from routes.guard import HEADER, sign
from routes.sms import REPLIES
from tests.application import PUBLIC_URL, FakeMemory, FakeOutbox, some_services, some_settings

TUESDAY_MORNING = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
MOBILE = "+40712034567"
"""libphonenumber's example of a Romanian mobile."""


class Texter:
    """Somebody with a mobile telephone in Romania who writes to our Romanian number."""

    def __init__(self, folder: Path) -> None:
        self.now = TUESDAY_MORNING
        self.services: Services = some_services(some_settings(folder), clock=lambda: self.now)
        self._client = create_app(self.services).test_client()
        self._sent = 0

    def write(self, body: str, message: str | None = None, to: str = "/sms", **more: str) -> str | None:
        """Send a text and return the answer's words, None where there is no answer; `to` is the webhook's path."""
        self._sent += 1
        form = {"MessageSid": message or f"SM{self._sent}", "From": MOBILE, "To": "+40800123456", "Body": body, **more}
        flat = "".join(name + form[name] for name in sorted(form))
        signature = sign(f"{PUBLIC_URL}{to}{flat}".encode(), self.services.settings.auth_tokens[0]).decode()
        answer = self._client.post(to, data=form, headers={HEADER: signature})
        assert 200 == answer.status_code
        return ET.fromstring(answer.data).findtext("Message")  # noqa: S314 - our own answer

    @property
    def memory(self) -> FakeMemory:
        """What remembers the conversation."""
        assert isinstance(self.services.conversations, FakeMemory)
        return self.services.conversations

    @property
    def outbox(self) -> FakeOutbox:
        """What keeps what is to be done."""
        assert isinstance(self.services.outbox, FakeOutbox)
        return self.services.outbox


@pytest.fixture
def texter(tmp_path: Path) -> Texter:
    """A texter who has not written yet."""
    return Texter(tmp_path)


def test_conversation(texter: Texter) -> None:
    """Whatever word begins it, the conversation leads by keys to a number and its hours."""
    first = texter.write("Bună ziua") or ""
    texter.write("1")
    referral = texter.write("3") or ""

    assert "112" in first
    assert "1: română" in first
    assert "0800 800 678" in referral
    assert "16:00" in referral
    assert "4: " in referral


def test_next_service(texter: Texter) -> None:
    """The next service comes by its key, and the emergency advice by 0."""
    for word in ("?", "1", "3"):
        texter.write(word)

    assert "0800 500 333" in (texter.write("4") or "")
    assert "112" in (texter.write("0") or "")


@pytest.mark.parametrize("word", ["8", "help me", "11", "", "\U0001f198", "x" * 1600])
def test_strange_words(texter: Texter, word: str) -> None:
    """A word without meaning says so and asks again; it neither ends nor forgets the conversation."""
    texter.write("hi")
    texter.write("1")
    answer = texter.write(word) or ""

    assert "Tasta aceasta nu are" in answer or "1: " in answer
    assert "0800 800 678" in (texter.write("3") or "")


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop ", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "STOPALL", "START"])
def test_opt_out(texter: Texter, word: str) -> None:
    """The words by which a caller refuses texts are answered with none: the carrier handles them."""
    assert texter.write(word) is None


@pytest.mark.parametrize("word", ["STOPP", "stop it", "DO STOP"])
def test_no_opt_out(texter: Texter, word: str) -> None:
    """Words that only look like it begin a conversation."""
    assert texter.write(word)


def test_handled_by_the_carrier(texter: Texter) -> None:
    """A word that the carrier says it has answered is not answered again."""
    assert texter.write("ARRET", OptOutType="STOP") is None


def test_help(texter: Texter) -> None:
    """HELP is answered with the emergency number and how to begin, in one segment."""
    answer = texter.write("help") or ""

    assert "112" in answer
    assert "STOP" in answer
    assert 1 == segments(answer)


def test_sent_again(texter: Texter) -> None:
    """A text that the carrier sends twice presses its key once, and is answered the same."""
    texter.write("hi")
    texter.write("1")
    once = texter.write("9", message="SM-twice")
    again = texter.write("9", message="SM-twice")

    assert once == again
    assert once != texter.write("9")


def test_texts_without_an_id(texter: Texter) -> None:
    """Two texts that bear no id are two texts, not one that was sent again; nothing of them can be deleted."""
    texter.write("hi", MessageSid="")
    once = texter.write("9", MessageSid="")

    assert once != texter.write("1", MessageSid="")
    assert [] == texter.outbox.of(PurgeMessage)


def test_memory_away(texter: Texter) -> None:
    """Without Redis one answer stands on its own: the emergency number, and a service with its number."""
    texter.memory.away = True
    answer = texter.write("hi") or ""

    assert "112" in answer
    assert any(number.say in answer for row in _rows(texter) for number in row.numbers)


def _rows(texter: Texter) -> list[Helpline]:
    return [row for row in texter.services.shelf.current.directory.helplines.values() if row.country == "RO"]


def test_a_loop_with_a_machine_ends(texter: Texter) -> None:
    """A telephone that answers every text is answered a number of times a day, at last with whom to call."""
    answers = [texter.write(f"I am away, message {number}") for number in range(REPLIES + 3)]

    assert all(answers[:REPLIES])
    assert [None] * 3 == answers[REPLIES:]
    assert "112" in str(answers[REPLIES - 1])
    assert any(number.say in str(answers[REPLIES - 1]) for row in _rows(texter) for number in row.numbers)


def test_a_loop_keeps_nobody_else_from_an_answer(texter: Texter) -> None:
    """Somebody else is answered all the same, and so is the machine's owner on the next day."""
    for _ in range(REPLIES + 1):
        texter.write("I am away")
    other = texter.write("hi", From="+40712034568")
    texter.now += dt.timedelta(days=1)

    assert other
    assert texter.write("hi")


def test_a_loop_by_the_fallback_ends(texter: Texter) -> None:
    """Answers that the carrier had to ask for in another way count too."""
    answers = [texter.write("I am away", to="/sms/fallback") for _ in range(REPLIES + 1)]

    assert answers[0]
    assert answers[REPLIES] is None


@pytest.mark.parametrize("to", ["/sms", "/sms/fallback"])
def test_record_goes(texter: Texter, to: str) -> None:
    """The provider's record of the caller's own text is asked to be deleted, however it came to us."""
    texter.write("hi", to=to)
    outbox = texter.services.outbox
    assert isinstance(outbox, FakeOutbox)

    assert [PurgeMessage("SM1")] == outbox.of(PurgeMessage)
    assert MOBILE not in repr(outbox.items)


def test_a_fault_is_answered(texter: Texter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """An exception in the conversation is answered with the emergency number; the log holds no number."""

    def fail(*_: object) -> None:
        raise RuntimeError(f"no answer for {MOBILE}")

    monkeypatch.setattr("routes.sms.flow.begin", fail)

    assert "1 1 2" in (texter.write("hi") or "")
    assert MOBILE not in caplog.text
    assert ["sms_fault"] == [record.message for record in caplog.records]
