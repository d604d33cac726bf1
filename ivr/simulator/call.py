"""One call as the carrier sees it: it fetches a document, follows it, and waits for the caller or the other side.

Rules from the provider's pages TwiML-Voice, Gather, Dial, Redirect, Hangup and Reject; the fallback from
"Availability and reliability". Time passes only in the books: prompts, silences and talks are given seconds.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from ivr.simulator.faults import CarrierError, Code, OutOfTurnError
from ivr.simulator.subscription import Subscription, new_sid
from ivr.simulator.transcript import (
    Asked,
    Awaiting,
    CallStatus,
    Dialling,
    Ended,
    Entry,
    Failed,
    LegEnded,
    LegOutcome,
    Played,
    Pressed,
    Said,
    Silent,
    Spoke,
    TextArrived,
)
from ivr.simulator.transport import Transport
from ivr.simulator.verbs import Dial, Gather, Hangup, Listening, Play, Redirect, Reject, Say, VoiceVerb
from ivr.simulator.webhooks import Webhooks

KEYS = "0123456789*#"
LONGEST_SPEECH = 900
"""Characters that a caller can say: the provider listens for 60 seconds at most (page Gather)."""
SURE = 0.9
"""How sure the recogniser is unless a caller's script says otherwise."""
MOST_DOCUMENTS = 10
"""Documents fetched in a row without a chance for the caller to act. The provider's limit is not known."""
MOST_RESCUES = 2
"""Times the fallback is asked in a row without a chance for the caller to act."""
_CHARACTERS_A_SECOND = 15
_TALK_SECONDS = 60
_REFUSED_SECONDS = 3
_TALKED = {LegOutcome.COMPLETED, LegOutcome.ANSWERED}


@dataclass(slots=True)
class Leg:
    """A forwarded leg, which is a call of its own in the provider's records."""

    sid: str
    number: str
    caller_id: str
    started: datetime
    status: CallStatus = CallStatus.RINGING
    seconds: int = 0


class Call:
    """A call from `caller` (E.164, a word such as "anonymous", or its keypad form) to one of our numbers.

    `started` is the aware instant of dialling; `at` the time the caller pretends, if any. Whatever the caller
    does out of turn raises `OutOfTurnError` and changes nothing. One act at a time: while the application is
    being asked, any other act is out of turn.
    """

    def __init__(
        self,
        subscription: Subscription,
        transport: Transport,
        caller: str,
        number: str,
        started: datetime,
        at: datetime | None = None,
    ) -> None:
        self.sid = new_sid("CA")
        self.caller = caller
        self.number = number
        self.started = started
        self.at = at
        self.status = CallStatus.RINGING
        self.transcript: list[Entry] = []
        self.legs: list[Leg] = []
        self._subscription = subscription
        self._webhooks = Webhooks(subscription, transport, self.sid, caller, number, at)
        self._verbs: deque[VoiceVerb] = deque()
        self._address = ""
        self._pending: Gather | Dial | None = None
        self._seconds = 0.0
        self._documents = 0
        self._rescues = 0
        self._turn = threading.Lock()

    @property
    def awaiting(self) -> Awaiting:
        """What the call waits for."""
        if self.ended:
            return Awaiting.ENDED
        match self._pending:
            case Gather():
                return Awaiting.KEYS
            case Dial():
                return Awaiting.LEG
        return Awaiting.NOTHING

    @property
    def listens(self) -> str | None:
        """The language in which words are awaited as well as keys; None where none are."""
        pending = self._pending
        return pending.words.language if isinstance(pending, Gather) and pending.words else None

    @property
    def ended(self) -> bool:
        """True when the call is over, for whatever reason."""
        return self.status not in {CallStatus.RINGING, CallStatus.IN_PROGRESS}

    @property
    def seconds(self) -> int:
        """How long the call has lasted in the books."""
        return math.ceil(self._seconds)

    @property
    def next_address(self) -> str | None:
        """Where the awaited keys or the leg's outcome will be posted; None where nothing is awaited."""
        pending = self._pending
        return None if pending is None else self._resolve(pending.action or self._address)

    def dial(self) -> None:
        """Ring the number: the voice webhook is asked what to do."""
        with self._acting():
            if self._address or self.ended:
                raise OutOfTurnError("the call has been dialled already")
            self._go(self._subscription.address("/voice"))
            self._proceed()

    def press(self, keys: str) -> None:
        """Press keys in answer to the listening that goes on now; raises ValueError for other characters."""
        if not keys or set(keys) - set(KEYS):
            raise ValueError(f"keys are among {KEYS}")
        with self._acting():
            gather = self._awaited_keys()
            digits, finish, left = _taken(gather, keys)
            if left:
                raise OutOfTurnError(f"only {len(keys) - len(left)} of these keys are awaited")
            self.transcript.append(Pressed(keys))
            if not finish and len(digits) != gather.digits:
                self._seconds += gather.timeout
            self._gathered(gather, digits, finish)

    def say(self, words: str, confidence: float | None = SURE) -> None:
        """Say words where the call listens; raises ValueError for none, for too many, and for no such confidence.

        `confidence` is how sure the recogniser is, from 0 to 1; None for one that does not tell.
        """
        words = words.strip()
        if not 0 < len(words) <= LONGEST_SPEECH:
            raise ValueError(f"a caller says 1 to {LONGEST_SPEECH} characters")
        if confidence is not None and not 0 <= confidence <= 1:
            raise ValueError("a confidence is a number from 0 to 1")
        with self._acting():
            gather, listening = self._awaited_words()
            self.transcript.append(Spoke(words, listening.language, confidence))
            self._seconds += len(words) / _CHARACTERS_A_SECOND + (listening.pause or 0)
            sure = {} if confidence is None else {"Confidence": str(confidence)}
            self._answer(gather, {"SpeechResult": words, **sure})

    def silence(self) -> None:
        """Let the time to press a key run out."""
        with self._acting():
            gather = self._awaited_keys()
            self.transcript.append(Silent(gather.timeout))
            self._seconds += gather.timeout
            self._gathered(gather, "", "")

    def leg(self, outcome: LegOutcome) -> None:
        """End the forwarded leg that rings now; the caller is still there."""
        with self._acting():
            dial = self._awaited_leg()
            form = self._close_leg(dial, outcome)
            if dial.action is not None:
                self._go(self._resolve(dial.action), form)
            self._proceed()

    def hang_up(self) -> None:
        """The caller hangs up. While a leg rings, the outcome is still posted, and its answer ignored.

        What the provider calls a leg that its caller gave up on is not verified; "no-answer" here.
        """
        with self._acting():
            if self.ended:
                raise OutOfTurnError("the call is over")
            dial = self._pending if isinstance(self._pending, Dial) else None
            self.status = CallStatus.COMPLETED
            if dial is not None:
                form = self._close_leg(dial, LegOutcome.NO_ANSWER)
                if dial.action is not None:
                    self._notify(self._resolve(dial.action), form)
            self._end(CallStatus.COMPLETED)

    def receive(self, body: str, sender: str) -> None:
        """A text arrives on the telephone that is calling."""
        self.transcript.append(TextArrived(body, sender))

    @contextmanager
    def _acting(self) -> Iterator[None]:
        if not self._turn.acquire(blocking=False):
            raise OutOfTurnError("the application is still being asked")
        try:
            yield
        finally:
            self._turn.release()

    def _awaited_keys(self) -> Gather:
        if not isinstance(self._pending, Gather):
            raise OutOfTurnError("no key is awaited")
        self._documents = self._rescues = 0
        return self._pending

    def _awaited_words(self) -> tuple[Gather, Listening]:
        gather = self._pending
        if not isinstance(gather, Gather) or gather.words is None:
            raise OutOfTurnError("the line does not listen to words just now")
        return self._awaited_keys(), gather.words

    def _awaited_leg(self) -> Dial:
        if not isinstance(self._pending, Dial):
            raise OutOfTurnError("nothing rings")
        self._documents = self._rescues = 0
        return self._pending

    def _gathered(self, gather: Gather, digits: str, finish: str) -> None:
        keys = {"Digits": digits, "FinishedOnKey": finish, "msg": "Gather End"}
        self._answer(gather, keys if digits or gather.on_empty else None)

    def _answer(self, gather: Gather, form: Mapping[str, str] | None) -> None:
        """Tell the action what was gathered; with nothing to tell, the next verb follows."""
        self._pending = None
        if form is not None:
            self._go(self._resolve(gather.action or self._address), form)
        self._proceed()

    def _close_leg(self, dial: Dial, outcome: LegOutcome) -> dict[str, str]:
        self._pending = None
        leg = self.legs[-1]
        self.transcript.append(LegEnded(outcome))
        form = {"DialCallStatus": outcome.value, "DialCallSid": leg.sid}
        if outcome in _TALKED:
            leg.status = CallStatus.COMPLETED
            leg.seconds = min(_TALK_SECONDS, dial.time_limit)
            self._seconds += leg.seconds
            return {**form, "DialBridged": "true", "DialCallDuration": str(leg.seconds)}
        leg.status = CallStatus(outcome)
        self._seconds += dial.timeout if outcome is LegOutcome.NO_ANSWER else _REFUSED_SECONDS
        return {**form, "DialBridged": "false"}

    def _go(self, address: str, form: Mapping[str, str] | None = None) -> None:
        """Fetch the document that is followed next; where that fails, the fallback's."""
        try:
            self._load(address, form or {})
        except CarrierError as fault:
            self._rescue(fault, address)

    def _load(self, address: str, form: Mapping[str, str]) -> None:
        self._documents += 1
        if self._documents > MOST_DOCUMENTS:
            raise CarrierError(Code.LOOP, f"{MOST_DOCUMENTS} documents without a chance to act")
        verbs = self._webhooks.document(address, self.status, form)
        self._address = address
        self._verbs = deque(verbs)

    def _rescue(self, fault: CarrierError, address: str) -> None:
        """Ask the fallback; where that is what failed, the provider says an error sentence and hangs up."""
        self._record(fault, address)
        fallback = self._subscription.address("/voice/fallback")
        self._verbs.clear()
        self._rescues += 1
        if address == fallback or self._rescues > MOST_RESCUES:
            self._end(CallStatus.COMPLETED if self._answered else CallStatus.FAILED)
            return
        self._documents = 0
        self._go(fallback, {"ErrorCode": str(int(fault.code)), "ErrorUrl": address})

    @property
    def _answered(self) -> bool:
        return self.status is CallStatus.IN_PROGRESS

    def _proceed(self) -> None:
        while self._pending is None and not self.ended:
            if not self._verbs:
                self._end(CallStatus.COMPLETED)
                return
            self._follow(self._verbs.popleft())

    def _follow(self, verb: VoiceVerb) -> None:
        if isinstance(verb, Reject):
            refused = CallStatus.BUSY if verb.reason == "busy" else CallStatus.NO_ANSWER
            self._end(CallStatus.COMPLETED if self._answered else refused)
            return
        self.status = CallStatus.IN_PROGRESS
        match verb:
            case Say() | Play():
                self._hear((verb,))
            case Gather() if self._hear(verb.prompts):
                self.transcript.append(Asked(verb.digits, verb.timeout))
                self._pending = verb
            case Dial():
                self._ring(verb)
            case Redirect():
                self._go(self._resolve(verb.url))
            case Hangup():
                self._end(CallStatus.COMPLETED)

    def _hear(self, prompts: Iterable[Say | Play]) -> bool:
        """Say and play, once everything that is played has been fetched; where that fails, the fallback is asked."""
        heard: list[Said | Played] = []
        for prompt in prompts:
            if isinstance(prompt, Say):
                heard.append(Said(prompt.text, prompt.language, prompt.voice))
                continue
            address = self._resolve(prompt.url)
            try:
                heard.append(self._webhooks.recording(address))
            except CarrierError as fault:
                self._rescue(fault, address)
                return False
        self.transcript.extend(heard)
        self._seconds += sum(_seconds_of(each) for each in heard)
        return True

    def _ring(self, dial: Dial) -> None:
        if dial.caller_id not in self._subscription.numbers:
            fault = CarrierError(Code.DIAL_CALLER_ID, "callerId is not one of the account's numbers")
            self._rescue(fault, self._address)
            return
        now = self.started + timedelta(seconds=self.seconds)
        self.legs.append(Leg(new_sid("CA"), dial.number, dial.caller_id, now))
        self.transcript.append(Dialling(dial.number, dial.caller_id, dial.timeout))
        self._pending = dial

    def _end(self, status: CallStatus) -> None:
        self._pending = None
        self._verbs.clear()
        self.status = status
        self.transcript.append(Ended(status))
        books = {"CallDuration": str(self.seconds), "Duration": str(math.ceil(self.seconds / 60))}
        order = {"SequenceNumber": "0", "CallbackSource": "call-progress-events"}
        self._notify(self._subscription.address("/voice/status"), {**books, **order})

    def _notify(self, address: str, form: Mapping[str, str]) -> None:
        """Post without waiting for instructions; a failure is noted and changes nothing."""
        try:
            self._webhooks.notify(address, self.status, form)
        except CarrierError as fault:
            self._record(fault, address)

    def _resolve(self, address: str) -> str:
        return urljoin(self._address, address)

    def _record(self, fault: CarrierError, address: str) -> None:
        self.transcript.append(Failed(int(fault.code), fault.sentence, urlsplit(address).path))


def _seconds_of(heard: Said | Played) -> float:
    return heard.seconds if isinstance(heard, Played) else len(heard.text) / _CHARACTERS_A_SECOND


def _taken(gather: Gather, keys: str) -> tuple[str, str, str]:
    """Split keys into the digits that count, the key that finished, and those pressed too late."""
    digits = ""
    for place, key in enumerate(keys, start=1):
        if key == gather.finish:
            return digits, key, keys[place:]
        digits += key
        if len(digits) == gather.digits:
            return digits, "", keys[place:]
    return digits, "", ""
