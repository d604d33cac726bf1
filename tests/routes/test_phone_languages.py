"""The browser phone in every language: directions, recordings, and words instead of keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from babel import Locale

from ivr.events import Form
from ivr.flow.ways import MORE_KEY
from ivr.services import Services
from ivr.simulator.people import person
from ivr.simulator.reading import sentences
from ivr.texts import compose
from ivr.voices import Way, load_voices
from ivr.wav import describe
from routes import create_app
from routes.phone import EXCHANGE, NOTES
from tests.application import FakeOutbox, some_services, some_settings
from tests.audio import SECONDS, listening_prompts, record
from tests.callers import Caller, exchange_of
from tests.fakes import FakeExchange
from tests.pages import Element
from tests.routes.phone_browser import Browser

TAGS = tuple(load_voices())
RECORDED = [tag for tag, voice in load_voices().items() if voice.way is Way.RECORDING]
TUESDAY = "2026-11-24T10:00"
_KEY = re.compile(r"(?<![0-9])(?<![0-9] )[0-9](?![0-9])(?! [0-9])")
"""A key named in a sentence; a digit of a number is none."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """An installation with all recordings, which also listens to Romanian and Arabic."""
    var = tmp_path_factory.mktemp("var")
    record(var / "audio")
    prompts = listening_prompts(tmp_path_factory.mktemp("prompts"), "ro", "ar")
    return some_services(some_settings(var, prompts_path=prompts))


@pytest.fixture
def browser(services: Services) -> Browser:
    """A browser at the page of that installation."""
    app = create_app(replace(services, outbox=FakeOutbox()))
    app.extensions[EXCHANGE] = FakeExchange(exchange_of(app))
    return Browser(app)


def offers(caller: Caller) -> Iterator[tuple[str, str]]:
    """Listen to the menu of languages; give the tag and the key of each while its page is heard."""
    while True:
        heard = [(said.language or "", _KEY.findall(said.text or "")) for said in caller.spoken]
        keys = [(tag, named[-1]) for tag, named in heard if named]
        yield from ((sentences("", tag)[0].lang.partition("-")[0], key) for tag, key in keys if key != MORE_KEY)
        if all(key != MORE_KEY for _, key in keys):
            return
        caller.press(MORE_KEY)


def choose(browser: Browser, tag: str) -> Browser:
    """Call, choose a language where the menu offers it, and look at the call."""
    caller = Caller(browser.app.extensions[EXCHANGE].exchange, "RO", at=TUESDAY).dial()
    caller.press(next(key for offered, key in offers(caller) if offered == tag))
    return browser.open(f"/phone/calls/{caller.call.sid}")


def said_last(browser: Browser) -> list[Element]:
    """Return the sentences of what was said last."""
    last = browser.page.all("li", class_="line")[-1]
    return [each for each in browser.page.all("p", inside=last) if "lang" in each.attributes]


def test_every_language_is_offered(browser: Browser) -> None:
    """However many languages a page of the menu holds, each is offered, once and in itself."""
    caller = Caller(browser.app.extensions[EXCHANGE].exchange, "RO", at=TUESDAY).dial()

    assert sorted(TAGS) == sorted(tag for tag, _ in offers(caller))


@pytest.mark.parametrize("tag", TAGS)
def test_every_sentence_names_its_language(browser: Browser, tag: str) -> None:
    """In every language each sentence stands by itself, with its language and the direction of its script."""
    choose(browser, tag)
    direction = {"right-to-left": "rtl", "left-to-right": "ltr"}[Locale.parse(tag).character_order]

    told = said_last(browser)

    assert len(told) > 3
    assert {(tag, direction)} == {(each.attributes["lang"].partition("-")[0], each.attributes["dir"]) for each in told}


def test_numbers_are_isolated_where_they_run_otherwise(browser: Browser) -> None:
    """In Arabic each number is isolated; in Romanian, where all runs one way, nothing needs to be."""
    choose(browser, "ar")
    isolated = [browser.page.all("bdi", inside=each) for each in said_last(browser)]

    assert ["1", "2", "3"] == [each.words for numbers in isolated for each in numbers][:3]
    assert {"ltr"} == {each.attributes["dir"] for numbers in isolated for each in numbers}

    choose(browser, "ro")

    assert [] == [each for sentence in said_last(browser) for each in browser.page.all("bdi", inside=sentence)]


@pytest.mark.parametrize("form", list(Form))
def test_text_runs_in_its_direction(browser: Browser, services: Services, form: Form) -> None:
    """A text to an Arabic caller is shown from right to left, with its number in one piece."""
    choose(browser, "ar")
    edition = services.shelf.current
    text = compose(edition.directory, edition.speech, "ro-anitp", "ar", form, "RO")
    exchange = browser.app.extensions[EXCHANGE].exchange
    numbers = {"To": person("RO").mobile, "From": exchange.subscription.numbers[0]}
    exchange.create_message({**numbers, "Body": text})
    browser.press("Look")
    bubble = browser.page.one("li", class_="text")
    bodies = [each for each in browser.page.all("p", inside=bubble) if "lang" in each.attributes]

    assert {("ar-AE", "rtl")} == {(each.attributes["lang"], each.attributes["dir"]) for each in bodies}
    assert "0800 800 678" in [each.words for each in browser.page.all("bdi", inside=bubble)]


@pytest.mark.parametrize("tag", RECORDED)
def test_recordings_can_be_played(browser: Browser, tag: str) -> None:
    """Each sentence of a recorded language is marked as one, with a control that loads nothing until it is used."""
    choose(browser, tag)
    last = browser.page.all("li", class_="line")[-1]
    controls = browser.page.all("audio", inside=last)

    assert len(said_last(browser)) == len(controls)
    assert ["Recording"] * len(controls) == [each.words for each in browser.page.all("summary", inside=last)]
    for sentence, control in zip(said_last(browser), controls, strict=True):
        assert ("none", "") == (control.attributes["preload"], control.attributes["controls"])
        assert "autoplay" not in control.attributes
        assert control.attributes["aria-label"].startswith("Recording in ")
        file = browser.client.get(control.attributes["src"])
        sound = describe(file.data)
        assert sentence.words == " ".join((sound.text or "").split())
        assert SECONDS == sound.seconds


def test_menu_holds_voices_and_recordings(browser: Browser) -> None:
    """Languages that a voice speaks have no such control beside those that were recorded."""
    browser.call(moment=TUESDAY)
    while not browser.page.all("audio"):
        browser.press(MORE_KEY)
    marked = {
        each.attributes["lang"].partition("-")[0] for each in said_last(browser) if "data-recorded" in each.attributes
    }

    assert marked
    assert marked <= set(RECORDED)
    assert len(marked) == len(browser.page.all("audio"))


def test_recording_that_is_gone(browser: Browser, services: Services) -> None:
    """Where a file cannot be fetched the carrier says so, and the call goes on in languages that need none."""
    audio = services.settings.places.audio
    (audio / "ga").rename(audio / "gone")
    try:
        caller = Caller(browser.app.extensions[EXCHANGE].exchange, "RO", at=TUESDAY).dial()
        while not caller.failures:
            caller.press(MORE_KEY)
    finally:
        (audio / "gone").rename(audio / "ga")
    browser.open(f"/phone/calls/{caller.call.sid}")
    fault = browser.page.one("li", class_="fault").words

    assert "The carrier could not use the answer of /audio/ga" in fault
    assert "(error 11200)" in fault
    assert "waiting for a key" in browser.page.one(data_part="status").words
    assert {"ro", "en"} <= {lang.partition("-")[0] for lang, _ in browser.spoken}
    assert set(RECORDED).isdisjoint(lang for lang, _ in browser.spoken)


def test_words_can_be_said_where_the_line_listens(browser: Browser) -> None:
    """The field stands on the page only then, in the language that is listened to; words lead as a key would."""
    browser.call(moment=TUESDAY)

    assert [] == browser.page.all("input", name="words")

    browser.press("1")
    field = browser.page.one("input", name="words")

    assert ("ro-RO", "ltr") == (field.attributes["lang"], field.attributes["dir"])
    assert "Or say it in Romanian" == browser.page.one("label", for_="words").words

    browser.press("Say", words="copil dispărut")

    assert (
        "Said, understood with a confidence of 0.9 copil dispărut" == browser.page.all("li", class_="caller")[-1].words
    )
    assert "Missing child" == browser.facts["Need"]


def test_words_in_arabic_run_from_right_to_left(browser: Browser) -> None:
    """The field is for words of the caller's language, and so is what was said."""
    choose(browser, "ar")

    assert ("ar-AE", "rtl") == tuple(
        browser.page.one("input", name="words").attributes[each] for each in ("lang", "dir")
    )

    browser.press("Say", words="طفل مفقود")
    said = browser.page.all("li", class_="caller")[-1]

    assert (
        "rtl"
        == next(each for each in browser.page.all("p", inside=said) if each.attributes.get("lang")).attributes["dir"]
    )


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [(" ", 400, "a caller says 1 to 900 characters"), ("a" * 901, 400, "1 to 900"), ("copil", 200, "")],
)
def test_words_that_cannot_be_said(browser: Browser, words: str, status: int, told: str) -> None:
    """Saying nothing, or a story, is refused in words; whatever else is said is for the line to understand."""
    browser.call(moment=TUESDAY).press("1").press("Say", words=words)

    assert (status, True) == (browser.answer.status_code, told in browser.told)


def test_words_where_nobody_listens(browser: Browser) -> None:
    """Saying something where only keys are awaited changes nothing, and the page says so."""
    browser.call(moment=TUESDAY)
    _, address, _ = browser.page.button("Stay")
    before = [each.words for each in browser.page.all("li")]
    answer = browser.client.post(address.replace("silence", "say"), data={"words": "acasă"})
    browser.open(answer.headers["Location"])

    assert NOTES["deaf"] == browser.told
    assert before == [each.words for each in browser.page.all("li")]
