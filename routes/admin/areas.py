"""The areas of the pages, in the order of the navigation."""

from __future__ import annotations

from flask import Blueprint

from routes.admin import checks, coverage, helplines, history, home, prompts, review, switches, transfer, trial
from routes.admin.accounts import people
from routes.admin.statistics import views as statistics

NAVIGATION = (
    ("home.show", "Now"),
    ("helplines.listing", "Helplines"),
    ("review.listing", "Changes"),
    ("coverage.show", "Coverage"),
    ("trial.show", "Try it"),
    ("prompts.listing", "Sentences"),
    ("statistics.show", "Figures"),
    ("checks.listing", "Checks"),
    ("switches.listing", "Emergency switch"),
    ("transfer.show", "Import and export"),
    ("history.listing", "History"),
)
"""The first page of each area, and its name (an English message)."""
ADMINISTRATION = (("people.listing", "People"),)
"""What only administrators are shown."""


def blueprints() -> tuple[Blueprint, ...]:
    """Return what the application serves."""
    desk = (home, helplines, review, coverage, trial, prompts, checks, switches, transfer, history, people)
    return tuple(module.bp for module in (*desk, statistics))
