"""Figures for monitoring: what they stand on may fail, and nothing else fails with it."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from ivr.metrics import Figure


class Refusing:
    """What a figure stands on where the disk refuses."""

    def inc(self, _amount: float) -> None:
        """Refuse."""
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("amount", [1, 3])
def test_figure_that_cannot_be_kept(amount: float) -> None:
    """A figure that cannot be kept is let go of, and whoever wanted it added goes on; before and after it adds up."""
    figure = Figure("fanal_tests", "Counted in a test.", registry=CollectorRegistry())
    figure.inc(amount)
    stands_on, figure._value = figure._value, Refusing()  # type: ignore[assignment]  # all that inc asks of it
    figure.inc(amount)
    figure._value = stands_on
    figure.inc(amount)

    assert 2 * amount == figure._value.get()
