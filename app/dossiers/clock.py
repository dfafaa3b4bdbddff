"""The dossier's side of the deadline ledger: which rule of the procedure starts, stops and moves the clock."""

from datetime import datetime, time

from app.deadlines import service as deadlines
from app.deadlines.calendar import Calendar
from app.deadlines.counting import CUTOFF
from app.deadlines.rules import due_moment
from app.deadlines.terms import parse_term
from app.dossiers.case import Case
from app.dossiers.moves import Move
from app.dossiers.tools import Tools
from app.kit.db import Db


def calendar_of(tools: Tools, case: Case) -> Calendar:
    """What the dossier's office counts by today."""
    return tools.calendars.of(case.office_id)


async def start_clock(db: Db, tools: Tools, case: Case, move: Move) -> deadlines.Due:
    """The legal term begins with this receipt (NĐ 118/2025 art. 17 §3)."""
    rule = case.procedure.procedure.term
    due = await deadlines.start(
        db, case.id, office_id=case.office_id, received_at=move.at, term=parse_term(case.procedure.term_for(case.facts)),
        reading=rule.reading, calendar=calendar_of(tools, case), by=move.by.id, source=rule.legal_basis,
        cutoff=time.fromisoformat(rule.cutoff) if rule.cutoff else CUTOFF,
    )
    move.columns.update(received_at=move.at, due_at=due.due_at, original_due_at=due.original_due, paused_at=None)
    return due


async def stop_clock(db: Db, tools: Tools, case: Case, move: Move, cause: str) -> None:
    """The clock stands still while the applicant owes something; nothing to do before reception."""
    if case.received_at is None or case.paused_at is not None:
        return
    due = await deadlines.pause(db, case.id, cause=cause, calendar=calendar_of(tools, case), at=move.at, by=move.by.id)
    move.columns.update(due_at=due.due_at, paused_at=due.paused_since)


async def run_again(db: Db, tools: Tools, case: Case, move: Move, cause: str) -> None:
    """A full new term, or what was left of the old one, as the procedure says (rules.md 5.4)."""
    if case.paused_at is None:
        return
    again = deadlines.restart if case.procedure.procedure.term.after_supplement == "restart" else deadlines.resume
    due = await again(db, case.id, cause=cause, calendar=calendar_of(tools, case), at=move.at, by=move.by.id)
    move.columns.update(due_at=due.due_at, paused_at=None)


async def end_clock(db: Db, tools: Tools, case: Case, move: Move, cause: str) -> None:
    """Handling is over; the last due moment stays on the dossier."""
    move.columns["finished_at"] = move.at
    if case.received_at is None:
        return
    due = await deadlines.end(db, case.id, cause=cause, calendar=calendar_of(tools, case), at=move.at, by=move.by.id)
    move.columns.update(due_at=due.current_due, paused_at=None)


async def extend_clock(
    db: Db, tools: Tools, case: Case, move: Move, *, new_due: datetime, reason: str, basis: str
) -> deadlines.Due:
    """A new date with an apology, once, at the latest the day before (R8)."""
    due = await deadlines.extend(
        db, case.id, new_due=new_due, reason=reason, basis=basis, calendar=calendar_of(tools, case), at=move.at,
        by=move.by.id,
    )
    move.columns.update(due_at=due.due_at, paused_at=None)
    return due


def after(tools: Tools, office_id: int, start: datetime, term: str, reading: str = "days") -> datetime:
    """The last moment of a term that begins at `start`, by the office's calendar."""
    return due_moment(
        start, parse_term(term), calendar=tools.calendars.of(office_id), reading="hours" if reading == "hours" else "days"
    ).due_at
