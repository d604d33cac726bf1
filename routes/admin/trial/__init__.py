"""A call on a draft or on any revision, without anybody being rung: the caller's telephone as a page.

The address of the page is the whole call: which tables, who calls from where, which number, when, and the keys pressed
so far. The page makes that call anew each time, in this process. So nothing is kept, nothing is counted, a call can be
sent to a colleague, and a key can be taken back. No number stands in the address: a caller is a country and a kind of
telephone.
"""

from __future__ import annotations

from routes.admin.trial.views import bp

__all__ = ["bp"]
