"""TwiML: what the provider's own builder would make, nothing that another carrier lacks, and never who is calling."""

from __future__ import annotations

import datetime as dt
import gc
import re
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from directory.load import compile_files, load
from directory.model import Directory
from ivr import flow
from ivr.phrases import Phrase
from ivr.recordings import PERSON, Recordings, name_of
from ivr.sealed import Seal
from ivr.speech import Speech
from ivr.state import Channel, State, Step
from ivr.turn import Caller, CountryName, Digits, Forward, Key, Line, Name, Option, Turn, World
from ivr.twiml import EMPTY, RING, WAIT, Leg, Scribe, message
from ivr.voices import Way, load_voices
from tests.editions import shipped_catalogues
from tests.recordings import every_sentence
from tests.sample_directory import FILES

PUBLIC_URL = "https://fanal.example.org"
CALL = "CA" + "1" * 32
OURS = "+442079460123"
HELPLINE = "+442079460999"
LEG = Leg(CALL, OURS)
NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
DIRECTORY = load()
CATALOGUES = shipped_catalogues()
VOICES = load_voices()
LANGUAGES = tuple(VOICES)
PORTABLE = {"Play", "Response", "Say", "Gather", "Redirect", "Dial", "Number", "Hangup"}
STRANGE = "A & B <C/> \"D\" 'E' ]]> &amp; é 🔑 𝄞"
"""Whatever a service may be called."""


class FixedSeal(Seal):
    """Seals every state with the same word."""

    def seal(self, state: State, call: str, now: dt.datetime, told: str = "") -> str:
        """Return the word."""
        del state, call, now, told
        return "TOKEN"


SEAL = Seal(["a secret of a test that is long enough"])


def a_scribe(directory: Directory, seal: Seal | None = None) -> Scribe:
    """Return a scribe of a directory, whose tokens are all the same."""
    return Scribe(Speech(directory, CATALOGUES), VOICES, seal or FixedSeal(["a secret"]), PUBLIC_URL, every_sentence())


VOICED = tuple(tag for tag, voice in VOICES.items() if voice.way is Way.VOICE)
SAMPLE = compile_files(FILES)
SAMPLE_SPEECH = Speech(SAMPLE, CATALOGUES)
SCRIBE = a_scribe(SAMPLE)
GREETING = Line(Phrase.GREETING, "en")
DANGER = Line(Phrase.DANGER, "fr", (("number", Digits("112")),))
CONNECT = Line(Phrase.CONNECT, "ro", (("key", Key("1")),))
OPTION = Option(
    "1", State(), spoken=CONNECT, written=Line(Phrase.COUNTRY_LABEL, "en", (("country", CountryName("GB")),))
)
QUIET = Option("2", State(), written=Line(Phrase.MORE_LABEL, "en"))
CODA = Line(Phrase.RESERVED, "ro")


def said(*lines: Line) -> str:
    """Return the words of lines as one breath."""
    return " ".join(SAMPLE_SPEECH.spoken(line) for line in lines)


def same(expected: object, markup: str) -> bool:
    """Tell whether a builder's document and ours have the same elements, attributes and texts."""
    return ET.canonicalize(str(expected)) == ET.canonicalize(markup)


def test_menu_is_what_the_provider_would_build() -> None:
    """A turn that waits for a key: prompts inside the gathering, one key, every key counts, and an explicit silence."""
    turn = Turn(State(), "en", (GREETING, DANGER), (OPTION, QUIET), (CODA,), silence=State())
    gather = Gather(
        input="dtmf",
        action=f"{PUBLIC_URL}/voice/key/TOKEN",
        method="POST",
        num_digits=1,
        timeout=WAIT,
        finish_on_key="",
    )
    gather.say(said(GREETING), language="en-GB", voice=VOICES["en"].voice)
    gather.say(said(DANGER), language="fr-FR", voice=VOICES["fr"].voice)
    gather.say(said(CONNECT, CODA), language="ro-RO", voice=VOICES["ro"].voice)
    expected = VoiceResponse()
    expected.append(gather)
    expected.redirect(f"{PUBLIC_URL}/voice/silence/TOKEN", method="POST")

    assert same(expected, SCRIBE.write(turn, LEG, NOW))


def test_forwarding_is_what_the_provider_would_build() -> None:
    """A turn that forwards: the words, then a call from our own number that ends at an address of ours."""
    turn = Turn(State(), "en", (GREETING,), forward=Forward("gb-crime", HELPLINE))
    expected = VoiceResponse()
    expected.say(said(GREETING), language="en-GB", voice=VOICES["en"].voice)
    dial = Dial(action=f"{PUBLIC_URL}/voice/outcome/TOKEN", method="POST", timeout=RING, caller_id=OURS)
    dial.number(HELPLINE)
    expected.append(dial)

    assert same(expected, SCRIBE.write(turn, LEG, NOW))


def test_end_is_what_the_provider_would_build() -> None:
    """A turn that ends: the words, and hanging up."""
    expected = VoiceResponse()
    expected.say(said(GREETING), language="en-GB", voice=VOICES["en"].voice)
    expected.hangup()

    assert same(expected, SCRIBE.write(Turn(State(), "en", (GREETING,), ends=True), LEG, NOW))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1))
def test_answer_to_a_text_is_what_the_provider_would_build(words: str) -> None:
    """An answer by text holds any words, and the address that is told of its fate."""
    expected = MessagingResponse()
    expected.message(words, action=f"{PUBLIC_URL}/sms/status", method="POST")

    assert same(expected, message(words, f"{PUBLIC_URL}/sms/status"))


def test_nothing_to_do_is_what_the_provider_would_build() -> None:
    """The empty answer is a document without verbs."""
    assert same(VoiceResponse(), EMPTY)


@pytest.mark.parametrize("language", VOICED)
def test_strange_names_are_well_formed(language: str) -> None:
    """Marks that mean something to XML, and characters beyond the first plane, arrive as they are in the directory."""
    row = replace(SAMPLE.helplines["gb-crime"], name={language: STRANGE})
    directory = replace(SAMPLE, helplines={**SAMPLE.helplines, row.id: row})
    line = Line(Phrase.PERSON, language, (("name", Name(row.id)),))
    markup = a_scribe(directory).write(Turn(State(), language, (line,), ends=True), LEG, NOW)
    say = _parsed(markup).find("Say")

    assert say is not None
    assert STRANGE in str(say.text)


def test_voice_is_named_only_where_it_is_configured() -> None:
    """Where no voice is named, the provider's own mapping of languages chooses it."""
    lines = tuple(Line(Phrase.GREETING, language) for language in VOICED)
    root = _parsed(SCRIBE.write(Turn(State(), "en", lines, ends=True), LEG, NOW))
    voices = [(say.get("language"), say.get("voice")) for say in root.iter("Say")]

    assert [(VOICES[tag].speak, VOICES[tag].voice) for tag in VOICED] == voices


@pytest.mark.parametrize("language", [tag for tag in VOICES if tag not in VOICED])
def test_recorded_sentences_are_played(language: str) -> None:
    """What is recorded is played from our own address, sentence by sentence, and no voice reads any of it."""
    lines = (Line(Phrase.GREETING, language), Line(Phrase.CONNECT, language, (("key", Key("1")),)))
    root = _parsed(SCRIBE.write(Turn(State(), language, lines, ends=True), LEG, NOW))
    files = [name_of(SAMPLE_SPEECH.spoken(line), language, VOICES[language].engine or "") for line in lines]

    assert [f"{PUBLIC_URL}/audio/{file}" for file in files] == [play.text for play in root.iter("Play")]
    assert [] == list(root.iter("Say"))


def test_a_missing_recording_is_said_in_another_language() -> None:
    """A sentence whose file is missing is said by a voice in the best other language; the others are still played."""
    greeting, goodbye = Line(Phrase.GREETING, "ga"), Line(Phrase.GOODBYE, "ga")
    missing = name_of(SAMPLE_SPEECH.spoken(goodbye), "ga", "ga")
    recordings = Recordings(every_sentence().names - {missing})
    scribe = Scribe(SAMPLE_SPEECH, VOICES, SEAL, PUBLIC_URL, recordings)
    root = _parsed(scribe.write(Turn(State(), "ga", (greeting, goodbye), ends=True), LEG, NOW))

    assert ["Play", "Say", "Hangup"] == [element.tag for element in root]
    assert ("en-GB", "Goodbye.") == (root[1].get("language"), root[1].text)


def test_a_persons_recording_wins() -> None:
    """Where a person and the engine have both spoken a sentence, the person is heard."""
    line = Line(Phrase.GREETING, "ga")
    person = name_of(SAMPLE_SPEECH.spoken(line), "ga", PERSON)
    scribe = Scribe(SAMPLE_SPEECH, VOICES, SEAL, PUBLIC_URL, Recordings(every_sentence().names | {person}))
    root = _parsed(scribe.write(Turn(State(), "ga", (line,), ends=True), LEG, NOW))

    assert [f"{PUBLIC_URL}/audio/{person}"] == [play.text for play in root.iter("Play")]


def test_languages_are_offered_in_their_own_voices() -> None:
    """In the first menu each language is spoken by its own voice, in one breath where two sentences share it."""
    turn = flow.begin(World(SAMPLE, LANGUAGES, NOW, Caller("FR", can_text=True, line=None))).turn
    says = list(_parsed(SCRIBE.write(turn, LEG, NOW)).iter("Say"))
    offered = [option.spoken.language for option in turn.options if option.spoken]

    assert {"en", "fr", "de"} <= set(offered)
    assert [VOICES[tag].speak for tag in dict.fromkeys(offered[:6])] == [say.get("language") for say in says[:6]]


def test_state_travels_sealed() -> None:
    """The addresses of a turn hold its state, for this call, and nothing of it in clear."""
    state = State(Step.REFERRAL, Channel.VOICE, "ro", "children", "GB", "gb-children")
    turn = Turn(state, "ro", (GREETING,), silence=state)
    markup = a_scribe(SAMPLE, SEAL).write(turn, LEG, NOW)
    tokens = re.findall(rf"{PUBLIC_URL}/voice/(?:key|silence)/([A-Za-z0-9_-]+)[\"<]", markup)

    assert [state, state] == [SEAL.open(token, CALL, NOW) for token in tokens]
    assert not re.search(r"children|gb-|[\"/=]ro[\"/&]", markup)


def test_words_end_with_their_scribe() -> None:
    """What was remembered of tables that nobody serves any more is let go of at once, not when memory is searched."""
    scribe = a_scribe(SAMPLE)
    turn = Turn(State(), "en", (GREETING,), ends=True)
    scribe.write(turn, LEG, NOW)
    kept = weakref.ref(scribe._words)
    gc.disable()
    try:
        del scribe

        assert kept() is None
    finally:
        gc.enable()


def test_scribe_knows_nothing_of_the_caller() -> None:
    """A document is for a call, with our own number and the needs counted: a new field has to be thought about here."""
    assert ["call", "caller_id", "told"] == [field.name for field in fields(Leg)]


def states(directory: Directory, language: str) -> Iterator[State]:
    """Yield states of every step, in every country and for every need, and some that come late in a call."""
    for (country, need), ladder in directory.ladders.items():
        services = [service.id for _, found in ladder for service in found]
        for step in (Step.REFERRAL, Step.NUMBER, Step.CONSENT, Step.SENT, Step.PERSON, Step.AFTER):
            yield State(step, Channel.VOICE, language, need, country, services[0])
        yield State(Step.REFERRAL, Channel.VOICE, language, need, country, None, tuple(sorted(services)))
        yield State(Step.EMERGENCY, Channel.VOICE, language, need, country, back=Step.NEED)
        yield from (State(Step.FORWARD, Channel.VOICE, language, need, country, service) for service in services)
    for country in directory.countries:
        yield State(Step.APART, Channel.VOICE, language, country=country)
        yield from (State(Step.NEED, Channel.VOICE, language, country=country, page=page) for page in range(4))
    yield from (State(Step.COUNTRY, Channel.VOICE, language, page=page, misses=1) for page in range(5))
    yield from (State(Step.LANGUAGE, Channel.VOICE, page=page) for page in range(2))
    yield State(Step.GOODBYE, Channel.VOICE, language)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language in turn: its tests share its documents."""
    return str(request.param)


@pytest.fixture(scope="module")
def documents(language: str) -> Mapping[str, ET.Element]:
    """What is written at all those states but pages after the last, with what a parser makes of it."""
    scribe = a_scribe(DIRECTORY, SEAL)
    world = World(DIRECTORY, (language, *LANGUAGES), NOW, Caller(None, can_text=True, line=None))
    turns = [flow.enter(state, world) for state in states(DIRECTORY, language)]
    reachable = [turn for turn in turns if turn.lines or any(option.spoken for option in turn.options)]
    return {markup: _parsed(markup) for markup in (scribe.write(turn, LEG, NOW) for turn in reachable)}


def _parsed(markup: str) -> ET.Element:
    return ET.fromstring(markup)  # noqa: S314 - we have just made it


def test_documents_are_small(documents: Mapping[str, ET.Element]) -> None:
    """No document is near the provider's limit, and no sentence longer than a voice reads."""
    voices = (verb for root in documents.values() for verb in root.iter() if verb.tag in {"Say", "Play"})
    words = [len(str(verb.text)) for verb in voices]

    assert 16 * 1024 > max(len(markup.encode()) for markup in documents)
    assert (True, True) == (3000 > max(words), 0 < min(words))


def test_only_portable_verbs_are_used(documents: Mapping[str, ET.Element], language: str) -> None:
    """Nothing is asked for that other carriers do not know."""
    used = {element.tag for root in documents.values() for element in root.iter()}

    spoken_by = {"Say"} if language in VOICED else {"Play"}

    assert PORTABLE == used | {"Say", "Play"}
    assert spoken_by <= used


def test_every_gathering_is_followed_by_silence(documents: Mapping[str, ET.Element]) -> None:
    """One key, every key, POST, an address of ours; and after it the way for those who press nothing."""
    rules = {"input": "dtmf", "method": "POST", "numDigits": "1", "timeout": str(WAIT), "finishOnKey": ""}
    for root in documents.values():
        for gather in root.iter("Gather"):
            attributes = dict(gather.attrib)
            action = attributes.pop("action")
            redirect = root[-1]

            assert [gather, redirect] == list(root)
            assert rules == attributes
            assert action.startswith(f"{PUBLIC_URL}/voice/key/")
            assert ("Redirect", {"method": "POST"}) == (redirect.tag, redirect.attrib)
            assert str(redirect.text).startswith(f"{PUBLIC_URL}/voice/silence/")
            assert {child.tag for child in gather} <= {"Say", "Play"}


def test_every_forwarding_shows_our_number(documents: Mapping[str, ET.Element]) -> None:
    """A helpline sees our number; it rings for 25 seconds, one number at a time, one of the published directory."""
    published = {number.dial for helpline in DIRECTORY.helplines.values() for number in helpline.numbers}
    rung = set()
    for root in documents.values():
        for dial in root.iter("Dial"):
            attributes = dict(dial.attrib)

            assert attributes.pop("action").startswith(f"{PUBLIC_URL}/voice/outcome/")
            assert {"method": "POST", "timeout": "25", "callerId": OURS} == attributes
            assert ["Number"] == [child.tag for child in dial]
            rung |= {number.text for number in dial}

    assert rung
    assert rung <= published


def test_call_id_stands_nowhere(documents: Mapping[str, ET.Element]) -> None:
    """The call's id binds the state and is not written down beside it."""
    assert [] == [markup for markup in documents if CALL in markup]


def test_every_turn_leads_on(documents: Mapping[str, ET.Element]) -> None:
    """Each document waits for a key, forwards, or ends because the caller said so."""
    last = {root[-1].tag for root in documents.values()}

    assert {"Redirect", "Dial", "Hangup"} == last
    assert 1 == sum(root[-1].tag == "Hangup" for root in documents.values())
