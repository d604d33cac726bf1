"""Breaks a running program on demand: Python runs this in every process that has this folder on its path.

While the file that `SABOTAGE` names is there, every document for the carrier and every template raises an exception
that quotes the whole request in its message, as careless code does.
"""

import importlib.util
import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

FLAG = os.environ.get("SABOTAGE", "")
VICTIMS = {"ivr.twiml": ("Scribe", "write"), "jinja2.environment": ("Template", "render")}
"""Module to the method that breaks."""


class Saboteur(MetaPathFinder):
    """Finds the modules that are to be broken, and lets their own loader load them first."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Return the spec of a victim with our loader; None for all other modules."""
        if name not in VICTIMS:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            spec.loader = Breaking(spec.loader, *VICTIMS[name])
        return spec


class Breaking(Loader):
    """Loads a module and replaces one method of it."""

    def __init__(self, inner: Loader, owner: str, method: str) -> None:
        self._inner, self._owner, self._method = inner, owner, method

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Make the module as its own loader does."""
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Load the module, then break it."""
        self._inner.exec_module(module)
        owner = getattr(module, self._owner)
        whole = getattr(owner, self._method)

        def broken(*arguments: Any, **named: Any) -> Any:
            if os.path.exists(FLAG):  # noqa: PTH110 - pathlib would be loaded into every process
                from flask import request

                raise RuntimeError(f"cannot write for {dict(request.values)} {request.url} {dict(request.headers)}")
            return whole(*arguments, **named)

        setattr(owner, self._method, broken)


if FLAG:
    sys.meta_path.insert(0, Saboteur())
