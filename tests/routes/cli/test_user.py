"""`fanal user` makes accounts and links on the machine, and `fanal run` the first two."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from routes.admin.accounts.register import State
from routes.cli import main
from routes.cli.invitations import first_links
from tests.accounts import Coordinator, House
from tests.application import some_settings

ANA = "ana@example.org"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """An installation without accounts, which the commands find by DATABASE_URL alone."""
    house = House(tmp_path, now=dt.datetime.now(dt.UTC))
    monkeypatch.setenv("DATABASE_URL", str(house.desk.engine.url))
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    return house


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, ["user", *words])


def test_add(house: House) -> None:
    """The link that is printed leads its holder in, with the roles that were given."""
    ran = _run("add", ANA, "--name", "Ana", "--role", "editor", "--role", "administrator", "--json")
    told = json.loads(ran.stdout)

    assert 0 == ran.exit_code
    assert (ANA, "Ana", ["editor", "administrator"], "invited") == tuple(
        told[name] for name in ("email", "name", "roles", "state")
    )
    assert told["link"].startswith("/admin/enrol/")
    assert 303 == Coordinator(house, ANA).enrol(told["link"]).status_code
    assert [("account made", "operator")] == [(each.action, each.who) for each in house.desk.entries()][-1:]


def test_address_of_the_link(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link is whole where PUBLIC_URL says where the pages are; else the words say what is missing."""
    assert (
        "the address of your installation, and then /admin/enrol/"
        in _run("add", ANA, "--name", "Ana", "--role", "editor").stdout
    )
    monkeypatch.setenv("PUBLIC_URL", "https://fanal.example.org")

    assert "\n  https://fanal.example.org/admin/enrol/" in _run("recover", ANA).stdout


def test_list(house: House) -> None:
    """The list says who there is, and how to begin where there is nobody."""
    assert "There is no account yet: fanal user add" in _run("list").stdout
    house.somebody(ANA)
    house.invite("ben@example.org")

    assert ["active", "invited"] == [each["state"] for each in json.loads(_run("list", "--json").stdout)]
    assert "ana@example.org" in _run("list").stdout


def test_recover(house: House) -> None:
    """A reset from the machine ends the sessions, and its link leads in again."""
    ana = house.somebody(ANA)
    told = json.loads(_run("recover", ANA, "--json").stdout)

    assert not ana.is_in()
    assert 303 == ana.enrol(told["link"], "another quiet harbour").status_code
    assert "the operator, from the command line reset this account" in ana.get("/account").text


def test_disable(house: House) -> None:
    """A disabled account signs in no more."""
    ana = house.somebody(ANA)
    ran = _run("disable", ANA)

    assert (0, f"{ANA} can sign in no more.\n") == (ran.exit_code, ran.stdout)
    assert not ana.is_in()
    assert State.DISABLED is house.account(ANA).state


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("recover", "nobody@example.org"), 1, "There is no account with the address nobody@example.org"),
        (("add", "nonsense", "--name", "Ana", "--role", "editor"), 1, "This is no e-mail address."),
        (("add", ANA, "--name", "Ana", "--role", "emperor"), 2, "'emperor' is not one of"),
        (("add", ANA, "--role", "editor"), 2, "Missing option '--name'"),
    ],
)
def test_refused(house: House, words: tuple[str, ...], status: int, sentence: str) -> None:
    """What cannot be done is said in one sentence, with the exit status that belongs to it."""
    ran = _run(*words)

    assert status == ran.exit_code
    assert sentence in ran.stderr
    assert () == house.register.listing()


def test_no_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without tables the sentence names the command that makes them."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'nothing.db'}")
    ran = _run("list")

    assert (1, "The database has no tables yet: run `fanal db upgrade`.\n") == (ran.exit_code, ran.stderr)


def test_first_links(house: House) -> None:
    """A new installation gets links for two people; new ones as long as none was used, and never again after that."""
    url, pages = str(house.desk.engine.url), "http://localhost:8000/admin"
    first = dict(first_links(url, pages, house.now))
    second = dict(first_links(url, pages, house.now))
    assert ["approver, administrator (approver@fanal.example)", "editor (editor@fanal.example)"] == list(first)
    old, new = (urlsplit(links["editor (editor@fanal.example)"]).path for links in (first, second))
    editor = Coordinator(house, "editor@fanal.example")
    assert [410, 200] == [editor.get(path.removeprefix("/admin")).status_code for path in (old, new)]
    editor.enrol(new)

    assert () == first_links(url, pages, house.now)


def test_first_links_beside_other_accounts(house: House) -> None:
    """Where somebody has made accounts already, none is made on its own."""
    house.invite(ANA)

    assert () == first_links(str(house.desk.engine.url), "http://localhost:8000/admin", house.now)


def test_reseal(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """After it the old key can go: an app goes on working with the new one alone; what no key opens is named."""
    house.somebody(ANA)
    old = str(some_settings(house.folder).secret_keys[0])
    new = "another secret of a test that is long enough"
    assert "SECRET_KEY is missing" in _run("reseal").stderr
    monkeypatch.setenv("SECRET_KEY", f"{new},{old}")
    assert (0, "Encrypted with the newest key: 1.\n") == (_run("reseal").exit_code, _run("reseal").stdout)
    monkeypatch.setenv("SECRET_KEY", new)
    assert 0 == _run("reseal").exit_code
    monkeypatch.setenv("SECRET_KEY", old)
    ran = _run("reseal")

    assert (1, f"No key opens those of {ANA}: reset them with `fanal user recover`.\n") == (ran.exit_code, ran.stderr)
