"""What every route says to PostgreSQL: played with valid requests on a filled office, counted, compared with a kept table.

`python -m tests.statement_counts` says what differs; with `--write` the table is written anew.
"""
