"""What the pages of one dossier show beside the case itself, by plain SQL: one round trip a page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.journal.service import facts_of
from app.kit.db import Db

MOST_LINES: Final = 500


@dataclass(frozen=True, slots=True)
class CaseAround:
    """Names and counts for the identity bar and the tabs."""

    applicant: str
    phone: str | None
    office_name: str
    assisted_by: str | None
    papers: int
    new_messages: int
    questions: int
    owed: int
    results: int
    troubles: int
    handed_in_at: str | None = None  # the office that took it in for this one


@dataclass(frozen=True, slots=True)
class StepNow:
    """An open step with who has it."""

    task_no: int
    name: str
    role: str
    officer_id: UUID | None
    officer_name: str | None
    claimed_at: datetime | None
    opened_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A journal line with the name of who did it."""

    at: datetime
    event: str
    actor_kind: str
    actor: str | None
    why: str | None
    facts: dict[str, Any]


async def case_around(db: Db, dossier_id: UUID) -> CaseAround:
    """Everything the frame of a case page counts, in one statement over the dossier's own rows."""
    row = await db.row(
        """
        SELECT c.name AS applicant, c.phone, o.short_name, a.name AS assisted_by, h.short_name AS handed_in_at,
          (SELECT count(*) FROM document x WHERE x.dossier_id = d.id AND x.kind = 'paper' AND x.removed_at IS NULL)
            AS papers,
          (SELECT count(*) FROM message x WHERE x.dossier_id = d.id AND x.author_kind = 'citizen' AND x.read_at IS NULL)
            AS new_messages,
          (SELECT count(*) FROM consultation x WHERE x.dossier_id = d.id AND x.state = 'asked') AS questions,
          (SELECT COALESCE(sum(amount), 0) FROM fee x WHERE x.dossier_id = d.id AND x.state = 'owed') AS owed,
          (SELECT count(*) FROM result x WHERE x.dossier_id = d.id AND x.state <> 'discarded') AS results,
          (SELECT count(*) FROM job x WHERE x.dossier_id = d.id AND x.state = 'stuck') AS troubles
        FROM dossier d JOIN office o ON o.id = d.office_id LEFT JOIN citizen c ON c.id = d.applicant_id
        LEFT JOIN officer a ON a.id = d.assisted_by LEFT JOIN office h ON h.id = d.support_office_id
        WHERE d.id = $1
        """,
        dossier_id,
    )
    assert row is not None, "the case was read in this transaction"
    return CaseAround(
        row["applicant"] or "", row["phone"], row["short_name"], row["assisted_by"], row["papers"], row["new_messages"],
        row["questions"], int(row["owed"]), row["results"], row["troubles"], row["handed_in_at"],
    )


async def steps_now(db: Db, dossier_id: UUID) -> list[StepNow]:
    """What waits for people, in the order it was opened."""
    rows = await db.rows(
        "SELECT s.task_no, s.name, s.role, s.officer_id, f.name AS officer_name, s.claimed_at, s.opened_at, s.due_at"
        " FROM step s LEFT JOIN officer f ON f.id = s.officer_id WHERE s.dossier_id = $1 ORDER BY s.task_no",
        dossier_id,
    )
    return [StepNow(*row) for row in rows]


async def journal(db: Db, dossier_id: UUID) -> list[JournalRow]:
    """The history, newest first, with names; officers of other offices too (they answered a question)."""
    rows = await db.rows(
        "SELECT j.*, COALESCE(f.name, c.name) AS actor FROM journal_line j"
        " LEFT JOIN officer f ON j.actor_kind = 'officer' AND f.id = j.actor_id"
        " LEFT JOIN citizen c ON j.actor_kind = 'citizen' AND c.id = j.actor_id"
        " WHERE j.dossier_id = $1 ORDER BY j.id DESC LIMIT $2",
        dossier_id, MOST_LINES,
    )
    return [
        JournalRow(row["at"], row["event"], row["actor_kind"], row["actor"], row["why"], facts_of(row))
        for row in rows
    ]


async def messages(db: Db, dossier_id: UUID) -> list[dict[str, Any]]:
    """The thread, oldest first: {at, author_kind, author, body, read_at}."""
    rows = await db.rows(
        "SELECT m.at, m.author_kind, COALESCE(f.name, c.name, '') AS author, m.body, m.read_at FROM message m"
        " LEFT JOIN officer f ON m.author_kind = 'officer' AND f.id = m.author_id"
        " LEFT JOIN citizen c ON m.author_kind = 'citizen' AND c.id = m.author_id"
        " WHERE m.dossier_id = $1 ORDER BY m.at, m.id LIMIT $2",
        dossier_id, MOST_LINES,
    )
    return [dict(row) for row in rows]


async def colleagues(db: Db, office_id: int, role: str) -> list[tuple[UUID, str]]:
    """Active officers of an office who sit in a lane, by name."""
    rows = await db.rows(
        "SELECT id, name FROM officer WHERE office_id = $1 AND active AND roles ? $2 ORDER BY name", office_id, role
    )
    return [(row["id"], row["name"]) for row in rows]


async def jobs_of(db: Db, dossier_id: UUID) -> list[dict[str, Any]]:
    """Outside work of a dossier that is not done: {id, name, state, attempts, trouble, run_at, created_at}."""
    rows = await db.rows(
        "SELECT id, name, state, attempts, trouble, run_at, created_at FROM job"
        " WHERE dossier_id = $1 AND state IN ('waiting', 'stuck') ORDER BY id",
        dossier_id,
    )
    return [dict(row) for row in rows]
