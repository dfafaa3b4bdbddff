"""What an outside system remembers: one SQLite file, its own truth, to be compared with the office's later."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Book:
    """A SQLite file read and written from one event loop; every statement is kept at once.

    Between two awaits nothing else runs, so "look, then write" needs no lock; `together` makes several writes
    one. Tables whose name begins with ``_`` (keys, the clock) are not shown to a checker.
    """

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA busy_timeout = 5000")
        self._connection.executescript(schema)

    def run(self, sql: str, *values: object) -> int:
        """Do one statement; gives the number of rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def row(self, sql: str, *values: object) -> Row | None:
        found = self._connection.execute(sql, values).fetchone()
        return None if found is None else dict(found)

    def rows(self, sql: str, *values: object) -> list[Row]:
        return [dict(found) for found in self._connection.execute(sql, values)]

    def value(self, sql: str, *values: object) -> Any:
        found = self._connection.execute(sql, values).fetchone()
        return None if found is None else found[0]

    @contextmanager
    def together(self) -> Iterator[None]:
        """All writes inside, or none. Must not contain an await."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def whole(self) -> dict[str, list[Row]]:
        """Every open table with all its rows in the order they were written."""
        names = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        shown = [row["name"] for row in names if not row["name"].startswith(("_", "sqlite_"))]
        return {name: self.rows(f'SELECT * FROM "{name}" ORDER BY rowid') for name in shown}

    def close(self) -> None:
        self._connection.close()
