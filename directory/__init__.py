"""The directory of helplines: who helps whom, where, when, in which language, on which number.

This package knows countries, needs, languages and opening hours.
It does not know that telephones exist.
"""
