"""Dossiers that will cost points soon, while something can still be done about each.

Due within the next working days and not near done; overdue; a second supplement asked; done online without an
electronic result; a fee not paid online; nothing digitised. Source: rules.md 7; peers.md idea 14.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from app.deadlines.timetable import CalendarDoesNotReach
from app.dossiers.models import DossierState
from app.dossiers.tools import Tools
from app.kit import clock
from app.kit.db import Db
from app.quality.lenses import E_RESULT, PAID_ONLINE, PAPER_FILE
from app.quality.period import month_of

WORKING_DAYS: Final = 5
PAGE: Final = 50
_OWES: Final = (
    "EXISTS (SELECT 1 FROM fee e WHERE e.dossier_id = d.id AND e.amount > 0 AND e.state = 'owed')"
)
# In the order they are said. Each: (word, condition on an open or a finished dossier).
_OPEN: Final = (
    ("overdue", "d.due_at < $2"),
    ("due_soon", "d.due_at >= $2 AND d.due_at < $3 AND d.state NOT IN ('awaiting_signature', 'awaiting_seal')"),
    ("supplements", "d.supplements_asked > 1"),
    ("fee_owed", f"{_OWES} AND NOT {PAID_ONLINE}"),
    ("no_file", f"NOT {PAPER_FILE}"),
)
_DONE: Final = (
    ("no_e_result", f"NOT {E_RESULT}"),
    ("no_file", f"NOT {PAPER_FILE}"),
)


@dataclass(frozen=True, slots=True)
class Threat:
    """One dossier and why it will cost points. `reasons` in the order of urgency."""

    id: UUID
    code: str
    holder_name: str
    procedure_version_id: UUID
    office_name: str
    state: DossierState
    channel: str
    due_at: datetime | None
    paused_at: datetime | None
    finished_at: datetime | None
    officer: str | None  # who has its first open step
    reasons: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class After:
    """Where the next page begins."""

    at: datetime
    id: UUID


def horizon(tools: Tools, office_id: int | None = None) -> datetime:
    """The end of the fifth working day from today, by the office's calendar or the common one."""
    calendar = tools.calendars.common if office_id is None else tools.calendars.of(office_id)
    try:
        last = calendar.working_day_after(clock.today(), WORKING_DAYS)
    except CalendarDoesNotReach:
        last = clock.today() + timedelta(days=7)
    return datetime.combine(last + timedelta(days=1), time(), clock.LOCAL)


async def threats(
    db: Db, tools: Tools, offices: Sequence[int], *, procedure: str | None = None, after: After | None = None,
    limit: int = PAGE,
) -> tuple[list[Threat], After | None]:
    """By due moment, overdue first; those done without an electronic result stand at the moment they were done.

    Open dossiers come from the index on (office, due moment) up to the horizon; done ones of this month from the index
    on (office, end of handling).
    """
    until = horizon(tools, offices[0] if len(offices) == 1 else None)
    args: list[object] = [list(offices), clock.now(), until, month_of(clock.today()).starts, procedure]
    page = ""
    if after is not None:
        page, args = " WHERE (t.at, t.id) > ($6, $7)", [*args, after.at, after.id]
    rows = await db.rows(
        "WITH t AS MATERIALIZED ("
        f" SELECT d.id, d.office_id, {_words(_OPEN)} AS reasons, COALESCE(d.due_at, d.paused_at, d.received_at) AS at"
        "  FROM dossier d WHERE d.office_id = ANY($1) AND d.finished_at IS NULL AND d.code IS NOT NULL"
        "  AND d.received_at IS NOT NULL AND (d.due_at < $3 OR d.supplements_asked > 1)"
        "  AND ($5::text IS NULL OR d.procedure_code = $5)"
        f" UNION ALL SELECT d.id, d.office_id, {_words(_DONE)}, d.finished_at FROM dossier d"
        "  WHERE d.office_id = ANY($1) AND d.finished_at >= $4 AND d.state IN ('result_ready', 'returned')"
        f" AND d.channel = 'online' AND NOT {E_RESULT} AND ($5::text IS NULL OR d.procedure_code = $5))"
        " SELECT t.id, d.code, d.holder_name, d.procedure_version_id, o.short_name AS office_name, d.state, d.channel,"
        " d.due_at, d.paused_at, d.finished_at, t.reasons, t.at, (SELECT p.name FROM step s"
        "  JOIN officer p ON p.id = s.officer_id WHERE s.dossier_id = t.id ORDER BY s.task_no LIMIT 1) AS officer"
        f" FROM (SELECT * FROM t WHERE cardinality(t.reasons) > 0) t JOIN dossier d ON d.id = t.id"
        f" JOIN office o ON o.id = t.office_id{page} ORDER BY t.at, t.id LIMIT {limit + 1}",
        *args,
    )
    found = [
        Threat(**{**dict(row), "state": DossierState(row["state"]), "reasons": tuple(row["reasons"])})
        for row in rows[:limit]
    ]
    return found, After(found[-1].at, found[-1].id) if len(rows) > limit else None


def _words(reasons: Sequence[tuple[str, str]]) -> str:
    said = ", ".join(f"CASE WHEN {condition} THEN '{word}' END" for word, condition in reasons)
    return f"array_remove(ARRAY[{said}]::text[], NULL)"
