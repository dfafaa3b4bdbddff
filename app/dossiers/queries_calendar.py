"""What a change of the calendar does to dossiers, as its page lists it: by office, then one by one. Keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from app.kit.db import Db

PAGE: Final = 50
Which = Literal["", "late", "rescued", "earlier", "later", "steps"]

# Of the dossiers a change touches: $4 is now. A moment that has passed is late.
WHICH: Final[dict[str, str]] = {
    "": "e.due_before IS DISTINCT FROM e.due_after",
    "late": "e.due_after < $4 AND e.due_before >= $4",
    "rescued": "e.due_after >= $4 AND e.due_before < $4",
    "earlier": "e.due_after < e.due_before",
    "later": "e.due_after > e.due_before",
    "steps": "e.due_before IS NOT DISTINCT FROM e.due_after",
}


@dataclass(frozen=True, slots=True)
class OfficeEffect:
    """How many of one office's dossiers a change touches, by how."""

    office_id: int
    name: str
    moved: int
    late: int
    rescued: int
    earlier: int
    later: int
    steps: int


@dataclass(frozen=True, slots=True)
class Effect:
    """One dossier's due moment before and after."""

    dossier_id: UUID
    code: str
    holder_name: str
    office_name: str
    procedure_version_id: UUID
    due_before: datetime | None
    due_after: datetime | None
    steps: int
    timers: int


async def by_office(db: Db, change_id: UUID, offices: Sequence[int], now: datetime) -> list[OfficeEffect]:
    """The offices a change touches, by name."""
    counts = ", ".join(
        f"count(*) FILTER (WHERE {condition.replace('$4', '$3')}) AS {name or 'moved'}" for name, condition in WHICH.items()
    )
    rows = await db.rows(
        f"SELECT e.office_id, o.short_name AS name, {counts} FROM calendar_effect e JOIN office o ON o.id = e.office_id"
        " WHERE e.change_id = $1 AND e.office_id = ANY($2) GROUP BY e.office_id, o.short_name ORDER BY o.short_name",
        change_id, list(offices), now,
    )
    return [OfficeEffect(**dict(row)) for row in rows]


async def effects(
    db: Db, change_id: UUID, offices: Sequence[int], now: datetime, *, which: Which = "",
    after: tuple[datetime, UUID] | None = None,
) -> tuple[list[Effect], tuple[datetime, UUID] | None]:
    """A page of dossiers, the earliest new moment first, and where the next begins. Without a moment come last."""
    rows = await db.rows(
        "SELECT e.dossier_id, d.code, d.holder_name, o.short_name AS office_name, d.procedure_version_id, e.due_before,"
        " e.due_after, e.steps, e.timers, coalesce(e.due_after, '9000-01-01Z') AS place"
        " FROM calendar_effect e JOIN dossier d ON d.id = e.dossier_id JOIN office o ON o.id = e.office_id"
        f" WHERE e.change_id = $1 AND e.office_id = ANY($2) AND {WHICH[which]} AND $4::timestamptz IS NOT NULL"
        " AND ($5::timestamptz IS NULL OR (coalesce(e.due_after, '9000-01-01Z'), e.dossier_id) > ($5, $6))"
        " ORDER BY place, e.dossier_id LIMIT $3",
        change_id, list(offices), PAGE + 1, now, after[0] if after else None, after[1] if after else None,
    )
    found = [Effect(**{name: value for name, value in row.items() if name != "place"}) for row in rows[:PAGE]]
    more = (rows[PAGE - 1]["place"], rows[PAGE - 1]["dossier_id"]) if len(rows) > PAGE else None
    return found, more
