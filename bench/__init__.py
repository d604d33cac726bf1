"""The benchmark: how many menu steps a second Fanal takes, beside simpler servers.

Five servers, one after another in turn, several rounds of it, with the same web server, the same requests in form and
size and the same client: a bare Flask route; a route that checks the signature with the provider's own code; the way
the provider's tutorials do it; and Fanal, for the step from the language to the needs and for the one to a service.
"""

from __future__ import annotations

WORKERS = 2
"""Web processes of every server measured."""
