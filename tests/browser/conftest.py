from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from ivr.settings import Settings
from tests.audio import listening_prompts, record
from tests.browser.visitor import FLAGS, PATIENCE, Scheme, Visitor
from tests.parts import find_browser

READY_SECONDS = 120


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a whole installation with a stand-in carrier: what `fanal run` starts.

    It has every recording, so it speaks all languages; and it listens to Romanian and Arabic.
    """
    var = tmp_path_factory.mktemp("run")
    record(var / "audio")
    prompts = listening_prompts(tmp_path_factory.mktemp("prompts"), "ro", "ar")
    ours = {each.metadata["name"] for each in fields(Settings)}
    environ = {name: value for name, value in os.environ.items() if name not in ours}
    port = _free_port()
    output = var / "output"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "routes.cli", "run", "--port", str(port), "--workers", "1"],
            env={**environ, "VAR_PATH": str(var), "PROMPTS_PATH": str(prompts)},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", process, output)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium; the tests that use it are marked `browser` and left out where there is none."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield browser
        browser.close()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(address: str, chromium: Browser) -> Iterator[Visit]:
    """Makes visitors of the page, with JavaScript or without; at the end each must be without offence."""
    visitors: list[Visitor] = []

    def make(width: int = 1280, scheme: Scheme = "light", script: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, locale="en-GB", java_script_enabled=script
        )
        visitors.append(Visitor(context, address))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.context.close()

    assert [[] for _ in visitors] == [visitor.offences for visitor in visitors]


@pytest.fixture
def go(pages: str, chromium: Browser) -> Iterator[Visit]:
    """Goes to an address of a file's own `pages`; at the end each visitor must be without offence."""
    visitors: list[Visitor] = []

    def to(path: str, width: int = 1280, scheme: Scheme = "light", script: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script
        )
        visitors.append(Visitor(context, pages))
        visitors[-1].page.goto(pages + path)
        return visitors[-1]

    yield to
    for visitor in visitors:
        visitor.context.close()

    assert [[] for _ in visitors] == [visitor.offences for visitor in visitors]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health/ready", timeout=30):  # noqa: S310 - our own http address
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"fanal run did not come up:\n{output.read_text()}")
