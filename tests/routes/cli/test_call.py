"""`fanal call`: calls in the terminal."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from ivr.simulator.client import ExchangeClient
from ivr.simulator.exchange import Exchange, at_once
from ivr.simulator.people import our_numbers, person
from routes.carrier import create_carrier_app
from routes.cli import main
from routes.cli.call import lines
from tests.ivr.simulator.application import CALLER, HELPLINE, OURS, SUBSCRIPTION, Application, recording

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
TOKEN = "control token of a test"
MENU = '<Gather action="/key" numDigits="1" finishOnKey=""><Say language="en-GB">Press 1.</Say></Gather>'
LISTENING = (
    '<Gather action="/key" numDigits="1" input="dtmf speech" language="en-GB" speechTimeout="auto" '
    'profanityFilter="false"/>'
)
DIAL = f'<Dial action="/outcome" timeout="25" callerId="{OURS}">{HELPLINE}</Dial>'


def fanal_call(*words: str) -> Result:
    """Run the command with a standard input that is no terminal."""
    return CliRunner().invoke(main, ["call", *words], env={"COLUMNS": "100"})


@pytest.fixture
def application() -> Application:
    """A menu whose key forwards; a helpline that is left leads back to the menu."""
    return Application({"/voice": f"{MENU}<Redirect>/voice</Redirect>", "/key": DIAL, "/outcome": MENU})


@pytest.fixture
def exchange(application: Application) -> Exchange:
    """An exchange that calls the scripted application."""
    return Exchange(SUBSCRIPTION, application, lambda: NOON, at_once)


@pytest.fixture
def address(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the exchange is served; nobody waits there for texts that do not come."""
    monkeypatch.setattr("routes.cli.call.TEXT_SECONDS", 0.0)
    server = make_server("127.0.0.1", 0, create_carrier_app(exchange, TOKEN), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_a_whole_call_without_a_server() -> None:
    """Alone, the real menus are heard, and the caller of the issue is forwarded to the ANITP line."""
    result = fanal_call("--alone", "--from", "RO", "--at", "2026-11-24 10:00", "--keys", "1,3,1", "--legs", "completed")

    assert 0 == result.exit_code
    assert f"{person('RO').mobile} calls" in result.output
    assert "pretending Tuesday 24 November 2026, 10:00" in result.output
    assert "+40800800678 rings" in result.output
    assert "they talked" in result.output
    assert "The call is over (completed)." in result.output


def test_a_text_is_shown_as_it_arrives() -> None:
    """Asked for, and agreed to, the text stands in the call where it came."""
    result = fanal_call("--alone", "--from", "RO", "--at", "2026-11-24 10:00", "--keys", "1,3,2,1")

    lines = result.output.splitlines()
    (place,) = [place for place, line in enumerate(lines) if line.startswith("  text from +")]
    assert "0800 800 678" in lines[place + 1]


def test_a_landline_gets_no_text() -> None:
    """The same keys from a landline bring no text."""
    result = fanal_call("--alone", "--from", "RO", "--landline", "--at", "2026-11-24 10:00", "--keys", "1,3,2,1")

    assert person("RO").landline in result.output
    assert "text from" not in result.output


@pytest.mark.parametrize(("words", "caller"), [(["--from", "withheld"], "anonymous"), (["--landline"], None)])
def test_json_is_the_whole_call(words: list[str], caller: str | None) -> None:
    """With --json nothing but the call is printed: who, when, how it stands, and all that happened."""
    result = fanal_call("--alone", "--json", "--keys", ",", *words)

    call = json.loads(result.output)
    assert (caller or person("RO").landline, "ended", None) == (call["from"], call["awaiting"], call["at"])
    assert 2 == sum(entry["kind"] == "silent" for entry in call["transcript"])


def test_the_tables_of_an_editor_can_be_tried(tmp_path: Path) -> None:
    """Faulty tables are refused with a sentence that says who names the faults."""
    (tmp_path / "needs.yaml").write_text("general: nothing\n", encoding="utf-8")

    result = fanal_call("--alone", "--path", str(tmp_path))

    assert 1 == result.exit_code
    assert "fanal directory check" in result.output


def test_a_running_exchange_is_used(address: str) -> None:
    """With --url the call is made there; keys and outcomes follow the script, silence too."""
    words = ["--url", address, "--token", TOKEN, "--from", CALLER, "--keys", ",1,1", "--legs", "busy,completed"]

    result = fanal_call(*words)

    assert 0 == result.exit_code
    assert [
        f"{CALLER} calls {OURS}.",
        " en-GB Press 1.",
        "     > (silence, 5 seconds)",
        " en-GB Press 1.",
        "     > 1",
        f"     … {HELPLINE} rings, for 25 seconds at most. It sees {OURS}.",
        "     … The helpline is busy.",
        " en-GB Press 1.",
        "     > 1",
    ] == result.output.splitlines()[:9]


def test_a_call_whose_script_has_ended_is_hung_up(address: str) -> None:
    """Without a terminal nobody can go on, so the caller hangs up, at a menu or while it rings."""
    for keys in ([], ["--keys", "1"]):
        result = fanal_call("--url", address, "--token", TOKEN, *keys)

        assert "     > (hangs up)" in result.output.splitlines()
        assert "       The call is over (completed)." == result.output.splitlines()[-1]


def test_words_are_said(address: str, application: Application) -> None:
    """Where the line listens words are said, with a confidence of one's own if need be, and stand in the call."""
    application.answers = {"/voice": LISTENING, "/key": LISTENING}
    words = ["--url", address, "--token", TOKEN, "--keys", "say my home,say@0.4 children"]

    result = fanal_call(*words)

    assert 0 == result.exit_code
    assert ("children", "0.4") == (application.last("/key")["SpeechResult"], application.last("/key")["Confidence"])
    assert "     > “my home” (confidence 0.9)" in result.output.splitlines()


def test_recordings_are_read(address: str, application: Application) -> None:
    """A recording stands in the call by its words, with a mark; where it does not tell them, by its address."""
    files = {"/audio/ga/0.wav": recording("Dia duit."), "/1.wav": recording(None)}
    application.answers = {"/voice": "<Play>/audio/ga/0.wav</Play><Play>/1.wav</Play>", **files}

    result = fanal_call("--url", address, "--token", TOKEN)

    assert ["  ga ♪ Dia duit.", "     ♪ (a recording: /1.wav)"] == result.output.splitlines()[1:3]


def test_each_line_runs_in_its_direction(address: str, application: Application, exchange: Exchange) -> None:
    """Every line of Arabic is isolated by itself, with its numbers; a text runs as the language spoken last."""
    said = f"<Say language='ar-AE'>{'الرقم هو 0 8 0 0, 8 0 0. ' * 8}</Say><Say language='cmn-CN'>{'您好。' * 30}</Say>"
    application.answers = {"/voice": f"{said}<Gather action='/key'><Say language='ar-AE'>أهلًا.</Say></Gather>"}
    client = ExchangeClient(address, TOKEN)
    view = client.dial(CALLER)
    exchange.ledger.call(view.id).receive("0800", OURS)

    told = list(lines(client.call(view.id).transcript, 0))
    later = list(lines(client.call(view.id).transcript, 3))

    arabic = [line for line in told if "0 8 0 0" in line]
    assert len(arabic) > 1
    assert all(line[7:].startswith("\u2067") and line.endswith("\u2069") for line in arabic)
    assert all(line.count("\u2066") + 1 == line.count("\u2069") for line in arabic)
    assert 2 == sum("您好" in line for line in told)
    assert [f"  text from {OURS}:", "       \u2067\u20660800\u2069\u2069"] == told[-2:]
    assert later[-1] == told[-1]


def test_a_running_fanal_run_is_found(address: str, application: Application, tmp_path: Path) -> None:
    """The note that `fanal run` leaves says where its exchange is."""
    (tmp_path / "run.json").write_text(json.dumps({"exchange": address, "token": TOKEN}), encoding="utf-8")

    fanal_call("--var", str(tmp_path), "--from", CALLER)

    assert CALLER == application.posted[0].form["From"]


@pytest.mark.parametrize(
    "note",
    [
        '{"exchange": "http://127.0.0.1:9", "token": "a token"}',  # the run has gone
        '{"exchange": "http://127.0.0.1:9"}',
        "[]",
        "not JSON",
    ],
)
def test_a_note_left_behind_does_not_matter(note: str, tmp_path: Path) -> None:
    """Where nothing runs any more, the call is made alone."""
    (tmp_path / "run.json").write_text(note, encoding="utf-8")

    result = fanal_call("--var", str(tmp_path), "--from", "BE")

    assert 0 == result.exit_code
    assert f"{person('BE').mobile} calls {our_numbers()[2]}." in result.output


def test_an_answer_that_cannot_be_followed_is_told(address: str, application: Application) -> None:
    """The carrier's complaint is shown and the exit status says so, though the caller was led on."""
    application.answers = {"/voice": "<Pause/>", "/voice/fallback": MENU}

    result = fanal_call("--url", address, "--token", TOKEN)

    assert 1 == result.exit_code
    assert "     ! error 1 at /voice: <Pause> is not portable" in result.output
    assert " en-GB Press 1." in result.output


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--alone", "--from", "Romania"], "no country code"),
        (["--alone", "--to", HELPLINE], "not one of ours"),
        (["--alone", "--at", "soon"], "is no time"),
        (["--alone", "--keys", "12"], "only 1 of these keys"),
        (["--alone", "--keys", "1;3"], "is no key"),
        (["--alone", "--keys", "say"], "is no key"),
        (["--alone", "--keys", "say my home"], "does not listen to words"),
        (["--alone", "--keys", "say@0.4.1 my home"], "is no confidence"),
        (["--alone", "--legs", "asleep"], "ends in one of"),
        (["--url", "http://127.0.0.1:9"], "needs --token"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], complaint: str) -> None:
    """A command that cannot be meant ends with status 2 and a sentence."""
    result = fanal_call(*words)

    assert 2 == result.exit_code
    assert complaint in result.output


def test_an_exchange_that_is_away_is_told() -> None:
    """Where the named exchange does not answer, a sentence says so, and the status is 1."""
    result = fanal_call("--url", "http://127.0.0.1:9", "--token", TOKEN)

    assert 1 == result.exit_code
    assert "does not answer" in result.output


def test_a_person_at_a_terminal_goes_on() -> None:
    """At a terminal the person is asked for keys and outcomes, wrong ones are explained, and h hangs up."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "routes.cli", "call", "--alone", "--at", "2026-11-24 10:00", "--keys", "1,3"]
    typed = b"7x\n1\n9\n2\nh\n"  # no key, connect, no outcome, busy, hang up
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, text=True) as process:
        os.write(ours, typed)
        output, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)

    assert 0 == process.returncode
    assert "keys are among" in output
    assert 2 == output.count("It ends (1: they talk")
    assert "The helpline is busy." in output
    assert "(hangs up)" in output


@pytest.mark.parametrize("make", [lambda folder: folder / "nowhere", lambda folder: folder])
def test_prompts_that_cannot_be_read(
    tmp_path: Path, make: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call alone speaks the words that PROMPTS_PATH names, and says what is wrong where it cannot."""
    monkeypatch.setenv("PROMPTS_PATH", str(make(tmp_path)))
    result = fanal_call("--alone", "--from", "RO", "--keys", "1")

    assert 1 == result.exit_code
    assert "PROMPTS_PATH" in result.output or "voices.yaml" in result.output
    assert "Traceback" not in result.output
