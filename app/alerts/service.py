"""Tell officers what they must know, once; list it, take note of it, close it when nobody needs to act any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from app.alerts.models import AlertKind
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import NotFound
from app.kit.glance import Glance
from app.kit.words import N_
from app.org.people import SignedOfficer

PAGE: Final = 50
MOST_COUNTED: Final = 99  # beyond it a count says "99+"; nobody needs to know it to the last one


class AlertNotFound(NotFound):
    """No such alert, or it is for somebody else."""

    says = N_("Không có lời nhắc này, hoặc lời nhắc không dành cho bạn.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An alert to be given: to exactly one officer, or to everybody of a role in an office. `key` makes it come once."""

    key: str
    kind: AlertKind
    office_id: int
    role: str
    dossier_id: UUID | None = None
    officer_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)  # ids, moments, numbers: no personal data


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert as its list shows it. `code` is the dossier's."""

    id: UUID
    office_id: int
    office_name: str
    dossier_id: UUID | None
    code: str | None
    kind: AlertKind
    role: str
    officer_id: UUID | None
    facts: dict[str, Any]
    at: datetime
    seen_at: datetime | None
    seen_by: str | None


NOBODY: Final = UUID(int=0)  # no officer has it
# Whose an alert is: $1 the officer, $2 their office, $3 their roles.
MINE: Final = "(a.officer_id = $1 OR (a.officer_id IS NULL AND a.office_id = $2 AND a.role = ANY($3)))"


def ask_open(glance: Glance, officer: SignedOfficer) -> None:
    """`alerts`: how many this officer has not taken note of, counted up to 100. A scan for them, one for each role.

    Those of a role are nobody's own. Said plainly, PostgreSQL walks all that are nobody's, of every office.
    """
    theirs = [f"a.officer_id = {glance.placed(officer.id)}"]
    office = glance.placed(officer.office_id)
    theirs += [
        f"COALESCE(a.officer_id, '{NOBODY}') = '{NOBODY}' AND a.office_id = {office}::int AND a.role = {glance.placed(role)}"
        for role in sorted(officer.roles)
    ]
    most = MOST_COUNTED + 1
    scans = " UNION ALL ".join(
        f"(SELECT 1 FROM alert a WHERE a.done_at IS NULL AND a.seen_at IS NULL AND {whose} LIMIT {most})" for whose in theirs
    )
    glance.ask("alerts", f"SELECT count(*) FROM (SELECT 1 FROM ({scans}) one LIMIT {most}) counted")


async def tell(db: Db, wanted: Sequence[Wanted]) -> int:
    """Give these alerts, those already open left as they are; one that was closed is opened again. How many are new."""
    if not wanted:
        return 0
    return await db.run(
        "INSERT INTO alert (id, office_id, dossier_id, kind, key, role, officer_id, facts, at)"
        " SELECT w.id, w.office_id, w.dossier_id, w.kind, w.key, w.role, w.officer_id, w.facts, $2"
        " FROM jsonb_to_recordset($1::jsonb) AS w(id uuid, office_id int, dossier_id uuid, kind text, key text, role text,"
        "   officer_id uuid, facts jsonb)"
        " ON CONFLICT (key) DO UPDATE SET done_at = NULL, seen_at = NULL, seen_by = NULL, at = excluded.at,"
        "   facts = excluded.facts WHERE alert.done_at IS NOT NULL",
        [
            {"id": str(uuid4()), "office_id": one.office_id, "dossier_id": _text(one.dossier_id), "kind": one.kind.value,
             "key": one.key, "role": one.role, "officer_id": _text(one.officer_id), "facts": dict(one.facts)}
            for one in wanted
        ],
        clock.now(),
    )


async def supersede(db: Db, dossier_id: UUID, by: Sequence[Wanted]) -> int:
    """Close what these alerts of a term take the place of: other kinds, and the same kind to the same role; how many.

    An apology is not proposed any more once the term is due, and nobody reads of one term twice.
    """
    if not by:
        return 0
    return await db.run(
        "UPDATE alert SET done_at = $2 WHERE dossier_id = $1 AND done_at IS NULL AND kind <> 'stuck' AND key <> ALL($3)"
        " AND (kind <> $4 OR (office_id, role) IN (SELECT * FROM unnest($5::int[], $6::text[])))",
        dossier_id, clock.now(), [one.key for one in by], by[0].kind.value, [one.office_id for one in by],
        [one.role for one in by],
    )


async def open_count(db: Db, officer: SignedOfficer) -> int:
    """How many alerts this officer has not taken note of; counted up to 100."""
    glance = Glance()
    ask_open(glance, officer)
    return int((await glance.told(db))["alerts"])


async def open_alerts(
    db: Db, officer: SignedOfficer, *, before: tuple[datetime, UUID] | None = None
) -> tuple[list[OpenAlert], tuple[datetime, UUID] | None]:
    """This officer's alerts nobody has dealt with yet, newest first; and where the next page begins."""
    at, alert_id = before or (None, None)
    rows = await db.rows(
        "SELECT a.id, a.office_id, o.short_name AS office_name, a.dossier_id, d.code, a.kind, a.role, a.officer_id, a.facts,"
        " a.at, a.seen_at, p.name AS seen_by FROM (SELECT a.* FROM alert a"
        f"  WHERE a.done_at IS NULL AND {MINE} AND ($4::timestamptz IS NULL OR (a.at, a.id) < ($4, $5::uuid))"
        f"  ORDER BY a.at DESC, a.id DESC LIMIT {PAGE + 1}) a JOIN office o ON o.id = a.office_id"
        " LEFT JOIN dossier d ON d.id = a.dossier_id LEFT JOIN officer p ON p.id = a.seen_by ORDER BY a.at DESC, a.id DESC",
        officer.id, officer.office_id, list(officer.roles), at, alert_id,
    )
    found = [OpenAlert(**{**dict(row), "kind": AlertKind(row["kind"])}) for row in rows[:PAGE]]
    return found, (found[-1].at, found[-1].id) if len(rows) > PAGE else None


async def see(db: Db, alert_id: UUID, officer: SignedOfficer) -> None:
    """Take note; for an alert to a role, on behalf of all who have it. Twice is once. Raises AlertNotFound."""
    touched = await db.run(
        "UPDATE alert a SET seen_at = COALESCE(a.seen_at, $5), seen_by = COALESCE(a.seen_by, $1)"
        f" WHERE a.id = $4 AND {MINE}",
        officer.id, officer.office_id, list(officer.roles), alert_id, clock.now(),
    )
    if not touched:
        raise AlertNotFound


async def see_all(db: Db, officer: SignedOfficer) -> int:
    """Take note of everything that is open; how many were new."""
    return await db.run(
        f"UPDATE alert a SET seen_at = $4, seen_by = $1 WHERE a.done_at IS NULL AND a.seen_at IS NULL AND {MINE}",
        officer.id, officer.office_id, list(officer.roles), clock.now(),
    )


def _text(one: UUID | None) -> str | None:
    return str(one) if one else None
