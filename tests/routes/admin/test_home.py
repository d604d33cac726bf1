"""The first page: what needs somebody stands there, the most harmful first, each with one way to act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from directory.desk.draft import Draft
from directory.desk.people import OPERATOR, Actor
from directory.pieces import Place, fingerprint, piece
from directory.switched import NOTHING
from ivr.adapters.batch import Batch
from ivr.adapters.counters import Counters
from ivr.events import Errand, PurgeCall, PurgeMessage
from routes.admin.areas import NAVIGATION
from tests.desk import ANA, BEN, CLEO, EDDA, EVERYBODY, NOW, VERA, Office, a_desk
from tests.pages import Element, Page
from tests.sample_directory import FILES, changed

SUPPORT = Place("fr.yaml", "fr-support")
FAULTY = changed("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-12:00; Mo-Fr 13:00-17:00; PH off")
"""Hours in which the afternoon takes the place of the morning: the check of the tables calls that an error."""


class FakeShelf:
    """Serves what the other one serves, from before the newest revision."""

    def __init__(self, office: Office) -> None:
        self.current = office.services.shelf.current
        self.stale = True


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Return an office over the sample directory, which an approver has confirmed."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    desk.revisions.confirm(1, CLEO, NOW)
    yield Office(tmp_path, desk).act_as(ANA)
    desk.engine.dispose()


def matters(office: Office) -> dict[str, Element]:
    """Return what stands on the first page, by name, in order."""
    answer = office.get("/")
    assert 200 == answer.status_code, answer.text
    return {each.attributes["id"]: each for each in Page(answer.text).all("section", class_="record matter")}


def begun(office: Office, person: Actor = ANA) -> Draft:
    """Begin a change of one row."""
    draft = office.desk.drafts.begin(person, NOW, "Nights in France")
    text = piece(office.desk.drafts.files(draft.id), SUPPORT) or ""
    new = text.replace("La nuit.", "Toute la nuit.")
    return office.desk.drafts.save(draft.id, person, NOW, SUPPORT, new, fingerprint(text))


def publish(office: Office, files: dict[str, str]) -> None:
    """Let the operator publish files."""
    office.desk.revisions.publish(files, OPERATOR, NOW, "New.", accept_unchecked=True, standing=NOTHING)


def throw(office: Office) -> None:
    """Take a number out of service."""
    form = {"country": "GB", "say": "020 7946 0001", "position": "out", "reason": "A stranger answers."}
    assert 303 == office.post("/switches/throw", form).status_code


def test_strangers_are_led_to_the_door(office: Office) -> None:
    """Whoever is not signed in reads nothing."""
    assert 303 == office.act_as(None).get("/").status_code


def test_everybody_reads_it(office: Office) -> None:
    """Whatever their role, people see the same matters, each with one way to act that leads to a page they may see."""
    throw(office)
    draft = begun(office, EDDA)
    office.desk.drafts.submit(draft.id, EDDA, NOW, "They wrote.")
    for person in EVERYBODY:
        page = Page(office.act_as(person).get("/").text)
        ways = [each.attributes["href"] for each in page.all("a", class_="button")]

        assert ["out", "nobody", "checks", "endings", "waiting", "languages"] == list(matters(office))
        assert len(ways) == len(matters(office))

    assert [200] * len(ways) == [office.act_as(VERA).client.get(each).status_code for each in ways]


def test_order_of_harm(office: Office) -> None:
    """Numbers out of service stand first, then stale tables, then hours without anybody; drafts of words stand last."""
    throw(office)
    publish(office, FAULTY)
    office.desk.drafts.submit(begun(office, EDDA).id, EDDA, NOW, "They wrote.")
    begun(office, ANA)
    shelf = FakeShelf(office)
    office.app.extensions["fanal"] = replace(office.services, shelf=shelf)  # type: ignore[arg-type]  # a fake
    not_deleted(office, PurgeCall("CA1"), NOW - dt.timedelta(days=1))

    assert [
        "out", "stale", "overdue", "nobody", "unconfirmed", "doubtful", "checks", "endings", "waiting", "yours",
        "languages",
    ] == list(matters(office))  # fmt: skip


def test_number_out_of_service(office: Office) -> None:
    """Who took a number out, when and why, and who has said what, stand there until two people agree."""
    assert "out" not in matters(office)

    throw(office)
    switch = office.desk.switches.working()[0]
    office.act_as(BEN).post(f"/switches/{switch.id}/settle", {"outcome": "keep"})
    said = matters(office)["out"].words

    assert "United Kingdom, 020 7946 0001: Ana, 23 November 2026, 09:00 UTC, “A stranger answers.”" in said
    assert "Ben says: leave it so" in said

    office.act_as(CLEO).post(f"/switches/{switch.id}/settle", {"outcome": "keep"})

    assert "out" not in matters(office)


def not_deleted(office: Office, errand: Errand, since: dt.datetime) -> None:
    """Note that a record was to be deleted, as a batch that is counted does."""
    Counters(office.desk.engine).advance([Batch(f"{errand}", 1, 0, errands=(errand,), first=True)], since)


def test_record_that_was_not_deleted(office: Office) -> None:
    """A record that is a day late is counted there; one a minute less so, or of a call that may go on, is not."""
    not_deleted(office, PurgeCall("CA1"), NOW - dt.timedelta(hours=23, minutes=59))
    not_deleted(office, PurgeCall("CA2", over=False), NOW - dt.timedelta(days=1))

    assert "overdue" not in matters(office)

    not_deleted(office, PurgeMessage("SM1"), NOW - dt.timedelta(days=1))
    said = matters(office)["overdue"].words

    assert "1 record of a call or text is still at the telephone provider" in said
    assert "SM1" not in said


def test_nobody_answers_tonight(office: Office) -> None:
    """Hours in which all services of a main need are closed stand there by the country's clock."""
    said = matters(office)["nobody"].words

    assert "United Kingdom, Another crime: nobody from Monday 17:00 on" in said
    assert "For 2 pairs of a country and a need there is no service at all." in said


def test_hole_that_ends(office: Office) -> None:
    """A hole that ends within twelve hours is said with both ends; another day is named."""
    office.now = dt.datetime(2026, 11, 23, 23, 0, tzinfo=dt.UTC)

    assert "nobody Monday 23:00 to Tuesday 09:00" in matters(office)["nobody"].words


def test_switch_makes_a_hole(office: Office) -> None:
    """A number out of service counts as one that does not answer."""
    throw(office)

    assert "For 3 pairs" in matters(office)["nobody"].words
    assert "Another crime: nobody from" not in matters(office)["nobody"].words


def test_revision_that_nobody_approved(office: Office) -> None:
    """A revision of the command line stands there until an approver has confirmed it; only they are asked to."""
    assert "unconfirmed" not in matters(office)

    publish(office, FAULTY)

    assert "Read and confirm it" not in matters(office)["unconfirmed"].words
    assert "Read and confirm it" in matters(office.act_as(BEN))["unconfirmed"].words

    office.post("/history/2/confirm", {"unchecked": "yes"})

    assert "unconfirmed" not in matters(office)


def test_doubtful_entries(office: Office) -> None:
    """What the check finds wrong in the live tables stands there in words."""
    publish(office, FAULTY)

    assert "Line for crime, United Kingdom: `;` lets" in matters(office)["doubtful"].words


def test_checks(office: Office) -> None:
    """How many services are due is counted, and disappears with the last of them."""
    said = matters(office)["checks"].words

    assert "5 services are due for a check" in said
    assert "5 were never checked." in said
    assert "too long ago" not in said

    tables = office.desk.revisions.directory(1)
    for helpline in tables.helplines.values():
        seen = {f"seen-{helpline.id}": _seen(office, helpline.id)}
        office.post("/checks", {"helpline": helpline.id, "on": "2026-11-23", "how": "Rang.", **seen})

    assert "checks" not in matters(office)


def _seen(office: Office, helpline: str) -> str:
    page = Page(office.get(f"/checks/{helpline}").text)
    return page.one("input", name=f"seen-{helpline}").attributes["value"]


def test_list_that_runs_out(office: Office) -> None:
    """A list of single days is named while its last day is near, not long before."""
    assert (
        "Line for crime, United Kingdom: the last day is Thursday 24 December 2026" in matters(office)["endings"].words
    )

    office.now = NOW - dt.timedelta(days=30)

    assert "endings" not in matters(office)


def test_change_that_waits(office: Office) -> None:
    """A change waits for approvers who have not worked on it; its author reads why it cannot be them."""
    draft = begun(office, BEN)
    office.desk.drafts.submit(draft.id, BEN, NOW, "They wrote.")
    own, other, viewer = (matters(office.act_as(each))["waiting"].words for each in (BEN, CLEO, VERA))

    assert "your own work" in own
    assert "Read and answer" not in own
    assert "Read and answer" in other
    assert "your own work" not in other
    assert "Read and answer" not in viewer


def test_change_that_was_sent_back(office: Office) -> None:
    """Whoever worked on a change reads what was answered; nobody else is troubled with it."""
    draft = begun(office)
    office.desk.drafts.submit(draft.id, ANA, NOW, "They wrote.")
    office.desk.drafts.send_back(draft.id, BEN, NOW, "The date is missing.")

    assert "sent back by Ben: The date is missing." in matters(office)["yours"].words
    assert "yours" not in matters(office.act_as(EDDA))


def test_no_figures_of_callers(office: Office) -> None:
    """Of single days nothing is counted here, a small figure could betray a caller; it is said where figures are."""
    page = Page(office.get("/").text)
    (figures,) = page.all("section", aria_labelledby="figures")
    with office.app.test_request_context():
        wanted = office.app.url_for("statistics.show")

    assert not any(letter.isdigit() for letter in figures.words)
    assert [wanted] == [each.attributes["href"] for each in page.all("a", inside=figures)]


def test_every_area_is_reached(office: Office) -> None:
    """The navigation leads to every area from here."""
    page = Page(office.get("/").text)
    with office.app.test_request_context():
        wanted = {office.app.url_for(endpoint) for endpoint, _name in NAVIGATION}

    assert wanted <= {each.attributes["href"] for each in page.all("a")}


def test_folder_rules(office: Office, tmp_path: Path) -> None:
    """Where a folder rules, nobody is asked to confirm a revision that callers are not served."""
    publish(office, FAULTY)
    settings = replace(office.services.settings, directory_path=tmp_path)
    office.app.extensions["fanal"] = replace(office.services, settings=settings)

    assert "unconfirmed" not in matters(office)
