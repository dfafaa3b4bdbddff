"""Take a step, give it back, hand it to a colleague."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.journal import service as journal
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Conflict, NotFound
from app.kit.words import N_


class StepNotFound(NotFound):
    """The step is finished, or not for this officer."""

    says = N_("Bước này đã xong hoặc không thuộc đơn vị của bạn.")


class StepAlreadyClaimed(Conflict):
    """A colleague has already taken this step."""

    says = N_("{name} đã nhận bước này lúc {since}.")


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that waits."""

    dossier_id: UUID
    task_no: int
    name: str
    role: str
    officer_id: UUID | None
    opened_at: datetime
    due_at: datetime | None


async def open_steps(db: Db, dossier_id: UUID) -> list[OpenStep]:
    """What waits for people in a dossier."""
    rows = await db.rows("SELECT * FROM step WHERE dossier_id = $1 ORDER BY task_no", dossier_id)
    return [
        OpenStep(r["dossier_id"], r["task_no"], r["name"], r["role"], r["officer_id"], r["opened_at"], r["due_at"])
        for r in rows
    ]


async def claim(db: Db, dossier_id: UUID, task_no: int, *, officer_id: UUID, roles: frozenset[str]) -> None:
    """Give a waiting step to this officer; taking it twice is one taking.

    Raises StepNotFound, StepAlreadyClaimed. Safe under two clicks: one UPDATE decides.
    """
    row = await db.row(
        "UPDATE step SET officer_id = $3, claimed_at = $4 WHERE dossier_id = $1 AND task_no = $2"
        " AND role = ANY($5) AND officer_id IS NULL RETURNING office_id, name",
        dossier_id, task_no, officer_id, clock.now(), list(roles),
    )
    if row is None:
        await _say_why(db, dossier_id, task_no, officer_id)
        return
    await journal.record(
        db, dossier_id, row["office_id"], "step.claimed", by=Actor("officer", officer_id), step=row["name"], task=task_no
    )


async def release(db: Db, dossier_id: UUID, task_no: int, *, officer_id: UUID) -> None:
    """Give a step back to the lane. Raises StepNotFound when it is not this officer's."""
    row = await db.row(
        "UPDATE step SET officer_id = NULL, claimed_at = NULL WHERE dossier_id = $1 AND task_no = $2 AND officer_id = $3"
        " RETURNING office_id, name",
        dossier_id, task_no, officer_id,
    )
    if row is None:
        raise StepNotFound
    await journal.record(
        db, dossier_id, row["office_id"], "step.released", by=Actor("officer", officer_id), step=row["name"], task=task_no
    )


async def assign(db: Db, dossier_id: UUID, task_no: int, *, to: UUID, by: UUID, why: str | None = None) -> None:
    """A head gives a step to an officer of the same office, whoever had it. Raises StepNotFound."""
    row = await db.row(
        "UPDATE step s SET officer_id = $3, claimed_at = $4 FROM officer o WHERE s.dossier_id = $1 AND s.task_no = $2"
        " AND o.id = $3 AND o.office_id = s.office_id AND o.active AND o.roles ? s.role RETURNING s.office_id, s.name",
        dossier_id, task_no, to, clock.now(),
    )
    if row is None:
        raise StepNotFound
    await journal.record(
        db, dossier_id, row["office_id"], "step.assigned", by=Actor("officer", by), why=why, step=row["name"],
        task=task_no, to=str(to),
    )


async def assign_many(
    db: Db, picked: Sequence[tuple[UUID, int]], *, office_id: int, to: UUID, by: UUID, why: str | None = None
) -> int:
    """The same for many steps of one office, in one statement; how many were there to give, in a role `to` does."""
    given: int = await db.value(
        "WITH given AS (UPDATE step s SET officer_id = $3, claimed_at = $4 FROM officer o,"
        "   unnest($1::uuid[], $2::int[]) AS picked(dossier_id, task_no)"
        "   WHERE s.dossier_id = picked.dossier_id AND s.task_no = picked.task_no AND s.office_id = $7 AND o.id = $3"
        "   AND o.office_id = s.office_id AND o.active AND o.roles ? s.role RETURNING s.dossier_id, s.office_id, s.name,"
        "   s.task_no),"
        " written AS (INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, actor_id, why, facts)"
        "   SELECT office_id, dossier_id, $4, 'step.assigned', 'officer', $5, $6,"
        "     jsonb_build_object('step', name, 'task', task_no, 'to', $3::uuid) FROM given)"
        " SELECT count(*) FROM given",
        [dossier_id for dossier_id, _ in picked], [task_no for _, task_no in picked], to, clock.now(), by, why, office_id,
    )
    return given


async def _say_why(db: Db, dossier_id: UUID, task_no: int, officer_id: UUID) -> None:
    row = await db.row(
        "SELECT s.officer_id, s.claimed_at, o.name FROM step s LEFT JOIN officer o ON o.id = s.officer_id"
        " WHERE s.dossier_id = $1 AND s.task_no = $2",
        dossier_id, task_no,
    )
    if row is None or row["officer_id"] is None:
        raise StepNotFound
    if row["officer_id"] != officer_id:
        raise StepAlreadyClaimed(name=row["name"], since=f"{row['claimed_at'].astimezone(clock.LOCAL):%H:%M %d/%m}")
