"""Languages on the phone page in a real browser: directions, numbers, narrow screens, recordings, and words."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ElementHandle

from ivr.flow.ways import MORE_KEY
from ivr.voices import load_voices
from tests.audio import SECONDS
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
TUESDAY = "2026-11-24T10:00"
TRAFFICKING = "3"
_PLACES = """(sentence) => {
  const places = [];
  const walker = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    [...node.data].forEach((character, at) => {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const [box] = range.getClientRects();
      if (/[0-9]/.test(character) && box) places.push([character, Math.round(box.top), box.left]);
    });
  }
  return places;
}"""
"""The digits of a sentence in the order in which they are read, each with its line and its distance from the left."""
_LEFT_ALONE = """(sentence) => {
  const copy = sentence.cloneNode(false);
  copy.textContent = sentence.textContent;
  sentence.after(copy);
  return copy;
}"""
_GAPS = """(sentence) => {
  const range = document.createRange();
  range.selectNodeContents(sentence);
  const lines = [...range.getClientRects()];
  const box = sentence.getBoundingClientRect();
  return {
    left: Math.min(...lines.map((line) => line.left)) - box.left,
    right: box.right - Math.max(...lines.map((line) => line.right)),
  };
}"""
"""How far the words of a sentence are from both sides of its box."""
_WIDE = """() => [...document.querySelectorAll('#log p, #log li, #log ol')]
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.textContent.slice(0, 40))"""


def shown(sentence: ElementHandle) -> str:
    """Return the digits of a sentence as they stand on the screen, line by line and from left to right."""
    places = sorted(sentence.evaluate(_PLACES), key=lambda place: (place[1], place[2]))
    return "".join(character for character, _, _ in places)


def told(sentence: ElementHandle) -> str:
    """Return the digits of a sentence in the order of its words."""
    return "".join(re.findall("[0-9]", sentence.text_content() or ""))


def choose(visitor: Visitor, lang: str) -> Visitor:
    """Call, and choose this language, by its full tag."""
    visitor.open().choose("RO", TUESDAY).click("Call").waits_for("keys").listens_for(lang)
    said = visitor.page.locator(f'li.line:last-child p[lang="{lang}"]').all_inner_texts()
    keys = [re.findall("[0-9]", words)[-1] for words in said if re.search("[0-9]", words)]
    return visitor.press(next(key for key in reversed(keys) if key != MORE_KEY))


def last_sentence(visitor: Visitor, words: str, passage: str = "li.line") -> ElementHandle:
    """Return the first sentence of what was said last that holds these words."""
    sentence = visitor.page.locator(passage).last.locator("p[lang]").filter(has_text=words).first
    return sentence.element_handle()


def direction(sentence: ElementHandle) -> str:
    """Return the direction in which the browser lays a sentence out."""
    return str(sentence.evaluate("(each) => getComputedStyle(each).direction"))


@pytest.mark.parametrize("width", [360, 1280])
def test_arabic(visit: Visit, width: int) -> None:
    """Arabic runs from right to left; a number that is spelt out in it keeps its order from left to right."""
    visitor = choose(visit(width), "ar-AE").press(TRAFFICKING).press("3")
    number = last_sentence(visitor, "8, 0, 0")

    assert "rtl" == direction(number)
    assert told(number) == shown(number)
    assert [] == visitor.faults

    left_alone = number.evaluate_handle(_LEFT_ALONE).as_element()

    assert left_alone is not None
    assert told(left_alone) != shown(left_alone), "the test sees what isolation is for"


def test_arabic_begins_at_the_right(visit: Visit) -> None:
    """The words of a sentence stand at the right of their bubble, the line's own English at the left of it."""
    visitor = choose(visit(), "ar-AE")
    first, who = (visitor.page.locator("li.line").last.locator(each).first for each in ("p[lang]", ".who"))
    gaps = [each.evaluate(_GAPS) for each in (first, who)]

    assert gaps[0]["right"] < 2 < gaps[0]["left"]
    assert gaps[1]["left"] < 2 < gaps[1]["right"]


def test_text_in_arabic(visit: Visit) -> None:
    """A text in Arabic runs from right to left: a number in its own order, and the hour of opening first."""
    visitor = choose(visit(360), "ar-AE").press(TRAFFICKING).press("2").press("1").wait_for("li.text")
    text = last_sentence(visitor, "678", "li.text")
    numbers = text.query_selector_all("bdi")
    opens, closes = (number.evaluate("(each) => each.getBoundingClientRect().left") for number in numbers[1:])

    assert "rtl" == direction(text)
    assert ["0800 800 678", "08:00", "16:00"] == [number.text_content() for number in numbers]
    assert all(told(number) == shown(number) for number in numbers)
    assert closes < opens
    assert [] == visitor.faults


@pytest.mark.parametrize("width", [360, 1280])
def test_whole_menu_of_languages(visit: Visit, width: int) -> None:
    """However many languages there are, every page of their menu fits the screen and names each one's language."""
    visitor = visit(width).open().choose("RO", TUESDAY).click("Call").waits_for("keys")
    offered: set[tuple[str, str]] = set()
    turn = 0
    while True:
        sentences = visitor.page.locator("li.line").last.locator("p[lang]").element_handles()
        offered |= {(str(each.get_attribute("lang")).partition("-")[0], direction(each)) for each in sentences}

        assert [] == visitor.faults
        assert [] == visitor.page.evaluate(_WIDE)

        if not (sentences[-1].text_content() or "").strip().rstrip(".").endswith(MORE_KEY):
            break
        visitor.press(MORE_KEY)
        turn += 1

    assert turn > 1
    assert {(tag, "rtl" if tag == "ar" else "ltr") for tag in load_voices()} == offered


def test_recordings_wait_to_be_asked_for(visit: Visit) -> None:
    """A recording is neither loaded nor played, even with the sound on, until its own control is used."""
    visitor = visit(360)
    fetched: list[str] = []
    visitor.page.on("request", lambda request: fetched.append(request.url) if "/audio/" in request.url else None)
    choose(visitor, "ga")
    visitor.page.get_by_label("Sound: speak new sentences").check()
    recording = visitor.page.locator("li.line").last.locator(".recorded").first

    assert "Callers hear recordings in Irish" in visitor.page.locator("#sound-note").inner_text()
    assert [] == fetched

    recording.get_by_text("Recording", exact=True).click()
    player = recording.locator("audio")

    assert player.is_visible()
    assert [] == fetched
    assert [] == visitor.faults

    player.evaluate("(each) => each.play()")
    player.evaluate("(each) => each.ended || new Promise((done) => each.addEventListener('ended', done))")

    assert 1 == len(set(fetched))
    assert abs(player.evaluate("(each) => each.duration") - SECONDS) < SECONDS / 2


def test_words_instead_of_a_key(visit: Visit) -> None:
    """Where the line listens words are typed and sent, digits in them press nothing, and silence waits meanwhile."""
    visitor = visit(360)
    visitor.page.clock.install()
    choose(visitor, "ro-RO")
    field = visitor.page.get_by_label("Or say it in Romanian")
    field.press_sequentially("12")
    visitor.page.clock.fast_forward(180_000)
    pressed = visitor.page.locator("li.caller").count()

    assert "12" == field.input_value()
    assert [] == visitor.faults

    field.fill("copil dispărut")
    field.press("Enter")
    visitor.page.locator("li.caller").nth(pressed).wait_for()

    assert "copil dispărut" in visitor.page.locator("li.caller").last.inner_text()
    assert not any(words.startswith("Silence") for words in visitor.said)
    assert "Missing child" in visitor.page.locator(".standing").inner_text()
