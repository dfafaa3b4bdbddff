"""The checklist: every paper that applies, what was given for it, and the officer's verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from app.dossiers.case import Case
from app.dossiers.refusals import ChecklistUnfinished, NothingToSupplement, PapersNotInOrder
from app.kit import clock
from app.kit.db import Db
from app.kit.places import placed
from app.procedures.package import Component

Verdict = Literal["ok", "missing", "wrong"]


@dataclass(frozen=True, slots=True)
class GivenFile:
    """One stored file under a component."""

    id: UUID
    name: str
    media_type: str
    size: int
    pages: int | None
    copy_kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the checklist."""

    component: Component
    required: bool
    files: tuple[GivenFile, ...]
    verdict: Verdict | None
    note: str | None
    judged_at: datetime | None


async def lines(db: Db, case: Case) -> list[Line]:
    """The checklist of a dossier, in the package's order."""
    return lines_of(case, await db.rows(_LINES.sql, *_LINES.args({"dossier": case.id})))


def lines_of(case: Case, rows: Sequence[asyncpg.Record] | Sequence[Mapping[str, Any]]) -> list[Line]:
    """The same of rows that were read: one for each component with a verdict or a file, as `LINES` tells them."""
    known = {row["component"]: row for row in rows}
    found = []
    for component, required in case.procedure.components_for(case.facts, case.channel):
        row = known.get(component.id)
        if row is None:
            found.append(Line(component, required, (), None, None, None))
            continue
        files = tuple(GivenFile(UUID(one.pop("id")), **one) for one in row["files"] or ())
        at = datetime.fromisoformat(row["at"]) if isinstance(row["at"], str) else row["at"]  # out of a larger question
        found.append(Line(component, required, files, row["verdict"], row["note"], at))
    return found


LINES: Final = """
SELECT component, v.verdict, v.note, v.at, f.files
FROM (SELECT * FROM verdict WHERE dossier_id = {dossier}::uuid) v
FULL JOIN (
  SELECT component, jsonb_agg(jsonb_build_object(
    'id', id, 'name', name, 'media_type', media_type, 'size', size, 'pages', pages, 'copy_kind', copy_kind,
    'source', source) ORDER BY added_at) AS files
  FROM document WHERE dossier_id = {dossier}::uuid AND kind = 'paper' AND removed_at IS NULL GROUP BY component
) f USING (component)
"""
_LINES = placed(LINES)
# The same in one column, as a part of a larger question; `lines_of` reads it.
LINES_IN_ONE: Final = f"COALESCE((SELECT jsonb_agg(l) FROM ({LINES}) AS l), '[]')"


async def judge(db: Db, case: Case, component: str, verdict: Verdict, note: str | None, officer_id: UUID) -> None:
    """Keep the officer's verdict on one paper; the last one counts."""
    await db.run(
        "INSERT INTO verdict (dossier_id, component, office_id, verdict, note, officer_id, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (dossier_id, component)"
        " DO UPDATE SET verdict = $4, note = $5, officer_id = $6, at = $7",
        case.id, component, case.office_id, verdict, note, officer_id, clock.now(),
    )


def refuse_disorder(case: Case, rows: Sequence[Mapping[str, Any]]) -> None:
    """Raises ChecklistUnfinished or PapersNotInOrder: nothing is accepted on trust. `rows`: what `LINES_IN_ONE` told."""
    all_lines = lines_of(case, rows)
    unjudged = left(all_lines)
    if unjudged:
        raise ChecklistUnfinished(left=unjudged)
    if any(line.verdict in ("missing", "wrong") for line in all_lines):
        raise PapersNotInOrder


async def require_complete_list(db: Db, case: Case) -> list[Line]:
    """The lines to be mended; every line must have its verdict first, so that people are asked once."""
    all_lines = await lines(db, case)
    unjudged = left(all_lines)
    if unjudged:
        raise ChecklistUnfinished(left=unjudged)
    bad = [line for line in all_lines if line.verdict in ("missing", "wrong")]
    if not bad:
        raise NothingToSupplement
    return bad


def left(all_lines: list[Line]) -> int:
    """How many papers still want a verdict; of a group where any one will do, one is enough."""
    judged_groups = {line.component.one_of for line in all_lines if line.component.one_of and line.verdict is not None}
    return sum(
        1 for line in all_lines
        if line.verdict is None and (line.files or (line.required and line.component.one_of not in judged_groups))
    )
