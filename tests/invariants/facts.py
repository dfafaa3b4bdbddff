"""Everything a run left behind, as plain rows: the database in one snapshot, the store's bytes, the outside books.

Shares no code with the product: SQL names and the layout of files are read as a stranger would.
"""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg

Row = Mapping[str, Any]

# Tables with the rows of one dossier, in the column dossier_id.
OF_DOSSIER = (
    "answer", "calendar_effect", "consultation", "deadline_line", "delivery", "document", "fee", "fee_receipt", "finding",
    "job", "journal_line", "late_cause", "message", "notice", "payment", "process", "register_entry", "result", "signature",
    "step", "supplement_request",
    "timer", "verdict",
)
TABLES = (
    *OF_DOSSIER, "dossier", "citizen", "office", "officer", "code_serial", "register_book", "procedure_version",
    "working_calendar", "shipment_event", "outside_message", "alert", "calendar_change", "report_snapshot",
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken invariant: its number and name ("I3.gap"), the row it is about, and the sentence for a person."""

    code: str
    about: str
    words: str


class Store(Protocol):
    """The bytes of an object, or None when there is no such object."""

    def bytes_of(self, key: str) -> bytes | None: ...


class Folder:
    """A folder store: `<key>~.json` names the file `<key>~<token>` with the bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def bytes_of(self, key: str) -> bytes | None:
        record = self.root / f"{key}~.json"
        if not record.is_file():
            return None
        data = self.root / f"{key}~{json.loads(record.read_bytes())['token']}"
        return data.read_bytes() if data.is_file() else None


class Remembering:
    """A store asked only once for the same object, which many plantings on one run need."""

    def __init__(self, store: Store) -> None:
        self.store, self.known = store, dict[str, bytes | None]()

    def bytes_of(self, key: str) -> bytes | None:
        if key not in self.known:
            self.known[key] = self.store.bytes_of(key)
        return self.known[key]


@dataclass
class Facts:
    """The rows of every table by name; `books` are the outside systems' by system and table."""

    tables: dict[str, list[Row]]
    store: Store
    books: dict[str, dict[str, list[Row]]] = field(default_factory=dict)
    acknowledged: tuple[str, ...] = ()  # codes that somebody was told
    finished: bool = False              # the run is over and every worker had time
    _sorted: dict[tuple[str, str], dict[Any, list[Row]]] = field(default_factory=dict, repr=False)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def by(self, table: str, column: str = "dossier_id") -> dict[Any, list[Row]]:
        """The rows of a table by a column, in the order they were read."""
        if (table, column) not in self._sorted:
            found: dict[Any, list[Row]] = defaultdict(list)
            for row in self.tables[table]:
                found[row[column]].append(row)
            self._sorted[table, column] = found
        return self._sorted[table, column]

    def one(self, table: str, column: str = "id") -> dict[Any, Row]:
        """The rows of a table by a column that is unique."""
        return {key: rows[-1] for key, rows in self.by(table, column).items()}

    @cached_property
    def versions(self) -> dict[UUID, Row]:
        """Procedure versions by id."""
        return self.one("procedure_version")

    @cached_property
    def dossiers(self) -> dict[UUID, Row]:
        """Dossiers by id."""
        return self.one("dossier")

    @cached_property
    def journal(self) -> dict[UUID, list[Row]]:
        """Journal lines by dossier, oldest first."""
        return self.by("journal_line")

    def name(self, dossier_id: UUID) -> str:
        """How to call a dossier in a violation."""
        row = self.dossiers.get(dossier_id)
        return str(row["code"] or row["id"]) if row else f"dossier {dossier_id}"


async def read_database(connection: asyncpg.Connection) -> dict[str, list[Row]]:
    """Every table as one snapshot shows it. The reader's transaction is the caller's."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    await connection.execute("SELECT set_config('motcua.offices', (SELECT string_agg(id::text, ',') FROM office), true)")
    found: dict[str, list[Row]] = {}
    for table in TABLES:
        order = {"journal_line": " ORDER BY id", "deadline_line": " ORDER BY dossier_id, line_no"}.get(table, "")
        found[table] = [dict(row) for row in await connection.fetch(f'SELECT * FROM "{table}"{order}')]
    for line in found["journal_line"]:
        if line["task_no"] is not None:  # lines of an older release have it among their facts
            line["facts"].update(task=line["task_no"], step=line["step"], action=line["action"], role=line["role"])
    return found


def read_books(paths: Iterable[tuple[str, Path]]) -> dict[str, dict[str, list[Row]]]:
    """The SQLite books of the simulators: (system, file)."""
    books: dict[str, dict[str, list[Row]]] = {}
    for system, path in paths:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as book:
            book.row_factory = sqlite3.Row
            names = [row["name"] for row in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            books[system] = {
                name: [dict(row) for row in book.execute(f'SELECT * FROM "{name}"')] for name in names if name[0] != "_"
            }
    return books


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
