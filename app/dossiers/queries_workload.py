"""Who has how much in hand, since when, and what they finished; the steps behind it, for handing them to others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.dossiers.horizons import AT_STEP, OPEN, SIGHT, SPANS, TYPED, Horizon, Span, without_compiling
from app.dossiers.models import WAITING
from app.dossiers.queries_overview import DATED, PAGE, After, Args, behind
from app.journal.service import STEP_DUE_AT
from app.kit.db import Db

LATELY: Final = timedelta(days=30)
MOST: Final = 200


# Somebody has few; of what nobody has, half of an office's may be, so that it is read in the order of ix_dossier_open, an
# ordered scan an office, and stops at a page. What is handled and still has a step waits to be handed over; it is not in
# that index, and there is little of it.
_OF_AN_OFFICER: Final = (
    f"SELECT s.* FROM {SIGHT} JOIN step s ON s.office_id = h.office_id JOIN {AT_STEP} WHERE {{where}}"
    " ORDER BY d.due_at, d.id, s.task_no LIMIT {limit}"
)
_NOBODY_S: Final = (
    f"SELECT s.* FROM {SIGHT} CROSS JOIN LATERAL (" + " UNION ALL ".join(
        f"(SELECT s.*, d.due_at AS dossier_due FROM (SELECT * FROM dossier d WHERE d.office_id = h.office_id AND {part}"
        f" ORDER BY d.due_at, d.id OFFSET 0) d"
        f" CROSS JOIN LATERAL (SELECT * FROM step s WHERE s.dossier_id = d.id OFFSET 0) s"
        f" WHERE {{where}} ORDER BY d.due_at, d.id, s.task_no LIMIT {{limit}})"
        for part in (f"{OPEN} AND d.{WAITING}", f"d.state = 'result_ready' AND NOT ({OPEN})")
    ) + ") s ORDER BY s.dossier_due, s.dossier_id, s.task_no LIMIT {limit}"
)


@dataclass(frozen=True, slots=True)
class HeldStep:
    """One piece of work somebody has, or nobody."""

    dossier_id: UUID
    task_no: int
    office_id: int
    name: str
    role: str
    opened_at: datetime
    officer_id: UUID | None
    officer_name: str | None
    code: str
    holder_name: str
    procedure_version_id: UUID
    due_at: datetime | None
    paused_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """One officer's load. `open_since`: half of what they have was opened before it; `finished`: in the last 30 days."""

    id: UUID | None  # None: nobody's
    name: str
    title: str
    office_name: str
    open: int
    late: int
    near: int
    stuck: int
    open_since: datetime | None
    finished: int
    finished_late: int


async def people(db: Db, at: Horizon) -> list[Person]:
    """Everybody in sight who does steps, the most overdue first; what nobody has taken comes before them."""
    await without_compiling(db)
    rows = await db.rows(
        "SELECT p.id, COALESCE(p.name, '') AS name, COALESCE(p.title, '') AS title,"
        " COALESCE(o.short_name, '') AS office_name,"
        " COALESCE(c.open, 0) AS open, COALESCE(c.late, 0) AS late, COALESCE(c.near, 0) AS near,"
        " COALESCE(c.stuck, 0) AS stuck, c.open_since, COALESCE(f.finished, 0) AS finished,"
        " COALESCE(f.finished_late, 0) AS finished_late FROM ("
        f"  SELECT s.officer_id, count(*) AS open, count(*) FILTER (WHERE {SPANS['late']}) AS late,"
        f"    count(*) FILTER (WHERE {SPANS['near']}) AS near, count(*) FILTER (WHERE {SPANS['stuck']}) AS stuck,"
        "    to_timestamp(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.opened_at))) AS open_since"
        f"  FROM {SIGHT} JOIN step s ON s.office_id = h.office_id JOIN {AT_STEP}"
        f"  WHERE s.role <> 'applicant' AND {TYPED} GROUP BY s.officer_id) c"
        " FULL JOIN (SELECT id, name, title, office_id FROM officer WHERE office_id = ANY($1)"
        "   AND (id IN (SELECT officer_id FROM step)"
        "     OR active AND roles ?| ARRAY['reception', 'specialist', 'head', 'leader', 'clerk'])) p ON p.id = c.officer_id"
        " LEFT JOIN office o ON o.id = p.office_id"
        " LEFT JOIN (SELECT j.actor_id, count(*) AS finished,"
        f"   count(*) FILTER (WHERE j.at > {STEP_DUE_AT}) AS finished_late FROM journal_line j"
        "   WHERE j.event = 'step.finished' AND j.office_id = ANY($1) AND j.at > $4 - $6::interval GROUP BY j.actor_id) f"
        "   ON f.actor_id = p.id"
        " ORDER BY p.id IS NOT NULL, late DESC, near DESC, open DESC, p.name"
        f" LIMIT {MOST}",
        *at.args, LATELY,
    )
    return [Person(**dict(row)) for row in rows]


async def steps(
    db: Db, at: Horizon, *, officer: UUID | None, span: Span = "", procedure: str = "", role_of: UUID | None = None,
    after: After | None = None, limit: int = PAGE,
) -> tuple[list[HeldStep], After | None]:
    """What an officer has in hand, or what nobody has taken (None), by the dossier's deadline; and the next page.

    `role_of`: only what this officer's roles do.
    """
    args = Args(at.args)
    where = _held(officer, span, procedure, args)
    if role_of is not None:
        where.append(f"EXISTS (SELECT 1 FROM officer r WHERE r.id = {args.add(role_of)} AND r.roles ? s.role)")
    if after is not None:
        where.append(behind(after, args, task="s.task_no", dated=span in DATED))
    kind = _OF_AN_OFFICER if officer is not None else _NOBODY_S
    rows = await db.rows(
        "SELECT s.dossier_id, s.task_no, s.office_id, s.name, s.role, s.opened_at, s.officer_id, p.name AS officer_name,"
        " d.code, d.holder_name, d.procedure_version_id, d.due_at, d.paused_at FROM"
        f" ({kind.format(where=' AND '.join(where), limit=limit + 1)}) s JOIN dossier d ON d.id = s.dossier_id"
        " LEFT JOIN officer p ON p.id = s.officer_id ORDER BY d.due_at, d.id, s.task_no",
        *args,
    )
    found = [HeldStep(**dict(row)) for row in rows[:limit]]
    last = found[-1] if found else None
    return found, After(last.due_at, last.dossier_id, last.task_no) if last and len(rows) > limit else None


async def steps_by_role(
    db: Db, at: Horizon, *, office_id: int, officer: UUID | None, span: Span = "", procedure: str = ""
) -> dict[str, int]:
    """How many steps of that list each role does, in the one office that may hand them round."""
    args = Args(at.args)
    where = _held(officer, span, procedure, args)
    rows = await db.rows(
        f"SELECT s.role, count(*) AS n FROM {SIGHT} JOIN step s ON s.office_id = h.office_id"
        f" JOIN dossier d ON d.id = s.dossier_id WHERE s.office_id = {args.add(office_id)} AND {' AND '.join(where)}"
        " GROUP BY s.role", *args,
    )
    return {row["role"]: row["n"] for row in rows}


def _held(officer: UUID | None, span: Span, procedure: str, args: Args) -> list[str]:
    where = ["s.role <> 'applicant'", TYPED]
    where.append("s.officer_id IS NULL" if officer is None else f"s.officer_id = {args.add(officer)}")
    if span:
        where.append(f"({SPANS[span]})")
    if procedure:
        where.append(f"d.procedure_code = {args.add(procedure)}")
    return where


async def holder(db: Db, officer_id: UUID) -> Mapping[str, Any] | None:
    """Name, title and office of whoever holds steps, also of one who has left."""
    row = await db.row("SELECT name, title, office_id FROM officer WHERE id = $1", officer_id)
    return dict(row) if row else None


async def colleagues(db: Db, office_id: int) -> list[Mapping[str, Any]]:
    """Who could take work over in an office: id, name, title, roles."""
    rows = await db.rows(
        "SELECT id, name, title, roles FROM officer WHERE office_id = $1 AND active ORDER BY name", office_id
    )
    return [dict(row) for row in rows]
