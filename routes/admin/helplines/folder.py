"""Where a folder rules (`DIRECTORY_PATH`): its files are edited there, and these pages say so instead of editing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask.typing import ResponseReturnValue

from routes.admin.pages import page
from routes.admin.standing import rules

Given = ParamSpec("Given")


def unless_folder(view: Callable[Given, ResponseReturnValue]) -> Callable[Given, ResponseReturnValue]:
    """Let a view edit what the desk decides; where a folder does, answer with a page that says so."""

    @wraps(view)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> ResponseReturnValue:
        return view(*args, **kwargs) if rules() else (page("helplines/folder.html"), 409)

    return guarded
