"""Every sentence that callers hear, by language: read, reworded, reviewed, listened to, recorded."""

from __future__ import annotations

from routes.admin.prompts.views import bp

__all__ = ["bp"]
