"""Clients of outside systems: one file and one small protocol each.

A call is made once, with a time limit and an id of the caller's; repeating it under the same id has one effect.
Repeating is the job queue's work, so nothing here retries. Nothing here knows a dossier or opens a transaction.
"""
