"""The register of accounts, in both databases: every change is logged, and every table is as its migration made it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from directory.desk import Desk
from directory.desk.people import OPERATOR, Actor, NotAllowedError, Role, StageError, UnknownError
from routes.admin.accounts import factors
from routes.admin.accounts.attempts import WINDOW, Attempts
from routes.admin.accounts.factors import Factor, Kind
from routes.admin.accounts.register import Register, State
from routes.admin.accounts.tables import metadata
from tests.databases import with_tables

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
ADDRESS = "ana@example.org"


@pytest.fixture
def desk(tables_url: str) -> Iterator[Desk]:
    """A desk without accounts."""
    engine = with_tables(tables_url)
    yield Desk(engine)
    engine.dispose()


@pytest.fixture
def register(desk: Desk) -> Register:
    """A register without accounts."""
    return Register(desk)


def test_tables(desk: Desk) -> None:
    """What the migration makes and what the program says of its tables is the same."""
    with desk.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda _, name, kind, *__: kind != "table" or name in metadata.tables}
        )
        assert [] == compare_metadata(context, metadata)


def test_add(register: Register, desk: Desk) -> None:
    """A new account waits for its holder, is found however its address is written, and stands in the log."""
    account, link = register.add(OPERATOR, " Ana@Example.org ", "Ana  M.", [Role.APPROVER, Role.EDITOR], NOW)

    assert (ADDRESS, "Ana M.", State.INVITED) == (account.address, account.name, account.state)
    assert frozenset({Role.EDITOR, Role.APPROVER}) == account.roles
    assert NOW + dt.timedelta(hours=24) == link.until
    assert account == register.find("ANA@example.ORG") == register.get(account.id)
    assert ["account made"] == [entry.action for entry in desk.entries()]
    assert link.token not in str(desk.entries())
    assert desk.verify().whole


@pytest.mark.parametrize(
    ("address", "name", "roles"),
    [
        ("ana", "Ana", [Role.EDITOR]),
        ("ana@", "Ana", [Role.EDITOR]),
        ("a na@example.org", "Ana", [Role.EDITOR]),
        ("ana@example.org\u202e", "Ana", [Role.EDITOR]),
        (f"{'a' * 65}@example.org", "Ana", [Role.EDITOR]),
        (ADDRESS, "", [Role.EDITOR]),
        (ADDRESS, "A" * 81, [Role.EDITOR]),
        (ADDRESS, "A\u200bna", [Role.EDITOR]),
        (ADDRESS, "\u202eanA", [Role.EDITOR]),
        (ADDRESS, "Ana", []),
    ],
)
def test_add_refused(register: Register, address: str, name: str, roles: list[Role]) -> None:
    """What is no address, no name that can be read, or has no role, is refused."""
    with pytest.raises(StageError):
        register.add(OPERATOR, address, name, roles, NOW)

    assert () == register.listing()


def test_one_account_an_address(register: Register) -> None:
    """There are no two accounts with one address, in whatever letters."""
    register.add(OPERATOR, ADDRESS, "Ana", [Role.EDITOR], NOW)
    with pytest.raises(StageError, match="already"):
        register.add(OPERATOR, ADDRESS.upper(), "Ana", [Role.EDITOR], NOW)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
def test_administrators_only(register: Register, role: Role) -> None:
    """Whoever is no administrator changes no account, and neither does somebody whose account there is not."""
    account, _ = register.add(OPERATOR, ADDRESS, "Ana", [Role.EDITOR], NOW)
    for actor in (Actor("account:99", "Eve", frozenset({role})), Actor("account:99", "Eve", frozenset(Role))):
        with pytest.raises(NotAllowedError):
            register.set_roles(actor, account.id, [Role.ADMINISTRATOR], NOW)
        with pytest.raises(NotAllowedError):
            register.recover(actor, account.id, NOW)

    assert account == register.get(account.id)


def test_disable_and_enable(register: Register) -> None:
    """A disabled account has no link to recover by until it is enabled."""
    account, _ = register.add(OPERATOR, ADDRESS, "Ana", [Role.EDITOR], NOW)
    register.disable(OPERATOR, account.id, NOW)
    assert State.DISABLED is register.get(account.id).state
    with pytest.raises(StageError, match="enable it first"):
        register.recover(OPERATOR, account.id, NOW)
    register.enable(OPERATOR, account.id, NOW)

    assert State.INVITED is register.get(account.id).state


@pytest.mark.parametrize("address", ["", "ben@example.org", "\x00", "ana@example.org\x00", "ana@example.org\u200b"])
def test_find_nobody(register: Register, address: str) -> None:
    """Whatever is typed as an address, there is an account of it or none."""
    register.add(OPERATOR, ADDRESS, "Ana", [Role.EDITOR], NOW)

    assert register.find(address) is None


def test_unknown(register: Register) -> None:
    """What there is not cannot be changed."""
    with pytest.raises(UnknownError):
        register.disable(OPERATOR, 7, NOW)


def test_factors(desk: Desk, register: Register) -> None:
    """A key belongs to one account, the last factor stays, and the others can go."""
    account, _ = register.add(OPERATOR, ADDRESS, "Ana", [Role.EDITOR], NOW)
    key = Factor(0, Kind.KEY, "mine", "public", "id", 0, NOW, None)
    with desk.turn() as connection:
        factors.add(connection, account.actor, account.id, key, NOW)
        (found,) = factors.of(connection, account.id)
        with pytest.raises(StageError, match="in use already"):
            factors.add(connection, account.actor, account.id + 1, key, NOW)
        with pytest.raises(StageError, match="only second factor"):
            factors.remove(connection, account.actor, account.id, found.id, NOW)
        app = Factor(0, Kind.APP, "telephone", "secret", None, 7, NOW, None)
        factors.add(connection, account.actor, account.id, app, NOW)
        with pytest.raises(UnknownError):
            factors.remove(connection, account.actor, account.id + 1, found.id, NOW)
        factors.remove(connection, account.actor, account.id, found.id, NOW)
        assert ["telephone"] == [each.name for each in factors.of(connection, account.id)]


def test_attempts(desk: Desk) -> None:
    """What was tried too often is refused until the window has passed; success forgets one account, not the others."""
    limiter = Attempts(desk, "a key of a test")
    limits = {"ana": 2, "network": 3}

    assert [True, True, False] == [limiter.take(limits, NOW) for _ in range(3)]
    limiter.forgive("ana", "network")
    assert [True, True, False] == [limiter.take(limits, NOW) for _ in range(3)]
    limiter.forgive("ana", "elsewhere")
    assert not limiter.take({"ben": 2, "network": 3}, NOW)
    assert not limiter.take(limits, NOW + WINDOW - dt.timedelta(seconds=1))
    assert limiter.take(limits, NOW + WINDOW)
