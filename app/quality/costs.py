"""The dossiers behind a figure: those counted, those that are good, those that cost points, and why each does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from app.dossiers.models import DossierState
from app.dossiers.tools import Tools
from app.kit.db import Db
from app.quality.counting import arguments, without_due
from app.quality.lenses import DUE, LENSES, ORDERS, source
from app.quality.period import Period

PAGE: Final = 50
Which = Literal["cost", "good", "all"]


@dataclass(frozen=True, slots=True)
class Behind:
    """One dossier of a figure. `reasons` are words of the lens, in its order."""

    id: UUID
    code: str
    holder_name: str
    procedure_version_id: UUID
    office_name: str
    state: DossierState
    channel: str
    received_at: datetime
    due_at: datetime | None  # of a waiting dossier: as it was
    paused_at: datetime | None
    finished_at: datetime | None
    supplements_asked: int
    good: bool
    reasons: tuple[str, ...]
    at: datetime  # what the list is ordered by


@dataclass(frozen=True, slots=True)
class After:
    """Where the next page begins."""

    at: datetime
    id: UUID


async def behind(
    db: Db, tools: Tools, name: str, offices: Sequence[int], period: Period, *, which: Which = "cost",
    procedure: str | None = None, after: After | None = None, limit: int = PAGE,
) -> tuple[list[Behind], After | None]:
    """The dossiers of the lens `name`, oldest first, and where the next page begins."""
    lens = LENSES[name]
    order = ORDERS[lens.basis]
    reasons = ", ".join(f"CASE WHEN {condition} THEN '{word}' END" for word, condition in lens.reasons)
    where = {"cost": f"({lens.counted}) AND NOT ({lens.good})", "good": f"({lens.counted}) AND ({lens.good})",
             "all": f"({lens.counted})"}[which]
    args = arguments(offices, (period,), procedure, await without_due(db, tools, offices, (period,)))
    behind_last = ""
    if after is not None:
        behind_last, args = f" AND ({order}, d.id) > ($10, $11)", (*args, after.at, after.id)
    rows = await db.rows(
        "WITH one AS MATERIALIZED (SELECT d.id, d.code, d.holder_name, d.procedure_version_id, d.office_id, d.state,"
        f" d.channel, d.received_at, ({DUE}) AS due_at, d.paused_at, d.finished_at, d.supplements_asked,"
        f" ({lens.good}) AS good,"
        f" array_remove(ARRAY[{reasons}]::text[], NULL) AS reasons, {order} AS at"
        f" {source(lens.basis)} AND {where}{behind_last} ORDER BY {order}, d.id LIMIT {limit + 1})"
        " SELECT one.*, o.short_name AS office_name FROM one JOIN office o ON o.id = one.office_id ORDER BY one.at, one.id",
        *args,
    )
    found = [_behind(dict(row)) for row in rows[:limit]]
    return found, After(found[-1].at, found[-1].id) if len(rows) > limit else None


def _behind(row: dict[str, object]) -> Behind:
    row.pop("office_id")
    good = bool(row["good"])
    reasons = () if good else tuple(row["reasons"])  # type: ignore[arg-type]
    return Behind(**{**row, "state": DossierState(str(row["state"])), "good": good, "reasons": reasons})  # type: ignore[arg-type]
