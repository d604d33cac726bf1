"""What `fanal doctor --provider` asks the provider, in which order, and what its silences mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from ivr.adapters.provider import TOO_MANY, ProviderError
from ivr.adapters.provider_settings import ProviderSettings
from ivr.settings import Settings
from routes.cli.doctor_number import ABOUT, judged
from routes.cli.findings import Finding, doubtful, fine, wrong

_NOT_ASKED = (
    "cannot be asked, so look in the console: whether a messaging service takes a number's texts (Messaging, Services),"
    " which region they are processed in, how long texts are kept (Messaging, Settings), and which countries calls and"
    " texts may go to (geographic permissions of Voice and of Messaging)"
)
_REFUSES_US = {401, 403}


def examine(settings: Settings) -> Iterator[Finding]:
    """Ask about every number, recording and regions. Where the first question has no answer, no other is asked."""
    provider = ProviderSettings.connect(settings)
    try:
        records = {number: provider.number(number) for number in settings.numbers}
    except ProviderError as fault:
        sentence = f"{_why(settings, fault)}; nothing else was asked"
        yield wrong(ABOUT, sentence) if fault.status in _REFUSES_US else doubtful(ABOUT, sentence)
        return
    for number, record in records.items():
        if record is None:
            yield wrong(ABOUT, _not_ours(settings, number))
        else:
            yield from judged(record, settings.public_url)
            yield from _about_region(settings, provider, number)
    if settings.region is None:
        yield doubtful(ABOUT, "TWILIO_REGION is not set: nobody has said in which region calls are to be processed")
    yield from _about_recording(settings, provider)
    yield fine(ABOUT, _NOT_ASKED)


def _not_ours(settings: Settings, number: str) -> str:
    region = f" in the region {settings.provider_region}" if settings.provider_region else ""
    return (
        f"{number}: the account of TWILIO_ACCOUNT_SID has no such number{region}, so nobody who dials it reaches us;"
        " TWILIO_NUMBER must name numbers of this account"
    )


def _about_region(settings: Settings, provider: ProviderSettings, number: str) -> Iterator[Finding]:
    try:
        region = provider.region(number)
    except ProviderError as fault:
        where = "Phone Numbers, Manage, Active numbers: the region of its routing"
        yield doubtful(ABOUT, f"{number}: in which region its calls are processed {_unasked(settings, fault, where)}")
        return
    expected = settings.region or settings.provider_region or region
    if region == expected:
        yield fine(ABOUT, f"{number}: its calls are processed in {region}")
        return
    yield wrong(
        ABOUT,
        f"{number}: its calls are processed in {region}, and must be in {expected}: what the provider keeps of callers"
        f" lies in {region}, set up and deleted by nobody of ours; route the number's calls to {expected}",
    )


def _about_recording(settings: Settings, provider: ProviderSettings) -> Iterator[Finding]:
    found = _answered(
        settings,
        provider.records_by_default,
        "the account records every call by default, which callers are not told; delete that default"
        " (Voice, Recordings, Configurations)",
        "whether the account records every call by default",
        "Voice, Recordings, Configurations",
    )
    held = _answered(
        settings,
        provider.has_recordings,
        "the account holds recordings of calls, and nothing of ours makes any: find out what does, stop it, and delete"
        " them (Monitor, Logs, Call recordings); give Fanal an account of its own",
        "whether the account holds recordings of calls",
        "Monitor, Logs, Call recordings",
    )
    findings = [*found, *held]
    yield from findings or [fine(ABOUT, "nothing is recorded: no recordings, and none made by default")]


def _answered(settings: Settings, ask: Callable[[], bool], fault: str, question: str, where: str) -> Iterator[Finding]:
    """Yield `fault` if the answer is yes, a doubt if there is none, and nothing if it is no."""
    try:
        if ask():
            yield wrong(ABOUT, fault)
    except ProviderError as error:
        yield doubtful(ABOUT, f"{question} {_unasked(settings, error, where)}")


def _unasked(settings: Settings, fault: ProviderError, where: str) -> str:
    return f"cannot be asked ({_why(settings, fault)}); look in the console at {where}"


def _why(settings: Settings, fault: ProviderError) -> str:
    """Say why there is no answer, without a word of the provider's own, which may quote somebody's number."""
    host, status = urlsplit(settings.provider_url).hostname, fault.status
    if status is None:
        return f"{host} did not answer within its time, or not as its documents say"
    if status in _REFUSES_US:
        return (
            f"{host} refuses our account or token (status {status}): TWILIO_ACCOUNT_SID and the first TWILIO_AUTH_TOKEN"
            " must be those of its region, and without them no text is sent and no record deleted"
        )
    if status == TOO_MANY:
        return f"{host} asks for fewer requests (status {status}): try again in a minute"
    if status >= 500:
        return f"{host} has a fault of its own (status {status}): try again later"
    return f"{host} refuses the question (status {status})"
