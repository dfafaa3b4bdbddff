"""Write what a command did: process, steps, timers, dossier, its next alarm, journal, jobs and notices in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import asyncpg

from app.deadlines.timers import set_timer
from app.dossiers.alarms import alarm_for
from app.dossiers.case import Case
from app.dossiers.clock import after, answer_due, reading_of
from app.dossiers.codes import require_serial
from app.dossiers.models import DossierState
from app.dossiers.moved_rows import CHANGED, names_of_line, statement
from app.dossiers.moves import Move, Written
from app.dossiers.queries_api import Beside
from app.dossiers.refusals import CaseMoved
from app.dossiers.tools import Tools
from app.engine.drawings import TaskKind
from app.engine.turns import OpenTask
from app.jobs import service as jobs
from app.journal.service import Finished
from app.kit.db import Db

# A dossier waits for a signature when the signer's step is what is open. Names are the office's verbs (house.md 3).
STATE_OF_STEP = {
    "sign_result": DossierState.AWAITING_SIGNATURE,
    "seal_result": DossierState.AWAITING_SEAL,
}
NOTHING_FINISHED: Final = (None,) * len(Finished._fields)


@dataclass(slots=True)
class _Writing:
    """The parts of the one statement, and the values they ask for."""

    values: dict[str, Any]
    parts: list[str] = field(default_factory=list)

    def put(self, *parts: str, **values: object) -> None:
        """These parts too."""
        self.parts += parts
        self.values |= values


async def write(db: Db, tools: Tools, case: Case, move: Move) -> None:
    """Everything `move` collected, or CaseMoved when somebody else wrote this dossier since it was read.

    `move.written` is what became of it, when it is to be shown.
    """
    opened = [task for no, task in sorted(move.opened.items()) if no not in move.closed]
    state = _state_after(case, move, opened)
    if state is not case.state:
        move.note("dossier.state_changed", before=case.state.value, after=state.value)
    writing = _Writing({
        "dossier": case.id, "version": case.version, "office": case.office_id, "at": move.at,
        "process": move.process if move.process is not None else case.process, "ended": move.ended or case.ended,
        "by_kind": move.by.kind, "by": move.by.id, "applicant": case.applicant_id, "language": case.language,
    })
    _put_dossier(writing, tools, case, move, state)
    _put_steps(writing, move, [_step_row(tools, case, move, task) for task in opened if task.kind == "step"])
    timers = [_timer_row(tools, case, move, task) for task in opened if task.kind == "timer"]
    _put_timers(writing, move, timers)
    for n, line in enumerate(move.lines):
        writing.values.update(zip(names_of_line(n), (*line[:3], *(line[3] or NOTHING_FINISHED)), strict=True))
    _put_work(writing, case, move, opened)
    for part, values in move.joined.items():
        writing.put(part, **values)
    sql = statement(tuple(writing.parts), tuple(move.asked), lines=len(move.lines), shown=move.shown)
    row = await db.row(sql.sql, *sql.args(writing.values))
    if row is None:
        raise CaseMoved
    if move.handed_in is not None:
        move.code = row["drawn"]
        require_serial(row["drawn"])
    for question, judge in move.asked.items():
        judge(row[f"asked_{question}"])
    if "timer_on" in writing.parts and not row["timer_followed"]:  # somebody lost its row
        await set_timer(db, case.id, office_id=case.office_id, set_at=move.at, **timers[0])
    if move.shown:
        move.written = _written(case, move, row)


def _put_dossier(writing: _Writing, tools: Tools, case: Case, move: Move, state: DossierState) -> None:
    begun = move.handed_in
    writing.put("moved" if begun is None else "begun")
    if begun is not None:
        writing.put("serial", "coded", day=begun.day)
    if not move.columns and state is case.state:
        return
    moves_due = "due_at" in move.columns or "paused_at" in move.columns
    rings_anew = moves_due or "finished_at" in move.columns
    writing.put("changed" if begun is None else "handed_in", **{
        "due_at": case.due_at, "paused_at": case.paused_at, "received_at": None, "original_due_at": None,
        "finished_at": None, "returned_at": None, "supplements_asked": 0, **move.columns, "state": state.value,
        "moves_due": moves_due, "rings_anew": rings_anew, "alarm_at": _alarm(tools, case, move),
    })
    if begun is not None:
        writing.put("found", "fees_gone", created_at=case.created_at, routed_by=begun.facts)
        if begun.dues:
            writing.put("fees_new", dues=begun.dues)
    if rings_anew:
        writing.put("alerts_done")


def _put_steps(writing: _Writing, move: Move, steps: list[dict[str, Any]]) -> None:
    over = _over(move, "step")
    writing.put(steps_over=over)
    if steps and move.acted_on in over:
        following, *steps = steps
        writing.put("step_on", acted_on=move.acted_on, **{f"next_{name}": value for name, value in following.items()})
        over = [no for no in over if no != move.acted_on]
    if over:
        writing.put("steps_gone", steps_gone=over)
    if steps:
        writing.put("steps_new", steps_new=steps)


def _put_timers(writing: _Writing, move: Move, timers: list[dict[str, Any]]) -> None:
    over = _over(move, "timer")
    if timers and over:
        following, *timers = timers
        ended, *over = over
        writing.put("timer_on", timer_was=ended, **{f"timer_{name}": one for name, one in following.items()})
    if over:
        writing.put("timers_gone", timers_gone=over)
    if timers:
        writing.put("timers_new", timers_new=timers)


def _put_work(writing: _Writing, case: Case, move: Move, opened: Sequence[OpenTask]) -> None:
    effects = [
        jobs.Wanted(task.name, f"{case.id}:{task.no}", case.id, {"task_no": task.no})
        for task in opened if task.kind == "effect"
    ]
    if wanted := [*move.wanted, *effects]:
        writing.put("jobs_new", jobs=jobs.job_rows(wanted))
    if move.notify:
        writing.put("person", "told", "sending", announced=[
            {"event": event, "key": f"{case.id}:{case.version}:{event}", "facts": facts} for event, facts in move.notify
        ])


def _over(move: Move, kind: TaskKind) -> list[int]:
    """What of this kind was waiting before the move and does no longer."""
    return sorted(no for no, what in move.closed.items() if what == kind and no not in move.opened)


def _written(case: Case, move: Move, row: asyncpg.Record) -> Written:
    changed = {name: row[name] for name in CHANGED}
    after = replace(
        case, **{**changed, "state": DossierState(row["state"])}, code=move.code or case.code,
        version=(case.version or 0) + 1, process=move.process or case.process, ended=move.ended or case.ended,
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
        "task_no": task.no, "name": task.name, "role": task.role or "reception",
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
