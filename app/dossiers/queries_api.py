"""What the API reads and keeps beside single dossiers: idempotency keys, lists of an office, cursors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.dossiers.models import DossierState
from app.fees.service import OWED
from app.kit.db import Db

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a key was used for, and the answer it got."""

    route: str
    body_sha256: str
    status: int
    answer: dict[str, Any]


async def take_key(
    db: Db, *, actor: str, key: str, route: str, body_sha256: str, at: datetime, forget_before: datetime
) -> KeptAnswer | None:
    """Take a key for this transaction; None when it is ours now, else what it was used for.

    Waits for another transaction that is just using it.
    """
    await db.run("DELETE FROM idempotency_key WHERE actor = $1 AND at < $2", actor, forget_before)
    fresh = await db.run(
        "INSERT INTO idempotency_key (actor, key, route, body_sha256, status, answer, at)"
        " VALUES ($1, $2, $3, $4, 0, '{}', $5) ON CONFLICT (actor, key) DO NOTHING",
        actor, key, route, body_sha256, at,
    )
    if fresh:
        return None
    row = await db.row(
        "SELECT route, body_sha256, status, answer FROM idempotency_key WHERE actor = $1 AND key = $2", actor, key
    )
    assert row is not None
    return KeptAnswer(**dict(row))


async def keep_answer(db: Db, *, actor: str, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer with its key, in the transaction of the effect."""
    await db.run(
        "UPDATE idempotency_key SET status = $3, answer = $4 WHERE actor = $1 AND key = $2", actor, key, status, answer
    )


async def mark_of(db: Db, dossier_id: UUID, *, lock: bool = False) -> str:
    """The dossier's ETag without quotes: its version, the last transaction that touched its row, its moves.

    `lock` holds both rows, so that what was compared is still true when this transaction writes.
    """
    if lock:
        await hold_process(db, dossier_id)  # a move writes it first, and the dossier only where it changes
    row = await db.row(_MARK + (" FOR UPDATE OF d" if lock else ""), dossier_id)
    assert row is not None
    return f"{row['version']}.{row['xmin']}.{row['moves']}"


async def hold_process(db: Db, dossier_id: UUID) -> None:
    """Nobody moves the dossier before the transaction ends."""
    await db.run("SELECT FROM process WHERE dossier_id = $1 FOR UPDATE", dossier_id)


_MARK: Final = (
    "SELECT d.version, d.xmin::text AS xmin, COALESCE(p.version, 0) AS moves"
    " FROM dossier d LEFT JOIN process p ON p.dossier_id = d.id WHERE d.id = $1"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One dossier in an office's list."""

    id: UUID
    code: str | None
    procedure_code: str
    title: str
    holder_name: str
    office_id: int
    state: DossierState
    channel: str
    created_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None


_OF_OFFICES: Final = """
SELECT newest.id, code, procedure_code, title, holder_name, office_id, state, channel, created_at, submitted_at, received_at,
  due_at, finished_at
FROM unnest($1::int[]) AS o(id) CROSS JOIN LATERAL (
  SELECT * FROM dossier d WHERE d.office_id = o.id AND (d.state <> 'draft' OR d.assisted_by IS NOT NULL)
    AND ($2::text[] IS NULL OR d.state = ANY($2)) AND ($3::text IS NULL OR d.procedure_code = $3)
    AND ($4::timestamptz IS NULL OR (d.created_at, d.id) < ($4, $5::uuid))
  ORDER BY d.created_at DESC, d.id DESC LIMIT $6
) newest ORDER BY created_at DESC, newest.id DESC LIMIT $6
"""


async def of_offices(
    db: Db, offices: Sequence[int], *, states: Sequence[str] | None = None, procedure: str | None = None,
    before: tuple[datetime, UUID] | None = None, limit: int = PAGE,
) -> list[Line]:
    """Dossiers of these offices, newest first; one more than `limit` when there are more.

    A citizen's own draft is not among them: before submission it is theirs alone.
    """
    at, last = before or (None, None)
    rows = await db.rows(_OF_OFFICES, list(offices), list(states) if states else None, procedure, at, last, limit + 1)
    return [Line(**{**dict(row), "state": DossierState(row["state"])}) for row in rows]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the API shows beside a dossier's own columns. `mark` is its ETag; `owed` in đồng; empty names may not be seen."""

    mark: str
    office_code: str
    office_name: str
    applicant_name: str
    applicant_number: str | None
    owed: int
    steps: list[dict[str, Any]]  # task_no, name, role, held_by, opened_at, due_at


_BESIDE: Final = """
SELECT d.version || '.' || d.xmin::text || '.' || COALESCE(p.version, 0) AS mark, o.code AS office_code,
  o.short_name AS office_name, COALESCE(c.name, '') AS applicant_name, c.personal_number AS applicant_number,
  {owed} AS owed,
  COALESCE((SELECT jsonb_agg(jsonb_build_object('task_no', task_no, 'name', name, 'role', role, 'held_by', officer_id,
    'opened_at', opened_at, 'due_at', due_at) ORDER BY task_no) FROM ({steps}) AS s), '[]') AS steps{columns}
FROM {dossier} JOIN office o ON o.id = d.office_id LEFT JOIN {applicant} WHERE d.id = {id}
"""
_APPLICANT: Final = "citizen c ON c.id = d.applicant_id"
_READ_BESIDE: Final = _BESIDE.format(
    id="$1", dossier="dossier d LEFT JOIN process p ON p.dossier_id = d.id", columns="",
    applicant=_APPLICANT, steps="SELECT * FROM step WHERE dossier_id = d.id", owed=OWED.format(dossier="$1"),
)


def beside_written(
    dossier: str, id: str, over: str, new: Sequence[str], columns: Sequence[str], owed: str, person: str | None
) -> str:
    """The same as the end of a statement that writes a dossier: which steps it closed, where those are it opened, what is
    owed then; `person`: where the applicant was read already (row-level security around citizens is long)."""
    known = f"SELECT * FROM step WHERE dossier_id = {id} AND task_no <> ALL ({over})"
    return _BESIDE.format(
        id=id, dossier=dossier, columns="".join(f", {one}" for one in columns), steps=" UNION ALL ".join([known, *new]),
        owed=owed, applicant=f"{person} c ON true" if person else _APPLICANT,
    )


async def beside(db: Db, dossier_id: UUID) -> Beside:
    """All of it in one look, for a dossier this transaction has just read."""
    row = await db.row(_READ_BESIDE, dossier_id)
    assert row is not None
    return Beside(**dict(row))


async def supplements_of(db: Db, dossier_id: UUID) -> list[dict[str, Any]]:
    """Every request for supplement, oldest first."""
    rows = await db.rows(
        "SELECT n, items, reason, asked_at, due_at, answered_at, closed FROM supplement_request WHERE dossier_id = $1"
        " ORDER BY n",
        dossier_id,
    )
    return [dict(row) for row in rows]


async def receipts_of(db: Db, dossier_id: UUID) -> list[dict[str, Any]]:
    """Numbered receipts with the payment each belongs to."""
    rows = await db.rows(
        "SELECT payment_id, series, year, number, issued_on, document_id FROM fee_receipt WHERE dossier_id = $1"
        " ORDER BY year, number",
        dossier_id,
    )
    return [dict(row) for row in rows]
