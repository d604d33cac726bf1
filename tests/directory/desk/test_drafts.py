"""Drafts: several editors, one approver who is none of them, and exactly the content that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from directory.desk import Desk
from directory.desk.draft import (
    BaseMovedError,
    ConflictError,
    ContentError,
    Draft,
    MergeError,
    Stage,
)
from directory.desk.people import OPERATOR, Actor, NotAllowedError, Role, StageError, UnknownError
from directory.desk.revisions import Revision, UncheckedError
from directory.faults import Faults
from directory.load import compile_files
from directory.pieces import Files, Place, fingerprint, piece
from tests.desk import ADA, ANA, BEN, CLEO, EDDA, NOW, VERA, a_desk
from tests.sample_directory import FILES, changed

CRIME, CHILDREN, SUPPORT = (
    Place("gb.yaml", "gb-crime"),
    Place("gb.yaml", "gb-children"),
    Place("fr.yaml", "fr-support"),
)
BETTER = changed("gb.yaml", "Line for crime", "A better line for crime")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a first revision."""
    desk = a_desk(f"sqlite:///{tmp_path / 'desk.db'}", FILES)
    yield desk
    desk.engine.dispose()


@pytest.fixture
def any_desk(tables_url: str) -> Iterator[Desk]:
    """The same in either database."""
    desk = a_desk(tables_url, FILES)
    yield desk
    desk.engine.dispose()


def edit(desk: Desk, id_: int, person: Actor, place: Place, old: str, new: str) -> Draft:
    """Change a passage of one piece, as it stands in the draft."""
    present = piece(desk.drafts.files(id_), place) or ""
    assert old in present
    return desk.drafts.save(id_, person, NOW, place, present.replace(old, new), fingerprint(present))


def a_draft(desk: Desk, person: Actor = ANA) -> Draft:
    """Begin a draft in which the line for crime has a better name."""
    id_ = desk.drafts.begin(person, NOW, "a name").id
    return edit(desk, id_, person, CRIME, "Line for crime", "A better line for crime")


def submitted(desk: Desk, person: Actor = ANA) -> Draft:
    """The same, handed over for approval."""
    return desk.drafts.submit(a_draft(desk, person).id, person, NOW, "the name was wrong")


def approve(desk: Desk, draft: Draft, person: Actor, hash_: str = "", accept: bool = True) -> Revision:
    """Approve a draft."""
    return desk.drafts.approve(
        draft.id, person, NOW, hash_ or draft.hash, accept_unchecked=accept, standing=desk.standing()
    )


def publish(desk: Desk, files: Files) -> None:
    """Publish files from the command line."""
    desk.revisions.publish(files, OPERATOR, NOW, "meanwhile", accept_unchecked=True, standing=desk.standing())


def test_from_edit_to_approval(any_desk: Desk) -> None:
    """An editor's change, approved by another person, is live as it was read, with both names and the reason."""
    draft = submitted(any_desk)
    found = approve(any_desk, draft, BEN)

    assert (2, ANA.id, BEN.id, "the name was wrong") == (found.number, found.author, found.approver, found.note)
    assert compile_files(BETTER).revision == any_desk.served().revision
    assert (Stage.PUBLISHED, 2) == (any_desk.drafts.get(draft.id).stage, any_desk.drafts.get(draft.id).revision)
    assert any_desk.revisions.unconfirmed() is None
    assert any_desk.verify().whole


def test_nobody_approves_their_own() -> None:
    """A person with the right to approve is refused on their own work, and an administrator has no such right."""
    assert BEN.may(Role.APPROVER)
    assert not ADA.may(Role.APPROVER)
    assert not ADA.may(Role.EDITOR)


@pytest.mark.parametrize("hand_over", [BEN, ANA])
def test_own_work_is_refused(desk: Desk, hand_over: Actor) -> None:
    """Whoever saved anything into a draft cannot approve it, whoever submitted it, and even if it was taken back."""
    id_ = desk.drafts.begin(ANA, NOW, "a name").id
    edit(desk, id_, BEN, CHILDREN, "Line for children", "A line for children")
    edit(desk, id_, BEN, CHILDREN, "A line for children", "Line for children")
    edit(desk, id_, ANA, CRIME, "Line for crime", "A better line for crime")
    draft = desk.drafts.submit(id_, hand_over, NOW, "the name was wrong")
    with pytest.raises(NotAllowedError, match="your own work"):
        approve(desk, draft, BEN)

    assert 2 == approve(desk, draft, CLEO).number


def test_who_only_submits_is_an_author(desk: Desk) -> None:
    """An approver who submits what others wrote does not approve it."""
    id_ = a_draft(desk).id
    draft = desk.drafts.submit(id_, BEN, NOW, "the name was wrong")
    with pytest.raises(NotAllowedError):
        approve(desk, draft, BEN)


@pytest.mark.parametrize("person", [VERA, ANA, EDDA, ADA])
def test_only_approvers_approve(desk: Desk, person: Actor) -> None:
    """No viewer, editor or administrator puts a draft live."""
    draft = submitted(desk)
    with pytest.raises(NotAllowedError):
        approve(desk, draft, person)
    assert 1 == desk.head()[0]


@pytest.mark.parametrize("person", [VERA, ADA])
@pytest.mark.parametrize(
    "act",
    [
        lambda desk, _id, who: desk.drafts.begin(who, NOW, "x"),
        lambda desk, id_, who: edit(desk, id_, who, CRIME, "Line for crime", "x"),
        lambda desk, id_, who: desk.drafts.save_files(id_, who, NOW, BETTER, desk.drafts.get(id_).hash),
        lambda desk, id_, who: desk.drafts.submit(id_, who, NOW, "x"),
        lambda desk, id_, who: desk.drafts.withdraw(id_, who, NOW),
        lambda desk, id_, who: desk.drafts.bring_up_to_date(id_, who, NOW),
        lambda desk, id_, who: desk.drafts.settle(id_, who, NOW, {CRIME: None}),
    ],
)
def test_readers_change_nothing(desk: Desk, person: Actor, act: Callable[[Desk, int, Actor], object]) -> None:
    """Viewers and administrators can do nothing to a draft."""
    id_ = a_draft(desk).id if "edit" not in act.__code__.co_names else desk.drafts.begin(ANA, NOW, "x").id
    with pytest.raises(NotAllowedError):
        act(desk, id_, person)


@pytest.mark.parametrize("forged", ["0" * 64, "", "A" * 64])
def test_forged_hash(desk: Desk, forged: str) -> None:
    """An approval names the hash of what was read; any other publishes nothing."""
    draft = submitted(desk)
    with pytest.raises(ContentError):
        desk.drafts.approve(draft.id, BEN, NOW, forged, accept_unchecked=True, standing=desk.standing())
    assert 1 == desk.head()[0]


def test_old_hash(desk: Desk) -> None:
    """A page left open shows what is no longer there: sent back, changed and submitted again, it is refused."""
    old = submitted(desk)
    desk.drafts.send_back(old.id, BEN, NOW, "one word more")
    edit(desk, old.id, ANA, CRIME, "A better line", "The best line")
    new = desk.drafts.submit(old.id, ANA, NOW, "one word more")
    with pytest.raises(ContentError):
        approve(desk, new, BEN, old.hash)

    assert 2 == approve(desk, new, BEN).number


def test_waiting_draft_is_closed(desk: Desk) -> None:
    """While a draft waits nobody changes it, so that what is read is what is approved."""
    draft = submitted(desk)
    with pytest.raises(StageError):
        edit(desk, draft.id, EDDA, CHILDREN, "Line for children", "A line")
    with pytest.raises(StageError):
        desk.drafts.save_files(draft.id, EDDA, NOW, FILES, draft.hash)


@pytest.mark.parametrize("act", ["submit", "approve", "withdraw", "send_back"])
def test_published_draft_is_done(desk: Desk, act: str) -> None:
    """What was published is not published, sent back or withdrawn again."""
    draft = submitted(desk)
    approve(desk, draft, BEN)
    acts: dict[str, Callable[[], object]] = {
        "submit": lambda: desk.drafts.submit(draft.id, ANA, NOW, "again"),
        "approve": lambda: approve(desk, draft, CLEO),
        "withdraw": lambda: desk.drafts.withdraw(draft.id, ANA, NOW),
        "send_back": lambda: desk.drafts.send_back(draft.id, BEN, NOW, "no"),
    }
    with pytest.raises(StageError):
        acts[act]()
    assert 2 == desk.head()[0]


def test_base_that_moved(desk: Desk) -> None:
    """A draft whose base is no longer live is not published before somebody has brought it up to date and read it."""
    draft = submitted(desk)
    publish(desk, changed("fr.yaml", "Soutien", "Aide"))
    with pytest.raises(BaseMovedError):
        approve(desk, draft, BEN)
    desk.drafts.send_back(draft.id, ANA, NOW, "")
    desk.drafts.bring_up_to_date(draft.id, ANA, NOW)
    draft = desk.drafts.submit(draft.id, ANA, NOW, "brought up to date")
    approve(desk, draft, BEN)

    served = desk.served().helplines
    assert ("A better line for crime", "Aide") == (served["gb-crime"].name["en"], served["fr-support"].name["fr"])


def test_same_piece_changed_on_both_sides(desk: Desk) -> None:
    """Where the live revision has changed the same entry, somebody says what it is to be; nothing is lost silently."""
    draft = a_draft(desk)
    publish(desk, changed("gb.yaml", "Line for crime", "The operator's line"))
    with pytest.raises(MergeError) as refused:
        desk.drafts.bring_up_to_date(draft.id, ANA, NOW)
    mine = piece(desk.drafts.files(draft.id), CRIME)
    desk.drafts.settle(draft.id, EDDA, NOW, {CRIME: mine})
    draft = desk.drafts.submit(draft.id, ANA, NOW, "both read")

    assert (CRIME,) == refused.value.conflicts
    assert {ANA.id, EDDA.id} == draft.authors
    assert 3 == approve(desk, draft, BEN).number
    assert "A better line for crime" == desk.served().helplines["gb-crime"].name["en"]


def test_two_editors_of_one_entry(desk: Desk) -> None:
    """The second of two editors is told what the first has made of it, and by whom; their own is not saved over it."""
    id_ = desk.drafts.begin(ANA, NOW, "a name").id
    seen = piece(FILES, CRIME) or ""
    edit(desk, id_, ANA, CRIME, "Line for crime", "A better line for crime")
    with pytest.raises(ConflictError) as refused:
        desk.drafts.save(id_, EDDA, NOW, CRIME, seen.replace("Line for crime", "Another"), fingerprint(seen))

    assert (CRIME, ANA.name) == (refused.value.place, refused.value.by)
    assert "A better line for crime" in (refused.value.present or "")
    assert "A better line for crime" in (piece(desk.drafts.files(id_), CRIME) or "")


def test_two_editors_of_two_entries(any_desk: Desk) -> None:
    """Two editors who save different entries of one file at the same moment both keep their work."""
    id_ = any_desk.drafts.begin(ANA, NOW, "names").id
    begin = Barrier(2)

    def save(work: tuple[Actor, Place, str]) -> None:
        person, place, old = work
        seen = piece(FILES, place) or ""
        begin.wait()
        any_desk.drafts.save(id_, person, NOW, place, seen.replace(old, f"{old} (open)"), fingerprint(seen))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(save, [(ANA, CRIME, "Line for crime"), (EDDA, CHILDREN, "Line for children")]))
    found = any_desk.drafts.directory(id_).helplines

    assert "Line for crime (open)" == found["gb-crime"].name["en"]
    assert "Line for children (open)" == found["gb-children"].name["en"]
    assert {ANA.id, EDDA.id} == any_desk.drafts.get(id_).authors


def test_removed_meanwhile(desk: Desk) -> None:
    """An editor of an entry that somebody has taken out meanwhile is told so."""
    id_ = desk.drafts.begin(ANA, NOW, "x").id
    seen = piece(FILES, SUPPORT) or ""
    desk.drafts.save(id_, ANA, NOW, SUPPORT, None, fingerprint(seen))
    with pytest.raises(ConflictError) as refused:
        desk.drafts.save(id_, EDDA, NOW, SUPPORT, seen.replace("Soutien", "Aide"), fingerprint(seen))
    assert refused.value.present is None


def test_faults_are_not_saved(desk: Desk) -> None:
    """A row with a fault leaves the draft as it was."""
    id_ = desk.drafts.begin(ANA, NOW, "x").id
    before = desk.drafts.get(id_)
    with pytest.raises(Faults):
        edit(desk, id_, ANA, CRIME, "cost: standard", "cost: cheap")

    assert before == desk.drafts.get(id_)


def test_import_into_a_changed_draft(desk: Desk) -> None:
    """Whole files go only into the draft that was looked at."""
    draft = a_draft(desk)
    edit(desk, draft.id, EDDA, CHILDREN, "Line for children", "A line for children")
    with pytest.raises(ContentError):
        desk.drafts.save_files(draft.id, ANA, NOW, FILES, draft.hash)


def test_nothing_to_submit(desk: Desk) -> None:
    """A draft that changes nothing, and one without a reason, is not handed over."""
    draft = desk.drafts.begin(ANA, NOW, "x")
    with pytest.raises(StageError, match="no change"):
        desk.drafts.submit(draft.id, ANA, NOW, "why")
    with pytest.raises(StageError, match="Say why"):
        desk.drafts.submit(a_draft(desk).id, ANA, NOW, "  ")


def test_sending_back(desk: Desk) -> None:
    """An approver sends back with a word why; an author may take back without; another editor may not."""
    draft = submitted(desk)
    with pytest.raises(NotAllowedError):
        desk.drafts.send_back(draft.id, EDDA, NOW, "no")
    with pytest.raises(StageError):
        desk.drafts.send_back(draft.id, BEN, NOW, " ")
    found = desk.drafts.send_back(draft.id, BEN, NOW, "one word more")

    assert (Stage.OPEN, "one word more", BEN.name) == (found.stage, found.answer, found.answered_name)
    assert found.submitted_hash is None


def test_withdrawing(desk: Desk) -> None:
    """Only whoever works on a draft gives it up; it stays to be read."""
    draft = a_draft(desk)
    with pytest.raises(NotAllowedError):
        desk.drafts.withdraw(draft.id, CLEO, NOW)
    found = desk.drafts.withdraw(draft.id, ANA, NOW)

    assert Stage.WITHDRAWN is found.stage
    assert BETTER["gb.yaml"].count("A better line") == desk.drafts.files(draft.id)["gb.yaml"].count("A better line")
    with pytest.raises(StageError):
        desk.drafts.submit(draft.id, ANA, NOW, "again")


def test_unchecked_entries_need_a_decision(desk: Desk) -> None:
    """An approver is told which changed services nobody has ever checked, and says that they may go live."""
    id_ = desk.drafts.begin(ANA, NOW, "x").id
    edit(desk, id_, ANA, CHILDREN, "Line for children", "A line for children")
    draft = desk.drafts.submit(id_, ANA, NOW, "a name")
    with pytest.raises(UncheckedError) as refused:
        approve(desk, draft, BEN, accept=False)

    assert ("gb-children",) == refused.value.entries
    assert 2 == approve(desk, draft, BEN).number


def test_two_approvals_at_once(any_desk: Desk) -> None:
    """Of two approvers of one draft at the same moment one publishes it; there is one revision of it."""
    draft = submitted(any_desk)
    begin = Barrier(2)

    def work(person: Actor) -> bool:
        begin.wait()
        try:
            approve(any_desk, draft, person)
        except StageError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert [False, True] == sorted(pool.map(work, (BEN, CLEO)))
    assert 2 == any_desk.head()[0]


def test_two_drafts_approved_at_once(any_desk: Desk) -> None:
    """Of two drafts on one base approved at the same moment one goes live; the other has to be brought up to date."""
    one = submitted(any_desk)
    id_ = any_desk.drafts.begin(EDDA, NOW, "y").id
    edit(any_desk, id_, EDDA, SUPPORT, "Soutien", "Aide")
    other = any_desk.drafts.submit(id_, EDDA, NOW, "y")
    begin = Barrier(2)

    def work(draft: Draft) -> str:
        begin.wait()
        try:
            return str(approve(any_desk, draft, BEN).number)
        except BaseMovedError:
            return "moved"

    with ThreadPoolExecutor(2) as pool:
        assert ["2", "moved"] == sorted(pool.map(work, (one, other)))


def test_unknown_draft(desk: Desk) -> None:
    """A draft that there is not is said to be none."""
    with pytest.raises(UnknownError):
        desk.drafts.get(7)
    with pytest.raises(UnknownError):
        desk.drafts.files(7)


def test_own_open_draft(desk: Desk) -> None:
    """An editor finds the draft that they began, and nobody else's."""
    draft = a_draft(desk)

    assert draft == desk.drafts.of(ANA)
    assert desk.drafts.of(EDDA) is None
    assert (draft,) == desk.drafts.listing((Stage.OPEN,))
    assert () == desk.drafts.listing((Stage.WAITING,))


def test_order_of_the_rows_is_a_change(desk: Desk) -> None:
    """A file in which nothing but the order of its services is another changes whom callers are offered first."""
    text = FILES["gb.yaml"]
    crime, children, emergency = (text.index(f"  - id: gb-{name}") for name in ("crime", "children", "999"))
    turned = {**FILES, "gb.yaml": text[:crime] + text[children:emergency] + text[crime:children] + text[emergency:]}
    begun, brought = desk.drafts.begin(ANA, NOW, "a return", turned), desk.drafts.begin(ANA, NOW, "an import")
    brought = desk.drafts.save_files(brought.id, ANA, NOW, turned, brought.hash)

    for draft in (begun, brought):
        assert [(Place("gb.yaml"), ANA.id)] == [(each.place, each.who) for each in draft.edits]
        assert ["gb-children", "gb-crime"] == [
            each.id for each in desk.drafts.directory(draft.id).helplines.values() if each.country == "GB"
        ][:2]
        assert Stage.WAITING == desk.drafts.submit(draft.id, ANA, NOW, "They open earlier.").stage


def test_order_of_the_files_is_no_change(desk: Desk) -> None:
    """Files have no order, and ends of lines say nothing."""
    same = {name: text.replace("\n", "  \n") for name, text in reversed(FILES.items()) if name == "gb.yaml"}
    draft = desk.drafts.begin(ANA, NOW, "nothing", {**same, **FILES, **same})

    assert () == draft.edits
