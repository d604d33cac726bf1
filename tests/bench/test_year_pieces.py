"""The pieces of the load generator that could lie: signatures, the tally, percentiles, and when a request was due."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from bench.year.answers import Answer, UnexpectedError, read
from bench.year.calls import SHARES, Plan, Route, Step, Walk, Wish, plans, routes, walk
from bench.year.latencies import Latencies, percentile
from bench.year.load import Load, made
from bench.year.people import TEXTS_OF_ONE, Telephone, telephones
from bench.year.signing import NOTHING, Act, Signer, ended_leg, pressed
from bench.year.tally import Tally, differences
from ivr.simulator.subscription import Subscription
from ivr.simulator.transport import HttpTransport
from ivr.simulator.webhooks import Webhooks

URL = "http://127.0.0.1:4321"
TOKEN = "auth token of a test"
TELEPHONES = telephones("AC" + "0" * 32, URL)
ROUTE = Route(TELEPHONES[0], "1", "2", referral=2)
MENU = Answer(key=b"/voice/key/t", silence=b"/voice/silence/t")
RINGS = Answer(outcome=b"/voice/outcome/t")
SENT = Answer(key=b"/voice/key/u", silence=b"/voice/silence/u", document=b"<Say>It is on its way.</Say>")


@pytest.mark.parametrize("act", [NOTHING, pressed("7"), ended_leg("busy", "CA1"), ended_leg("completed", "CA1")])
@pytest.mark.parametrize("telephone", [TELEPHONES[0], TELEPHONES[7], TELEPHONES[-1]])
def test_signature_is_the_provider_s(act: Act, telephone: Telephone) -> None:
    """What the generator signs bit by bit is what the provider's own code signs of the whole form."""
    request = Signer(URL, TOKEN).request(b"/voice/key/x", telephone, b"CA12", b"in-progress", act)
    head, _, body = request.partition(b"\r\n\r\n")
    signature = head.partition(b"X-Twilio-Signature: ")[2].partition(b"\r\n")[0].decode()
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))

    assert RequestValidator(TOKEN).validate(f"{URL}/voice/key/x", form, signature)
    assert f"Content-Length: {len(body)}".encode() in head


def test_form_is_the_simulator_s() -> None:
    """A request says of a call what the slow simulator says of it."""
    telephone = TELEPHONES[0]
    subscription = Subscription(telephone.account, TOKEN, (telephone.called,), URL)
    slow = Webhooks(subscription, HttpTransport(URL), "CA12", telephone.number, telephone.called)._parameters()
    body = Signer(URL, TOKEN).request(b"/voice", telephone, b"CA12", b"ringing").partition(b"\r\n\r\n")[2]

    assert {**slow, "CallStatus": "ringing"} == dict(parse_qsl(body.decode(), keep_blank_values=True))


def test_reads_what_a_document_leads_to() -> None:
    """Keys, silence, the outcome of a forwarding and the end are found; an address elsewhere is refused."""
    silence = b'<Redirect method="POST">%s/voice/silence/b</Redirect>'
    gather = b'<Gather input="dtmf" action="%s/voice/key/a"><Say>x</Say></Gather>' + silence
    menu = read(gather % (URL.encode(), URL.encode()), URL.encode())
    dial = read(b'<Dial action="%s/voice/outcome/c" method="POST">' % URL.encode(), URL.encode())
    end = read(b"<Response><Hangup/></Response>", URL.encode())

    assert (b"/voice/key/a", b"/voice/silence/b", b"") == (menu.key, menu.silence, menu.outcome)
    assert (b"/voice/outcome/c", True) == (dial.outcome, end.ends)
    for broken in (b"", b"<Response/>", gather % (b"http://elsewhere", URL.encode())):
        with pytest.raises(UnexpectedError):
            read(broken, URL.encode())


def _walked(wish: Wish, outcome: str, *answers: Answer) -> tuple[Tally, list[bytes]]:
    """Walk a call through these answers; return the tally and the addresses that were asked."""
    tally, paths = Tally(), []
    going: Walk = walk(Plan(ROUTE, wish, outcome, "1", 0.0), tally, [b"It is on its way."])
    try:
        paths.append(next(going).path)
        for answer in answers:
            paths.append(going.send(answer).path)
    except StopIteration:
        return tally, paths
    raise AssertionError("the call goes on")


def test_text_counts_when_it_is_promised() -> None:
    """A text was agreed to where the caller is told that it is on its way, and not where a menu came back instead."""
    told, _ = _walked(Wish.TEXT, "busy", MENU, MENU, MENU, MENU, SENT)
    untold, _ = _walked(Wish.TEXT, "busy", MENU, MENU, MENU, MENU, MENU)

    assert ({ROUTE.telephone.number: 1}, 0) == (dict(told.texts), told.astray)
    assert ({}, 1) == (dict(untold.texts), untold.astray)


def test_forwardings_and_outcomes_are_tallied() -> None:
    """A busy line and the next one are two forwardings with an outcome each; silence leads to a person, too."""
    busy, paths = _walked(Wish.CONNECT, "busy", MENU, MENU, MENU, RINGS, MENU, RINGS, MENU)
    silent, _ = _walked(Wish.SILENT, "hung-up", MENU, MENU, MENU, RINGS, MENU)

    assert (2, {"busy": 1, "completed": 1}, 1) == (busy.rung, dict(busy.outcomes), busy.needs)
    assert (b"/voice", 2) == (paths[0], paths.count(b"/voice/outcome/t"))
    assert (3, 1, {"completed": 1}, 0) == (silent.silences, silent.rung, dict(silent.outcomes), silent.languages)


def test_any_difference_is_found() -> None:
    """One event too many or too few, a fault, or a step that nobody left is seen; what agrees is not."""
    tally = Tally(begun=3, languages=2, texts=Counter({"+1": 1}))
    found = {key: count for key, count in tally.expected().items() if count} | {("step", "language"): 2}
    more = {**found, ("fault", "voice"): 1}
    fewer = {**found, ("text", "sent"): 0}

    assert {} == differences(tally.expected(), found)
    assert {"fault": 1} == differences(tally.expected(), more)
    assert {"text sent": -1, "text": -1} == differences(tally.expected(), fewer)
    assert {"steps entered less left": 1} == differences(tally.expected(), {**found, ("step", "need"): 1})


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.51, 3.0), (0.99, 4.0), (0.0, 1.0), (1.0, 4.0)])
def test_percentile(share: float, value: float) -> None:
    """A percentile is a value that occurred; of nothing it is nothing."""
    assert (value, 0.0) == (percentile([4.0, 1.0, 3.0, 2.0], share), percentile([], share))


def test_latency_over_time() -> None:
    """Each request belongs to the second in which it was due."""
    latencies = Latencies()
    for due, waited in ((0.1, 1.0), (0.9, 3.0), (2.5, 5.0)):
        latencies.add(due, waited)

    assert ((0.5, 3.0), (2.5, 5.0)) == latencies.over_time(0.99)
    assert (3, 5.0, [5.0]) == (latencies.count, latencies.percentile(1.0), list(latencies.latest(2)))
    assert [[], [1.0, 3.0], [1.0, 3.0], [5.0], [5.0]] == [list(latencies.latest(second)) for second in (-1, 0, 1, 2, 9)]


def test_mix_is_the_field_s() -> None:
    """Six of ten callers leave early, the same calls come in every run, and no number asks for too many texts."""
    ways = [Route(each, "1", "1", 2) for each in TELEPHONES]
    made_once, made_again = (list(plans(ways, 5000)) for _ in range(2))
    early = sum(plan.wish not in {Wish.CONNECT, Wish.TEXT} for plan in made_once)
    texts = Counter(plan.route.telephone.number for plan in made_once if plan.wish is Wish.TEXT)

    assert made_once == made_again
    assert 0.57 < early / 5000 < 0.63
    assert 1.0 == pytest.approx(sum(SHARES.values()))
    assert max(texts.values()) <= TEXTS_OF_ONE
    assert 20 == len(routes(TELEPHONES, 20))


def test_where_no_number_may_ask_callers_are_connected() -> None:
    """When every number has its texts of a day, whoever would have asked for one is connected."""
    ways = [Route(each, "1", "1", 2) for each in TELEPHONES[:2]]
    wishes = Counter(plan.wish for plan in plans(ways, 5000))

    assert 2 * TEXTS_OF_ONE == wishes[Wish.TEXT]
    assert 5000 == wishes.total()


class Slow(BaseHTTPRequestHandler):
    """A server that stands still for a while when it is first asked."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    stands = 0.3

    def do_POST(self) -> None:
        """Answer a call with its end, its status with 204."""
        self.rfile.read(int(self.headers["Content-Length"]))
        pause, Slow.stands = Slow.stands, 0.0
        time.sleep(pause)
        is_over = self.path == "/voice/status"
        self.send_response(204 if is_over else 200)
        self.send_header("Content-Length", "0" if is_over else "9")
        self.end_headers()
        self.wfile.write(b"" if is_over else b"<Hangup/>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def slow_port() -> Iterator[int]:
    """Port of a server that is slow once."""
    Slow.stands = 0.3
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def _greeted() -> Walk:
    yield Step(b"/voice")
    return None


def test_slow_server_cannot_hide(slow_port: int) -> None:
    """While the server stands still, calls that were due wait, and their waiting counts though nothing was sent."""
    load = Load(slow_port, f"http://127.0.0.1:{slow_port}", TOKEN, most=1)
    load.run([made(_greeted, TELEPHONES[0], number, number * 0.05, 0.0) for number in range(4)])
    load.end()
    waited = sorted(load.latencies.latest(0))

    assert 8 == load.tally.requests == load.latencies.count
    assert sum(each > 0.1 for each in waited) >= 4
    assert not load.tally.faults


def test_refusal_is_a_fault() -> None:
    """Whatever is not answered with 200 is counted, and the call is over."""

    class Refuses(Slow):
        def do_POST(self) -> None:
            """Refuse a call, take its status."""
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204 if self.path == "/voice/status" else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Refuses) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        load = Load(server.server_port, f"http://127.0.0.1:{server.server_port}", TOKEN)
        load.run([made(_greeted, TELEPHONES[0], 0, 0.0, 0.0)])
        load.end()
        server.shutdown()
        thread.join()

    assert ({"status 503": 1}, 1) == (dict(load.tally.faults), load.tally.ended)
