"""Ring the alarms of terms: find them by their indexed moment, tell whom the procedure names, set the next one.

Each in a transaction of its own. A dossier is locked while it rings and looked at again under the lock, so of two workers
one rings; what a killed one wrote is gone with its transaction, and `Alert.key` keeps a repetition from telling twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.deadlines.ledger import APOLOGY
from app.dossiers.alarms import Rung, ladder, next_alarm, suggested_due
from app.dossiers.tools import Tools
from app.journal import service as journal
from app.journal.service import SYSTEM
from app.kit import clock
from app.kit.db import Db
from app.org.models import Role
from app.procedures.escalations import rungs_of

BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class DueAlarm:
    """A dossier whose alarm rings, and the offices that may hear of it."""

    dossier_id: UUID
    office_id: int
    above: int | None  # the office above
    alarm_at: datetime


async def next_due(db: Db) -> datetime | None:
    """The moment of the first alarm in sight: one entry of the partial index.

    Without a parameter, so that PostgreSQL plans it once for a connection. What compares with a moment is planned afresh
    each time, policies and all, and that costs three times the look.
    """
    first: datetime | None = await db.value("SELECT min(alarm_at) FROM dossier")
    return first


async def due_alarms(db: Db, now: datetime, *, after: DueAlarm | None = None, limit: int = BATCH) -> list[DueAlarm]:
    """Alarms due by `now`, oldest first, from the partial index; `after`: those behind it, whatever became of it."""
    if after is None and ((first := await next_due(db)) is None or first > now):
        return []
    rows = await db.rows(
        "SELECT d.id AS dossier_id, d.office_id, (SELECT o.parent_id FROM office o WHERE o.id = d.office_id) AS above,"
        " d.alarm_at FROM dossier d WHERE d.alarm_at <= $1"
        " AND ($2::timestamptz IS NULL OR (d.alarm_at, d.id) > ($2, $3::uuid)) ORDER BY d.alarm_at, d.id LIMIT $4",
        now, after.alarm_at if after else None, after.dossier_id if after else None, limit,
    )
    return [DueAlarm(**dict(row)) for row in rows]


_LOOK: Final = """
SELECT d.office_id, d.procedure_version_id, d.received_at, d.due_at, d.alarm_no, s.role, s.officer_id,
  (SELECT l.at FROM deadline_line l WHERE l.dossier_id = d.id AND l.kind IN ('start', 'resume', 'restart')
   ORDER BY l.line_no DESC LIMIT 1) AS going_since,
  EXISTS (SELECT 1 FROM deadline_line l WHERE l.dossier_id = d.id AND l.kind = 'extend' AND l.cause = $3) AS extended
FROM dossier d
LEFT JOIN LATERAL (SELECT role, officer_id FROM step WHERE dossier_id = d.id AND role <> 'applicant'
  ORDER BY task_no LIMIT 1) s ON true
WHERE d.id = $1 AND d.alarm_at <= $2 FOR UPDATE OF d SKIP LOCKED
"""


async def ring(db: Db, tools: Tools, dossier_id: UUID, *, above: int | None) -> bool:
    """Ring the latest alarm that is due and set the next. False: it rang already, or somebody is at the dossier now.

    The transaction must see the dossier's office and `above`.
    """
    now = clock.now()
    row = await db.row(_LOOK, dossier_id, now, APOLOGY)
    if row is None:
        return False
    office_id, due = row["office_id"], row["due_at"]
    if due is None or row["received_at"] is None:  # never so by our own writing; a row somebody mended by hand
        await db.run("UPDATE dossier SET alarm_at = NULL WHERE id = $1", dossier_id)
        return False
    loaded = await tools.catalogue.version(db, row["procedure_version_id"])
    calendar = tools.calendars.of(office_id)
    rungs = ladder(
        rungs_of(loaded.procedure), since=row["going_since"] or row["received_at"], due_at=due, calendar=calendar
    )
    passed = [rung for rung in rungs if rung.at <= now]
    if passed:
        rung = passed[-1]  # after a long outage the latest, not all of them
        kind = AlertKind.TERM_NEAR if rung.kind is AlertKind.APOLOGY_PROPOSED and row["extended"] else rung.kind
        facts: dict[str, Any] = {"due_at": due.isoformat()}
        if kind is AlertKind.APOLOGY_PROPOSED:
            facts["suggested"] = suggested_due(due, calendar).isoformat()
        wanted = await _whom(db, dossier_id, dict(row), rung, kind, above, facts)
        told = await alerts.tell(db, wanted)
        await alerts.supersede(db, dossier_id, wanted)
        await journal.record(db, dossier_id, office_id, "alarm.rang", by=SYSTEM, kind=kind.value, told=told, **facts)
    await db.run(
        "UPDATE dossier SET alarm_at = $2, alarm_no = alarm_no + 1 WHERE id = $1", dossier_id, next_alarm(rungs, now)
    )
    return True


async def _whom(
    db: Db, dossier_id: UUID, row: Mapping[str, Any], rung: Rung, kind: AlertKind, above: int | None, facts: dict[str, Any]
) -> list[alerts.Wanted]:
    """Who hears of it. A role nobody has in the office is passed on: to the leader, else to the office above."""
    own: int = row["office_id"]
    active = await db.rows(
        "SELECT id, office_id, roles FROM officer WHERE active AND office_id = ANY($1)",
        [own] if above is None else [own, above],
    )
    here = {one["id"] for one in active}
    staffed = {(one["office_id"], role) for one in active for role in one["roles"]}
    whom: list[tuple[int, str, UUID | None]] = []
    for who in rung.rule.to:
        if who == "officer" and row["role"] is not None:
            whom.append((own, row["role"], row["officer_id"] if row["officer_id"] in here else None))
        elif who == "supervisor":
            whom.append((own, Role.SUPERVISOR.value, None))
            if above is not None:
                whom.append((above, Role.SUPERVISOR.value, None))
        else:  # the head; also where nobody holds the step because a machine has it
            whom.append((own, Role.HEAD.value, None))
    reached = [one for one in dict.fromkeys(whom) if one[:2] in staffed]
    if not reached:
        others = [(own, Role.LEADER.value)] if above is None else [(own, Role.LEADER.value), (above, Role.SUPERVISOR.value)]
        reached += [(office, role, None) for office, role in others if (office, role) in staffed][:1]
    stem = f"{dossier_id}:{facts['due_at'][:16]}:{rung.rule.at}:{kind.value}"
    return [
        alerts.Wanted(f"{stem}:{office}:{role}:{officer_id or ''}", kind, office, role, dossier_id, officer_id, facts)
        for office, role, officer_id in reached
    ]
