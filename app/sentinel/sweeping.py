"""One sweep: ask every watch, open what is new, clear what is gone, tell whom it concerns. All in the caller's transaction.

The transaction must see every office. Of several workers one sweeps; the others find the lock taken and do nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.alerts import service as alerts
from app.alerts.models import AlertKind
from app.dossiers.alarms import office_minutes_before
from app.dossiers.tools import Tools
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Refused
from app.sentinel.causes import QUIET_HOURS, WORDS, Cause
from app.sentinel.watches import WATCHES

SWEEPING: Final = 5_300_053  # the advisory lock of the sentinel

MOST_NEW: Final = 5000  # new findings of one cause in one sweep; the rest follow a minute later
SHARES: Final = 3  # the watches over every open dossier look at a third of the offices each minute
HOURLY: Final = 60  # a row that says otherwise than its ledger comes of no act of the office: each office once an hour
PARTS: Final = {Cause.STEP_QUIET: SHARES, Cause.NO_NEXT_STEP: SHARES, Cause.LEDGER_DISAGREES: HOURLY}

# NOT IN, not NOT EXISTS: hashed whatever the planner believes of the size of `there`, which it cannot know.
_SETTLE: Final = """
WITH offices AS MATERIALIZED (
  SELECT o.id, o.quiet_since FROM unnest($3::int[], $4::timestamptz[]) AS o(id, quiet_since)
), there AS MATERIALIZED ({watch}), opened AS (
  INSERT INTO finding (id, office_id, dossier_id, cause, subject, facts, since, found_at)
  SELECT gen_random_uuid(), t.office_id, t.dossier_id, $1::text, t.subject, t.facts, LEAST(t.since, $2::timestamptz), $2
  FROM there t
  WHERE t.subject NOT IN (SELECT f.subject FROM finding f WHERE f.cause = $1 AND f.cleared_at IS NULL)
  ORDER BY t.since LIMIT {most}
  ON CONFLICT (cause, subject) WHERE cleared_at IS NULL DO NOTHING
  RETURNING id, office_id, dossier_id, facts
), cleared AS (
  UPDATE finding f SET cleared_at = $2 WHERE f.cause = $1 AND f.cleared_at IS NULL AND f.office_id = ANY($3::int[])
    AND f.subject NOT IN (SELECT t.subject FROM there t)
  RETURNING f.id, f.office_id, f.dossier_id
), quiet AS (
  UPDATE alert a SET done_at = $2 FROM cleared c WHERE a.kind = 'stuck' AND a.done_at IS NULL
    AND (a.dossier_id = c.dossier_id OR (c.dossier_id IS NULL AND a.dossier_id IS NULL AND a.office_id = c.office_id))
    AND a.facts->>'finding' = c.id::text
)
SELECT id, office_id, dossier_id, facts, true AS fresh FROM opened
UNION ALL SELECT id, office_id, dossier_id, NULL, false FROM cleared
"""


@dataclass(slots=True)
class Swept:
    """What a sweep did. `ran` is False when another worker was at it."""

    ran: bool
    opened: dict[Cause, int] = field(default_factory=dict)
    cleared: dict[Cause, int] = field(default_factory=dict)


async def sweep(db: Db, tools: Tools, *, turn: int | None = None) -> Swept:
    """Look once at everything that may stand still. The transaction sees all offices (the worker's `everywhere`).

    `turn` counts the minutes: the heavy watches then look at the offices whose turn it is, so that each office is
    looked at every SHARES (HOURLY) minutes. None: everything at once.
    """
    if not await db.value("SELECT pg_try_advisory_xact_lock($1)", SWEEPING):
        return Swept(ran=False)
    now, swept = clock.now(), Swept(ran=True)
    offices, since = await _quiet_since(db, tools, now)
    for cause in Cause:
        parts = PARTS.get(cause, 1)
        found = await _where_found(db, cause) if parts == HOURLY else frozenset()  # what was mended goes within the minute
        looked = [n for n, one in enumerate(offices) if turn is None or one % parts == turn % parts or one in found]
        if not looked:
            continue
        rows = await db.rows(
            _SETTLE.format(watch=WATCHES[cause], most=MOST_NEW), cause.value, now, [offices[n] for n in looked],
            [since[n] for n in looked],
        )
        fresh = [dict(row) for row in rows if row["fresh"]]
        swept.opened[cause], swept.cleared[cause] = len(fresh), len(rows) - len(fresh)
        await alerts.tell(db, [one for row in fresh for one in _whom(cause, row)])
    await db.run(  # causes this release does not watch for any more
        "UPDATE finding SET cleared_at = $2 WHERE cleared_at IS NULL AND cause <> ALL($1)", [one.value for one in Cause], now
    )
    return swept


async def _where_found(db: Db, cause: Cause) -> frozenset[int]:
    """The offices with an open finding of this cause."""
    rows = await db.rows("SELECT DISTINCT office_id FROM finding WHERE cause = $1 AND cleared_at IS NULL", cause.value)
    return frozenset(row["office_id"] for row in rows)


async def _quiet_since(db: Db, tools: Tools, now: datetime) -> tuple[list[int], list[datetime]]:
    """Every office with the moment eight working hours ago by its calendar."""
    offices = [row["id"] for row in await db.rows("SELECT id FROM office ORDER BY id")]
    known: dict[str, datetime] = {}
    since = []
    for office_id in offices:
        calendar = tools.calendars.of(office_id)
        if calendar.version not in known:
            try:
                known[calendar.version] = office_minutes_before(calendar, now.astimezone(clock.LOCAL), QUIET_HOURS * 60)
            except Refused:  # the calendar does not reach: then nothing can be said to be late by it
                known[calendar.version] = datetime.min.replace(year=1970, tzinfo=clock.LOCAL)
        since.append(known[calendar.version])
    return offices, since


def _whom(cause: Cause, row: dict[str, Any]) -> list[alerts.Wanted]:
    """Whoever has the step, and the roles the cause concerns; once a finding."""
    facts = row["facts"] or {}
    people: dict[tuple[str, UUID | None], None] = {}
    if cause in (Cause.STEP_QUIET, Cause.ONLINE_UNANSWERED) and facts.get("role"):
        people[facts["role"], UUID(facts["officer"]) if facts.get("officer") else None] = None
    for role in WORDS[cause].roles:
        people[role.value, None] = None
    return [
        alerts.Wanted(
            f"stuck:{row['id']}:{role}:{officer or ''}", AlertKind.STUCK, row["office_id"], role, row["dossier_id"], officer,
            {"finding": str(row["id"]), "cause": cause.value},
        )
        for role, officer in people
    ]
