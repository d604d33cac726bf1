"""Attacks on what callers are told: each docstring says what somebody tries, and what they get.

Attacks on accounts and sessions stand in `test_attacks_on_accounts.py`, those on the whole map of addresses in
`test_every_page.py`, those that mix the pages with the telephone in `test_attacks_on_the_site.py`; which attack is
shown where is a table in `docs/threat-model.md`.
"""

from __future__ import annotations

import csv
import json
import re
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from directory.desk.draft import BaseMovedError, Draft, Stage
from directory.desk.people import DeskError, StageError
from directory.pieces import fingerprint, piece
from directory.switched import Position
from ivr.adapters.wordings import WordingStore
from ivr.phrases import Phrase
from ivr.wordings import Wording
from tests.desk import ANA, BEN, CLEO, EDDA, NOW, VERA, Office
from tests.forms import Form
from tests.pages import Page
from tests.reviewing import CRIME, SUPPORT, a_small_office, approve, begun, handed_over, live, publish, roll_back, save
from tests.sample_directory import FILES

EVIL = "evil.example"


@pytest.fixture
def office(building: Office) -> Office:
    """Return the office with the sample directory live again; each test begins its own change."""
    roll_back(building)
    return building.act_as(None)


def refused(office: Office, draft: Draft) -> list[int]:
    """Let Ben send the form of approval with every sign of being right, and return status and what is live then."""
    number = live(office)
    answer = approve(office.act_as(BEN), office.desk.drafts.get(draft.id))
    return [answer.status_code, live(office) - number]


def test_approving_ones_own_change(office: Office) -> None:
    """An approver who changed something forges the form that their page does not show: 403, nothing goes live."""
    draft = begun(office, person=BEN)
    draft = office.desk.drafts.submit(draft.id, BEN, NOW, "Mine.")
    office.act_as(BEN)

    assert not Page(office.get(f"/changes/{draft.id}").text).all("form", action=f"/changes/{draft.id}/approve")
    assert [403, 0] == refused(office, draft)


def test_letting_somebody_else_hand_over(office: Office) -> None:
    """An approver lets an editor hand over what they wrote themselves: still 403."""
    draft = begun(office, person=BEN)
    office.desk.drafts.submit(draft.id, ANA, NOW, "Ben's.")

    assert [403, 0] == refused(office, draft)


def test_handing_over_what_somebody_else_wrote(office: Office) -> None:
    """An approver hands over another person's change, as if that made it theirs to approve: 403."""
    draft = begun(office, person=ANA)
    office.desk.drafts.submit(draft.id, BEN, NOW, "Ana's.")

    assert [403, 0] == refused(office, draft)


def test_hiding_behind_a_later_edit(office: Office) -> None:
    """An approver lets an editor write over the row that they had changed: whoever was in it once stays in it."""
    draft = begun(office, person=BEN)
    save(office, draft, SUPPORT, f"Words {draft.id}.", "Other words.", ANA)
    office.desk.drafts.submit(draft.id, ANA, NOW, "All mine.")

    assert [403, 0] == refused(office, draft)


def test_settling_a_conflict_and_approving(office: Office) -> None:
    """An approver decides a conflict inside somebody's change, which is writing in it, and approves that: 403."""
    draft = begun(office, person=ANA)
    publish(office, SUPPORT, '"La nuit."', '"Chaque nuit."')
    mine = piece(office.desk.drafts.files(draft.id), SUPPORT)
    office.desk.drafts.settle(draft.id, BEN, NOW, {SUPPORT: mine})
    office.desk.drafts.submit(draft.id, ANA, NOW, "Settled.")

    assert [403, 0] == refused(office, draft)


def test_bringing_a_file_into_somebody_s_change(office: Office) -> None:
    """An approver changes somebody's draft by an import instead of the form, and approves it: 403."""
    draft = begun(office, person=ANA)
    table = b"id,note\ngb-crime,Rung by somebody else.\n"
    page = office.act_as(BEN).post("/transfer/preview", {"file": (BytesIO(table), "x.csv"), "target": str(draft.id)})
    _method, address, fields = Page(page.text).button("Put")

    assert 303 == office.post(address, fields).status_code

    office.desk.drafts.submit(draft.id, ANA, NOW, "Together.")

    assert [403, 0] == refused(office, draft)


def test_beginning_a_return_and_letting_it_be_handed_over(office: Office) -> None:
    """An approver begins the return to an older revision, has it handed over, and approves it alone: 403."""
    publish(office, CRIME, "cost: standard", "cost: free")
    office.act_as(BEN).post("/history/1/return")
    draft = office.desk.drafts.of(BEN)
    assert draft is not None
    office.desk.drafts.submit(draft.id, ANA, NOW, "Back.")

    assert [403, 0] == refused(office, draft)


def test_hash_of_another_change(office: Office) -> None:
    """An approval names the content of another change that waits, or names two: 409, neither goes live."""
    first, second = handed_over(office), handed_over(office, place=CRIME)
    number = live(office)
    both = MultiDict([("hash", second.submitted_hash), ("hash", first.submitted_hash), ("unchecked", "yes")])
    answers = [
        approve(office.act_as(BEN), first, hash=second.submitted_hash or ""),
        office.post(f"/changes/{first.id}/approve", both.to_dict(flat=False)),
    ]

    assert [409, 409] == [each.status_code for each in answers]
    assert number == live(office)


def test_content_changed_in_the_table(office: Office) -> None:
    """Somebody at the database changes a change that waits, hash and all: who has read it approves only what they read.

    A content that does not fit its own hash is approved by nobody.
    """
    draft, number = handed_over(office), live(office)
    shown = draft.submitted_hash or ""
    poisoned = json.dumps({**FILES, "fr.yaml": FILES["fr.yaml"].replace("00 00 03", "00 00 66")}, ensure_ascii=False)
    with office.desk.turn() as connection:
        connection.execute(
            sa.text("UPDATE drafts SET files = :files WHERE id = :id"), {"files": poisoned, "id": draft.id}
        )

    assert 409 == approve(office.act_as(BEN), draft, hash=shown).status_code
    assert number == live(office)


def test_changing_what_waits(office: Office) -> None:
    """An editor saves into a change after it was handed over, by every form that can: refused, its content stands."""
    draft = handed_over(office)
    office.act_as(ANA)
    fields = form_of(office, f"/helplines/fr-support/edit?draft={draft.id}")
    text = piece(office.desk.drafts.files(draft.id), SUPPORT)
    office.post("/helplines/fr-support/edit", {**fields, "draft": str(draft.id), "source.quote": "Mine."})
    office.post("/helplines/fr-support/remove", {"draft": str(draft.id), "sure": "yes", "seen": fingerprint(text)})
    office.post("/transfer/save", {"file": (BytesIO(b"id,note\ngb-crime,x\n"), "x.csv"), "target": str(draft.id)})
    office.post(f"/changes/{draft.id}/update")
    office.post(f"/changes/{draft.id}/settle")
    after = office.desk.drafts.get(draft.id)

    assert (Stage.WAITING, draft.hash) == (after.stage, after.hash)


def test_walking_back_through_history_alone(office: Office) -> None:
    """An approver undoes again and again to reach a state of long ago alone: they only go to and fro between two."""
    oldest = office.desk.files(live(office))
    publish(office, CRIME, "cost: standard", "cost: free")
    publish(office, CRIME, "cost: free", "cost: unknown")
    office.act_as(BEN)
    seen = []
    for _ in range(4):
        office.post("/changes/undo", {"live": str(live(office)), "note": "Back."})
        seen.append(office.desk.files(live(office)) == oldest)

    assert [False] * 4 == seen


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do several things at the same moment; return what each gave, or the error that it raised."""
    start = threading.Barrier(len(deeds))
    given: list[object] = [None] * len(deeds)

    def do(place: int, deed: Callable[[], object]) -> None:
        start.wait()
        try:
            given[place] = deed()
        except DeskError as fault:
            given[place] = fault

    threads = [threading.Thread(target=do, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_approving_twice_at_once(office: Office) -> None:
    """Two approvers press the button at the same moment: one revision, and the other one is told."""
    draft, number = handed_over(office), live(office)
    desk, standing = office.desk, office.desk.standing()

    def press(person: Any) -> object:
        return desk.drafts.approve(draft.id, person, NOW, draft.hash, accept_unchecked=True, standing=standing)

    given = at_once(lambda: press(BEN), lambda: press(CLEO))

    assert number + 1 == live(office)
    assert 1 == len([each for each in given if isinstance(each, StageError)])


def test_two_changes_approved_at_once(office: Office) -> None:
    """Two changes that began with the same revision are approved at once: the second is not laid over the first."""
    first, second = handed_over(office), handed_over(office, place=CRIME)
    desk, standing, number = office.desk, office.desk.standing(), live(office)

    def press(draft: Draft, person: Any) -> object:
        return desk.drafts.approve(draft.id, person, NOW, draft.hash, accept_unchecked=True, standing=standing)

    given = at_once(lambda: press(first, BEN), lambda: press(second, CLEO))

    assert number + 1 == live(office)
    assert 1 == len([each for each in given if isinstance(each, BaseMovedError)])


def test_publishing_over_a_switch(tmp_path: Path) -> None:
    """A change goes live in the moment in which a number of it is switched off: the number stays off."""
    office = a_small_office(tmp_path)
    draft = handed_over(office, place=CRIME)
    desk, standing = office.desk, office.desk.standing()
    given = at_once(
        lambda: desk.drafts.approve(draft.id, BEN, NOW, draft.hash, accept_unchecked=True, standing=standing),
        lambda: desk.switches.throw(EDDA, NOW, desk.served(), "GB", "020 7946 0001", Position.OUT, "A stranger."),
    )

    assert not [each for each in given if isinstance(each, DeskError)]
    assert 2 == live(office)
    assert "gb-crime" not in desk.served().helplines


def test_rows_written_past_the_pages(tmp_path: Path) -> None:
    """Somebody at the database changes or removes a revision or an entry of the log: the database itself refuses."""
    office = a_small_office(tmp_path)
    for words in (
        "UPDATE revisions SET files = '{}'",
        "DELETE FROM revisions",
        "UPDATE audit SET name = 'Nobody'",
        "DELETE FROM audit WHERE number = 1",
    ):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), office.desk.turn() as connection:
            connection.execute(sa.text(words))

    assert FILES == office.desk.files(1)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"a: &a [x]\nb: *a\n", "gb.yaml"),
        (b"a: &a [x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n", "gb.yaml"),
        (b"gb.yaml: !!python/object/apply:os.system [id]\n", "x.yaml"),
        (b"country: !!binary R0I=\n", "gb.yaml"),
        (b"[" * 100_000, "gb.yaml"),
        (b"{a: " * 50_000, "x.yml"),
        (b"- " * 100_000, "gb.yaml"),
        (b'{"a":' * 50_000, "x.json"),
        (b"a: >\n" + b" x\n" * 400_000, "gb.yaml"),
        (b"? " * 50_000, "gb.yaml"),
        (b"country: GB\n---\ncountry: FR\n", "../../gb.yaml"),
    ],
    ids=["anchor", "bomb", "object", "tag", "depth", "mapping", "list", "json", "long", "keys", "two"],
)
def test_file_that_is_a_weapon(office: Office, text: bytes, name: str) -> None:
    """An import with a tag, a bomb, or a depth that no table has: said in words, and nothing can be saved of it."""
    answer = office.act_as(ANA).post("/transfer/preview", {"file": (BytesIO(text), name)})
    close(answer)

    assert answer.status_code in {200, 400}
    assert "Put it into the change" not in answer.text


def close(answer: TestResponse) -> None:
    """Close what the tests' client has written a large body into."""
    answer.request.environ["wsgi.input"].close()


def test_row_inside_a_field(office: Office) -> None:
    """An editor writes YAML into a field, to bring in a row or a field that the form does not have: it stays words."""
    bad = "Words.\n  - id: gb-evil\n    kind: helpline\nchecked: 2026-11-22"
    fields = form_of(office.act_as(ANA), "/helplines/fr-support/edit")
    answer = office.post("/helplines/fr-support/edit", {**fields, "note": bad, "source.quote": bad})
    draft = office.desk.drafts.of(ANA)
    found = office.desk.drafts.directory(draft.id).helplines if draft and answer.status_code == 303 else {}

    assert "gb-evil" not in found
    assert "fr-support" not in found or found["fr-support"].checked is None


def form_of(office: Office, path: str) -> dict[str, Any]:
    """Return the fields of the form of a helpline as its page fills them in."""
    return dict(Form(office.client.get(path).text, "entry").sent())


def test_check_that_nobody_made(office: Office) -> None:
    """An editor pretends that a new helpline has been checked, in the row that the form carries: it is unchecked."""
    fields = form_of(office.act_as(ANA), "/helplines/new?country=FR")
    row = {
        "name.text": ["New line", "Nouvelle ligne"],
        "id": "fr-new",
        "needs": "support",
        "audience": "anyone",
        "number.say": "01 99 00 00 04",
        "number.dial": "+33199000004",
        "number.from": "anywhere",
        "source.file": "a letter",
        "source.quote": "Words.",
    }
    told = {"say": "01 99 00 00 04", "dial": "+33199000004", "from": "anywhere"}
    forged = {"numbers": [told], "hours": "unknown", "checked": "2026-11-20"}
    sent = {**fields, **row, "basis": json.dumps(forged)}
    seen = Page(office.post("/helplines/new", sent).text).one("input", name="confirmed").attributes["value"]
    answer = office.post("/helplines/new", {**sent, "confirmed": seen})
    draft = office.desk.drafts.of(ANA)

    assert 303 == answer.status_code
    assert draft is not None
    assert office.desk.drafts.directory(draft.id).helplines["fr-new"].checked is None


def test_check_of_another_number(office: Office) -> None:
    """An import changes a number that was checked: the new one counts as unchecked, and goes live by decision only."""
    table = b"id,number 1 say,number 1 dial\ngb-crime,020 7946 0009,+442079460009\n"
    page = office.act_as(ANA).post("/transfer/preview", {"file": (BytesIO(table), "x.csv"), "target": "new"})
    _method, address, fields = Page(page.text).button("Put")
    office.post(address, fields)
    draft = office.desk.drafts.of(ANA)
    assert draft is not None
    draft, number = office.desk.drafts.submit(draft.id, ANA, NOW, "They moved."), live(office)

    assert "checked: null" in (piece(office.desk.drafts.files(draft.id), CRIME) or "")
    assert 409 == approve(office.act_as(BEN), draft, unchecked="").status_code
    assert number == live(office)


def test_check_that_stayed_beside_another_number(office: Office) -> None:
    """Tables change a number and keep the day on which the old one was checked: a decision is asked all the same."""
    was = office.desk.files(live(office))
    files = {**was, "gb.yaml": was["gb.yaml"].replace("020 7946 0001", "020 7946 0009").replace("460001", "460009")}
    draft = office.desk.drafts.begin(ANA, NOW, "brought in", files)
    draft, number = office.desk.drafts.submit(draft.id, ANA, NOW, "They moved."), live(office)

    assert "2026-10-01" in (piece(files, CRIME) or "")
    assert 409 == approve(office.act_as(BEN), draft, unchecked="").status_code
    assert number == live(office)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": f"https://{EVIL}"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://["}],
    ids=["origin", "null", "fetched", "broken"],
)
@pytest.mark.parametrize("who", [None, ANA], ids=["stranger", "editor"])
def test_form_put_under_an_editor_s_hand(office: Office, who: Any, headers: dict[str, str]) -> None:
    """Another site sends a filled-in form, to have an editor save it: it is not shown as if they had written it."""
    data = {"source.quote": "Words of another site.", "basis": "{}"}
    answer = office.act_as(who).client.post("/helplines/fr-support/edit", data=data, headers=headers)

    assert answer.status_code in {303, 400}
    assert "Words of another site." not in answer.text


def test_sentence_of_ones_own(office: Office) -> None:
    """Somebody approves a sentence of their own, or other words than those that wait: neither is said."""
    store = WordingStore(office.desk)
    proposal = store.propose(BEN, NOW, Wording("en", Phrase.GREETING, ("Good day.",), ""))
    forms = [(BEN, proposal.hash), (CLEO, "0" * 16), (VERA, proposal.hash)]
    answers = [
        office.act_as(who).post("/sentences/en/greeting/approve", {"id": str(proposal.id), "hash": hash_})
        for who, hash_ in forms
    ]

    assert [303, 303, 403] == [answer.status_code for answer in answers]
    assert () == store.live().live


def test_path_as_the_name_of_a_file(office: Office, tmp_path: Path) -> None:
    """An upload is named as a path out of its folder: the name means nothing, and no file is made anywhere."""
    before = sorted(office.folder.rglob("*"))
    office.act_as(ANA)
    for name in ("../../../evil.wav", "/etc/cron.d/evil", "..\\evil.wav", "con.wav\0.py"):
        office.post("/sentences/ga/greeting/recordings", {"place": "0", "sound": (BytesIO(b"RIFF"), name)})
        office.post("/transfer/preview", {"file": (BytesIO(b"id\n"), name)})

    assert before == sorted(office.folder.rglob("*"))
    assert not list(tmp_path.parent.rglob("evil*"))


@pytest.mark.parametrize(
    "path", ["..%2f..%2fadmin%2f__init__.py", "%2e%2e/%2e%2e/pyproject.toml", "/etc/passwd", "..\\x"]
)
def test_path_out_of_the_static_files(office: Office, path: str) -> None:
    """An address of a file for the pages' look climbs out of its folder: 404."""
    assert 404 == office.client.get(f"/static/{path}", follow_redirects=True).status_code


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\\t=", "＝"])
def test_formula_taken_out(office: Office, begins: str) -> None:
    """An editor names a service so that a spreadsheet computes it: the table that is taken out holds it as words."""
    draft = office.desk.drafts.begin(ANA, NOW, "Formula")
    save(office, draft, SUPPORT, 'quote: "La nuit."', f'quote: "{begins}HYPERLINK(0)"')
    text = office.act_as(VERA).get("/transfer/export", source=f"draft:{draft.id}", kind="csv").text
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row if "HYPERLINK" in cell]

    assert [True] == [cell.startswith("'") for cell in cells]


@pytest.mark.parametrize("kind", ["csv", "yaml", "json", "html", "../x", "csv\r\nX-Evil: 1"])
@pytest.mark.parametrize("country", ["", "GB", 'gb"; filename="evil.html', "GB\r\nX-Evil: 1", "../GB"])
def test_downloads(office: Office, kind: str, country: str) -> None:
    """What is taken out is a file to be kept, of its own kind and name, whatever the address asks: never a page."""
    answer = office.act_as(VERA).get("/transfer/export", kind=kind, country=country)

    assert "X-Evil" not in answer.headers
    if answer.status_code == 200:
        assert re.fullmatch(
            r'attachment; filename="fanal-[0-9a-f]{12}(-gb)?\.\w+"', answer.headers["Content-Disposition"]
        )
        assert answer.mimetype in {"text/csv", "application/yaml", "application/json"}
        assert "nosniff" == answer.headers["X-Content-Type-Options"]


@pytest.mark.parametrize("back", [f"//{EVIL}", f"https://{EVIL}/", f"/\\{EVIL}", "javascript:alert(1)"])
def test_way_back_from_a_fresh_sign_in(office: Office, back: str) -> None:
    """The form of an approval, or htmx's own header, names another site as the way back: it is not followed."""
    office.act_as(BEN, fresh=False)
    answers = [
        office.post("/changes/undo", {"back": back}),
        office.client.get("/changes/undo", headers={"HX-Request": "true", "HX-Current-URL": back}),
        office.act_as(None).client.get("/changes", headers={"HX-Request": "true", "HX-Current-URL": "http://["}),
    ]

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert not [each for each in answers if urlsplit(each.headers.get("Location", "")).netloc]


def test_reason_that_a_terminal_obeys(office: Office) -> None:
    """An editor hides signs in a reason that an operator's terminal obeys, or that turn words round: they are gone."""
    draft = begun(office)
    bad = "Fine.\x1b]0;gone\x07\x1b[2J\u202etxen\r\nSecond line.\0"
    office.act_as(ANA).post(f"/changes/{draft.id}/submit", {"reason": bad})

    assert "Fine. ]0;gone  [2Jtxen\nSecond line." == office.desk.drafts.get(draft.id).reason


def test_number_in_a_sentence(office: Office) -> None:
    """Two editors put a number of their own into a sentence, past the tables: no sentence may hold one."""
    store = WordingStore(office.desk)
    before = store.proposed()
    answer = office.act_as(ANA).post("/sentences/en/greeting", {"words": "Dial 020 7946 0009."})

    assert (400, before) == (answer.status_code, store.proposed())
    assert "numbers come from the directory" in answer.text
