"""The telephone side's kind of application: what the library asks anew at every step of a call is answered once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from routes.urlencoded import FormRequest


class Telephone(Flask):
    """An application whose forms are those of carriers, and whose views are plain functions."""

    request_class = FormRequest

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view as it is: none of ours is a coroutine, and to look takes a hundredth of a step."""
        return func
