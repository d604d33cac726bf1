"""What the `fanal prompts` commands work with: the words of this installation, and the options that find them."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import click

from directory.faults import Faults
from directory.load import compile_files
from directory.model import Directory
from ivr.catalogue import Catalogue, load_catalogues
from ivr.pace import Pace
from ivr.phrases import Phrase
from ivr.recordings import Recordings
from ivr.sentences import Sentence, Values, fillings, sentences
from ivr.settings import Places, SettingsError
from ivr.speech import Speech, WordlessError
from ivr.voices import Voice, Way, load_voices
from ivr.wav import WavError, describe
from routes.cli.arguments import Instant
from routes.cli.sources import NoTablesError, served_files

Filled = Mapping[Phrase, tuple[Values, ...]]
"""Every spoken phrase with all that fills it: `ivr.sentences.fillings`."""
PATH = click.option(
    "--path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="DIRECTORY_PATH",
    show_envvar=True,
    help="Folder of the directory's YAML files. [default: the live revision, else the shipped ones]",
)
AT = click.option(
    "--at", type=Instant(), help="From when on, with offset, such as 2026-11-23T03:00+02:00. [default: now]"
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
LANGUAGES = click.option(
    "--language", "tags", multiple=True, help="A language, such as ro; can be given several times. [default: all]"
)
LANGUAGE = click.option("--language", "tag", required=True, help="A language, such as ro.")


@dataclass(frozen=True)
class Wording:
    """The directory, the words and the voices of this installation."""

    directory: Directory
    catalogues: Mapping[str, Catalogue]
    voices: Mapping[str, Voice]
    places: Places

    @classmethod
    def read(cls, path: Path | None) -> Wording:
        """Read what the settings and `path` name; leave with words and status 2 or 1 where that cannot be."""
        try:
            places = Places.from_env()
            voices = load_voices(places.voices, places.catalogues)
            # What is switched out of service is not left out: its recordings must be there when it is back.
            directory = compile_files(served_files(path, None))
            return cls(directory, load_catalogues(places.catalogues), voices, places)
        except SettingsError as fault:
            leave(str(fault), 2)
        except (Faults, NoTablesError) as fault:
            leave(str(fault), 1)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """All languages that have a catalogue, in the order in which they are offered."""
        return (*self.voices, *sorted(set(self.catalogues) - set(self.voices)))

    @cached_property
    def whole(self) -> tuple[str, ...]:
        """Languages whose catalogue has no fault."""
        return tuple(tag for tag in self.languages if not self.catalogues[tag].faults)

    @cached_property
    def offered(self) -> tuple[str, ...]:
        """Languages that are offered by voice once all that is to be recorded has been."""
        return tuple(tag for tag in self.whole if tag in self.voices and self.voices[tag].way is not Way.TEXT)

    @cached_property
    def speech(self) -> Speech:
        """What makes words of lines."""
        try:
            return Speech(self.directory, self.catalogues)
        except WordlessError as fault:
            leave(str(fault), 1)

    @cached_property
    def recordings(self) -> Recordings:
        """The audio that is there."""
        return Recordings.read(self.places.audio)

    @cached_property
    def pace(self) -> Pace:
        """What measures lines, by the recordings where there are some."""
        return Pace(self.speech, self.voices, self.recorded)

    def recorded(self, text: str, voice: Voice) -> float | None:
        """Return the seconds of the recording of a text; None where there is none that can be played."""
        name = self.recordings.find(text, voice) if voice.way is Way.RECORDING else None
        try:
            return describe((self.places.audio / name).read_bytes()).seconds if name else None
        except (OSError, WavError):
            return None

    def filled(self, at: dt.datetime) -> Filled:
        """Return every spoken phrase with all that fills it, from the aware instant `at`."""
        return fillings(self.directory, self.offered, at)

    def spoken(self, tag: str, filled: Filled) -> Iterable[tuple[Sentence, str]]:
        """Yield every sentence of a language with its words."""
        return ((sentence, self.speech.spoken(sentence.line)) for sentence in sentences(tag, filled))

    def chosen(self, tags: Iterable[str]) -> tuple[str, ...]:
        """Return the languages of the command line, or all; leave where one is unknown or its catalogue has faults."""
        asked = tuple(dict.fromkeys(tags))
        for tag in asked:
            self.known(tag)
        if faults := [fault for tag in asked for fault in self.catalogues[tag].faults]:
            leave("\n".join(faults), 1)
        return asked or self.whole

    def known(self, tag: str) -> str:
        """Return a language that has a catalogue; leave with status 2 for any other."""
        if tag not in self.catalogues:
            choice = ", ".join(sorted(self.catalogues))
            raise click.BadParameter(f"{tag!r} has no catalogue; there are {choice}", param_hint="--language")
        return tag


def progress(items: Iterable[str], label: str, *, beside_output: bool = False) -> AbstractContextManager[Iterable[str]]:
    """Show how far it is, where somebody looks at the side of errors; not amid output that runs down a window."""
    hidden = not sys.stderr.isatty() or (beside_output and sys.stdout.isatty())
    return click.progressbar(items, label=label, file=sys.stderr, hidden=hidden)


def now_or(at: dt.datetime | None) -> dt.datetime:
    """Return the instant that was given, or now."""
    return at or dt.datetime.now(dt.UTC)


def leave(message: str, status: int) -> NoReturn:
    """Say why nothing can be done, and leave."""
    click.echo(message, err=True)
    sys.exit(status)
