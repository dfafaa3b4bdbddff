"""Reports as they were sent: frozen with a digest, corrected only by a new version with its reason (14.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from app.kit import clock
from app.kit.db import Db
from app.reports.models import ReportSnapshot
from app.reports.periods import Period
from app.reports.refusals import CorrectionNeedsNote, FrozenAlready, FrozenMeanwhile, SnapshotNotFound, TooLongToFreeze
from app.reports.sheet import Form, Sheet, content_of, digest_of, same_figures, sheet_of

MOST_LINES: Final = 5_000


@dataclass(frozen=True, slots=True)
class Frozen:
    """One frozen report in a list. `offices` are told by `scope`, in the words of the address."""

    id: UUID
    office_id: int
    form: Form
    period: Period
    scope: str
    version: int
    note: str
    frozen_by: str
    frozen_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A frozen report with what was frozen. `whole`: its content still has the digest it was frozen with."""

    frozen: Frozen
    sheet: Sheet
    whole: bool


async def freeze(db: Db, sheet: Sheet, *, office_id: int, scope: str, by: UUID, note: str = "") -> UUID:
    """Keep the sheet as it is. The first version needs no note; a correction does.

    Raises TooLongToFreeze, CorrectionNeedsNote, FrozenAlready (the newest version says the same), FrozenMeanwhile.
    """
    if sheet.more or sheet.lines > MOST_LINES:
        raise TooLongToFreeze(most=MOST_LINES)
    newest = await db.row(
        "SELECT version, content FROM report_snapshot WHERE office_id = $1 AND form = $2 AND first_day = $3"
        " AND last_day = $4 AND scope = $5 ORDER BY version DESC LIMIT 1",
        office_id, sheet.form, sheet.period.first, sheet.period.last, scope,
    )
    version = 1
    if newest is not None:
        if same_figures(sheet_of(newest["content"]), sheet):
            raise FrozenAlready(version=newest["version"])
        if not note.strip():
            raise CorrectionNeedsNote(version=newest["version"])
        version = newest["version"] + 1
    content = content_of(sheet)
    made = ReportSnapshot(
        id=uuid4(), office_id=office_id, form=sheet.form, first_day=sheet.period.first, last_day=sheet.period.last,
        scope=scope, version=version, content=content, sha256=digest_of(content), note=note.strip()[:1000], frozen_by=by,
        frozen_at=clock.now(),
    )
    kept = await db.run(
        "INSERT INTO report_snapshot (id, office_id, form, first_day, last_day, scope, version, content, sha256, note,"
        " frozen_by, frozen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT ON CONSTRAINT uq_report_version DO NOTHING",
        made.id, made.office_id, made.form, made.first_day, made.last_day, made.scope, made.version, made.content,
        made.sha256, made.note, made.frozen_by, made.frozen_at,
    )
    if kept == 0:
        raise FrozenMeanwhile
    return made.id


_LIST: Final = """
SELECT s.id, s.office_id, s.form, s.first_day, s.last_day, s.scope, s.version, s.note, s.frozen_at, s.sha256,
  COALESCE(p.name, '') AS frozen_by, s.content->'period'->>2 AS key
FROM report_snapshot s LEFT JOIN officer p ON p.id = s.frozen_by
"""


async def newest(db: Db, offices: Sequence[int], *, limit: int = 20) -> list[Frozen]:
    """What was frozen last, of the offices in sight."""
    rows = await db.rows(f"{_LIST} WHERE s.office_id = ANY($1) ORDER BY s.frozen_at DESC LIMIT $2", list(offices), limit)
    return [_frozen(row) for row in rows]


async def versions(db: Db, office_id: int, form: Form, period: Period, scope: str) -> list[Frozen]:
    """Every version of one report, newest first."""
    rows = await db.rows(
        f"{_LIST} WHERE s.office_id = $1 AND s.form = $2 AND s.first_day = $3 AND s.last_day = $4 AND s.scope = $5"
        " ORDER BY s.version DESC",
        office_id, form, period.first, period.last, scope,
    )
    return [_frozen(row) for row in rows]


async def open_frozen(db: Db, snapshot_id: UUID, offices: Sequence[int]) -> Opened:
    """A frozen report as it was frozen. Raises SnapshotNotFound, also for another office's."""
    row = await db.row(f"{_LIST} WHERE s.id = $1 AND s.office_id = ANY($2)", snapshot_id, list(offices))
    if row is None:
        raise SnapshotNotFound
    content: dict[str, Any] = await db.value("SELECT content FROM report_snapshot WHERE id = $1", snapshot_id)
    return Opened(_frozen(row), sheet_of(content), digest_of(content) == row["sha256"])


def _frozen(row: Any) -> Frozen:
    return Frozen(
        id=row["id"], office_id=row["office_id"], form=row["form"],
        period=Period(row["first_day"], row["last_day"], row["key"]),
        scope=row["scope"], version=row["version"], note=row["note"], frozen_by=row["frozen_by"], frozen_at=row["frozen_at"],
        sha256=row["sha256"],
    )
