"""What reports are laid out by: the sector of each procedure version, the level and name of each office."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.kit.db import Db


@dataclass(frozen=True, slots=True)
class Sector:
    """A field of procedures (lĩnh vực), as the version of the procedure names it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    """An office as reports name it. `level`: province or commune; there is no district (R18)."""

    id: int
    name: str
    short_name: str
    level: str


_known: dict[UUID, Sector] = {}  # a published version never changes


async def sectors(db: Db, versions: Sequence[UUID]) -> dict[UUID, Sector]:
    """The sector of each version."""
    missing = [one for one in set(versions) if one not in _known]
    if missing:
        rows = await db.rows(
            "SELECT id, sector, package->>'procedure.toml' AS words FROM procedure_version WHERE id = ANY($1)", missing
        )
        for row in rows:
            _known[row["id"]] = Sector(row["sector"], _name(row["words"]) or row["sector"])
    return {one: _known[one] for one in set(versions) if one in _known}


def _name(words: str | None) -> str:
    try:
        read = tomllib.loads(words or "")
    except tomllib.TOMLDecodeError:
        return ""
    named = read.get("sector_name")
    return str(named.get("vi", "")) if isinstance(named, dict) else ""


async def units(db: Db, offices: Sequence[int]) -> list[Unit]:
    """The offices of a report, the province first, then by name."""
    rows = await db.rows(
        "SELECT id, name, short_name, kind AS level FROM office WHERE id = ANY($1)"
        " ORDER BY kind = 'province' DESC, short_name, id",
        list(offices),
    )
    return [Unit(**dict(row)) for row in rows]


async def with_communes(db: Db, office_id: int, seen: Sequence[int]) -> list[int]:
    """The office and what lies under it, of those in sight: a province's report is its communes' too."""
    rows = await db.rows(
        "WITH RECURSIVE tree AS (SELECT id FROM office WHERE id = $1"
        " UNION SELECT o.id FROM office o JOIN tree t ON o.parent_id = t.id) SELECT id FROM tree WHERE id = ANY($2)",
        office_id, list(seen),
    )
    return [row["id"] for row in rows]
