"""The one test above all: marked numbers go through every path, and are then searched for everywhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
import requests
import sqlalchemy as sa
from click.testing import CliRunner

from directory.database import open_database
from ivr.simulator.client import ExchangeError
from ivr.simulator.exchange import Failure
from ivr.simulator.transcript import LegOutcome
from ivr.simulator.transport import signed
from routes.cli import main
from tests.accounts import House
from tests.crawling import Reader, first_links
from tests.installation import Installation, free_port, installed, wait_until
from tests.kept import values
from tests.marked import MOBILE, NUMBERS, Search
from tests.premises import Premises
from tests.services import RestartableRedis
from tests.summary import note
from tests.wire import CONTROL, TOKEN, Wire

ROOT = Path(__file__).parents[1]
METRICS_TOKEN = "a token for the metrics of this test"
SECRET = "a secret of a test that is long enough to be one"
ROMANIA = "+40800123456"
TUESDAY = {"morning": "2026-11-24T10:00+02:00", "night": "2026-11-24T03:00+02:00"}
WORDS = ("Hello", "1", "3", "4", "0", "HELP", "STOP", "START", *NUMBERS)
FIELDS = (
    "From", "To", "Caller", "Called", "CallerName", "ForwardedFrom", "FromCity", "Body", "Digits", "SpeechResult",
    "CallSid", "DialCallSid", "DialCallStatus", "MessageSid", "AccountSid", "CallStatus", "MessageStatus", "OptOutType",
)  # fmt: skip
HEADERS = (
    "User-Agent", "Referer", "X-Forwarded-For", "X-Request-Id", "Cookie", "Authorization", "Origin", "Accept-Language",
)  # fmt: skip
PATHS = (
    "/voice", "/voice/fallback", "/voice/status", "/voice/voiced", "/sms", "/sms/fallback", "/sms/status", "/metrics",
    "/phone", "/phone/calls", "/health/ready", "/admin/", "/admin/sign-in", "/audio/ga/x.wav", "/nowhere",
)  # fmt: skip


class Town:
    """An installation, its carrier, and what has been collected of both."""

    def __init__(self, running: Installation, wire: Wire, server: RestartableRedis, search: Search) -> None:
        self.running, self.wire, self.server, self.search = running, wire, server, search
        self.var = running.folder / "var"
        self.base = f"http://127.0.0.1:{running.port}"
        self.flag = running.folder / "sabotage"

    def call(self, number: str, *keys: str, at: str = TUESDAY["morning"]) -> str:
        """Make a call, press keys as long as somebody listens, and return its id."""
        call = self.running.exchange.dial(number, ROMANIA, at=at)
        with suppress(ExchangeError):
            for key in keys:
                self.running.exchange.press(call.id, key)
        return call.id

    def leg(self, number: str, outcome: LegOutcome) -> None:
        """Make a call that is forwarded and ends so."""
        call = self.call(number, "1", "3", "1")
        with suppress(ExchangeError):
            self.running.exchange.leg(call, outcome)
        with suppress(ExchangeError):
            self.running.exchange.hang_up(call)

    def silence(self, number: str) -> None:
        """Make a call in which nothing is pressed."""
        call = self.call(number)
        with suppress(ExchangeError):
            for _ in range(5):
                self.running.exchange.silence(call)

    def some_of_each(self) -> None:
        """Make a call, a text asked for and a text sent to us, from each number."""
        for number in NUMBERS:
            self.call(number, "1", "3", "2", "1")
            self.running.exchange.send_text(number, "1", ROMANIA)

    def look_at_redis(self, when: str) -> None:
        """Search every key and value, and the file that the server writes."""
        with redis.Redis.from_url(self.server.url) as client:
            for key in client.scan_iter(count=1000):
                self.search.look(f"redis {when} {key!r}", b"\n".join((key, *values(client, key))))
            client.config_set("rdbcompression", "no")
            client.save()
        self.search.look_through(f"redis's file {when}", _files(Path(self.server.url.removeprefix("unix://")).parent))

    def look_at_files(self, when: str) -> None:
        """Search everything that the installation has written, its spool and its log included."""
        self.search.look_through(f"file {when}", _files(self.running.folder))

    def open(self, path: str, **headers: str) -> None:
        """Open an address, and search the answer."""
        answer = requests.get(self.base + path, headers=headers, timeout=30)
        self.search.look(f"page {path}", f"{dict(answer.headers)}{answer.text}")


def test_found() -> None:
    """The search finds numbers whole, in part, hashed with and without our secret, and nothing in other numbers."""
    digest = hmac.digest(SECRET.encode(), MOBILE.encode(), "sha256")
    leaks = (
        *(f"to {MOBILE}.", "…550173", "(202) 555-0173", "%2B447700900471", base64.b64encode(MOBILE.encode()).decode()),
        *(hashlib.new(name, MOBILE.encode(), usedforsecurity=False).hexdigest() for name in ("md5", "sha1", "sha256")),
        *(digest.hex().upper(), digest.hex()[:16], base64.urlsafe_b64encode(digest).decode()),
    )
    for place in (
        "+12025550174",
        "900470",
        "CA0550173" + "a" * 25,
        hashlib.sha256(b"+12025550174").hexdigest(),
        *leaks,
    ):
        search = Search((SECRET,))
        search.look("here", place)

        assert (place in leaks) == bool(search.found), place
    raw = Search((SECRET,))
    raw.look("bytes", b"\0\1" + digest)
    assert raw.found


@contextmanager
def _town(folder: Path, server: RestartableRedis, search: Search, **settings: str) -> Iterator[Town]:
    port = free_port()
    wire = Wire(port)
    with wire.at_work():
        more = {"METRICS_TOKEN": METRICS_TOKEN, "SECRET_KEY": SECRET, "REDIS_URL": server.url, **settings}
        path = f"{ROOT / 'tests' / 'saboteur'}{os.pathsep}{ROOT}"
        environ = {
            **wire.settings(),
            "SABOTAGE": str(folder / "sabotage"),
            "PYTHONPATH": path,
            "PORT": str(port),
            **more,
        }
        with installed(folder, **environ) as running:
            yield Town(running, wire, server, search)


def test_the_marked_numbers_are_nowhere(tmp_path: Path, restartable_redis: RestartableRedis) -> None:
    """After calls and texts along every path and under every failure, no log, queue, database, file, address or page
    holds any of the numbers, whole or in part or hashed.
    """
    search = Search((SECRET, TOKEN, CONTROL, METRICS_TOKEN))
    with _town(tmp_path, restartable_redis, search) as town:
        _every_path(town)
        _provider_complains(town)
        _worker_dies(town)
        _redis_away(town)
        _database_away(town)
        _code_breaks(town)
        _hostile(town)
        _pages(town)
        assert wait_until(lambda: {"text", "outcome", "call"} <= _counted(town)), town.running.log
        town.look_at_redis("at the end")
        url = f"sqlite:///{town.var / 'fanal.db'}"
        _exports(town, url)
        search.look_through("table of SQLite", _tables(url))
        town.running.stop()
        town.look_at_files("at the end")
        _addresses(town)

    assert {} == search.found
    note(f"marked numbers: {len(search.places)} places searched, {len(search.found)} found")


@pytest.mark.postgres
def test_nor_in_postgresql(tmp_path: Path, restartable_redis: RestartableRedis, postgres_url: str) -> None:
    """The same of the tables and files of PostgreSQL, while texts and deletions stand in them as errands."""
    search = Search((SECRET, TOKEN))
    with _town(tmp_path, restartable_redis, search, DATABASE_URL=postgres_url) as town:
        town.wire.complaint = f"Internal error for {', '.join(NUMBERS)}"
        town.some_of_each()
        assert wait_until(lambda: bool(_rows(postgres_url, "errands")) and bool(_rows(postgres_url, "counters")))
        search.look_through("table of PostgreSQL", _tables(postgres_url))
        town.wire.complaint = ""
        town.leg(MOBILE, LegOutcome.BUSY)
        search.look_through("table of PostgreSQL later", _tables(postgres_url))
        search.look_through("file of PostgreSQL", _files_of_postgresql(postgres_url))

    assert {} == search.found
    note(f"marked numbers in PostgreSQL: {len(search.places)} places searched, {len(search.found)} found")


def _every_path(town: Town) -> None:
    """Walk along every outcome, text, silence, wrong key and inbound text."""
    for number, outcome in [(MOBILE, each) for each in LegOutcome] + [(each, LegOutcome.BUSY) for each in NUMBERS[1:]]:
        town.leg(number, outcome)
    for form in "12":
        for at in TUESDAY.values():
            town.call(MOBILE, "1", "3", "2", form, at=at)
    for number in NUMBERS:
        town.silence(number)
        town.call(number, "8", "99", "0", "#", "*", "9", "9", "0", "0")
        town.call(number)
    town.wire.exchange.unreachable.add(MOBILE)
    town.call(MOBILE, "1", "3", "2", "2")
    town.wire.exchange.unreachable.clear()
    for words in WORDS:
        for number in NUMBERS[:2]:
            town.running.exchange.send_text(number, words, ROMANIA)
    town.look_at_redis("after calls")


def _provider_complains(town: Town) -> None:
    """Let the provider refuse texts and deletions, with the numbers in its messages."""
    failures: list[dict[str, str | int]] = [{"count": 1, "failure": "rate"}, {"count": 2, "failure": "server"}]
    for failure in failures:
        answer = requests.post(
            f"{town.wire.url}/exchange/failures",
            json=failure,
            headers={"Authorization": f"Bearer {CONTROL}"},
            timeout=10,
        )
        assert 204 == answer.status_code
        town.call(MOBILE, "1", "3", "2", "2")
    town.wire.complaint = f"Internal error for {', '.join(NUMBERS)}"
    town.some_of_each()
    town.leg(MOBILE, LegOutcome.FAILED)
    assert wait_until(lambda: town.wire.complaints >= len(NUMBERS))
    town.look_at_redis("while the provider complains")
    town.wire.complaint = ""


def _worker_dies(town: Town) -> None:
    """Kill the process that sends texts while the provider has one in hand."""
    town.wire.exchange.fail_next(1, Failure.TIMEOUT, 3.0)
    town.wire.posted.clear()
    town.call(MOBILE, "1", "3", "2", "1")
    assert town.wire.posted.wait(30)
    town.running.part("worker texts").send_signal(signal.SIGKILL)
    town.look_at_redis("after a death in mid-job")


def _redis_away(town: Town) -> None:
    """Stop Redis: what happens waits in the spool, which is searched while it is in use."""
    town.server.stop()
    town.some_of_each()
    town.leg(MOBILE, LegOutcome.NO_ANSWER)
    town.open("/health/ready")
    town.open("/metrics", Authorization=f"Bearer {METRICS_TOKEN}")
    spool = _files(town.var / "spool")
    assert any(b"\ne" in data for data in spool.values()), "nothing waits in the spool"
    town.search.look_through("spool in use", spool)
    town.server.start()


def _database_away(town: Town) -> None:
    """Take the tables away: the worker and the pages meet errors of SQL."""
    with sqlite3.connect(town.var / "fanal.db", timeout=30) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    away = [name for name in names if name in {"counters", "errands", "marks", "progress", "sessions"}]
    _rename(town, {name: f"{name}_away" for name in away})
    town.some_of_each()
    for path in ("/admin/", "/admin/sign-in", "/health/ready", "/admin/statistics"):
        town.open(path, **{"User-Agent": MOBILE, "Referer": MOBILE})
    assert wait_until(lambda: "no such table" in town.running.log or "OperationalError" in town.running.log, 15)
    town.look_at_redis("while the database is away")
    _rename(town, {f"{name}_away": name for name in away})


def _rename(town: Town, names: Mapping[str, str]) -> None:
    with sqlite3.connect(town.var / "fanal.db", timeout=30) as database:
        for old, new in names.items():
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")


def _code_breaks(town: Town) -> None:
    """Let every document and every template raise an exception that quotes the request."""
    town.flag.touch()
    town.some_of_each()
    for path in ("/phone", "/admin/sign-in", f"/admin/sign-in?then={quote(MOBILE)}"):
        town.open(path, **{"User-Agent": MOBILE, "X-Forwarded-For": MOBILE})
    assert "RuntimeError" in town.running.log
    town.flag.unlink()


def _hostile(town: Town) -> None:
    """Put the number into every field, header, path and query, signed and not, whole and oversized."""
    form = dict.fromkeys(FIELDS, MOBILE)
    headers = dict.fromkeys(HEADERS, MOBILE)
    for path in PATHS:
        for query in ("", f"?From={quote(MOBILE)}&{quote(MOBILE)}"):
            url = f"{town.base}{path}{query}"
            _send(town, "GET", url, headers)
            _send(town, "POST", url, headers | {"X-Twilio-Signature": MOBILE}, form)
            _send(town, "POST", url, headers | signed(url, form, TOKEN), form)
        _send(town, "POST", f"{town.base}{path}/{MOBILE}", headers, form)
        _send(town, MOBILE.strip("+"), f"{town.base}{path}", headers)
        _send(town, "PUT", f"{town.base}{path}", headers, {"Body": MOBILE * 9000})
    call = {"CallSid": "CA" + "b" * 32, "From": MOBILE, "To": ROMANIA, "CallStatus": MOBILE, "Digits": MOBILE}
    for path in (
        "/voice",
        f"/voice/key/{MOBILE}",
        f"/voice/outcome/{MOBILE}",
        "/voice/fallback",
        "/voice/status",
        "/sms",
    ):
        for more in ({}, {"Body": MOBILE, "MessageSid": "SM" + "c" * 32}, {"DialCallStatus": MOBILE}):
            url, signed_form = f"{town.base}{path}", call | more
            _send(town, "POST", url, signed(url, signed_form, TOKEN), signed_form)


def _send(town: Town, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None) -> None:
    with suppress(requests.RequestException):
        answer = requests.request(method, url, data=form, headers=headers, timeout=30, allow_redirects=False)
        # A redirect, and the links to the same page in another language, give the address back to whoever sent it.
        told = {name: value for name, value in answer.headers.items() if name != "Location"}
        text = "" if answer.is_redirect else re.sub(r'href="\?[^"]*"', "", answer.text)
        how = f"{len(form or {})} fields {'signed' * ('X-Twilio-Signature' in headers)}"
        town.search.look(f"answer to {method} {url} {how}", f"{told}{text}")


def _pages(town: Town) -> None:
    """Open every page, as two people with every right between them, and what is open to all."""
    house = House(town.running.folder)
    every = Premises(house, {}, {})
    for link in first_links(town.running.log):
        reader = Reader(f"http://localhost:{town.running.port}/admin", house.app.url_map.bind("localhost"))
        reader.enrol(link)
        reader.crawl()
        for rule in every.rules("GET"):  # those too to which no link leads
            reader.open(reader.pages + every.path(rule))
        town.search.look_through("page", reader.seen)
        assert {"home.show", "helplines.show", "statistics.show", "review.listing"} <= set(reader.kinds)
    for path in ("/phone", "/health/ready", "/health/live"):
        town.open(path)
    town.open("/metrics", Authorization=f"Bearer {METRICS_TOKEN}")


def _exports(town: Town, url: str) -> None:
    """Search what every command prints."""
    for line in (
        *(f"directory export --format {form}" for form in ("csv", "hsds", "yaml")),
        *("directory show --json", "stats", "stats --json", "stats --csv", "stats verify --json", "doctor --json"),
        *("stats raw --json --from 2026-01-01 --to 2030-01-01", "audit log --json", "audit verify --json"),
    ):
        environ = {"DATABASE_URL": url, "VAR_PATH": str(town.var), "REDIS_URL": town.server.url, "SECRET_KEY": SECRET}
        ran = CliRunner().invoke(main, line.split(), env=environ)
        town.search.look(f"output of {line}", ran.output + repr(ran.exception))


def _addresses(town: Town) -> None:
    """Search every address that was asked for or given out, and every answer to the carrier."""
    # The carrier sends the number of a text in the body, as it must; where a record stands is in the address.
    for address in {*town.wire.noted.addresses, *town.wire.asked}:
        town.search.look(f"address {address}", address)
    for place, answer in enumerate(town.wire.noted.answers):
        town.search.look(f"answer to the carrier {place}", answer)


def _files(folder: Path) -> Mapping[str, bytes]:
    found = {}
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                found[str(path.relative_to(folder))] = re.sub(rb"\0{9,}", bytes(8), path.read_bytes())
    return found


def _tables(url: str) -> Mapping[str, str]:
    """Return every row of every table, a table as one text."""
    engine, tables = open_database(url), sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        found = {name: str(connection.execute(sa.select(table)).fetchall()) for name, table in tables.tables.items()}
    engine.dispose()
    return found


def _rows(url: str, table: str) -> int:
    engine = open_database(url)
    with engine.connect() as connection:
        found = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - a name of ours
    engine.dispose()
    return int(found)


def _files_of_postgresql(url: str) -> Mapping[str, bytes]:
    """Return the files of this database, and the log of every change of all of them."""
    engine = open_database(url)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("CHECKPOINT"))
        asked = "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        folder, oid = connection.execute(sa.text(asked)).one()
    engine.dispose()
    return {**_files(Path(folder) / "base" / str(oid)), **_files(Path(folder) / "pg_wal")}


def _counted(town: Town) -> set[str]:
    with sqlite3.connect(town.var / "fanal.db", timeout=30) as database:
        return {kind for (kind,) in database.execute("SELECT DISTINCT kind FROM counters")}
