"""What waits for a signature, a seal, a hand-over or a person's help: the lists of the signer, the clerk, the counter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from app.deliveries.models import WAITING
from app.kit.db import Db

Kind = Literal["leader", "seal"]
STEPS: Final = {"leader": "sign_result", "seal": "seal_result"}
JOBS: Final = {"leader": "apply_signature", "seal": "apply_seal"}
SHOWN: Final = {"leader": "draft_id", "seal": "document_id"}  # what the signer looks at
ROLES: Final = {"leader": "leader", "seal": "clerk"}
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class ToSign:
    """One dossier that waits. `digest` is what must be signed: SHA-256 of each document shown, joined by "+"."""

    dossier_id: UUID
    task_no: int
    officer_id: UUID | None
    officer_name: str | None
    code: str
    holder_name: str
    version_id: UUID
    due_at: datetime | None
    original_due_at: datetime | None
    titles: str
    digest: str | None
    office_name: str
    office_id: int


async def to_sign(db: Db, *, offices: Sequence[int], kind: Kind) -> list[ToSign]:
    """Dossiers at the signer's (or clerk's) step, the nearest date first, at most 100."""
    rows = await db.rows(
        f"""
        SELECT s.dossier_id, s.task_no, s.officer_id, f.name, d.code, d.holder_name, d.procedure_version_id, d.due_at,
               d.original_due_at, r.titles, r.digest, o.short_name, s.office_id
        FROM (SELECT one.* FROM unnest($1::int[]) AS lane(office_id) CROSS JOIN LATERAL (
            SELECT * FROM step WHERE office_id = lane.office_id AND role = $2 AND name = $3
            ORDER BY due_at, dossier_id, task_no LIMIT {MOST}) one
          ORDER BY one.due_at, one.dossier_id, one.task_no LIMIT {MOST}) s
        JOIN dossier d ON d.id = s.dossier_id JOIN office o ON o.id = s.office_id LEFT JOIN officer f ON f.id = s.officer_id
        LEFT JOIN LATERAL (
          SELECT string_agg(r.title, ', ' ORDER BY r.n) AS titles,
                 CASE WHEN bool_and(x.sha256 IS NOT NULL) THEN string_agg(x.sha256, '+' ORDER BY r.n) END AS digest
          FROM result r LEFT JOIN document x ON x.id = r.{SHOWN[kind]}
          WHERE r.dossier_id = d.id AND r.state IN ('drafted', 'signed')) r ON true
        ORDER BY s.due_at, s.dossier_id, s.task_no
        """,
        list(offices), ROLES[kind], STEPS[kind],
    )
    return [ToSign(*row) for row in rows]


async def under_way(db: Db, dossier_ids: Sequence[UUID], kind: Kind) -> dict[UUID, dict[str, Any]]:
    """How the ordered signatures of these dossiers stand.

    {dossier: {code, holder_name, titles, job_id, state, trouble, signed_at, level}}; `state` is that of the newest job.
    """
    rows = await db.rows(
        """
        SELECT d.id, d.code, d.holder_name, d.due_at, d.original_due_at, j.id AS job_id, j.state, j.trouble, j.attempts,
               g.signed_at, g.level,
               (SELECT string_agg(r.title, ', ' ORDER BY r.n) FROM result r
                WHERE r.dossier_id = d.id AND r.state <> 'discarded') AS titles
        FROM dossier d
        LEFT JOIN LATERAL (SELECT * FROM job WHERE dossier_id = d.id AND name = $2 ORDER BY id DESC LIMIT 1) j ON true
        LEFT JOIN LATERAL (SELECT * FROM signature WHERE dossier_id = d.id AND kind = $3
                           ORDER BY signed_at DESC LIMIT 1) g ON true
        WHERE d.id = ANY($1::uuid[])
        """,
        list(dossier_ids), JOBS[kind], kind,
    )
    return {row["id"]: dict(row) for row in rows}


async def stuck_signing(db: Db, *, offices: Sequence[int], kind: Kind) -> list[UUID]:
    """Dossiers whose signing gave up and waits for a person."""
    rows = await db.rows(
        f"SELECT dossier_id FROM job WHERE office_id = ANY($1::int[]) AND state = 'stuck' AND name = $2"
        f" ORDER BY created_at LIMIT {MOST}",
        list(offices), JOBS[kind],
    )
    return [row["dossier_id"] for row in rows]


async def papers_shown(db: Db, dossier_id: UUID, kind: Kind) -> list[dict[str, Any]]:
    """The documents a signer looks at: {id, title, pages, sha256, number_text}."""
    rows = await db.rows(
        f"SELECT x.id, r.title, x.pages, x.sha256, r.number_text FROM result r JOIN document x ON x.id = r.{SHOWN[kind]}"
        " WHERE r.dossier_id = $1 AND r.state <> 'discarded' ORDER BY r.n",
        dossier_id,
    )
    return [dict(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One delivery that is not over."""

    id: UUID
    dossier_id: UUID
    way: str
    state: str
    shipment_code: str | None
    created_at: datetime
    handed_at: datetime | None
    code: str
    holder_name: str
    version_id: UUID
    phone: str | None
    owed: int
    task_no: int | None
    step: str | None
    office_name: str


async def deliveries_waiting(
    db: Db, *, offices: Sequence[int], way: str, after: tuple[datetime, UUID] | None, limit: int
) -> list[Waiting]:
    """Results that wait at the counter, or are with the post; oldest first, one more than `limit` when there are more."""
    moment, last = after if after else (None, None)
    rows = await db.rows(
        f"""
        SELECT v.id, v.dossier_id, v.way, v.state, v.shipment_code, v.created_at, v.handed_at, d.code, d.holder_name,
               d.procedure_version_id, c.phone,
               (SELECT COALESCE(sum(amount), 0) FROM fee WHERE fee.dossier_id = d.id AND fee.state = 'owed') AS owed,
               s.task_no, s.name AS step, o.short_name
        FROM (SELECT one.* FROM unnest($1::int[]) AS waits(office_id) CROSS JOIN LATERAL (
            SELECT * FROM delivery WHERE office_id = waits.office_id AND way = $2 AND {WAITING}
              AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4)) ORDER BY created_at, id LIMIT $5) one
          ORDER BY one.created_at, one.id LIMIT $5) v
        JOIN dossier d ON d.id = v.dossier_id JOIN office o ON o.id = v.office_id
        LEFT JOIN citizen c ON c.id = d.applicant_id
        LEFT JOIN LATERAL (SELECT task_no, name FROM step WHERE dossier_id = d.id ORDER BY task_no LIMIT 1) s ON true
        ORDER BY v.created_at, v.id
        """,
        list(offices), way, moment, last, limit + 1,
    )
    return [Waiting(*row) for row in rows]


async def shipment_events(db: Db, dossier_id: UUID) -> list[dict[str, Any]]:
    """What the post said of a dossier's packet, newest first."""
    rows = await db.rows(
        "SELECT e.at, e.what, e.detail FROM shipment_event e JOIN delivery v ON v.id = e.delivery_id"
        " WHERE v.dossier_id = $1 ORDER BY e.at DESC LIMIT 100",
        dossier_id,
    )
    return [dict(row) for row in rows]


async def stuck_jobs(db: Db, *, offices: Sequence[int]) -> list[dict[str, Any]]:
    """Outside work that needs a person, oldest first: {id, name, trouble, attempts, created_at, dossier_id, code, …}."""
    rows = await db.rows(
        "SELECT j.id, j.name, j.trouble, j.attempts, j.created_at, j.dossier_id, d.code, d.holder_name, o.short_name"
        " FROM job j LEFT JOIN dossier d ON d.id = j.dossier_id JOIN office o ON o.id = j.office_id"
        f" WHERE j.office_id = ANY($1::int[]) AND j.state = 'stuck' ORDER BY j.created_at LIMIT {MOST}",
        list(offices),
    )
    return [dict(row) for row in rows]


async def failed_notices(db: Db, *, offices: Sequence[int]) -> list[dict[str, Any]]:
    """Notices that did not reach the applicant: {event, channel, trouble, created_at, dossier_id, code, holder_name}."""
    rows = await db.rows(
        "SELECT n.event, n.channel, n.trouble, n.created_at, n.dossier_id, d.code, d.holder_name FROM notice n"
        " JOIN dossier d ON d.id = n.dossier_id WHERE n.office_id = ANY($1::int[]) AND n.state = 'failed'"
        " ORDER BY n.created_at DESC LIMIT 50",
        list(offices),
    )
    return [dict(row) for row in rows]
