"""`fanal prompts`: every sentence that callers hear, in every language, with what it takes to say it.

Exit status: 0 fine, 1 something is missing, wrong or too long, 2 the command or a setting was not understood.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from directory.model import Kind
from ivr.adapters.engine import EngineError, Espeak
from ivr.events import Form
from ivr.pace import FIRST_CHOICE, FORWARDING, LANGUAGE_PAGE, LONGEST_SAY, Page, first_choice, forwarding, longest_page
from ivr.sentences import EVERY_TURN
from ivr.state import Step
from ivr.texts import alphabet, compose, segments
from ivr.turn import Line
from ivr.voices import Voice, Way
from ivr.wav import describe
from routes.cli.columns import columns
from routes.cli.render import render
from routes.cli.translations import export, import_
from routes.cli.wording import AT, JSON, LANGUAGES, PATH, Filled, Wording, leave, now_or, progress

INSTANTS = ((1, 10), (2, 3), (5, 12))
"""Weekdays (Monday is 0) and hours, in UTC, at which forwardings are measured: a working day, its night, a Saturday."""
_ABROAD = ""
"""A country where no helpline is at home: what callers from elsewhere are sent."""
_ENGINE_NAMES = {"zh": "cmn"}
"""Languages that the engine calls otherwise than we do, beside those that voices.yaml names for it."""


@click.group(name="prompts", commands=[export, import_, render])
def command() -> None:
    """Show every sentence that callers hear, and look after translations.

    \b
    fanal prompts status
    fanal prompts list --language ro --turn referral
    fanal prompts export --language ro ro.po
    fanal prompts import ro.po --dry-run
    fanal prompts export --language ga --format csv studio.csv
    fanal prompts render ga
    fanal prompts texts --language ro
    """


@command.command()
@PATH
@AT
@JSON
def status(path: Path | None, at: dt.datetime | None, as_json: bool) -> None:
    """Show how each language stands: whole or not, read by a native speaker or a draft, how it is voiced, how long.

    \b
    Seconds are of the machine's speech for a caller who presses each key as soon as it has been said:
    first       until the language has been offered, where it is offered first: at most 6
    forwarding  until the telephone rings elsewhere, where that takes longest: at most 30
    They come from the length of the sentences and the rate in voices.yaml, or from recordings where there are some.

    A catalogue with faults, and a limit that is broken, make the exit status 1.

    \b
    fanal prompts status
    fanal prompts status --json
    """
    wording, now = Wording.read(path), now_or(at)
    filled = wording.filled(now)
    with progress(wording.languages, "Measuring") as tags:
        rows = [_standing(tag, wording, now, filled) for tag in tags]
    page = longest_page(wording.pace, wording.directory, wording.offered, now) if wording.offered else None
    long_page = page is not None and page.seconds > LANGUAGE_PAGE
    if as_json:
        click.echo(json.dumps(_status_json(wording, now, rows, page), ensure_ascii=False, indent=2))
    else:
        _print_status(rows, page)
    if long_page or any(row["faults"] or row["over"] for row in rows):
        sys.exit(1)


@command.command(name="list")
@PATH
@AT
@LANGUAGES
@click.option(
    "--turn",
    type=click.Choice([*(step.name.lower() for step in Step), EVERY_TURN]),
    help="Only what is said in this turn, with what is said in all. [default: all]",
)
@JSON
def list_command(
    path: Path | None, at: dt.datetime | None, tags: tuple[str, ...], turn: str | None, as_json: bool
) -> None:
    """List every sentence that can be heard, with its turn, its voice, its characters and its seconds.

    Opening hours are followed for 400 days. One sentence a line; with --json one object a line, in one array.

    \b
    fanal prompts list --language ro --turn referral
    fanal prompts list --json
    """
    wording, now = Wording.read(path), now_or(at)
    separator = "[\n"
    for row in _sentences(wording, wording.chosen(tags), now, turn):
        if as_json:
            click.echo(f"{separator}{json.dumps(row, ensure_ascii=False)}", nl=False)
            separator = ",\n"
        else:
            click.echo(_line(row))
    if as_json:
        click.echo("\n]" if separator != "[\n" else "[]")


@command.command()
@PATH
@LANGUAGES
@click.option("--helpline", help="Only this one, by its id. [default: all that are no emergency service]")
@JSON
def texts(path: Path | None, tags: tuple[str, ...], helpline: str | None, as_json: bool) -> None:
    """Show the text messages about each helpline: the discreet form and the one with its name.

    `from` is where the caller's telephone is at home: `abroad` stands only where another text is sent there. A text
    takes one segment up to 160 characters of GSM-7, or 70 of UCS-2. A discreet one that takes more makes the exit
    status 1.

    \b
    fanal prompts texts --language ro
    fanal prompts texts --helpline ro-anitp --json
    """
    wording = Wording.read(path)
    chosen = _helplines(wording, helpline)
    rows = [row for tag in wording.chosen(tags) for id_ in chosen for row in _texts(wording, tag, id_)]
    long = [row for row in rows if row["form"] == Form.SHORT.value and row["segments"] > 1]
    if as_json:
        click.echo(json.dumps({"revision": wording.directory.revision, "texts": rows}, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            click.echo(
                f"{row['helpline']:<24} {row['language']:<3} {row['form']:<5} {row['from']:<6} {row['length']:>3} "
                f"{row['alphabet']:<5} {row['segments']}  {row['text']}"
            )
        click.echo(f"{len(rows)} texts; {len(long)} discreet ones take more than one segment.", err=True)
    if long:
        sys.exit(1)


@command.command()
@PATH
@LANGUAGES
@JSON
def rates(path: Path | None, tags: tuple[str, ...], as_json: bool) -> None:
    """Measure how many characters a second each language takes, with the engine on this machine.

    Every sentence is read once, with an example for its placeholders, at the engine's own speed. The rates in
    voices.yaml were measured so; a provider's voice may be faster or slower.

    \b
    fanal prompts rates
    fanal prompts rates --language zh --json
    """
    wording, engine = Wording.read(path), Espeak()
    if missing := engine.missing():
        leave(f"{missing}.", 1)
    filled = wording.filled(now_or(None))
    with progress(wording.chosen(tags), "Reading") as chosen:
        rows = [_rate(wording, tag, filled, engine) for tag in chosen]
    if as_json:
        click.echo(json.dumps({"rates": rows}, indent=2))
        return
    headings = ("language", "characters", "seconds", "rate", "in voices.yaml")
    click.echo(columns(headings, [tuple("" if each is None else str(each) for each in row.values()) for row in rows]))


def _standing(tag: str, wording: Wording, now: dt.datetime, filled: Filled) -> dict[str, Any]:
    """Return how one language stands."""
    catalogue, voice = wording.catalogues[tag], wording.voices.get(tag)
    said = {text for _, text in wording.spoken(tag, filled)} if tag in wording.whole else set()
    row: dict[str, Any] = {
        "language": tag,
        "complete": not catalogue.faults,
        "faults": list(catalogue.faults),
        "reviewed": catalogue.reviewed,
        "way": (voice.way if voice else Way.TEXT).value,
        "voice": voice.voice or voice.speak if voice else None,
        "recordings": _recordings(said, voice, wording),
        "doubt": voice.doubt if voice else None,
        "first_choice": None,
        "forwarding": None,
        "over": [],
    }
    if tag in wording.offered:
        _measure(row, tag, wording, now)
        if max(map(len, said)) >= LONGEST_SAY:
            row["over"].append("longest_sentence")
    return row


def _measure(row: dict[str, Any], tag: str, wording: Wording, now: dt.datetime) -> None:
    """Add the seconds, and which limits they break."""
    first = first_choice(tag, wording.pace, wording.directory, now)
    slowest = forwarding(tag, wording.pace, wording.directory, wording.offered, _instants(now))
    row["first_choice"] = round(first, 1)
    if first > FIRST_CHOICE:
        row["over"].append("first_choice")
    if slowest is not None:
        row["forwarding"] = {**asdict(slowest), "seconds": round(slowest.seconds, 1), "at": slowest.at.isoformat()}
        if slowest.seconds > FORWARDING:
            row["over"].append("forwarding")


def _instants(now: dt.datetime) -> list[dt.datetime]:
    """Return the instants of `INSTANTS` in the week after `now`."""
    midnight = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight + dt.timedelta(days=7 - midnight.weekday())
    return [monday + dt.timedelta(days=day, hours=hour) for day, hour in INSTANTS]


def _recordings(said: set[str], voice: Voice | None, wording: Wording) -> dict[str, int] | None:
    """Count the texts of a recorded language, and how many of them have a file."""
    if voice is None or voice.way is not Way.RECORDING or not said:
        return None
    return {"there": sum(wording.recordings.find(text, voice) is not None for text in said), "of": len(said)}


def _status_json(wording: Wording, now: dt.datetime, rows: list[dict[str, Any]], page: Page | None) -> dict[str, Any]:
    return {
        "revision": wording.directory.revision,
        "at": now.isoformat(),
        "limits": {"first_choice": FIRST_CHOICE, "forwarding": FORWARDING, "language_page": LANGUAGE_PAGE},
        "language_page": {**asdict(page), "seconds": round(page.seconds, 1)} if page else None,
        "languages": rows,
    }


def _print_status(rows: list[dict[str, Any]], page: Page | None) -> None:
    headings = ("", "words", "read by", "voice", "doubt", "first", "forwarding", "where", "too long")
    click.echo(columns(headings, list(map(_status_row, rows)), width=200))
    if page:
        verdict = "" if page.seconds <= LANGUAGE_PAGE else ", which is too long"
        click.echo(
            f"\nThe longest page of languages takes {page.seconds:.1f} of {LANGUAGE_PAGE:.0f} seconds{verdict}: "
            f"{', '.join(page.languages)} (page {page.number})."
        )
    silent = [row["language"] for row in rows if row["recordings"] and not row["recordings"]["there"]]
    if silent:
        click.echo(f"In texts only until `fanal prompts render` has made their audio: {', '.join(silent)}.")
    for row in rows:
        for fault in row["faults"]:
            click.echo(fault, err=True)


def _status_row(row: dict[str, Any]) -> tuple[str, ...]:
    recordings, slowest = row["recordings"], row["forwarding"]
    voiced = {
        Way.VOICE.value: row["voice"],
        Way.RECORDING.value: f"recordings: {recordings['there']} of {recordings['of']}" if recordings else "recordings",
        Way.TEXT.value: "texts only",
    }
    return (
        row["language"],
        _words(row),
        "native speaker" if row["reviewed"] else "draft",
        voiced[row["way"]],
        "yes" if row["doubt"] else "no",
        "-" if row["first_choice"] is None else f"{row['first_choice']:.1f}",
        "-" if slowest is None else f"{slowest['seconds']:.1f}",
        "-" if slowest is None else slowest["helpline"],
        ", ".join(each.replace("_", " ") for each in row["over"]),
    )


def _words(row: dict[str, Any]) -> str:
    faults = len(row["faults"])
    return "complete" if not faults else "1 fault" if faults == 1 else f"{faults} faults"


def _sentences(wording: Wording, tags: tuple[str, ...], now: dt.datetime, turn: str | None) -> Iterator[dict[str, Any]]:
    filled = wording.filled(now)
    with progress(tags, "Listing", beside_output=True) as each:
        for tag in each:
            voice = wording.voices.get(tag)
            for sentence, text in wording.spoken(tag, filled):
                if turn is None or {turn, EVERY_TURN}.intersection(sentence.turns):
                    yield {
                        "turns": sentence.turns,
                        "language": tag,
                        "phrase": sentence.line.phrase.value,
                        "text": text,
                        "voice": _voice_name(text, voice, wording),
                        "length": len(text),
                        "seconds": round(wording.pace.of_text(text, tag), 1) if voice else None,
                    }


def _voice_name(text: str, voice: Voice | None, wording: Wording) -> str | None:
    """Return what says a text: the provider's voice or language, a file of audio, or nothing yet."""
    if voice is None or voice.way is Way.TEXT:
        return None
    return voice.voice or voice.speak if voice.way is Way.VOICE else wording.recordings.find(text, voice)


def _line(row: Mapping[str, Any]) -> str:
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
    where = ", ".join(row["turns"])
    return f"{row['language']:<3} {row['phrase']:<26} {row['length']:>4} {seconds:>5}  {row['text']}  ({where})"


def _helplines(wording: Wording, id_: str | None) -> list[str]:
    helplines = wording.directory.helplines
    if id_ is None:
        return [each.id for each in helplines.values() if each.kind is not Kind.EMERGENCY]
    if id_ not in helplines:
        message = f"{id_!r} is not in the directory; `fanal directory show` lists them"
        raise click.BadParameter(message, param_hint="--helpline")
    return [id_]


def _texts(wording: Wording, tag: str, id_: str) -> Iterator[dict[str, Any]]:
    """Yield the texts about one helpline in one language."""
    for form in Form:
        home, abroad = (
            compose(wording.directory, wording.speech, id_, tag, form, country) for country in (None, _ABROAD)
        )
        for place, text in {"home": home, **({"abroad": abroad} if abroad != home else {})}.items():
            yield {
                "helpline": id_,
                "language": tag,
                "form": form.value,
                "from": place,
                "length": len(text),
                "alphabet": alphabet(text).value,
                "segments": segments(text),
                "text": text,
            }


def _rate(wording: Wording, tag: str, filled: Filled, engine: Espeak) -> dict[str, str | int | float | None]:
    """Let the engine read one sentence of each phrase, and return how fast it was."""
    voice = wording.voices.get(tag)
    name = (voice.engine if voice else None) or _ENGINE_NAMES.get(tag, tag)
    said = [wording.speech.spoken(Line(phrase, tag, values[0])) for phrase, values in filled.items() if values]
    try:
        with ThreadPoolExecutor() as pool:
            seconds = sum(describe(audio).seconds for audio in pool.map(lambda text: engine.read_out(text, name), said))
    except EngineError as fault:
        leave(f"{tag}: {fault}", 1)
    length = sum(map(len, said))
    return {
        "language": tag,
        "characters": length,
        "seconds": round(seconds, 1),
        "rate": round(length / seconds, 1),
        "stated": voice.rate if voice else None,
    }
