"""The dossiers behind one number of a form: exactly those, by the statement that counted them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kit.db import Db
from app.reports.counting import HOLDS, cases_args, cases_sql, without_compiling
from app.reports.lists import NAMED, After, Asked, next_page
from app.reports.rules import causes


@dataclass(frozen=True, slots=True)
class Behind:
    """A number of a form: its column and what its row is about. Empty: no restriction."""

    column: str = "3"  # a key of HOLDS
    level: str = ""
    sector: str = ""
    cause: str | None = None  # of 07a; "" is "not said"


@dataclass(frozen=True, slots=True)
class Counted:
    """One dossier behind a number."""

    id: UUID
    code: str
    holder_name: str
    procedure: str
    office_name: str
    received_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    origin: int
    outcome: int


async def behind(
    db: Db, asked: Asked, number: Behind, after: After | None = None, *, limit: int = 50
) -> tuple[list[Counted], int, After | None]:
    """The dossiers a number counts, how many they are, and where the page ended. Exactly those: the same statement."""
    await without_compiling(db)
    origins, outcomes = HOLDS[number.column]
    known = [one.id for one in causes()]
    where = (
        "($6::int[] = '{}' OR c.origin = ANY($6)) AND ($7::int[] = '{}' OR c.outcome = ANY($7))"
        " AND ($8 = '' OR v.sector = $8) AND ($9 = '' OR o.kind = $9)"
        " AND ($10::text IS NULL OR c.outcome IN (10, 13) AND CASE WHEN lc.cause IS NULL THEN ''"
        " WHEN lc.cause = ANY($11::text[]) THEN lc.cause ELSE 'other' END = $10)"
    )
    args = [
        *cases_args(asked.offices, asked.period, asked.rule), list(origins), list(outcomes), number.sector, number.level,
        number.cause, known,
    ]
    source = f"({cases_sql(asked.period, asked.rule, asked.view)}) c {NAMED}"
    source += " LEFT JOIN late_cause lc ON lc.dossier_id = c.id"
    total = await db.value(f"SELECT count(*) FROM {source} WHERE {where}", *args)
    rows: list[Any] = await db.rows(
        "SELECT c.id, d.code, d.holder_name, v.name AS procedure, o.short_name AS office_name, c.received_at,"
        " c.due AS due_at,"
        f" CASE WHEN c.outcome < 11 THEN c.finished_at END AS finished_at, c.origin, c.outcome FROM {source} WHERE {where}"
        " AND ($12::timestamptz IS NULL OR (c.received_at, c.id) > ($12, $13::uuid)) ORDER BY c.received_at, c.id LIMIT $14",
        *args, after.at if after else None, after.id if after else None, limit + 1,
    )
    found = [Counted(**dict(row)) for row in rows[:limit]]
    return found, total, next_page(rows, limit, "received_at", after.before if after else 0)
