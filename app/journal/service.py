"""Write and read the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import asyncpg

from app.kit import clock
from app.kit.db import Db

# What was finished, of a line `j`: older lines say so in their facts.
STEP_OPENED_AT: Final = "COALESCE(j.opened_at, (j.facts->>'opened_at')::timestamptz)"
STEP_DUE_AT: Final = "COALESCE(j.due_at, (j.facts->>'due_at')::timestamptz)"
STEP_TASK: Final = "COALESCE(j.task_no, (j.facts->>'task')::int)"
STEP_NAME: Final = "COALESCE(j.step, j.facts->>'step')"

ActorKind = Literal["officer", "citizen", "system", "outside"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: an officer, a citizen, the system itself, or an outside system."""

    kind: ActorKind
    id: UUID | None = None


SYSTEM = Actor("system")
OUTSIDE = Actor("outside")


class Finished(NamedTuple):
    """Of a finished step, in columns of its line: since when it was open, by when it was due, which it was, how it ended."""

    opened_at: datetime
    due_at: datetime | None
    task_no: int
    step: str
    action: str
    role: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is read back; `facts` are whole, wherever they lie."""

    id: int
    at: datetime
    event: str
    actor: Actor
    why: str | None
    facts: dict[str, Any]


async def record(
    db: Db, dossier_id: UUID, office_id: int, event: str, *, by: Actor, why: str | None = None, **facts: Any
) -> None:
    """Write one line in the transaction of the change itself. `facts` hold ids and moments, never personal data."""
    await db.run(
        "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, actor_id, why, facts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        office_id, dossier_id, clock.now(), event, by.kind, by.id, why, facts,
    )


async def lines(db: Db, dossier_id: UUID) -> list[Line]:
    """A dossier's history, oldest first."""
    return [
        Line(
            row["id"], row["at"], row["event"], Actor(row["actor_kind"], row["actor_id"]), row["why"],
            facts_of(row),
        )
        for row in await db.rows("SELECT * FROM journal_line WHERE dossier_id = $1 ORDER BY id", dossier_id)
    ]


def facts_of(line: asyncpg.Record) -> dict[str, Any]:
    """All facts of a row of the journal, those of a finished step among them; moments as ISO texts."""
    facts: dict[str, Any] = line["facts"]
    if line["opened_at"] is None:
        return facts
    return {
        **facts, "step": line["step"], "action": line["action"], "task": line["task_no"], "role": line["role"],
        "opened_at": line["opened_at"].isoformat(), "due_at": line["due_at"].isoformat() if line["due_at"] else None,
    }
