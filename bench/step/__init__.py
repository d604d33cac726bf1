"""A step of a call: how many a second Fanal takes, beside simpler servers.

Five servers, one after another in turn, several rounds of it, with the same web server, the same requests in form and
size and the same client: a bare Flask route; a route that checks the signature with the provider's own code; the way
the provider's tutorials do it; and Fanal, for the step from the language to the needs and for the one to a service.

The callers are in the few places of the simulator's first countries, and Fanal remembers what it tells in each of them
for some minutes, as it does when many call at once. What a turn costs of which nothing is remembered, growth measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.findings import Finding

WORKERS = 2
"""Web processes of every server measured."""
ROUNDS, SECONDS, CONNECTIONS = 12, 1.0, 16
"""How often each is measured, how long, and with how many requests at a time."""
QUICK_ROUNDS, QUICK_SECONDS = 1, 0.3


def findings(quick: bool, say: Callable[[str], None]) -> Iterator[Finding]:
    """Measure a step and yield the figures; `quick` judges none. Raises `InstallationError` or `AnswerError`."""
    from bench.step.figures import summary
    from bench.step.rounds import measured

    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (ROUNDS, SECONDS)
    yield from summary(measured(rounds, seconds, CONNECTIONS, say), quick=quick)
