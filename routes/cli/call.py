"""`fanal call`: a call in the terminal, to a running `fanal run` or, where none runs, to this process alone.

Exit status: 0 fine, 1 the carrier could not follow an answer of ours, 2 the command was not understood.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from ivr.simulator.call import KEYS, SURE
from ivr.simulator.client import ExchangeClient, ExchangeError
from ivr.simulator.local import Telephone
from ivr.simulator.reading import isolated
from ivr.simulator.transcript import (
    Awaiting,
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
from ivr.simulator.views import CallView

TEXT_SECONDS = 2.0
"""How long a telephone is watched for a text after the call: the worker sends it meanwhile."""
_OUTCOMES = {
    "1": LegOutcome.COMPLETED,
    "2": LegOutcome.BUSY,
    "3": LegOutcome.NO_ANSWER,
    "4": LegOutcome.FAILED,
}
_LEG_WORDS = {
    LegOutcome.COMPLETED: "Somebody answered; they talked, and the helpline hung up.",
    LegOutcome.ANSWERED: "Somebody answered.",
    LegOutcome.BUSY: "The helpline is busy.",
    LegOutcome.NO_ANSWER: "Nobody answers.",
    LegOutcome.FAILED: "The helpline cannot be reached.",
    LegOutcome.CANCELED: "The ringing was called off.",
}
_SAYING = re.compile(r"say(?:@(?P<confidence>[0-9.]+))? +(?P<words>.+)")
"""Words instead of keys, and how sure the recogniser is of them: "say my home", "say@0.4 my home"."""
_MARK = 7
"""Columns of the margin."""
Act = Callable[[Telephone, str], CallView]


@dataclass
class Script:
    """What the caller does, in order; then a person at the terminal goes on, if there is one."""

    keys: deque[str]
    """An empty string is silence; "say ..." are words."""
    legs: deque[LegOutcome]
    interactive: bool

    def next(self, view: CallView) -> Act:
        """Return what the caller does now."""
        if view.awaiting is Awaiting.LEG:
            return self._leg()
        if self.keys:
            return _acting(self.keys.popleft())
        return _asked_for_key() if self.interactive else _hang_up

    def _leg(self) -> Act:
        if self.legs:
            return _ending(self.legs.popleft())
        return _asked_for_outcome() if self.interactive else _hang_up


def _read_keys(_: click.Context, __: click.Parameter, value: str | None) -> deque[str]:
    keys = deque(part.strip() for part in value.split(",")) if value is not None else deque[str]()
    wrong = [part for part in keys if set(part) - set(KEYS) and not _SAYING.fullmatch(part)]
    if wrong:
        raise click.BadParameter(
            f"{wrong[0]!r} is no key; keys are among {KEYS}, nothing between commas is silence, and words are “say …”"
        )
    return keys


def _read_legs(_: click.Context, __: click.Parameter, value: str | None) -> deque[LegOutcome]:
    try:
        return deque(LegOutcome(part.strip()) for part in (value or "").split(",") if part.strip())
    except ValueError:
        raise click.BadParameter(f"a leg ends in one of: {', '.join(LegOutcome)}") from None


@click.command(
    epilog='Example: fanal call --from RO --at "Tuesday 10:00" --keys "1,3,1"\n\n'
    'Silence is nothing between commas: --keys ",," presses nothing three times. Where the line listens, words can '
    'be said: --keys "1,say my home"; "say@0.4 my home" is understood with a confidence of 0.4 instead of '
    f"{SURE}."
)
@click.option("--from", "caller", default="RO", show_default=True, help="Country, number in E.164, or withheld.")
@click.option("--landline", is_flag=True, help="Call from the country's landline instead of its mobile.")
@click.option("--to", "number", help="Which of our numbers to dial. [default: the one of the caller's country]")
@click.option("--at", help="Pretend a time: 2026-11-24T10:00+02:00, or Tuesday 10:00 where the caller is.")
@click.option("--keys", callback=_read_keys, help="Keys to press, or “say …”, separated by commas; none is silence.")
@click.option("--legs", callback=_read_legs, help="How forwarded calls end: busy,no-answer,failed,completed …")
@click.option("--url", help="Address of a running exchange. [default: the running `fanal run`, else none is needed]")
@click.option("--token", envvar="FANAL_EXCHANGE_TOKEN", help="Control token of that exchange.")
@click.option("--alone", is_flag=True, help="Need no server, even if one runs.")
@click.option(
    "--path",
    "tables",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="DIRECTORY_PATH",
    help="Folder of the directory's tables, when alone. [default: the shipped one]",
)
@click.option("--var", default="var", envvar="VAR_PATH", type=click.Path(path_type=Path), hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print the whole call as JSON at its end.")
def command(
    caller: str,
    landline: bool,
    number: str | None,
    at: str | None,
    keys: deque[str],
    legs: deque[LegOutcome],
    url: str | None,
    token: str | None,
    alone: bool,
    tables: Path | None,
    var: Path,
    as_json: bool,
) -> None:
    """Make a call: hear what callers hear, press keys, choose how a forwarded call ends, and see the texts."""
    script = Script(keys, legs, interactive=sys.stdin.isatty() and not as_json)
    say = _say_nothing if as_json else click.echo
    with _line(url, token, alone, tables, var) as (telephone, patience):
        try:
            view = telephone.dial(caller, number, at, landline)
            say(_opening(view))
            view = _follow(telephone, view, script, say, patience)
        except ExchangeError as fault:
            refusal = click.UsageError if fault.status in {400, 409} else click.ClickException
            raise refusal(f"{fault}.") from fault
    if as_json:
        click.echo(json.dumps(view.to_json(), ensure_ascii=False, indent=2))
    if any(isinstance(entry, Failed) for entry in view.transcript):
        sys.exit(1)


@contextmanager
def _line(
    url: str | None, token: str | None, alone: bool, tables: Path | None, var: Path
) -> Iterator[tuple[Telephone, float]]:
    """Give a telephone, and for how long a text may be waited for."""
    running = None if alone else _running(url, token, var)
    if running is not None:
        yield running, TEXT_SECONDS
        return
    from directory.faults import Faults
    from ivr.settings import SettingsError
    from routes.cli.alone import NoTablesError
    from routes.cli.alone import telephone as lone_telephone

    try:
        with lone_telephone(tables) as telephone:
            yield telephone, 0.0
    except NoTablesError:
        raise click.ClickException("The directory has faults: `fanal directory check` names them.") from None
    except (SettingsError, Faults) as fault:
        raise click.ClickException(str(fault)) from None


def _running(url: str | None, token: str | None, var: Path) -> ExchangeClient | None:
    """Return a line to the exchange that runs; None where none does."""
    if url:
        if not token:
            raise click.UsageError("--url needs --token.")
        return ExchangeClient(url, token)
    try:
        noted = json.loads((var / "run.json").read_text(encoding="utf-8"))
        client = ExchangeClient(noted["exchange"], noted["token"])
        client.people()
    except (OSError, ValueError, KeyError, TypeError, ExchangeError):
        return None  # nothing runs, or a file was left behind by a run that has gone
    return client


def _follow(
    telephone: Telephone, view: CallView, script: Script, say: Callable[[str], None], patience: float
) -> CallView:
    """Let the script act until the call is over, telling what happens."""
    told = _tell(view, 0, say)
    while view.awaiting is not Awaiting.ENDED:
        act = script.next(view)
        if act is _hang_up:
            say(f"{'>':>6} (hangs up)")
        try:
            view = act(telephone, view.id)
        except ExchangeError as fault:
            if not script.interactive or fault.status not in {400, 409}:
                raise
            say(f"  {fault}.")
        told = _tell(view, told, say)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and len(view.transcript) == told:
        time.sleep(0.1)
        view = telephone.call(view.id)
    _tell(view, told, say)
    return view


def _asked_for_key() -> Act:
    typed = _typed(f"Key (Enter: silence, say …: words, h: hang up; keys are {KEYS})")
    return _hang_up if typed in {"h", None} else _acting(typed or "")


def _asked_for_outcome() -> Act:
    typed = _typed("It ends (1: they talk, 2: busy, 3: no answer, 4: fails, h: hang up)")
    if typed in {"h", None}:
        return _hang_up
    return _ending(_OUTCOMES[typed]) if typed in _OUTCOMES else _asked_for_outcome()


def _typed(question: str) -> str | None:
    """Return the line typed; None where the person has gone."""
    try:
        return input(f"\n{question}: ").strip()
    except (EOFError, KeyboardInterrupt):
        return None


def _acting(typed: str) -> Act:
    """Return what was typed as an act: words, keys, or silence."""
    saying = _SAYING.fullmatch(typed)
    if saying:
        words, confidence = saying["words"], saying["confidence"]
        return lambda telephone, sid: telephone.say(sid, words, _sure(confidence))
    return (
        (lambda telephone, sid: telephone.press(sid, typed))
        if typed
        else (lambda telephone, sid: telephone.silence(sid))
    )


def _sure(typed: str | None) -> float:
    try:
        return SURE if typed is None else float(typed)
    except ValueError:
        raise ExchangeError(400, f"{typed!r} is no confidence; it is a number from 0 to 1") from None


def _ending(outcome: LegOutcome) -> Act:
    return lambda telephone, sid: telephone.leg(sid, outcome)


def _hang_up(telephone: Telephone, sid: str) -> CallView:
    return telephone.hang_up(sid)


def _say_nothing(_: str) -> None:
    return


def _opening(view: CallView) -> str:
    when = f", pretending {view.at:%A %d %B %Y, %H:%M} ({view.at.tzname()})" if view.at else ""
    return f"{view.caller or 'a withheld number'} calls {view.number}{when}."


def _tell(view: CallView, told: int, say: Callable[[str], None]) -> int:
    """Tell what happened since the last time; return how much has been told by now."""
    for line in lines(view.transcript, told):
        say(line)
    return len(view.transcript)


def lines(entries: Sequence[Entry], told: int) -> Iterator[str]:
    """Yield the lines about all entries that have not been told; a text is in the language spoken last."""
    spoken: str | None = None
    for place, entry in enumerate(entries):
        if isinstance(entry, Said | Played):
            spoken = entry.language
        if place < told:
            continue
        mark, words = _words(entry)
        if words:
            yield from _margined(mark, words, entry.language if isinstance(entry, Said | Played | Spoke) else "en")
        if isinstance(entry, TextArrived):
            yield from _margined("", entry.body, spoken)


def _margined(mark: str, words: str, language: str | None) -> Iterator[str]:
    """Yield lines of a terminal. Each is marked for its direction by itself: the marks end with the line."""
    width = min(shutil.get_terminal_size((100, 24)).columns, 100) - _MARK
    wide = any(unicodedata.east_asian_width(each) in "WF" for each in words)
    for place, line in enumerate(textwrap.wrap(words, width // 2 if wide else width)):
        yield f"{'' if place else mark:>{_MARK - 1}} {isolated(line, language)}"


def _words(entry: Entry) -> tuple[str, str]:
    """Return a mark for the margin, and the words of an entry; no words for what is seen otherwise."""
    match entry:
        case Said(text=text, language=language):
            return language or "?", text
        case Played(text=str(text), language=language):
            return f"{language or '?'} ♪", text
        case Played(url=url):
            return "♪", f"(a recording: {urlsplit(url).path})"
        case Pressed(keys=keys):
            return ">", keys
        case Spoke(words=words, confidence=confidence):
            return ">", f"“{words}”" + ("" if confidence is None else f" (confidence {confidence})")
        case Silent(seconds=seconds):
            return ">", f"(silence, {seconds} seconds)"
        case TextArrived(sender=sender):
            return "text", f"from {sender}:"
    return _carriers_words(entry)


def _carriers_words(entry: Entry) -> tuple[str, str]:
    match entry:
        case Dialling(number=number, caller_id=caller_id, timeout=timeout):
            return "…", f"{number} rings, for {timeout} seconds at most. It sees {caller_id}."
        case LegEnded(outcome=outcome):
            return "…", _LEG_WORDS[outcome]
        case Failed(code=code, sentence=sentence, path=path):
            return "!", f"error {code} at {path}: {sentence}"
        case Ended(status=status):
            return "", f"The call is over ({status})."
    return "", ""
