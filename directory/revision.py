"""The name of a directory's content: the same tables have the same revision, however their files are written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]
"""What JSON can hold."""


def revision_of(*tables: object) -> str:
    """Return 12 hexadecimal digits of SHA-256 over the content of values of the model."""
    canonical = json.dumps([plain(table) for table in tables], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def plain(value: object) -> Plain:
    """Turn a value of the model into what JSON can hold. Raises TypeError for anything else."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, ZoneInfo):
        return value.key
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no plain form")
