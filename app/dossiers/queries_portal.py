"""What the citizens' pages read beside single dossiers: their own list, offices, figures without names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.deadlines.calendar import Calendar
from app.dossiers.models import DossierState
from app.kit import clock
from app.kit.db import Db
from app.org.models import Office

PAGE = 20
FEWEST_FOR_TYPICAL = 10
MOST_FOR_TYPICAL = 500
MOST_LOOKED_AT = 2000  # newest dossiers that say what is used most: their number does not grow with the years


@dataclass(frozen=True, slots=True)
class FrontOffice:
    """An office as the public sees it. `above` is the short name of the province it belongs to, or empty."""

    office: Office
    above: str


@dataclass(frozen=True, slots=True)
class OwnDossier:
    """One line of a citizen's list. `owed` in đồng; `step` is what waits for the applicant, if anything does."""

    id: UUID
    code: str | None
    title: str
    procedure_code: str
    office_id: int
    office_name: str
    state: DossierState
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    paused_at: datetime | None
    finished_at: datetime | None
    supplement_due: datetime | None
    owed: int
    step: str | None


@dataclass(frozen=True, slots=True)
class TrackedDossier:
    """What a code and four digits reveal: the code and its progress, nothing else (R11)."""

    code: str
    procedure_version_id: UUID
    office_id: int
    state: DossierState
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    paused_at: datetime | None
    finished_at: datetime | None


async def front_office(db: Db, office_id: int | None = None) -> FrontOffice | None:
    """The office a page speaks for: the one named; else the only commune; else the province. None before set-up."""
    row = await db.row(
        "SELECT o.*, p.short_name AS above FROM office o LEFT JOIN office p ON p.id = o.parent_id"
        " WHERE o.valid_to IS NULL AND ($1::int IS NULL OR o.id = $1) ORDER BY"
        " (o.kind = 'commune') = ((SELECT count(*) FROM office WHERE kind = 'commune' AND valid_to IS NULL) = 1) DESC, o.id"
        " LIMIT 1",
        office_id,
    )
    if row is None:
        return None
    values = dict(row)
    above = values.pop("above")
    return FrontOffice(Office(**values), above or "")


_OWN = """
SELECT d.id, d.code, d.title, d.procedure_code, d.office_id, o.short_name AS office_name, d.state, d.created_at,
  d.submitted_at, d.due_at, d.original_due_at, d.paused_at, d.finished_at,
  (SELECT r.due_at FROM supplement_request r WHERE r.dossier_id = d.id AND r.closed IS NULL LIMIT 1) AS supplement_due,
  (SELECT COALESCE(sum(f.amount), 0)::int FROM fee f WHERE f.dossier_id = d.id AND f.state = 'owed') AS owed,
  (SELECT s.name FROM step s WHERE s.dossier_id = d.id AND s.role = 'applicant' LIMIT 1) AS step
FROM dossier d JOIN office o ON o.id = d.office_id
WHERE d.applicant_id = $1 AND ($2::timestamptz IS NULL OR (d.created_at, d.id) < ($2, $3::uuid))
ORDER BY d.created_at DESC, d.id DESC LIMIT $4
"""


async def own_dossiers(
    db: Db, citizen_id: UUID, *, before: tuple[datetime, UUID] | None = None
) -> tuple[list[OwnDossier], tuple[datetime, UUID] | None]:
    """A page of a citizen's dossiers, newest first, and where the next page begins.

    For their fees and steps the transaction must see the offices they lie in; it looks only at the citizen's own.
    """
    offices = await db.rows("SELECT DISTINCT office_id FROM dossier_shown WHERE applicant_id = $1", citizen_id)
    await db.act_for(offices=[row["office_id"] for row in offices], citizen=citizen_id)
    at, last = before or (None, None)
    rows = await db.rows(_OWN, citizen_id, at, last, PAGE + 1)
    found = [OwnDossier(**{**dict(row), "state": DossierState(row["state"])}) for row in rows[:PAGE]]
    await db.act_for(citizen=citizen_id)
    more = (found[-1].created_at, found[-1].id) if len(rows) > PAGE else None
    return found, more


async def most_used(db: Db, offices: Sequence[int], *, days: int = 30) -> list[str]:
    """Codes of procedures by how often they were applied for lately. The transaction sees nobody's rows afterwards."""
    await db.act_for(offices=offices)
    rows = await db.rows(
        "SELECT d.procedure_code FROM unnest($1::int[]) AS o(id) CROSS JOIN LATERAL (SELECT n.procedure_code FROM dossier n"
        "  WHERE n.office_id = o.id AND n.created_at > $2 AND n.submitted_at IS NOT NULL"
        "  ORDER BY n.created_at DESC LIMIT $3) d"
        " GROUP BY d.procedure_code ORDER BY count(*) DESC, d.procedure_code LIMIT 5",
        list(offices), clock.now() - timedelta(days=days), _each(MOST_LOOKED_AT, offices),
    )
    await db.act_for()
    return [row["procedure_code"] for row in rows]


async def typical_minutes(db: Db, offices: Sequence[int], procedure_code: str, calendar: Calendar) -> int | None:
    """Working minutes within which nine of ten dossiers of the last 30 days were finished; None when fewer than 10.

    The transaction sees nobody's rows afterwards.
    """
    await db.act_for(offices=offices)
    rows = await db.rows(
        "SELECT d.received_at, d.finished_at FROM unnest($4::int[]) AS o(id) CROSS JOIN LATERAL ("
        "  SELECT n.received_at, n.finished_at FROM dossier n WHERE n.office_id = o.id AND n.procedure_code = $1"
        "  AND n.finished_at > $2 AND n.received_at IS NOT NULL AND n.state IN ('result_ready', 'returned')"
        "  ORDER BY n.finished_at DESC LIMIT $3) d",
        procedure_code, clock.now() - timedelta(days=30), _each(MOST_FOR_TYPICAL, offices), list(offices),
    )
    await db.act_for()
    if len(rows) < FEWEST_FOR_TYPICAL:
        return None
    taken = sorted(calendar.working_minutes_between(row["received_at"], row["finished_at"]) for row in rows)
    return taken[min(len(taken) - 1, -(-len(taken) * 9 // 10) - 1)]


def _each(most: int, offices: Sequence[int]) -> int:
    """How many of each office, so that all together are about `most`; never so few that an office says nothing."""
    return max(most // max(len(offices), 1), 20)


async def tracked(db: Db, code: str) -> tuple[TrackedDossier | None, str]:
    """The dossier of a code that somebody holds up, and what proves they may see it: the applicant's last four digits.

    Both parts are read whether or not they will be shown, so that the answers take the same time.
    """
    await db.act_for(presents=code)
    row = await db.row(
        "SELECT d.code, d.procedure_version_id, d.office_id, d.state, d.submitted_at, d.received_at, d.due_at,"
        " d.original_due_at, d.paused_at, d.finished_at, c.personal_number, c.phone"
        " FROM dossier_shown d JOIN citizen c ON c.id = d.applicant_id WHERE d.code = $1",
        code,
    )
    await db.act_for()
    if row is None:
        return None, ""
    values = dict(row)
    proof = values.pop("personal_number") or ""
    phone = values.pop("phone") or ""
    values["state"] = DossierState(values["state"])
    return TrackedDossier(**values), (proof or phone)[-4:]


async def open_supplement(db: Db, dossier_id: UUID) -> Mapping[str, Any] | None:
    """The supplement request that waits for an answer, or None."""
    row = await db.row(
        "SELECT * FROM supplement_request WHERE dossier_id = $1 AND closed IS NULL ORDER BY n DESC LIMIT 1", dossier_id
    )
    return dict(row) if row else None


async def applicant_step(db: Db, dossier_id: UUID) -> Mapping[str, Any] | None:
    """The step that waits for the applicant, or None."""
    row = await db.row(
        "SELECT * FROM step WHERE dossier_id = $1 AND role = 'applicant' ORDER BY task_no LIMIT 1", dossier_id
    )
    return dict(row) if row else None


async def draft_like(db: Db, citizen_id: UUID, procedure_code: str, office_id: int) -> UUID | None:
    """A draft the citizen began a moment ago for the same thing: two clicks begin one."""
    await db.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"draft:{citizen_id}")
    found: UUID | None = await db.value(
        "SELECT id FROM dossier WHERE applicant_id = $1 AND procedure_code = $2 AND office_id = $3 AND state = 'draft'"
        " AND created_at > $4 ORDER BY created_at DESC LIMIT 1",
        citizen_id, procedure_code, office_id, clock.now() - timedelta(seconds=20),
    )
    return found


async def result_presented(db: Db, word: str) -> Mapping[str, Any] | None:
    """The result that a key, a store code or a file's SHA-256 opens, with the authority that issued it."""
    await db.act_for(presents=word)
    row = await db.row(
        "SELECT r.*, o.authority, o.phone FROM result r JOIN office o ON o.id = r.office_id"
        " WHERE (r.verify_key = $1 OR r.store_code = $1 OR r.sha256 = $1) AND r.state IN ('issued', 'revoked')",
        word,
    )
    await db.act_for()
    return dict(row) if row else None
