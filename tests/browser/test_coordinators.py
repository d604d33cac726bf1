"""What coordinators do, in a real browser against everything that `fanal run` starts; and what callers hear of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from routes.admin.accounts.tables import sessions
from tests.browser.office import (
    PASSWORD,
    SHIPPED_HOURS,
    TRAFFICKING,
    UNTIL_SIX,
    Caller,
    Colleague,
    Office,
    Sit,
    sitting,
)
from tests.installation import installed

pytestmark = pytest.mark.browser
CHANGE = "National helpline against human trafficking"
CLOSED, OPEN = "Closed now. It opens tomorrow at 08:00.", "Open until 18:00."
HOURS = "Hours, as they are written"
NUMBER = "0800 800 678"
NO_SCRIPT = {"java_script_enabled": False}
KEY = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": False, "automaticPresenceSimulation": True}
"""A security key that is touched at once, as Chromium plays it."""
Call = Callable[[], Caller]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Office]:
    """A running installation in which three people have enrolled: an editor, an approver, and Edda, an editor."""
    with installed(tmp_path_factory.mktemp("office")) as installation:
        yield Office(installation, chromium).settle_in()


@pytest.fixture
def both(office: Office) -> Iterator[tuple[Sit, Call]]:
    """The desks and the telephone, with everything as it was shipped."""
    with sitting(office.clear()) as both:
        yield both


@pytest.fixture
def sit(both: tuple[Sit, Call]) -> Sit:
    """Puts a colleague in front of the pages."""
    return both[0]


@pytest.fixture
def caller(both: tuple[Sit, Call]) -> Caller:
    """A caller who has just been told that the line against trafficking is closed, and who stays on the line."""
    return both[1]().hears(CLOSED)


def test_first_account(office: Office, sit: Sit) -> None:
    """With the link that the operator is given somebody sets a password and an app, adds a security key, signs out,
    and comes in again with either; the link works no second time."""
    link = office.add("vera", "viewer")
    office.people["vera"] = office.people["editor"]  # a browser to begin with; its cookie goes at once
    vera = sit("vera", storage_state=None)
    vera.person = office.people["vera"] = office.enrol(vera.page, link)
    devtools = vera.context.new_cdp_session(vera.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    vera.go("/account").follow("Add a second factor").button("Use a security key").reads("Security key")
    for way in ("key", "app"):
        vera.button("Sign out").fill("Your e-mail address", "vera@example.org").fill("Password", PASSWORD)
        vera.button("Go on")
        if way == "key":
            vera.button("Use a security key")
        else:
            vera.fill("Code", vera.person.code()).button("Sign in")
        vera.reads("What needs somebody now")
    vera.expected = ("Failed to load resource: the server responded with a status of 410",)

    vera.page.goto(link)

    assert 0 == vera.page.locator("#password").count()


def test_hours_from_the_form_to_a_running_call(sit: Sit, caller: Caller) -> None:
    """An editor corrects the hours and sees what they mean, another person approves, and a caller who is in the
    middle of a call hears the new hours."""
    editor = sit("editor").go("/helplines").fill("Name or number", "anitp").button("Show").follow(CHANGE).follow("Edit")
    editor.fill(HOURS, UNTIL_SIX)
    expect(editor.page.locator("#look-at").get_by_role("cell", name="08:00 to 18:00").first).to_be_visible()
    editor.tick("I have looked at the two weeks").button("Save in the draft").hand_over("They wrote so.")

    assert 0 == editor.page.get_by_role("button", name="Approve and put live").count()

    caller.press("#")

    assert CLOSED in caller.said[-1]

    approver = sit("approver").go("/").follow("Read and answer").follow(CHANGE)
    approver.reads("Monday to Friday: was open 08:00 to 16:00, will be open 08:00 to 18:00").decide().reads("published")
    caller.hears(OPEN)


def test_hours_must_be_confirmed(sit: Sit, office: Office) -> None:
    """Other hours are not saved before the two weeks have been confirmed; a fault is said, and what was typed stays."""
    editor = sit("editor").go("/helplines/ro-anitp/edit").fill(HOURS, "Mo-Fr 08:00-18:00; Sa 25:00-26:00")
    editor.expected = ("Failed to load resource: the server responded with a status of 4",)
    editor.button("Save in the draft")

    assert "true" == editor.page.locator("#hours").get_attribute("aria-invalid")
    assert [] == editor.faults

    editor.fill(HOURS, UNTIL_SIX).button("Save in the draft")

    assert UNTIL_SIX == editor.page.locator("#hours").input_value()
    assert "true" == editor.page.locator("#confirmed").get_attribute("aria-invalid")
    assert () == office.open_changes()


def test_tick_stays_while_one_goes_on(sit: Sit) -> None:
    """Whoever has confirmed the two weeks and goes on in the form keeps the tick; other hours ask for a new one."""
    editor = sit("editor").go("/helplines/ro-anitp/edit")
    box = editor.page.locator("#confirmed")
    with editor.page.expect_response("**/look"):
        editor.fill(HOURS, UNTIL_SIX)
    with editor.page.expect_response("**/look"):
        box.check()
    with editor.page.expect_response("**/look"):
        editor.fill("Languages in which it answers", "ro, en")
    expect(box).to_be_checked()
    with editor.page.expect_response("**/look"):
        editor.fill(HOURS, "Mo-Fr 08:00-17:00")
    expect(box).not_to_be_checked()


def test_old_sign_in_before_approval(sit: Sit, office: Office) -> None:
    """Ten minutes after the sign-in an approval asks again who one is, and then goes on where it was."""
    sit("editor").edit("ro-anitp", UNTIL_SIX).hand_over("They wrote so.")
    approver = sit("approver").go("/changes").follow(CHANGE)
    with office.desk.turn() as connection:
        connection.execute(sessions.update().values(proved_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=11)))
    before = office.live()
    approver.decide().reads("Show again that it is you")

    assert [] == approver.faults
    assert before == office.live()

    approver.prove().decide().reads("published")

    assert before + 1 == office.live()


def test_own_change(sit: Sit, office: Office) -> None:
    """Nobody can approve what they have worked on: the page offers it not, and the server refuses the form."""
    approver = sit("approver").edit("ro-anitp", UNTIL_SIX).hand_over("I know it.").reads("This is your own work")
    before = office.live()
    form: dict[str, str | float | bool] = {
        "csrf_token": approver.page.locator("input[name=csrf_token]").first.input_value(),
        "hash": office.open_changes()[0].submitted_hash or "",
        "unchecked": "yes",
    }
    answer = approver.page.request.post(f"{approver.page.url}/approve", form=form, headers={"Referer": approver.pages})

    assert 0 == approver.page.get_by_role("button", name="Approve and put live").count()
    assert 403 == answer.status
    assert before == office.live()


def test_undo(sit: Sit, caller: Caller, office: Office) -> None:
    """One approver returns at once to what was live before, and a caller in the middle of a call hears it."""
    office.change(TRAFFICKING, SHIPPED_HOURS, UNTIL_SIX)
    caller.hears(OPEN)
    approver = sit("approver").go("/changes").follow("Return to revision")
    approver.reads("Monday to Friday: was open 08:00 to 18:00, will be open 08:00 to 16:00")
    approver.fill("Why?", "They do not answer after all.")
    number = office.live()
    approver.page.get_by_role("button", name="Return to revision").click()
    caller.hears(CLOSED)

    assert number + 1 == office.live()
    assert CLOSED in caller.said[-1]


def test_emergency_switch(sit: Sit, caller: Caller) -> None:
    """One editor takes a number out of service; everybody is told on every page, callers are led
    past it, and it comes back when two people say so."""
    editor = sit("editor").go("/helplines/ro-anitp").follow("Emergency switch").follow(f"{NUMBER}, {CHANGE}: out of")
    editor.reads("What callers are offered first").fill("Why", "A stranger answers.").button(
        "Take it out of service now"
    )
    other = sit("edda").go("/coverage").reads(f"{NUMBER} (Romania) is out of service")

    assert [] == other.faults

    caller.hears("We cannot connect you from here.")
    other.page.get_by_role("link", name="See why, and settle it").click()
    other.button("It is right: back in service").reads("Edda says: back in service")
    caller.press("#")

    assert "We cannot connect you from here." in caller.said[-1]

    editor.go("/switches").button("It is right: back in service").reads("No number is switched")

    assert 0 == editor.page.locator(".alarm").count()

    caller.hears("For the next service, press 4. For another country, press 9. Dialling this service yourself is free.")


def test_two_editors(sit: Sit, office: Office) -> None:
    """Who saves second is shown what the first has changed, keeps what they typed, and decides."""
    first = sit("editor").edit("ro-anitp", UNTIL_SIX)
    number = office.open_changes()[0].id
    second = sit("edda")
    second.expected = ("Failed to load resource: the server responded with a status of 4",)
    for each in (first, second):
        each.go(f"/helplines/ro-anitp/edit?draft={number}")
    first.fill(HOURS, "Mo-Fr 08:00-19:00").button("Look at it").tick("I have looked at the two weeks")
    first.button("Save in the draft")
    second.fill(HOURS, "Mo-Fr 08:00-20:00").fill("Note", "Edda rang them.").button("Look at it")
    second.tick("I have looked at the two weeks").button("Save in the draft")
    second.reads("Somebody else has changed this helpline meanwhile").reads(
        "Editor has saved since you opened the form"
    )

    assert [] == second.faults
    assert "Edda rang them." == second.page.locator("#note").input_value()

    second.page.get_by_label("Yours:").check()
    second.button("Look at it").tick("I have looked at the two weeks").button("Save in the draft")
    second.reads("Saved in the draft")
    row = office.text_of(number, TRAFFICKING)

    assert "08:00-20:00" in row
    assert "Edda rang them." in row


def test_keyboard_only(sit: Sit, office: Office) -> None:
    """From the edit to the approval nothing needs a mouse, and the focus is always seen."""
    before = office.live()
    editor = sit("editor").go("/helplines/ro-anitp")
    editor.tab_to("a[href$='/edit']").type("Enter").wait_for("#hours")
    with editor.page.expect_response("**/look"):  # asked for when nothing has been typed for a while
        editor.tab_to("#hours").type("Control+A", *UNTIL_SIX)
    expect(editor.page.locator("#look-at").get_by_role("cell", name="08:00 to 18:00").first).to_be_visible()
    editor.tab_to("#confirmed").type("Space")
    editor.tab_to("form > .actions button[value=save]", most=200).type("Enter")
    editor.reads("Saved in the draft").tab_to("main a[href*='/changes/']").type("Enter").wait_for("#reason")
    editor.tab_to("#reason").type(*"They wrote.").tab_to("button.main").type("Enter").reads("Another person has to")
    approver = sit("approver").go("/")
    approver.tab_to("#waiting a.button", most=120).type("Enter").wait_for("ul.changes")
    approver.tab_to("ul.changes a").type("Enter").wait_for("#unchecked")
    approver.tab_to("#unchecked").type("Space").tab_to("button.main").type("Enter").reads("published")

    assert before + 1 == office.live()


def test_without_javascript(sit: Sit, caller: Caller) -> None:
    """Without JavaScript the same path leads from the edit to the caller."""
    editor: Colleague = sit("editor", **NO_SCRIPT).edit("ro-anitp", UNTIL_SIX).hand_over("They wrote so.")
    sit("approver", **NO_SCRIPT).approve(CHANGE)
    caller.hears(OPEN)

    assert "published" in editor.go("/changes").page.locator("main").inner_text()
