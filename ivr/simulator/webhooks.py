"""What the carrier asks about one call: posts with the provider's voice parameters (page TwiML-Voice), and audio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag

from ivr.simulator import media, twiml
from ivr.simulator.faults import CarrierError, Code
from ivr.simulator.subscription import API_VERSION, Subscription, look_ups
from ivr.simulator.transcript import CallStatus, Played
from ivr.simulator.transport import Response, Transport
from ivr.simulator.verbs import VoiceVerb


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of one call. `caller` and `number` are its two sides, `at` the time the caller pretends."""

    subscription: Subscription
    transport: Transport
    sid: str
    caller: str
    number: str
    at: datetime | None = None

    def document(self, url: str, status: CallStatus, form: Mapping[str, str]) -> tuple[VoiceVerb, ...]:
        """Ask what to do next; raises `CarrierError` where the answer cannot be followed."""
        return twiml.voice(self._post(url, status, form))

    def notify(self, url: str, status: CallStatus, form: Mapping[str, str]) -> None:
        """Tell the application something; raises `CarrierError` unless it answers with a status of success."""
        answer = self._post(url, status, form)
        if not 200 <= answer.status < 300:
            raise CarrierError(Code.HTTP, f"the answer has the status {answer.status}")

    def recording(self, url: str) -> Played:
        """Fetch what is to be played; raises `CarrierError` where it cannot be.

        Whatever is wrong with it has the number 11200: that page names failed retrieval, and content that is not of
        its declared type. For audio the provider also has 12300, 13325 and 13420; which of them comes when, and
        whether each leads to the fallback, nobody has tried in a call.
        """
        try:
            response = self.transport.get(urldefrag(url).url)
        except CarrierError as fault:
            code = fault.code if fault.code is Code.HOUSE else Code.HTTP
            raise CarrierError(code, f"the recording cannot be fetched: {fault.sentence}") from fault
        return media.played(url, response)

    def _post(self, url: str, status: CallStatus, form: Mapping[str, str]) -> Response:
        whole = {**self._parameters(), "CallStatus": status.value, **form}
        return self.subscription.post(self.transport, urldefrag(url).url, whole, self.at)

    def _parameters(self) -> dict[str, str]:
        return {
            "CallSid": self.sid,
            "AccountSid": self.subscription.account,
            "ApiVersion": API_VERSION,
            "Direction": "inbound",
            # Caller and Called are older names of From and To that requests still bear.
            "From": self.caller,
            "Caller": self.caller,
            "To": self.number,
            "Called": self.number,
            **look_ups("From", self.caller),
            **look_ups("Caller", self.caller),
            **look_ups("To", self.number),
            **look_ups("Called", self.number),
        }
