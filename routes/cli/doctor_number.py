"""What is not right about one of our numbers, as the provider has set it up: a judgement, which asks nobody.

What each setting means: the provider's page on the IncomingPhoneNumber resource, and `docs/operations.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from ivr.adapters.provider_settings import NumberRecord, Webhook
from routes.cli.findings import Finding, doubtful, fine, wrong

ABOUT = "provider"
"""What all these findings are about."""


@dataclass(frozen=True, slots=True)
class _Duty:
    """A webhook that must be ours: what the provider calls it, where it leads, and what callers suffer otherwise."""

    name: str
    path: str
    otherwise: str


_VOICE = _Duty("voice_url", "/voice", "who calls does not reach us")
_STATUS = _Duty("status_callback", "/voice/status", "we do not hear that a call has ended, and its record stays longer")
_SMS = _Duty("sms_url", "/sms", "who texts gets no answer of ours")


def judged(record: NumberRecord, home: str) -> Iterator[Finding]:
    """Yield what is wrong or doubtful about a number, or else that it is well. `home` is PUBLIC_URL."""
    found = [*_about_calls(record, home), *_about_texts(record, home), *_about_the_number(record)]
    if not found:
        found.append(fine(ABOUT, "calls, texts and changes of status come to us, and there is a fallback elsewhere"))
    yield from (Finding(each.health, each.about, f"{record.number}: {each.sentence}") for each in found)


def _about_calls(record: NumberRecord, home: str) -> Iterator[Finding]:
    if record.trunk:
        yield wrong(
            ABOUT,
            "a SIP trunk takes its calls, whatever its webhooks say: who calls does not reach us;"
            " take the trunk off the number",
        )
    if record.voice_application:
        yield wrong(
            ABOUT,
            "a voice application is set, and its addresses hold in place of the number's:"
            " callers may not reach us; take the application off the number",
        )
    if record.fax:
        yield wrong(ABOUT, "it takes what comes in for faxes: callers hear a machine; set it to receive voice calls")
    yield from _duty(record.voice, _VOICE, home)
    yield from _fallback_of_calls(record.voice_fallback, home)
    yield from _duty(record.status, _STATUS, home)


def _about_texts(record: NumberRecord, home: str) -> Iterator[Finding]:
    if record.sms_application:
        yield wrong(
            ABOUT,
            "a messaging application is set, and its addresses hold in place of the number's:"
            " texts may not reach us; take the application off the number",
        )
    yield from _duty(record.sms, _SMS, home)
    fallback = record.sms_fallback
    if not fallback.url:
        yield doubtful(
            ABOUT,
            f"sms_fallback_url is not set: who texts while our answer fails hears nothing;"
            f" {_shown(home)}/sms/fallback by POST would be right",
        )
    elif _host(fallback.url) == _host(home):
        yield from _duty(fallback, _Duty("sms_fallback_url", "/sms/fallback", "it helps nobody"), home)


def _about_the_number(record: NumberRecord) -> Iterator[Finding]:
    if not record.capabilities.get("voice"):
        yield wrong(ABOUT, "it cannot take calls, as far as the provider tells: callers need a number that can")
    if not record.capabilities.get("sms"):
        yield doubtful(
            ABOUT,
            "it cannot send texts, as far as the provider tells: what callers on it ask to have by text never comes",
        )
    if record.looks_up_names:
        yield wrong(
            ABOUT, "the provider buys the name of each caller from a database (voice_caller_id_lookup): switch that off"
        )
    if record.emergency:
        yield doubtful(
            ABOUT,
            "emergency calling is on (emergency_status): we never dial an emergency number, and with it off no mistake"
            " could; from here such a call may reach the wrong country",
        )


def _duty(webhook: Webhook, duty: _Duty, home: str) -> Iterator[Finding]:
    """Yield what is wrong about a webhook that must be ours. A fragment is not part of the address that is called."""
    if webhook.url.partition("#")[0] == home + duty.path and webhook.method == "POST":
        return
    is_now = f"is {_shown(webhook.url)} by {webhook.method}" if webhook.url else "is not set"
    yield wrong(ABOUT, f"{duty.name} {is_now}, and must be {_shown(home)}{duty.path} by POST: {duty.otherwise}")


def _fallback_of_calls(fallback: Webhook, home: str) -> Iterator[Finding]:
    hosted = "`fanal doctor --fallback` prints a document that the provider can host in place of us"
    if not fallback.url:
        yield wrong(
            ABOUT,
            "voice_fallback_url is not set: while our answer cannot be had, callers hear an error and are cut off;"
            f" {hosted}",
        )
    elif _host(fallback.url) == _host(home):
        own = list(_duty(fallback, _Duty("voice_fallback_url", "/voice/fallback", "it helps nobody"), home))
        yield from own or [
            doubtful(
                ABOUT,
                "voice_fallback_url is on our own host: it helps against a fault in one step, and when the machine is"
                f" away callers hear an error and are cut off; {hosted}",
            )
        ]


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _shown(address: str) -> str:
    """Return an address as it may be printed: without the password that one of ours may hold, and what follows it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "no address"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
