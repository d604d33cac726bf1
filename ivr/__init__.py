"""Calls and texts: the conversation, how it is spoken and written, and what is to be done behind it.

This package does not know Flask. Its outside world is fenced in `ivr.adapters`.
"""
