"""The browser phone in a real browser, against everything that `fanal run` starts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
MORNING = "2026-11-24T10:00"
"""A Tuesday on which the Romanian line against trafficking is open."""
VOICES = """
  window.spoken = [];
  const voices = [{ lang: "ro-RO" }, { lang: "en_US" }];
  Object.defineProperty(window, "speechSynthesis", {
    value: { getVoices: () => voices, cancel() {}, speak(each) { spoken.push(each.lang); }, speaking: false },
  });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
"""A machine with a Romanian and an American voice, which notes what it is asked to speak."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_whole_call_by_keyboard(visit: Visit, width: int, scheme: str) -> None:
    """Without a mouse a caller is led to a service, gets its text, is forwarded, and ends; each view is accessible."""
    visitor = visit(width, scheme).open()

    assert [] == visitor.faults

    visitor.tab_to("#country").type("R", "o", "m").tab_to("#moment").type(*"111120261000A")

    assert "2026-11-11T10:00" == visitor.page.locator("#moment").input_value()

    visitor.tab_to("button.main").type("Enter").waits_for("keys")

    assert visitor.page.evaluate("document.activeElement.value === '1'")
    assert [] == visitor.faults

    visitor.type("1", "3", "2", "1").wait_for("li.text")

    assert "0800 800 678" in visitor.said[-1]

    visitor.type("1").waits_for("leg")

    assert [] == visitor.faults

    visitor.tab_to("button[value=completed]", "Shift+Tab").type("Enter").waits_for("keys")
    visitor.type("4").waits_for("ended")

    assert "The call is over." == visitor.said[-1]
    assert [] == visitor.faults


def test_whole_call_without_javascript(visit: Visit) -> None:
    """Without JavaScript every key is a button, and the text is looked for."""
    visitor = visit(script=False).open().choose("RO", MORNING)
    visitor.click("Call").click("1").click("3").click("2").click("1")
    bubble = visitor.page.locator("li.text")
    for _ in range(20):
        if bubble.count():
            break
        visitor.click("Look for texts")
        visitor.page.wait_for_timeout(250)
    visitor.click("1").click("Busy")

    assert 1 == bubble.count()
    assert "The other side was busy." in visitor.said
    assert visitor.page.url.endswith("#latest")


def test_focus_stays_on_the_key(visit: Visit) -> None:
    """A key that is pressed keeps the focus, and what was said before stays the same elements."""
    visitor = visit().open().choose("RO").click("Call").waits_for("keys")
    visitor.page.evaluate("document.querySelector('[data-part=log] li').mine = true")
    visitor.click("1")
    expect(visitor.page.locator("[data-part=log] > li")).to_have_count(3)

    assert visitor.page.evaluate("document.activeElement.value === '1'")
    assert visitor.page.evaluate("document.querySelector('[data-part=log] li').mine")
    assert "log" == visitor.page.locator("#log").get_attribute("role")


def test_keys_typed_at_once(visit: Visit) -> None:
    """Keys that are typed faster than the line answers are pressed in their order."""
    visitor = visit().open().choose("RO", MORNING).click("Call").waits_for("keys").type("1", "3", "1").waits_for("leg")

    assert ["Pressed 1", "Pressed 3", "Pressed 1"] == [words for words in visitor.said if words.startswith("Pressed")]


def test_keyboard_can_be_let_alone(visit: Visit) -> None:
    """Whoever needs the keys of the keyboard for something else can have them back."""
    visitor = visit().open().choose("RO").click("Call").waits_for("keys")
    visitor.page.get_by_label("The keyboard presses these keys").uncheck()
    visitor.type("1")
    visitor.click("# repeat")
    visitor.wait_for("li.caller")

    assert "Pressed #" == visitor.page.locator("li.caller").first.inner_text()


def test_silence_by_itself(visit: Visit) -> None:
    """A caller who does nothing is silent after the last word and a wait; after three times it rings."""
    visitor = visit()
    visitor.page.clock.install()
    visitor.open().choose("RO", MORNING).click("Call").waits_for("keys")
    for turn in range(1, 4):
        visitor.page.clock.fast_forward(180_000)
        expect(visitor.page.locator("li.caller")).to_have_count(turn)
    visitor.waits_for("leg")

    assert "Silence, 7 seconds" in visitor.said


def test_silence_can_be_turned_off(visit: Visit) -> None:
    """Whoever needs more time takes it: then nothing happens unasked."""
    visitor = visit()
    visitor.page.clock.install()
    visitor.open().choose("RO")
    visitor.page.get_by_label("Silence happens by itself").uncheck()
    visitor.click("Call").waits_for("keys")
    visitor.page.clock.fast_forward(600_000)
    visitor.type("1")
    expect(visitor.page.locator("li.caller")).to_have_count(1)

    assert "Pressed 1" in visitor.said


def test_sound(visit: Visit) -> None:
    """Nothing is spoken until it is asked for; then each sentence in its own voice, and a missing voice is named."""
    visitor = visit()
    visitor.page.add_init_script(VOICES)
    visitor.open().choose("RO").click("Call").waits_for("keys")

    assert [] == visitor.page.evaluate("spoken")

    visitor.page.get_by_label("Sound: speak new sentences").check()

    assert {"ro-RO", "en-GB"} == set(visitor.page.evaluate("spoken"))
    assert "no voice for Hungarian" in visitor.page.locator("#sound-note").inner_text()

    visitor.page.evaluate("spoken.length = 0")
    visitor.click("1").wait_for("li.line:nth-of-type(3)")

    assert {"ro-RO"} == set(visitor.page.evaluate("spoken"))


def test_server_away(visit: Visit) -> None:
    """Where the page's server is away, that is said, and the conversation stays."""
    visitor = visit()
    visitor.expected = ("Failed to load resource: net::ERR_INTERNET_DISCONNECTED",)
    visitor.open().choose("RO").click("Call").waits_for("keys")
    before = visitor.said
    visitor.context.set_offline(True)
    visitor.click("1").wait_for(".notice")

    assert "does not answer" in visitor.page.locator(".notice").inner_text()
    assert before == visitor.said

    visitor.context.set_offline(False)
    visitor.click("1").wait_for("li.caller")

    assert 0 == visitor.page.locator(".notice").count()


def test_choice_refused(visit: Visit) -> None:
    """What is wrong with the form is said beside the field, which gets the focus."""
    visitor = visit()
    visitor.expected = ("Failed to load resource: the server responded with a status of 400",)
    visitor.open().page.locator("#moment").evaluate("(each) => each.removeAttribute('min')")
    visitor.choose("RO", "1970-01-01T00:00").click("Call").wait_for("#moment-fault")

    assert "moment" == visitor.page.evaluate("document.activeElement.id")
    assert [] == visitor.faults


def test_back(visit: Visit) -> None:
    """The browser's own way back leads to the form again."""
    visitor = visit().open().choose("RO").click("Call").waits_for("keys")
    visitor.page.go_back()
    visitor.waits_for("none")

    assert visitor.page.url.endswith("/phone")
