"""Where somebody may be led after a sign-in: to a path of these pages and nowhere else."""

from __future__ import annotations

import re

FIRST_PAGE = "/"
_PATH = re.compile(r"(?:/[A-Za-z0-9._~%:@!$&'()*+,;=-]*)+(?:\?[A-Za-z0-9._~%:@!$&'()*+,;=/?-]*)?")


def inside(then: str, mount: str) -> str:
    """Return `then` as a path below the mount (`/admin`), the first page where it could lead elsewhere.

    Refused: other hosts (`//host`, `https:`), backslashes, control characters, and steps upward.
    """
    path = then.removeprefix(mount) if then.startswith(f"{mount}/") else then
    steps = path.partition("?")[0].split("/")[1:]
    fine = _PATH.fullmatch(path) and ".." not in steps and "" not in steps[:-1]
    return mount + (path if fine else FIRST_PAGE)
