"""Write what a command did: process, steps, timers, dossier, its next alarm and journal in one statement."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import asyncpg

from app.dossiers.alarms import alarm_for
from app.dossiers.case import Case
from app.dossiers.clock import after, answer_due, reading_of
from app.dossiers.models import DossierState
from app.dossiers.moves import Move, Written
from app.dossiers.queries_api import Beside, beside_written
from app.dossiers.refusals import CaseMoved
from app.dossiers.tools import Tools
from app.engine.turns import OpenTask
from app.jobs import service as jobs
from app.kit.db import Db
from app.notices import service as notices

# A dossier waits for a signature when the signer's step is what is open. Names are the office's verbs (house.md 3).
STATE_OF_STEP = {
    "sign_result": DossierState.AWAITING_SIGNATURE,
    "seal_result": DossierState.AWAITING_SEAL,
}

_WRITE = """
WITH moved AS (
  UPDATE process SET state = $3::bytea, version = version + 1, ended = $4::text
  WHERE dossier_id = $1::uuid AND version = $2::int RETURNING dossier_id
), changed AS (
  UPDATE dossier SET state = $5::text, version = version + 1,
    received_at = COALESCE($6::timestamptz, received_at), original_due_at = COALESCE($8::timestamptz, original_due_at),
    due_at = CASE WHEN $21::bool THEN $7::timestamptz ELSE due_at END,
    paused_at = CASE WHEN $21::bool THEN $9::timestamptz ELSE paused_at END,
    finished_at = COALESCE($10::timestamptz, finished_at), returned_at = COALESCE($11::timestamptz, returned_at),
    supplements_asked = supplements_asked + $12::int,
    alarm_at = CASE WHEN $22::bool THEN $23::timestamptz ELSE alarm_at END,
    alarm_no = CASE WHEN $22::bool THEN 0 ELSE alarm_no END
  WHERE id = $1::uuid AND EXISTS (SELECT 1 FROM moved) RETURNING *, xmin
), steps_gone AS (
  DELETE FROM step WHERE dossier_id = $1::uuid AND task_no = ANY($13::int[]) AND EXISTS (SELECT 1 FROM moved)
), timers_gone AS (
  DELETE FROM timer WHERE dossier_id = $1::uuid AND task_no = ANY($13::int[]) AND EXISTS (SELECT 1 FROM moved)
), steps_new AS (
  INSERT INTO step (dossier_id, task_no, office_id, name, role, officer_id, opened_at, claimed_at, due_at)
  SELECT $1::uuid, s.task_no, $14::int, s.name, s.role, s.officer_id, $15::timestamptz,
         CASE WHEN s.officer_id IS NULL THEN NULL ELSE $15::timestamptz END, s.due_at
  FROM jsonb_to_recordset($16::jsonb) AS s(task_no int, name text, role text, officer_id uuid, due_at timestamptz)
  WHERE EXISTS (SELECT 1 FROM moved) RETURNING *
), timers_new AS (
  INSERT INTO timer (dossier_id, task_no, office_id, name, due_at, set_at, term)
  SELECT $1::uuid, t.task_no, $14::int, t.name, t.due_at, $15::timestamptz, t.term
  FROM jsonb_to_recordset($17::jsonb) AS t(task_no int, name text, due_at timestamptz, term text)
  WHERE EXISTS (SELECT 1 FROM moved)
), alerts_done AS (
  UPDATE alert SET done_at = $15::timestamptz WHERE $22::bool AND dossier_id = $1::uuid AND done_at IS NULL
    AND kind <> 'stuck' AND EXISTS (SELECT 1 FROM moved)
), written AS (
  INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, actor_id, why, facts)
  SELECT $14::int, $1::uuid, $15::timestamptz, j.event, $18::text, $19::uuid, j.why, j.facts
  FROM ROWS FROM (jsonb_to_recordset($20::jsonb) AS (event text, why text, facts jsonb))
    WITH ORDINALITY AS j(event, why, facts, n)
  WHERE EXISTS (SELECT 1 FROM moved) ORDER BY j.n
)
"""
# Columns of a case that this statement may change.
_CHANGED: Final = (
    "state", "received_at", "due_at", "original_due_at", "paused_at", "finished_at", "returned_at", "supplements_asked",
)
# How it ends: with whether it happened, or with the dossier as it stands now for whoever is to see it.
_MOVED: Final = _WRITE + "SELECT 1 FROM moved"
_SHOWN: Final = _WRITE + beside_written("changed", "$13::int[]", "steps_new", _CHANGED)


async def write(db: Db, tools: Tools, case: Case, move: Move) -> None:
    """Everything `move` collected, or CaseMoved when somebody else wrote this dossier since it was read.

    `move.written` is what became of it, when it is to be shown.
    """
    opened = [task for no, task in sorted(move.opened.items()) if no not in move.closed]
    state = _state_after(case, move, opened)
    if state is not case.state:
        move.note("dossier.state_changed", before=case.state.value, after=state.value)
    columns = move.columns
    moves_due = "due_at" in columns or "paused_at" in columns
    row = await db.row(
        _SHOWN if move.shown else _MOVED,
        case.id, case.version, move.process if move.process is not None else case.process, move.ended or case.ended,
        state.value, columns.get("received_at"), columns.get("due_at", case.due_at), columns.get("original_due_at"),
        columns.get("paused_at", case.paused_at), columns.get("finished_at"), columns.get("returned_at"),
        columns.get("supplements_asked", 0), sorted(move.closed), case.office_id, move.at,
        [_step_row(tools, case, move, task) for task in opened if task.kind == "step"],
        [_timer_row(tools, case, move, task) for task in opened if task.kind == "timer"],
        move.by.kind, move.by.id,
        [{"event": event, "why": why, "facts": facts} for event, why, facts in move.lines],
        moves_due, moves_due or "finished_at" in columns, _alarm(tools, case, move),
    )
    if row is None:
        raise CaseMoved
    if move.shown:
        move.written = _written(case, move, row)
    effects = [
        jobs.Wanted(task.name, f"{case.id}:{task.no}", case.id, {"task_no": task.no})
        for task in opened if task.kind == "effect"
    ]
    to_wake = await jobs.write_all(db, [*move.wanted, *effects], office_id=case.office_id)
    for event, facts in move.notify:
        to_wake += await notices.write_announcement(
            db, dossier_id=case.id, office_id=case.office_id, citizen_id=case.applicant_id, language=case.language,
            event=event, facts=facts, key=f"{case.id}:{case.version}:{event}",
        )
    await jobs.wake_all(db, to_wake)


def _written(case: Case, move: Move, row: asyncpg.Record) -> Written:
    changed = {name: row[name] for name in _CHANGED}
    after = replace(
        case, **{**changed, "state": DossierState(row["state"])}, version=(case.version or 0) + 1,
        process=move.process or case.process, ended=move.ended or case.ended,
    )
    return Written(after, Beside(**{name: row[name] for name in Beside.__slots__}))


def _alarm(tools: Tools, case: Case, move: Move) -> datetime | None:
    """When the term rings next after this move; it does not while the clock stands still or once handling is over."""
    columns = move.columns
    due = columns.get("due_at", case.due_at)
    if due is None or columns.get("paused_at", case.paused_at) or columns.get("finished_at", case.finished_at):
        return None
    if "due_at" not in columns:
        return None  # nothing moved it: what is in the row stays
    return alarm_for(
        case.procedure.procedure, since=columns.get("received_at", move.at), due_at=due, now=move.at,
        calendar=tools.calendars.of(case.office_id),
    )


def _state_after(case: Case, move: Move, opened: list[OpenTask]) -> DossierState:
    # "In progress" is what an act leaves behind when nothing more is known; an open signing step is more.
    if move.state in (None, DossierState.IN_PROGRESS):
        for task in opened:
            if task.kind == "step" and task.name in STATE_OF_STEP:
                return STATE_OF_STEP[task.name]
    return move.state or case.state


def _step_row(tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    rule = case.procedure.procedure.steps.get(task.name)
    due = _due(tools, case, move.at, rule.budget) if rule and rule.budget else None
    if case.received_at is None and rule and any(action.command == "receive" for action in rule.actions):
        due = answer_due(tools, case, move.at, due)
    over = move.columns.get("finished_at", case.finished_at) is not None  # who collects late makes nobody late
    legal = None if over else move.columns.get("due_at", case.due_at)
    return {
        "task_no": task.no, "name": task.name, "role": task.role or "reception", "officer_id": None,
        "due_at": min((moment for moment in (due, legal) if moment), default=None),
    }


def _timer_row(tools: Tools, case: Case, move: Move, task: OpenTask) -> dict[str, Any]:
    term = task.term or ""
    if term.startswith("@"):
        due = move.columns.get(term[1:]) or case.facts.get(term[1:])
        if not isinstance(due, datetime):
            raise ValueError(f"timer {task.name} names {term}, which this dossier does not hold")
    else:
        due = _due(tools, case, move.at, term)
    return {"task_no": task.no, "name": task.name, "due_at": due, "term": None if term.startswith("@") else term}


def _due(tools: Tools, case: Case, start: datetime, term: str) -> datetime:
    return after(tools, case.office_id, start, term, reading_of(case, start))
