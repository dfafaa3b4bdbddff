"""Read what the sentinel found: for the page of those who mend it, and the one sentence the applicant reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.kit.db import Db
from app.kit.errors import NotFound
from app.kit.words import N_
from app.sentinel.causes import WORDS, Cause

PAGE: Final = 50


class FindingNotFound(NotFound):
    """No such finding in these offices, or it moves again."""

    says = N_("Chỗ kẹt này đã được gỡ, hoặc không thuộc đơn vị của bạn.")


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """One thing that stands still, with what its line needs. `trouble`: why the job or notice failed, in words."""

    id: UUID
    office_id: int
    office_name: str
    dossier_id: UUID | None
    code: str | None
    holder_name: str | None
    phone: str | None
    procedure_version_id: UUID | None
    cause: Cause
    subject: str
    facts: dict[str, Any]
    since: datetime
    found_at: datetime
    trouble: str | None


# A finding of another release may have a cause this one has no words for; its next sweep clears it.
KNOWN: Final = "cause IN (" + ", ".join(f"'{cause.value}'" for cause in Cause) + ")"
_READ: Final = """
SELECT f.id, f.office_id, o.short_name AS office_name, f.dossier_id, d.code, d.holder_name, c.phone, d.procedure_version_id,
  f.cause, f.subject, f.facts, f.since, f.found_at,
  CASE WHEN f.facts ? 'job' THEN (SELECT j.trouble FROM job j WHERE j.id = (f.facts->>'job')::bigint)
    WHEN f.subject LIKE 'notice:%' THEN (SELECT n.trouble FROM notice n WHERE n.id = substr(f.subject, 8)::uuid)
  END AS trouble
FROM {found} f JOIN office o ON o.id = f.office_id LEFT JOIN dossier d ON d.id = f.dossier_id
LEFT JOIN citizen c ON c.id = d.applicant_id
"""
# One ordered scan of ix_finding_office an office, merged: only the rows of the page are looked up.
_PAGE: Final = f"""(SELECT f.* FROM unnest($1::int[]) AS h(id) CROSS JOIN LATERAL (
  SELECT f.* FROM finding f WHERE f.office_id = h.id AND f.cleared_at IS NULL AND {KNOWN}
    AND ($2::text IS NULL OR f.cause = $2) AND ($3::timestamptz IS NULL OR (f.found_at, f.id) < ($3, $4::uuid))
  ORDER BY f.found_at DESC, f.id DESC LIMIT {PAGE + 1}) f
ORDER BY f.found_at DESC, f.id DESC LIMIT {PAGE + 1})"""


async def open_findings(
    db: Db, offices: Sequence[int], *, cause: Cause | None = None, before: tuple[datetime, UUID] | None = None
) -> tuple[list[OpenFinding], tuple[datetime, UUID] | None]:
    """What stands still in these offices, found last first; and where the next page begins."""
    at, finding_id = before or (None, None)
    rows = await db.rows(
        f"{_READ.format(found=_PAGE)} ORDER BY f.found_at DESC, f.id DESC",
        list(offices), cause.value if cause else None, at, finding_id,
    )
    found = [OpenFinding(**{**dict(row), "cause": Cause(row["cause"])}) for row in rows[:PAGE]]
    return found, (found[-1].found_at, found[-1].id) if len(rows) > PAGE else None


async def finding(db: Db, finding_id: UUID) -> OpenFinding:
    """One open finding of the offices in sight. Raises FindingNotFound."""
    row = await db.row(f"{_READ.format(found='finding')} WHERE f.cleared_at IS NULL AND f.{KNOWN} AND f.id = $1", finding_id)
    if row is None:
        raise FindingNotFound
    return OpenFinding(**{**dict(row), "cause": Cause(row["cause"])})


async def by_cause(db: Db, offices: Sequence[int]) -> dict[Cause, int]:
    """How many stand still for each cause, most first."""
    rows = await db.rows(
        "SELECT cause, count(*) AS n FROM finding WHERE cleared_at IS NULL AND office_id = ANY($1) AND " + KNOWN +
        " GROUP BY cause ORDER BY n DESC, cause", list(offices),
    )
    return {Cause(row["cause"]): row["n"] for row in rows}


async def told_publicly(db: Db, dossier_id: UUID) -> str:
    """What the applicant reads while their dossier stands still; empty when it moves, or when it is not theirs to know."""
    causes = await db.rows(
        f"SELECT cause FROM finding WHERE dossier_id = $1 AND cleared_at IS NULL AND {KNOWN} ORDER BY found_at DESC",
        dossier_id,
    )
    return next((WORDS[Cause(row["cause"])].public for row in causes if WORDS[Cause(row["cause"])].public), "")
