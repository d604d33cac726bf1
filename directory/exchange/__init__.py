"""Export and import: the tables as a spreadsheet (CSV), as Open Referral HSDS, and as YAML in one file.

What comes in never becomes the directory by itself: it becomes a `Proposal`, which says what would change and what is
wrong, row by row.
"""
