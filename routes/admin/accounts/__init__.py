"""Accounts: who may sign in to the coordinators' pages, and how they prove who they are."""
