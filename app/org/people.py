"""An officer as the rest of the house sees them: who, where, allowed what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from app.kit.db import Db
from app.kit.errors import NotFound
from app.kit.glance import Glance
from app.kit.words import N_
from app.org.models import Office, Role


class OfficeNotFound(NotFound):
    """No such office."""

    says = N_("Không có đơn vị này.")


# The offices whose dossiers the officer `o` may see: their own; for those who watch a province, its communes'.
SEES: Final = (
    "SELECT ARRAY(SELECT f.id FROM office f WHERE f.id = o.office_id"
    " OR (f.parent_id = o.office_id AND o.roles ?| ARRAY['supervisor', 'administrator']) ORDER BY f.id)"
)


@dataclass(frozen=True, slots=True)
class SignedOfficer:
    """A signed-in civil servant. `offices` are those whose dossiers they may see (their own; a province's communes)."""

    id: UUID
    office_id: int
    login: str
    name: str
    title: str
    roles: frozenset[str]
    offices: tuple[int, ...]
    signing_key: str | None = None

    def sits_in(self, role: str) -> bool:
        """Whether a step of this lane is theirs to do. The head of the centre may stand in at the counter."""
        return role in self.roles or (role == Role.RECEPTION and Role.HEAD in self.roles)

    @property
    def watches(self) -> bool:
        """Whether the overview is theirs to see."""
        return bool(self.roles & {Role.SUPERVISOR, Role.HEAD, Role.LEADER, Role.ADMINISTRATOR})


async def officer(db: Db, officer_id: UUID) -> SignedOfficer | None:
    """An active officer with the offices they see, or None."""
    row = await db.row(f"SELECT o.*, ({SEES}) AS sees FROM officer o WHERE o.id = $1 AND o.active", officer_id)
    return signed(row) if row is not None else None


def signed(row: asyncpg.Record) -> SignedOfficer:
    """An officer from a row of `officer` with `sees` beside it."""
    return SignedOfficer(
        id=row["id"], office_id=row["office_id"], login=row["login"], name=row["name"], title=row["title"],
        roles=frozenset(row["roles"]), offices=tuple(row["sees"]), signing_key=row["signing_key"],
    )


async def office(db: Db, office_id: int) -> Office:
    """An office by its id. Raises OfficeNotFound."""
    found = await db.get(Office, office_id)
    if found is None:
        raise OfficeNotFound
    return found


async def office_by_code(db: Db, code: str) -> Office | None:
    """An office by its electronic identifier, or None."""
    row = await db.row("SELECT * FROM office WHERE code = $1", code)
    return Office(**dict(row)) if row else None


async def communes(db: Db) -> list[Office]:
    """The commune offices of this installation, by name."""
    rows = await db.rows("SELECT * FROM office WHERE kind = 'commune' AND valid_to IS NULL ORDER BY short_name")
    return [Office(**dict(row)) for row in rows]


def ask_communes(glance: Glance, among: Sequence[int]) -> None:
    """`communes`: pairs of id (as text) and short name of those of these offices that are communes, by name."""
    glance.ask(
        "communes",
        "SELECT array_agg(ARRAY[id::text, short_name] ORDER BY short_name) FROM office"
        f" WHERE kind = 'commune' AND valid_to IS NULL AND id {glance.among(among)}",
    )


async def names(db: Db, officer_ids: list[UUID]) -> dict[UUID, str]:
    """Names of officers, for journals and lists."""
    rows = await db.rows("SELECT id, name FROM officer WHERE id = ANY($1)", officer_ids)
    return {row["id"]: row["name"] for row in rows}
