"""Write and read the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from app.kit import clock
from app.kit.db import Db

ActorKind = Literal["officer", "citizen", "system", "outside"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: an officer, a citizen, the system itself, or an outside system."""

    kind: ActorKind
    id: UUID | None = None


SYSTEM = Actor("system")
OUTSIDE = Actor("outside")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is read back."""

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
        Line(row["id"], row["at"], row["event"], Actor(row["actor_kind"], row["actor_id"]), row["why"], row["facts"])
        for row in await db.rows("SELECT * FROM journal_line WHERE dossier_id = $1 ORDER BY id", dossier_id)
    ]
