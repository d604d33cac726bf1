"""What is kept on disk for a start without its source: always one whole set of files, whenever a process dies."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.adapters.kept import Kept

FIRST, SECOND = {"ro.yaml": b"one", "fr.yaml": b"two"}, {"ro.yaml": b"three"}


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Nothing is kept yet."""
    return Kept(tmp_path / "var" / "directory")


def test_nothing_is_kept(kept: Kept) -> None:
    """Before the first files there are none, and that is no fault."""
    assert ({}, None) == (kept.read(), kept.place)


def test_files_are_replaced_whole(kept: Kept) -> None:
    """Files that are no longer there do not stay behind, nor does anything else beside them."""
    kept.put(FIRST)
    kept.put(SECOND)

    assert SECOND == kept.read()
    assert [kept.folder] == list(kept.folder.parent.iterdir())


@pytest.mark.parametrize("step", [1, 2])
def test_process_that_dies_while_it_replaces(kept: Kept, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """At either renaming the earlier files can still be read, and the next attempt keeps the new ones."""
    kept.put(FIRST)
    steps: list[Path] = []
    rename = Path.rename

    def dying(path: Path, target: Path) -> Path:
        steps.append(path)
        if len(steps) == step:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dying)
        with pytest.raises(KeyboardInterrupt):
            kept.put(SECOND)

    assert FIRST == Kept(kept.folder).read()

    kept.put(SECOND)

    assert SECOND == Kept(kept.folder).read()
