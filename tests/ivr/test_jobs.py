"""The jobs send once, count once and delete everything, however often they are run."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from rq.registry import ScheduledJobRegistry
from rq.serializers import JSONSerializer

from directory.database import open_database
from ivr import jobs
from ivr.adapters import schema
from ivr.adapters.claims import Claims
from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.counters import Counters
from ivr.adapters.provider import CallRecord, Fate, ProviderError
from ivr.adapters.queue import PURGE_LIFE, Queues, token
from ivr.adapters.stream import BEGINNING, EventStream
from ivr.events import TEXT_LIFE, Event, EventKind, Form, PurgeMessage, SendText
from ivr.jobs import Collaborators
from ivr.numbers import CallerNumber
from tests.fakes import FakeProvider

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
TEXT = SendText("CA1", "ro-anitp", "ro", Form.SHORT, NOW + TEXT_LIFE)
OURS = "+442079460123"
MOBILE, LANDLINE = "+12025550123", "+33199001234"
AGAIN = ProviderError(503, None, Fate.AGAIN)
UNTIL = (NOW + PURGE_LIFE).isoformat()


class World:
    """Everything the jobs work with, with a clock that the test sets."""

    def __init__(self, redis_url: str, database_url: str) -> None:
        self.now = NOW
        self.redis = connect(redis_url, PATIENT)
        self.engine = open_database(database_url)
        schema.upgrade(self.engine)
        self.provider = FakeProvider(calls={"CA1": CallRecord(CallerNumber(MOBILE), OURS)})
        self.stream, self.queues = EventStream(self.redis), Queues(self.redis)
        self.counters = Counters(self.engine)
        self.claims = Claims(self.redis, ["s" * 40])
        jobs.begin(
            Collaborators(
                self.provider, self.claims, self.stream, self.queues, self.counters, self.compose, lambda: self.now
            )
        )

    def compose(self, helpline: str, language: str, form: Form, country: str | None) -> str:
        """Write a text that shows what it was made from; one service has left the directory."""
        if helpline == "gone":
            raise KeyError(helpline)
        return f"{helpline} {language} {form} {country}"

    def send(self, errand: SendText = TEXT) -> None:
        """Run the job of a text."""
        jobs.send_text(errand.call, errand.helpline, errand.language, errand.form.value, errand.before.isoformat())

    @property
    def events(self) -> Counter[str]:
        """What the jobs have counted: kind, name and language."""
        entries = self.stream.read(self.stream.generation(), BEGINNING, 1000)
        return Counter(f"{e.event.kind} {e.event.name} {e.event.language}" for e in entries for _ in range(e.times))


@pytest.fixture
def world(redis_url: str, tmp_path: Path) -> Iterator[World]:
    """The jobs' world, with SQLite."""
    world = World(redis_url, f"sqlite:///{tmp_path / 'fanal.db'}")
    yield world
    world.engine.dispose()


def test_sends_and_counts(world: World) -> None:
    """The caller gets the text from the number they dialled, and it is counted."""
    world.send()
    ((to, body, called),) = world.provider.sent

    assert ("US", "ro-anitp ro short US", OURS, {"text sent ro": 1}) == (to.country, body, called, world.events)


@pytest.mark.parametrize(("waited", "left"), [(0, [120]), (119.5, [1]), (120, []), (121, [])])
def test_arrives_in_time_or_never(world: World, waited: float, left: list[int]) -> None:
    """The carrier may deliver a text only in what is left of its two minutes; after them it is not sent."""
    world.now += dt.timedelta(seconds=waited)
    world.send()

    assert left == world.provider.validity


def test_sent_text_is_deleted_even_without_a_callback(world: World) -> None:
    """After sending, the deletion of the text's record is on the schedule."""
    world.send()

    assert [token(PurgeMessage("SM1"))] == _later(world)


def test_runs_twice_sends_once(world: World) -> None:
    """The job of a text that was sent, run again, sends and counts nothing."""
    world.send()
    world.send()

    assert (1, {"text sent ro": 1}) == (len(world.provider.sent), world.events)


def test_replayed_request_sends_nothing(world: World) -> None:
    """The same text asked for again in the same call is not sent; the other form is."""
    world.send()
    world.send(SendText("CA1", "ro-anitp", "ro", Form.SHORT, TEXT.before + dt.timedelta(seconds=1)))
    world.send(SendText("CA1", "ro-anitp", "ro", Form.NAMED, TEXT.before))

    assert (2, {"text sent ro": 2, "text repeated ro": 1}) == (len(world.provider.sent), world.events)


@pytest.mark.parametrize(("seconds", "fate"), [(119, "sent"), (120, "dropped"), (121, "dropped")])
def test_lives_two_minutes(world: World, seconds: int, fate: str) -> None:
    """A text is sent until its last second, and dropped and counted from then on."""
    world.now = NOW + dt.timedelta(seconds=seconds)
    world.send()

    assert {f"text {fate} ro": 1} == world.events


@pytest.mark.parametrize("caller", [LANDLINE, "anonymous", "+266696687", ""])
def test_texts_mobiles_only(world: World, caller: str) -> None:
    """A landline and a withheld number get no text; that is counted."""
    world.provider.calls["CA1"] = CallRecord(CallerNumber(caller), OURS)
    world.send()

    assert ([], {"text refused ro": 1}) == (world.provider.sent, world.events)


def test_withdrawn_service_is_refused(world: World) -> None:
    """A service that has left the directory since is not texted."""
    world.send(SendText("CA1", "gone", "ro", Form.SHORT, TEXT.before))

    assert ([], {"text refused ro": 1}) == (world.provider.sent, world.events)


@pytest.mark.parametrize("where", ["faults", "sending_faults"])
def test_error_that_passes_is_tried_again(world: World, where: str) -> None:
    """An error after which nothing was sent leaves the job to be run again, which sends."""
    getattr(world.provider, where).append(AGAIN)
    with pytest.raises(ProviderError):
        world.send()
    before = world.events
    world.send()

    assert ({}, {"text sent ro": 1}, 1) == (before, world.events, len(world.provider.sent))


@pytest.mark.parametrize("where", ["faults", "sending_faults"])
def test_refusal_is_final(world: World, where: str) -> None:
    """A refusal of the provider is counted and not tried again."""
    getattr(world.provider, where).append(ProviderError(400, 21610, Fate.REFUSED))
    world.send()

    assert ([], {"text refused ro": 1}) == (world.provider.sent, world.events)


def test_unknown_is_never_repeated(world: World) -> None:
    """A text whose answer was lost is counted as unknown; neither the job nor a new request sends it again."""
    world.provider.sending_faults.append(ProviderError(None, None, Fate.UNKNOWN))
    world.send()
    world.send()
    world.send(SendText("CA1", "ro-anitp", "ro", Form.SHORT, TEXT.before + dt.timedelta(seconds=1)))

    assert ([], {"text unknown ro": 1, "text repeated ro": 1}) == (world.provider.sent, world.events)


@pytest.mark.parametrize("seconds", [0, 300])
def test_death_while_sending_is_unknown(world: World, seconds: int) -> None:
    """A job that dies while it sends finds its own claim, and counts unknown, however late it is run again."""
    world.provider.sending_faults.append(RuntimeError("killed here"))
    with pytest.raises(RuntimeError):
        world.send()
    world.now += dt.timedelta(seconds=seconds)
    world.send()

    assert ([], {"text unknown ro": 1}) == (world.provider.sent, world.events)


def test_deletes_legs_first(world: World) -> None:
    """The forwarded legs are deleted before the call by which they are found, and one deletion is counted."""
    world.provider.legs["CA1"] = ("CA2", "CA3")
    jobs.purge_call("CA1", UNTIL)
    jobs.purge_call("CA1", UNTIL)

    assert (["CA2", "CA3", "CA1"] * 2, {"record deleted -": 1}) == (world.provider.deleted, world.events)


def test_leg_that_stays_keeps_the_call(world: World) -> None:
    """While a leg cannot be deleted, the call stays, so that a later attempt finds the leg."""
    world.provider.legs["CA1"] = ("CA2",)
    world.provider.faults.extend([ProviderError(409, 20009, Fate.REFUSED)])
    with pytest.raises(ProviderError):
        jobs.purge_call("CA1", UNTIL)

    assert ([], {}) == (world.provider.deleted, world.events)


@pytest.mark.parametrize(("seconds", "events"), [(-1, {}), (0, {"record overdue -": 1})])
def test_deletion_is_tried_for_a_day(world: World, seconds: int, events: dict[str, int]) -> None:
    """Any error is tried again for a day; then the alarm is raised once and the job ends."""
    world.now = NOW + PURGE_LIFE + dt.timedelta(seconds=seconds)
    for _ in range(2):
        world.provider.faults.append(ProviderError(401, 20003, Fate.REFUSED))
        try:
            jobs.purge_call("CA1", UNTIL)
        except ProviderError:
            assert seconds < 0

    assert (events, len(events)) == (world.events, world.queues.overdue())


def test_fate_of_a_text_is_counted_once(world: World) -> None:
    """The provider's last word on a text is counted once, and the record deleted, however often it comes."""
    jobs.purge_message("SM1", "delivered", UNTIL)
    jobs.purge_message("SM1", "delivered", UNTIL)
    jobs.purge_message("SM2", "", UNTIL)

    assert ["SM1", "SM1", "SM2"] == world.provider.deleted
    assert {"text delivered -": 1, "record deleted -": 2} == world.events


def test_fate_is_counted_though_the_record_stays(world: World) -> None:
    """How a text ended is known before its record can be deleted."""
    world.provider.faults.append(AGAIN)
    with pytest.raises(ProviderError):
        jobs.purge_message("SM1", "undelivered", UNTIL)

    assert {"text undelivered -": 1} == world.events


MENU = Event.at(NOW, EventKind.STEP, "language", "ro", "RO")


@pytest.fixture
def counting(redis_url: str, database_url: str) -> Iterator[World]:
    """The jobs' world on either database."""
    world = World(redis_url, database_url)
    yield world
    world.engine.dispose()


def _sum(world: World) -> int:
    return sum(tally.count for tally in world.counters.read(NOW.date(), NOW.date()))


def test_counts_until_empty(counting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that waits is added up, in as many transactions as it takes, and forgotten."""
    monkeypatch.setattr(jobs, "ENTRIES", 7)
    for number in range(1, 51):
        counting.stream.add("web", number, {MENU: number})
    jobs.count_events()

    assert (50 * 51 // 2, 0) == (_sum(counting), counting.stream.waiting())


def test_counts_once_when_run_again(counting: World) -> None:
    """A second run finds nothing, and what comes later is added."""
    counting.stream.add("web", 1, {MENU: 3})
    jobs.count_events()
    jobs.count_events()
    counting.stream.add("web", 2, {MENU: 1})
    jobs.count_events()

    assert 4 == _sum(counting)


def test_death_before_forgetting_counts_once(counting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries that were added up but not forgotten are not added again, and are forgotten by the next run."""

    def fail(*_: str) -> None:
        raise redis.ConnectionError

    counting.stream.add("web", 1, {MENU: 3})
    with monkeypatch.context() as patch:
        patch.setattr(counting.stream, "trim", fail)
        with pytest.raises(redis.ConnectionError):
            jobs.count_events()
    kept = counting.stream.waiting()
    jobs.count_events()

    assert (1, 3, 0) == (kept, _sum(counting), counting.stream.waiting())


def test_counts_on_when_redis_has_lost_its_memory(counting: World) -> None:
    """After Redis came back empty, new events are counted, even where its clock went back."""
    counting.stream.add("web", 1, {MENU: 3})
    jobs.count_events()
    counting.redis.flushall()
    counting.stream.generation()
    counting.redis.xadd("fanal:events", {"event": '{"broken'}, id="5-0")
    jobs.count_events()

    assert 3 == _sum(counting)
    assert 1 == sum(t.count for t in counting.counters.read(dt.date(1970, 1, 1), dt.date(1970, 1, 1)))


def _later(world: World) -> list[str]:
    return ScheduledJobRegistry("purges", connection=world.redis, serializer=JSONSerializer).get_job_ids()
