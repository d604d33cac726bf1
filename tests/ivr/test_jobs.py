"""The jobs send once, count once and delete everything, however often they are run."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.registry import ScheduledJobRegistry
from rq.serializers import JSONSerializer

from ivr import jobs
from ivr.adapters.batch import Batch, Once
from ivr.adapters.claims import Claims
from ivr.adapters.connection import PATIENT, connect
from ivr.adapters.counters import Counters
from ivr.adapters.errands import CALL_LIFE, PURGE_GRACE, SENT_LIFE, TEXT_GRACE, Errands
from ivr.adapters.provider import CallRecord, Fate, ProviderError
from ivr.adapters.queue import JOB_SECONDS, PURGE_LIFE, Queues, token
from ivr.adapters.stream import NOTHING, EventStream
from ivr.events import TEXT_LIFE, Errand, Event, EventKind, Form, PurgeCall, PurgeMessage, SendText
from ivr.jobs import Collaborators
from ivr.numbers import CallerNumber
from tests.application import FakeOutbox
from tests.databases import with_tables
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
        self.engine = with_tables(database_url)
        self.provider = FakeProvider(calls={"CA1": CallRecord(CallerNumber(MOBILE), OURS)})
        self.stream, self.queues = EventStream(self.redis), Queues(self.redis)
        self.counters, self.errands = Counters(self.engine), Errands(self.engine)
        self.outbox = FakeOutbox()
        self.released: list[dt.datetime] = []
        jobs.begin(
            Collaborators(
                self.provider,
                Claims(self.redis, ["s" * 40]),
                self.stream,
                self.queues,
                self.counters,
                self.errands,
                self.outbox,
                self.compose,
                self.released.append,
                lambda: self.now,
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
        """What the jobs have counted: kind, name and language; of equal marks the first."""
        marked = {item.mark: item.event for item in reversed(self.outbox.items) if isinstance(item, Once)}
        return Counter(f"{event.kind} {event.name} {event.language}" for event in marked.values())

    def add(self, source: str, number: int, times: int) -> None:
        """Let a batch wait to be counted."""
        before = number * (number - 1) // 2
        self.stream.add(Batch(source, number, before + times, {MENU: times}, first=number == 1))


@pytest.fixture
def world(redis_url: str, tmp_path: Path) -> Iterator[World]:
    """The jobs' world, with SQLite."""
    world = World(redis_url, f"sqlite:///{tmp_path / 'fanal.db'}")
    yield world
    world.redis.close()
    world.engine.dispose()


def test_sends_and_counts(world: World) -> None:
    """The caller gets the text from the number they dialled, and it is counted."""
    world.send()
    ((to, body, called),) = world.provider.sent

    assert ("US", "ro-anitp ro short US", OURS, {"text sent ro": 1}) == (to.country, body, called, world.events)


@pytest.mark.parametrize(("waited", "left"), [(-9999, [120]), (0, [120]), (119.5, [1]), (120, []), (121, [])])
def test_arrives_in_time_or_never(world: World, waited: float, left: list[int]) -> None:
    """The carrier may deliver a text only in what is left of its two minutes, however much our clock lags."""
    world.now += dt.timedelta(seconds=waited)
    world.send()

    assert left == world.provider.validity


@pytest.mark.parametrize(("waited", "left"), [(119.5, [1]), (120, [])])
def test_redis_that_takes_its_time(
    world: World, monkeypatch: pytest.MonkeyPatch, waited: float, left: list[int]
) -> None:
    """What it takes to claim a text is taken off its life; one that is too late by then may be asked for again."""
    take = Claims.take

    def slowly(claims: Claims, errand: SendText, mark: str) -> bool:
        world.now += dt.timedelta(seconds=waited)
        return take(claims, errand, mark)

    with monkeypatch.context() as patched:
        patched.setattr(Claims, "take", slowly)
        world.send()
    world.send(replace(TEXT, before=world.now + TEXT_LIFE))

    assert (left or [120]) == world.provider.validity
    assert {"text sent ro": 1, "text repeated ro" if left else "text dropped ro": 1} == world.events


def test_sent_text_is_deleted_even_without_a_callback(world: World) -> None:
    """The record of a text that was sent is deleted although nobody says how it ended, and Redis forgot everything."""
    world.send()
    _note(world, *(item for item in world.outbox.items if isinstance(item, PurgeMessage)))
    world.redis.flushall()
    world.now += SENT_LIFE - dt.timedelta(seconds=1)
    jobs.look_after()
    before = _now(world)
    world.now += dt.timedelta(seconds=1)
    jobs.look_after()

    assert ([], [token(PurgeMessage("SM1"))]) == (before, _now(world))


def test_runs_twice_sends_once(world: World) -> None:
    """The job of a text that was sent, run again, sends and counts nothing."""
    world.send()
    world.send()

    assert (1, {"text sent ro": 1}) == (len(world.provider.sent), world.events)


def test_redis_as_it_was_earlier_sends_nothing(world: World) -> None:
    """A Redis that comes back without the claim but with the job, as from an older copy, makes us text nobody twice."""
    world.send()
    world.redis.flushall()
    world.send()
    world.send(SendText("CA1", "ro-anitp", "ro", Form.SHORT, TEXT.before + dt.timedelta(seconds=1)))

    assert (1, {"text sent ro": 1, "text repeated ro": 1}) == (len(world.provider.sent), world.events)


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


def test_refused_call_keeps_no_other(world: World) -> None:
    """Of calls whose records one job deletes, all but the refused ones are deleted at once, and counted once each."""
    world.provider.faults.extend([ProviderError(409, 20009, Fate.REFUSED)])
    with pytest.raises(ProviderError):
        jobs.purge_call("CA1", UNTIL, "CA2", "CA3")
    first = list(world.provider.deleted)
    jobs.purge_call("CA1", UNTIL, "CA2", "CA3")

    assert (["CA2", "CA3"], ["CA1", "CA2", "CA3"]) == (first, world.provider.deleted[2:])
    assert {"record deleted -": 3} == world.events


def test_silent_provider_is_not_asked_again_for_each(world: World) -> None:
    """Where the provider does not answer, the other calls wait for the next attempt: the job's time is short."""
    world.provider.faults.extend([ProviderError(None, None, Fate.AGAIN)])
    with pytest.raises(ProviderError):
        jobs.purge_call("CA1", UNTIL, "CA2")

    assert [] == world.provider.deleted


@pytest.mark.parametrize(("seconds", "expected"), [(4, 3), (5, 2), (20, 1)])
def test_slow_provider_keeps_no_record_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: int, expected: int
) -> None:
    """What a job has no time for becomes a job of its own, at once and with the same end; one call is always done."""
    delete = world.provider.delete_call

    def slowly(call: str) -> None:
        delete(call)
        world.now += dt.timedelta(seconds=seconds * JOB_SECONDS / 20)

    monkeypatch.setattr(world.provider, "delete_call", slowly)
    calls = ["CA1", "CA2", "CA3"]
    jobs.purge_call("CA1", UNTIL, "CA2", "CA3")
    left = [PurgeCall(call) for call in calls[expected:]]

    assert calls[:expected] == world.provider.deleted
    assert _now(world) == ([token(*left)] if left else [])
    for job in Queue("purges", connection=world.redis, serializer=JSONSerializer).get_jobs():
        assert [each.call for each in left] == [job.args[0], *job.args[2:]]
        assert job.args[1] == UNTIL


@pytest.mark.parametrize(("seconds", "events"), [(-1, {}), (0, {"record overdue -": 1})])
def test_deletion_is_tried_for_a_day(world: World, seconds: int, events: dict[str, int]) -> None:
    """Any error is tried again for a day; then it is counted as overdue once, and the job ends."""
    world.now = NOW + PURGE_LIFE + dt.timedelta(seconds=seconds)
    for _ in range(2):
        world.provider.faults.append(ProviderError(401, 20003, Fate.REFUSED))
        try:
            jobs.purge_call("CA1", UNTIL)
        except ProviderError:
            assert seconds < 0

    assert events == world.events


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
def counting(redis_url: str, tables_url: str) -> Iterator[World]:
    """The jobs' world on either database."""
    world = World(redis_url, tables_url)
    yield world
    world.redis.close()
    world.engine.dispose()


def _sum(world: World) -> int:
    return sum(tally.count for tally in world.counters.read(NOW.date(), NOW.date()))


def test_counts_until_empty(counting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that waits is added up, in as many transactions as it takes, acknowledged and removed."""
    monkeypatch.setattr(jobs, "BATCHES", 7)
    for number in range(1, 51):
        counting.add("web", number, number)
    jobs.count_events()

    assert (50 * 51 // 2, 0, 50) == (_sum(counting), counting.stream.waiting(), counting.stream.counted("web"))


def test_counts_once_when_run_again(counting: World) -> None:
    """A second run finds nothing, and what comes later is added."""
    counting.add("web", 1, 3)
    jobs.count_events()
    jobs.count_events()
    counting.add("web", 2, 1)
    jobs.count_events()

    assert 4 == _sum(counting)


def test_death_before_acknowledging_counts_once(counting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that were added up but not acknowledged are not added again, and are acknowledged by the next run."""

    def fail(*_: object) -> None:
        raise redis.ConnectionError

    counting.add("web", 1, 3)
    with monkeypatch.context() as patch:
        patch.setattr(counting.stream, "settle", fail)
        with pytest.raises(redis.ConnectionError):
            jobs.count_events()
    kept = counting.stream.waiting()
    jobs.count_events()

    assert (1, 3, 0, 1) == (kept, _sum(counting), counting.stream.waiting(), counting.stream.counted("web"))


def test_source_with_a_gap_is_asked_again(counting: World, caplog: pytest.LogCaptureFixture) -> None:
    """A batch before which one is missing is not counted, and the stream forgets its source, so that it sends again."""
    counting.stream.add(Batch("web", 3, 5, {MENU: 1}, first=True))
    counting.stream.add(Batch("web", 4, 6, {MENU: 1}))
    unasked = counting.stream.read(2)[1].position
    counting.redis.xdel("fanal:events", counting.stream.read(1)[0].position)
    jobs.count_events()

    assert unasked
    assert (0, NOTHING, 0) == (_sum(counting), counting.stream.known("web"), counting.stream.waiting())
    assert ["batches_missing"] == [record.message for record in caplog.records]


def test_entry_of_somebody_else_is_passed_over(counting: World, caplog: pytest.LogCaptureFixture) -> None:
    """What is no batch is removed and logged, and what follows is counted."""
    counting.redis.xadd("fanal:events", {"batch": '{"broken'})
    counting.add("web", 1, 3)
    jobs.count_events()

    assert (3, 0) == (_sum(counting), counting.stream.waiting())
    assert ["stream_entry_unreadable"] == [record.message for record in caplog.records]


def _note(world: World, *errands: Errand) -> None:
    """Let errands be noted, as a batch that is counted brings them."""
    world.counters.advance([Batch("notes", 1, 0, errands=errands, first=True)], world.now)


def test_lost_text_is_counted_as_unknown(world: World) -> None:
    """A text of whose fate nothing is known long after its life is counted as unknown, and once."""
    _note(world, TEXT)
    world.now = TEXT.before + TEXT_GRACE - dt.timedelta(seconds=1)
    jobs.look_after()
    before = world.events
    world.now = TEXT.before + TEXT_GRACE
    jobs.look_after()

    assert ({}, {"text unknown ro": 1}) == (before, world.events)


def test_lost_deletion_is_queued_again(world: World) -> None:
    """A record whose deletion got lost is put into the queue again, and one that is settled is not."""
    _note(world, PurgeCall("CA1"), PurgeCall("CA2"), PurgeMessage("SM1"))
    jobs.purge_call("CA2", UNTIL)
    done = tuple(item for item in world.outbox.items if isinstance(item, Once))
    world.counters.advance([Batch("worker", 1, 1, once=done, first=True)], world.now)
    world.now += PURGE_GRACE
    jobs.look_after()

    assert {token(PurgeCall("CA1")), token(PurgeMessage("SM1"))} == set(_later(world)) | set(_now(world))


def test_call_that_nobody_ended_is_deleted(world: World) -> None:
    """If the provider never says that a call is over, its records are deleted when no call can last any longer."""
    _note(world, PurgeCall("CA1", over=False))
    world.now += CALL_LIFE - dt.timedelta(seconds=1)
    jobs.look_after()
    before = _later(world)
    world.now += dt.timedelta(seconds=1)
    jobs.look_after()

    assert ([], [token(PurgeCall("CA1"))]) == (before, _later(world))


def test_what_is_left_over_is_deleted(world: World) -> None:
    """What the provider still holds is handed to whoever deletes records, and looked after until that is done."""
    world.provider.left = PurgeCall("CA1"), PurgeMessage("SM1")
    jobs.purge_left_over()
    _note(world, *(item for item in world.outbox.items if not isinstance(item, Event | Once)))
    world.now += PURGE_GRACE
    jobs.look_after()

    assert ([token(PurgeMessage("SM1"))], [token(PurgeCall("CA1"))]) == (_now(world), _later(world))


def test_figures_are_released_by_the_clock(world: World) -> None:
    """The job asks for what is due now."""
    jobs.release_figures()

    assert [NOW] == world.released


def _now(world: World) -> list[str]:
    return Queue("purges", connection=world.redis, serializer=JSONSerializer).get_job_ids()


def _later(world: World) -> list[str]:
    return ScheduledJobRegistry("purges", connection=world.redis, serializer=JSONSerializer).get_job_ids()
