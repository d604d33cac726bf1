"""A newcomer's first minutes: a fresh clone, `make run`, a call, Ctrl-C. Nothing of it may be left running.

Linux only: what was started is recognised by a variable in its environment.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROMISED_SECONDS = 120
"""From typing `make run` to an answer of the phone page, set-up included."""
STOP_SECONDS = 30
MARK = "FANAL_NEWCOMER"
CALL = '--from RO --at "Tuesday 10:00" --keys "1,3,1" --legs completed'
"""A caller from Romania who chooses Romanian, trafficking, and to be connected."""
HELPLINE = "+40800800678"
"""The line against trafficking that this caller has to reach (the issue's own example, from the seeds)."""


def main() -> None:
    """Go through it; end with a sentence and exit status 1 at the first thing that is not as promised."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts beside itself is deaf to it
    mark = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="fanal-newcomer-") as folder:
        clone = Path(folder) / "fanal"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        port = free_port()
        environ = {**os.environ, MARK: mark}
        with (Path(folder) / "output").open("w+b") as output:
            began = time.monotonic()
            running = subprocess.Popen(
                ["make", "run", f"PORT={port}"],
                cwd=clone,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                visit(running, port, clone, environ, began)
            finally:
                stop(running, mark)
                output.seek(0)
                print(output.read().decode(errors="replace"))


def visit(running: subprocess.Popen[bytes], port: int, clone: Path, environ: dict[str, str], began: float) -> None:
    """Open the phone page, then make a call from a second terminal."""
    page = f"http://127.0.0.1:{port}/phone"
    if not wait_for(lambda: running.poll() is not None or answers(page), PROMISED_SECONDS) or not answers(page):
        sys.exit(f"/phone did not answer within {PROMISED_SECONDS} seconds of `make run`")
    print(f"/phone answered {time.monotonic() - began:.0f} seconds after `make run` was typed in a fresh clone")
    call = subprocess.run(
        ["make", "call", f"ARGS={CALL}"],
        cwd=clone,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    print(f"$ make call ARGS='{CALL}'\n{call.stdout}{call.stderr}")
    if call.returncode or HELPLINE not in call.stdout:
        sys.exit(f"the call did not lead to {HELPLINE} (exit status {call.returncode})")


def stop(running: subprocess.Popen[bytes], mark: str) -> None:
    """Press Ctrl-C, as a terminal does it: to the whole group. Then look for what is left."""
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGINT)
    try:
        running.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        sys.exit(f"`make run` did not end within {STOP_SECONDS} seconds of Ctrl-C")
    if not wait_for(lambda: not left(mark), STOP_SECONDS):
        sys.exit("Ctrl-C left running: " + "; ".join(left(mark)))


def left(mark: str) -> list[str]:
    """Return the command lines of the processes that were started from the clone and still live."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has just ended
            continue
    return found


def answers(address: str) -> bool:
    """Tell whether the address answers with 200."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_for(is_so: Callable[[], bool], seconds: float) -> bool:
    """Wait until it is so, for some seconds at most; tell whether it is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.2)
    return is_so()


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
