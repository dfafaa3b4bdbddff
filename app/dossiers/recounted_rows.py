"""Read a batch of open dossiers for counting again, and write what came of it: one query, one statement a table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.deadlines.changes import layer_of_change
from app.deadlines.models import CalendarChange
from app.deadlines.service import ledgers_of
from app.deadlines.timetable import written_hours
from app.dossiers.counting_again import OpenDossier, Outcome
from app.kit.db import Db


async def read(db: Db, ids: Sequence[UUID], *, lock: bool) -> tuple[list[tuple[OpenDossier, UUID]], list[UUID]]:
    """The dossiers with their procedure's version, and those somebody works on at this moment.

    With `lock`, their processes are held as everybody holds them who moves a dossier; what is read afterwards is what
    was committed last.
    """
    busy: list[UUID] = []
    if lock:
        free = {row["dossier_id"] for row in await db.rows(
            "SELECT dossier_id FROM process WHERE dossier_id = ANY($1) ORDER BY dossier_id FOR UPDATE SKIP LOCKED", ids
        )}
        there = {row["dossier_id"] for row in await db.rows(
            "SELECT dossier_id FROM process WHERE dossier_id = ANY($1)", ids
        )}
        busy = sorted(there - free)
        ids = [one for one in ids if one not in there or one in free]
    ledgers = await ledgers_of(db, ids)
    steps = _by_dossier(await db.rows(
        "SELECT dossier_id, task_no, name, opened_at, due_at FROM step WHERE dossier_id = ANY($1)", ids
    ))
    timers = _by_dossier(await db.rows(
        "SELECT dossier_id, task_no, set_at, term, due_at FROM timer WHERE dossier_id = ANY($1) AND term IS NOT NULL", ids
    ))
    rows = await db.rows(
        "SELECT id, office_id, procedure_version_id, due_at, alarm_at,"
        " received_at IS NOT NULL AND paused_at IS NULL AND finished_at IS NULL AS running"
        " FROM dossier WHERE id = ANY($1) ORDER BY id",
        ids,
    )
    return [
        (
            OpenDossier(
                row["id"], row["office_id"], row["due_at"], row["alarm_at"], row["running"],
                ledgers.get(row["id"], ()), steps.get(row["id"], ()), timers.get(row["id"], ()),
            ),
            row["procedure_version_id"],
        )
        for row in rows
    ], busy


def _by_dossier(rows: Sequence[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row["dossier_id"], []).append(row)
    return found


async def write_foreseen(db: Db, change_id: UUID, outcomes: Sequence[Outcome]) -> None:
    """What the change would do to each, for the page."""
    await _keep(db, change_id, outcomes, None)


async def write_down(
    db: Db, change: CalendarChange, outcomes: Sequence[Outcome], versions: Mapping[int, str], now: datetime
) -> None:
    """Ledger lines, dossiers, steps, timers, journal, what was done to whom. `versions`: the calendars in force."""
    if not outcomes:
        return
    lines = [one for one in outcomes if one.after is not None]
    if lines:
        await db.run(_LINES, *_columns([_line(one, versions[one.dossier.office_id]) for one in lines], 12),
                     now, change.applied_by, "; ".join(part for part in (change.decision, change.source) if part)[:300],
                     note_of(change))
    moved = [one for one in outcomes if one.moved or one.alarm_moves]
    if moved:
        await db.run(_DOSSIERS, *_columns(
            [(one.dossier.id, one.due_after, one.moved, one.alarm_at, one.alarm_moves) for one in moved], 5
        ))
    shifted = [one.dossier.id for one in outcomes if one.moved]
    if shifted:
        await db.run(
            "UPDATE alert SET done_at = $2 WHERE dossier_id = ANY($1) AND done_at IS NULL AND kind <> 'stuck'", shifted, now
        )
    for table, found in (
        ("step", [(one.dossier.id, no, due) for one in outcomes for no, due in one.steps.items()]),
        ("timer", [(one.dossier.id, no, due) for one in outcomes for no, due in one.timers.items()]),
    ):
        if found:
            await db.run(
                f"UPDATE {table} t SET due_at = n.due_at FROM unnest($1::uuid[], $2::int[], $3::timestamptz[])"
                " AS n(dossier_id, task_no, due_at) WHERE t.dossier_id = n.dossier_id AND t.task_no = n.task_no",
                *_columns(found, 3),
            )
    told = [one for one in outcomes if one.after is not None or one.steps or one.timers]
    if told:
        await db.run(_JOURNAL, now, change.decision, [
            {
                "office_id": one.dossier.office_id, "dossier_id": str(one.dossier.id), "facts": {
                    "change": str(change.id), "before": _text(one.due_before), "after": _text(one.due_after),
                    "steps": len(one.steps), "timers": len(one.timers),
                },
            }
            for one in told
        ])
    await _keep(db, change.id, told, now)


async def _keep(db: Db, change_id: UUID, outcomes: Sequence[Outcome], now: datetime | None) -> None:
    kept = [one for one in outcomes if one.moved or one.steps or one.timers]
    if kept:
        await db.run(_EFFECTS, change_id, now, *_columns(
            [(one.dossier.id, one.dossier.office_id, one.due_before, one.due_after, len(one.steps), len(one.timers))
             for one in kept], 6,
        ))


def _line(one: Outcome, version: str) -> tuple[Any, ...]:
    assert one.before is not None
    assert one.after is not None
    return (
        one.dossier.office_id, one.dossier.id, len(one.dossier.lines) + 1, one.after.last_at, one.after.way.value,
        one.before.due, one.after.due, str(one.after.term), one.after.reading, one.after.left, one.after.cutoff, version,
    )


def note_of(change: CalendarChange) -> str:
    """What it changes, for the line of every dossier it moves: “07/12/2026 Nghỉ chống bão”."""
    layer = layer_of_change(change)
    said = [f"{line.on:%d/%m/%Y} {line.name}" for line in layer.days]
    said += [f"{rule.valid_from:%d/%m/%Y} {written_hours(rule.hours)}" for rule in layer.hours]
    said += [f"{on:%d/%m/%Y} –" for on in (*layer.back_days, *(day for day, _ in layer.back_hours))]
    return "; ".join(said)[:1000]


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as one array a column, for unnest."""
    return [[row[n] for row in rows] for n in range(width)]


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_LINES = """
INSERT INTO deadline_line (office_id, dossier_id, line_no, at, written_at, kind, cause, actor_id, rule, source,
                           due_before, due_after, term, reading, way, left_after, cutoff, calendar_version, note)
SELECT office_id, dossier_id, line_no, at, $13, 'recount', 'calendar', $14, way, $15, due_before, due_after, term, reading,
       way, left_after, cutoff, version, $16
FROM unnest($1::int[], $2::uuid[], $3::int[], $4::timestamptz[], $5::text[], $6::timestamptz[], $7::timestamptz[],
            $8::text[], $9::text[], $10::int[], $11::time[], $12::text[])
  AS n(office_id, dossier_id, line_no, at, way, due_before, due_after, term, reading, left_after, cutoff, version)
"""
_DOSSIERS = """
UPDATE dossier d SET due_at = CASE WHEN n.moved THEN n.due_at ELSE d.due_at END, version = d.version + 1,
  alarm_at = CASE WHEN n.moved OR n.alarm_moves THEN n.alarm_at ELSE d.alarm_at END,
  alarm_no = CASE WHEN n.moved THEN 0 ELSE d.alarm_no END
FROM unnest($1::uuid[], $2::timestamptz[], $3::bool[], $4::timestamptz[], $5::bool[])
  AS n(id, due_at, moved, alarm_at, alarm_moves)
WHERE d.id = n.id
"""
_JOURNAL = """
INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, actor_id, why, facts)
SELECT n.office_id, n.dossier_id, $1, 'deadline.recounted', 'system', NULL, $2, n.facts
FROM jsonb_to_recordset($3::jsonb) AS n(office_id int, dossier_id uuid, facts jsonb)
"""
_EFFECTS = """
INSERT INTO calendar_effect (change_id, dossier_id, office_id, due_before, due_after, steps, timers, moved_at, told_at)
SELECT $1, dossier_id, office_id, due_before, due_after, steps, timers, $2::timestamptz,
       CASE WHEN due_before IS NOT DISTINCT FROM due_after THEN $2::timestamptz END
FROM unnest($3::uuid[], $4::int[], $5::timestamptz[], $6::timestamptz[], $7::int[], $8::int[])
  AS n(dossier_id, office_id, due_before, due_after, steps, timers)
ON CONFLICT (change_id, dossier_id) DO UPDATE SET due_after = excluded.due_after, moved_at = excluded.moved_at,
  steps = calendar_effect.steps + excluded.steps, timers = calendar_effect.timers + excluded.timers,
  told_at = CASE WHEN calendar_effect.due_before IS NOT DISTINCT FROM excluded.due_after THEN excluded.moved_at END
"""
