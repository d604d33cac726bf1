"""Builds the wheel from a fresh clone and uses it: it must hold every file of the packages, data included."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("directory", "ivr", "routes", "worker.py")


def main() -> None:
    """Build, compare with what is committed, and run a command from the unpacked wheel."""
    with tempfile.TemporaryDirectory(prefix="fanal-wheel-") as folder:
        clone, site = Path(folder) / "fanal", Path(folder) / "site"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        wheel = build(clone, Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
            held = set(archive.namelist())
        missing = sorted(committed(clone) - held)
        if missing:
            sys.exit("the wheel lacks: " + ", ".join(missing))
        print(f"{wheel.name} holds all {len(committed(clone))} files of the packages; from it:")
        use(site, Path(folder))


def build(clone: Path, folder: Path) -> Path:
    """Return the wheel, made with the locked setuptools and nothing fetched."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(clone)], check=True)
    return next(folder.glob("fanal-*.whl"))


def committed(clone: Path) -> set[str]:
    """Return the files of the packages under version control."""
    names = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES], cwd=clone, capture_output=True, text=True, check=True
    ).stdout
    return set(names.split("\0")) - {""}


def use(site: Path, folder: Path) -> None:
    """Check the directory that the wheel brings, with the program that the wheel brings."""
    environ = {**os.environ, "PYTHONPATH": str(site)}
    where = [sys.executable, "-c", "import directory; print(directory.__file__)"]
    found = subprocess.run(where, cwd=folder, env=environ, capture_output=True, text=True, check=True).stdout
    if not found.startswith(str(site)):
        sys.exit(f"another installation stands in the way: {found}")
    check = [sys.executable, "-m", "routes.cli", "directory", "check"]
    subprocess.run(check, cwd=folder, env=environ, check=True)


if __name__ == "__main__":
    main()
