"""The progress of a long reading: on a terminal only, after a moment only, and gone at the end."""

from __future__ import annotations

import pytest

from directory.load import compile_files
from routes.cli import progress
from routes.cli.progress import reading
from tests.sample_directory import FILES


def shown(capsys: pytest.CaptureFixture[str], mark: str) -> str:
    """Return what stands on the terminal when tables are read that nobody has read before."""
    with reading() as told:
        compile_files({name: f"# {mark}\n{text}" for name, text in FILES.items()}, told)
    return capsys.readouterr().err


def test_every_country_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each country that has been read moves the line on; the line is cleared at the end."""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    words = shown(capsys, "told")

    assert "Reading the tables: 1 of 2 countries" in words
    assert words.endswith("Reading the tables: 2 of 2 countries\r\x1b[K")


@pytest.mark.parametrize(("patience", "terminal"), [(0.0, False), (1000.0, True)])
def test_nobody_watches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, patience: float, terminal: bool
) -> None:
    """Nothing is written into a file or a pipe, and nothing about what takes no time."""
    monkeypatch.setattr(progress, "PATIENCE", patience)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)

    assert "" == shown(capsys, f"untold {patience}")


def test_progress_is_no_part_of_what_is_compiled() -> None:
    """The same texts are compiled once, whoever watches."""
    with reading() as one, reading() as other:
        assert compile_files(FILES, one) is compile_files(FILES, other) is compile_files(FILES)
