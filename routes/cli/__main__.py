"""Makes `python -m routes.cli` the same as `fanal`."""

from __future__ import annotations

from routes.cli import main

if __name__ == "__main__":
    main(prog_name="fanal")
