"""The history: every revision with what it changed, the way back, and the log that proves itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from directory.desk.people import OPERATOR, Actor
from directory.desk.revisions import Origin
from directory.switched import NOTHING
from routes.cli.shipped import FIRST_NOTE
from tests.desk import ADA, ANA, BEN, CLEO, EDDA, EVERYBODY, NOW, VERA, Office, a_desk
from tests.pages import Page
from tests.sample_directory import FILES, changed

EDITORS = {ANA, EDDA, BEN, CLEO}
APPROVERS = {BEN, CLEO}
READERS = {BEN, CLEO, ADA}
"""Who may read the log."""
LONGER = changed("gb.yaml", "Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00; Sa 10:00-16:00; PH off")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office in which the operator has published a second revision: Saturdays are open."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    desk.revisions.publish(LONGER, OPERATOR, NOW, "Open on Saturdays.", accept_unchecked=True, standing=NOTHING)
    return Office(tmp_path, desk).act_as(ANA)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return an office that tests only read."""
    folder = tmp_path_factory.mktemp("archive")
    desk = a_desk(f"sqlite:///{folder / 'desk.db'}", FILES)
    desk.revisions.publish(LONGER, OPERATOR, NOW, "Open on Saturdays.", accept_unchecked=True, standing=NOTHING)
    for number in range(60):
        desk.log(BEN, "signed in", BEN.id, NOW + dt.timedelta(minutes=number), factor="app")
    desk.log(ANA, "unheard of", "something", NOW, what=["one", "two"])
    return Office(folder, desk)


def words(answer: TestResponse, status: int = 200) -> str:
    """Return the words of a page, which must have this status."""
    assert status == answer.status_code, answer.text
    return Page(answer.text).one("main").words


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.name)
def test_who_may_do_what(office: Office, person: Actor) -> None:
    """Everybody reads revisions; editors begin a way back, approvers confirm; the log is for who answers for it."""
    office.act_as(person)
    read = [office.get(path).status_code for path in ("/history", "/history/1", "/history/2")]
    log = [office.get(path).status_code for path in ("/history/log", "/history/log/verify")]
    back = office.post("/history/1/return").status_code
    confirmed = office.post("/history/2/confirm", {"unchecked": "yes"}).status_code

    assert [200] * 3 == read
    assert ([200] * 2 if person in READERS else [403] * 2) == log
    assert (303 if person in EDITORS else 403) == back
    assert (person in EDITORS) == bool(office.desk.drafts.listing())
    assert (303 if person in APPROVERS else 403) == confirmed
    assert (person in APPROVERS) == (office.desk.revisions.unconfirmed() is None)


def test_strangers_see_and_do_nothing(office: Office) -> None:
    """Whoever is not signed in is led to where they can."""
    office.act_as(None)
    answers = [office.get(path) for path in ("/history", "/history/1", "/history/log", "/history/log/verify")]
    answers += [office.post("/history/1/return"), office.post("/history/2/confirm")]

    assert [303] * 6 == [each.status_code for each in answers]
    assert all(each.headers["Location"].startswith("/sign-in") for each in answers)
    assert () == office.desk.drafts.listing()


def test_revisions_are_listed(archive: Office) -> None:
    """Each revision stands with number, author, note and how it came; the newest is live."""
    rows = Page(archive.act_as(VERA).get("/history").text).all("tr")[1:]

    assert ["Revision 2", "Revision 1"] == [" ".join(row.words.split()[:2]) for row in rows]
    assert ["live" in row.words.split() for row in rows] == [True, False]
    assert "Open on Saturdays." in rows[0].words
    assert "the operator's command line" in rows[0].words
    assert "came with the program" in rows[1].words


def test_revision_says_what_it_changed(archive: Office) -> None:
    """A revision's page says in words what it changed; the first has nothing before it."""
    archive.act_as(VERA)

    assert "Saturday: was closed, will be open 10:00 to 16:00" in words(archive.get("/history/2"))
    assert "It is the first: there was nothing before it." in words(archive.get("/history/1"))


@pytest.mark.parametrize("path", ["/history/3", "/history/0", "/history/99999999999999999999", "/history/one"])
def test_unknown_revision(archive: Office, path: str) -> None:
    """A revision that never was has no page."""
    assert 404 == archive.act_as(VERA).get(path).status_code


def test_damaged_revision_is_said(office: Office) -> None:
    """A revision whose content is not what was published is shown as such, and nothing is offered with it."""
    with office.desk.engine.begin() as connection:
        for name in connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(sa.text("UPDATE revisions SET files = replace(files, '7946 0001', '7946 0009')"))
    page = Page(office.get("/history/1").text)

    assert "The content of this revision is not what was published." in page.one("main").words
    assert [] == [each for each in page.all("form") if each.attributes.get("method") == "post"]
    assert 409 == office.post("/history/1/return").status_code


def test_return_is_a_change_like_any_other(office: Office) -> None:
    """The way back begins a change with the old content; callers are served the same until it is approved."""
    answer = office.post("/history/1/return")
    (draft,) = office.desk.drafts.listing()
    live = office.desk.revisions.live()

    assert 303 == answer.status_code
    assert f"/changes/{draft.id}" == answer.headers["Location"]
    assert FILES == office.desk.drafts.files(draft.id)
    assert live is not None
    assert 2 == live.number


def test_live_revision_is_not_returned_to(archive: Office) -> None:
    """The live revision offers its undoing to an approver, and no way back to itself."""
    own = Page(archive.act_as(BEN).get("/history/2").text)
    older = Page(archive.get("/history/1").text)
    addresses = [each.attributes["action"] for each in own.all("form")]

    assert "/history/2/return" not in addresses
    assert "/history/1/return" in [each.attributes["action"] for each in older.all("form")]
    assert [True, False] == ["/changes/undo" in [a.attributes["href"] for a in page.all("a")] for page in (own, older)]
    assert "/changes/undo" not in archive.act_as(ANA).get("/history/2").text


def test_confirmation_needs_a_decision_about_unchecked_services(office: Office) -> None:
    """Services that nobody has checked are named, and confirmed only by a decision, which outlasts a fresh sign-in."""
    office.desk.revisions.roll_back(1, OPERATOR, NOW, "Back.")
    office.act_as(BEN)
    files = changed("gb.yaml", "note: Nobody has said when it answers.", "note: Ask them.")
    office.desk.revisions.publish(files, OPERATOR, NOW, "A note.", accept_unchecked=True, standing=NOTHING)
    page = words(office.get("/history/4"))
    refused = office.post("/history/4/confirm")

    assert "United Kingdom: Line for children (gb-children)" in page
    assert "decide that they may be" in words(refused, 409)
    assert office.desk.revisions.unconfirmed() is not None

    office.act_as(BEN, fresh=False).post("/history/4/confirm", {"unchecked": "yes", "back": "/history/4"})
    ticks = [each.attributes for each in Page(office.act_as(BEN).get("/history/4").text).all("input", name="unchecked")]

    assert [True] == ["checked" in each for each in ticks]
    assert office.desk.revisions.unconfirmed() is not None

    assert 303 == office.post("/history/4/confirm", {"unchecked": "yes"}).status_code
    assert office.desk.revisions.unconfirmed() is None


def test_confirmation_without_unchecked_services(office: Office) -> None:
    """Where what is new was checked as it is, no decision is asked for; other hours were not."""
    free = {**LONGER, "gb.yaml": LONGER["gb.yaml"].replace("cost: standard", "cost: free")}
    hours = Page(office.act_as(BEN).get("/history/2").text)
    office.desk.revisions.publish(free, OPERATOR, NOW, "It is free.", accept_unchecked=False, standing=NOTHING)
    cost = Page(office.get("/history/3").text)

    assert (1, 0) == tuple(len(page.all("input", type="checkbox")) for page in (hours, cost))
    assert 303 == office.post("/history/3/confirm").status_code


def test_confirmation_needs_a_fresh_sign_in(office: Office) -> None:
    """Whoever signed in long ago is asked again, and led back to the page."""
    office.act_as(BEN, fresh=False)
    answer = office.post("/history/2/confirm", {"unchecked": "yes", "back": "/history/2"})

    assert "/again?then=/history/2" == answer.headers["Location"]
    assert office.desk.revisions.unconfirmed() is not None


def test_only_the_live_one_is_confirmed_once(office: Office) -> None:
    """What was confirmed cannot be confirmed again."""
    office.act_as(BEN)
    office.post("/history/2/confirm", {"unchecked": "yes"})

    assert "does not wait for a confirmation" in words(office.post("/history/2/confirm", {"unchecked": "yes"}), 409)


def test_origins_have_words(office: Office) -> None:
    """Every way in which a revision can come to be has words of its own."""
    from routes.admin.history import origin_name

    with office.app.test_request_context():
        assert len(Origin) == len({origin_name(each) for each in Origin})


def test_log_is_told_in_sentences(archive: Office) -> None:
    """An entry says who did what; one that no sentence is known for stands as it is."""
    said = words(archive.act_as(BEN).get("/history/log", subject="2"))

    assert "published revision 2: “Open on Saturdays.”" in said
    assert "unheard of: something" in words(archive.get("/history/log", who=ANA.id))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 50),
        ({"before": "13"}, 12),
        ({"who": "operator"}, 2),
        ({"who": "nobody"}, 0),
        ({"action": "signed in"}, 50),
        ({"action": "signed"}, 0),
        ({"subject": "some"}, 1),
        ({"subject": "%"}, 0),
        ({"subject": "ome"}, 0),
        ({"before": "nonsense", "subject": "some"}, 1),
    ],
)
def test_log_is_filtered(archive: Office, query: dict[str, str], count: int) -> None:
    """The log is narrowed by person, kind, and what it is about or how that begins; fifty stand on a page."""
    page = Page(archive.act_as(BEN).get("/history/log", **query).text)

    assert count == len(page.all("th", scope="row"))


def test_log_goes_on(archive: Office) -> None:
    """The link to older entries keeps the filter and leaves out none."""
    archive.act_as(ADA)
    first = Page(archive.get("/history/log", action="signed in").text)
    (link,) = [each.attributes["href"] for each in first.all("a") if each.attributes.get("rel") == "next"]
    rest = Page(archive.client.get(link).text)
    numbers = [int(each.words) for page in (first, rest) for each in page.all("th", scope="row")]

    assert list(range(62, 2, -1)) == numbers


def test_whole_log_is_proved(archive: Office) -> None:
    """The proof gives the head to write down; held against it later, it still stands."""
    archive.act_as(BEN)
    verdict = archive.desk.verify()
    head = f"{verdict.entries}:{verdict.head}"

    assert head in words(archive.get("/history/log/verify"))
    assert "The head that you gave stands in it" in words(archive.get("/history/log/verify", head=head))
    assert "The head that you gave" not in words(archive.get("/history/log/verify"))


@pytest.mark.parametrize("head", ["9", "9:abc", "nine:" + "a" * 64, "9" * 10 + ":" + "a" * 64, "<script>"])
def test_head_that_is_none(archive: Office, head: str) -> None:
    """What cannot be a head is refused in words, and nothing is claimed about the log."""
    said = words(archive.act_as(BEN).get("/history/log/verify", head=head), 400)

    assert "Write the head as this page gave it" in said
    assert "whole" not in said


def test_broken_log_is_said(office: Office) -> None:
    """Where somebody has touched the table, the page says from which entry on nothing can be believed."""
    with office.desk.engine.begin() as connection:
        for name in connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(sa.text("UPDATE audit SET name = 'Somebody else' WHERE number = 2"))
    said = words(office.act_as(BEN).get("/history/log/verify"))

    assert "The log is broken: only its first entry is what was written." in said
    assert "entry 2 is not what was written" in said


def test_log_that_was_cut_off(office: Office) -> None:
    """A head that was written down betrays that the end of the log was cut off."""
    said = words(office.act_as(BEN).get("/history/log/verify", head="9:" + "a" * 64))

    assert "the log ends at entry 2, but entry 9 has existed" in said


def test_script_in_a_note_is_shown_as_written(office: Office) -> None:
    """A note is words, in the list, on the revision's page and in the log."""
    files = changed("gb.yaml", "note: Nobody has said when it answers.", "note: Ask them.")
    script = "<script>alert(1)</script>"
    office.desk.revisions.publish(files, OPERATOR, NOW, script, accept_unchecked=True, standing=NOTHING)
    office.act_as(BEN)
    for address in ("/history", "/history/3", "/history/log"):
        text = office.get(address).text

        assert script not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_what_the_program_signs_is_said_in_french(archive: Office) -> None:
    """A reader of French reads in French who put the first tables live; what people wrote, as they wrote it."""
    archive.act_as(BEN)
    said = words(archive.get("/history", lang="fr"))
    archive.get("/history", lang="en")

    assert "l’exploitant, en ligne de commande" in said
    assert OPERATOR.name not in said
    assert FIRST_NOTE not in said
    assert "Open on Saturdays." in said
