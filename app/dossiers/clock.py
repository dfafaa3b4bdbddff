"""The dossier's side of the deadline ledger: which rule of the procedure starts, stops and moves the clock.

Every line says by which rule and where that stands: the package's own legal basis, or the general one named here.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

from app.deadlines import service as deadlines
from app.deadlines.calendar import Calendar
from app.deadlines.counting import CUTOFF, Reading
from app.deadlines.ledger import Line
from app.deadlines.refusals import DeadlineAlreadyRuns, LedgerMoved
from app.deadlines.rules import due_moment, forward_due
from app.deadlines.terms import parse_term
from app.dossiers.case import Case
from app.dossiers.handed_over import HandOverMissing, checked, noted
from app.dossiers.moves import Move
from app.dossiers.tools import Tools
from app.kit.clock import LOCAL
from app.kit.db import Db
from app.kit.errors import Refused
from app.kit.words import N_
from app.procedures.terms import StartRule

LONGEST_SOURCE: Final = 300
CAUSES: Final = {"complete_receipt": "received", "competent_receipt": "received_here", "handed_over": "handed_over"}
# What was counted before: many steps open in the same minute with the same few terms, and a moment counts by its minute.
MOST_MOMENTS: Final = 2_000
_moments: dict[tuple[datetime, str, Reading, str], datetime] = {}
# Where handling ends, by the cause of the last line. Article numbers of the old text, not compared with the new one.
ENDED_BY: Final = {
    "finished": "Nghị định 118/2025/NĐ-CP, Điều 20 (số điều chưa kiểm chứng)",
    "refused": "Nghị định 118/2025/NĐ-CP, Điều 19 khoản 8 (số điều chưa kiểm chứng)",
    "withdrawn": "Thông tư 03/2025/TT-VPCP, Phụ lục I, Mẫu số 05",
    "stopped": "Thông tư 03/2025/TT-VPCP, Phụ lục I, Mẫu số 05",
}


class PauseWithoutEnd(Refused):
    """The clock may stand still only for something that has a term of its own."""

    says = N_("Không tạm dừng được: việc đang chờ không có hạn, nên thời hạn sẽ dừng mãi. Tỉnh hoặc luật phải định hạn đó.")


def calendar_of(tools: Tools, case: Case) -> Calendar:
    """What the dossier's office counts by today."""
    return tools.calendars.of(case.office_id)


def start_rule(case: Case, at: datetime) -> StartRule:
    """The rule by which this dossier's term begins if it is received at `at`."""
    way = "elsewhere" if case.support_office_id is not None else case.channel
    if way == "post" and case.supplements_asked:
        way = "counter"  # what the post brought was not complete: complete is what came after it
    return case.procedure.procedure.term.start_on(at.astimezone(LOCAL).date(), way)


def reading_of(case: Case, at: datetime) -> Reading:
    """How its term of working days is read: by the day of receipt, `at` while it is not received."""
    return case.procedure.procedure.term.reading_on((case.received_at or at).astimezone(LOCAL).date())


def cutoff_of(case: Case) -> time:
    """After which hour a term of the same day ends on the next working day."""
    written = case.procedure.procedure.term.cutoff
    return time.fromisoformat(written) if written else CUTOFF


def start_of(case: Case, now: datetime) -> datetime:
    """From when the term runs if the dossier is received now. Raises HandOverMissing, HandOverInFuture, HandOverTooOld."""
    if start_rule(case, now).moment != "handed_over":
        return now
    handed = noted(case.consent)
    if handed is None:
        raise HandOverMissing
    return checked(handed, now=now, submitted_at=case.submitted_at if case.assisted_by is None else None)


async def start_clock(db: Db, tools: Tools, case: Case, move: Move) -> deadlines.Due:
    """The legal term begins: with this receipt, or with the minutes of hand-over (NĐ 118/2025 art. 17 §3)."""
    rule, begins = case.procedure.procedure.term, start_rule(case, move.at)
    since = start_of(case, move.at)
    entry = deadlines.first_entry(
        received_at=since, term=parse_term(case.procedure.term_for(case.facts)),
        reading=reading_of(case, since), calendar=calendar_of(tools, case), cause=CAUSES[begins.moment], by=move.by.id,
        source=_joined(rule.legal_basis, begins.legal_basis), note=" ".join(
            part for part in (rule.note, begins.note) if part
        )[:1000], cutoff=cutoff_of(case),
    )
    _enter(move, entry, DeadlineAlreadyRuns)
    due = entry.due
    move.columns.update(received_at=since, due_at=due.due_at, original_due_at=due.original_due, paused_at=None)
    return due


async def stop_clock(
    db: Db, tools: Tools, case: Case, move: Move, cause: str, *, until: datetime | None, source: str
) -> None:
    """The clock stands still while the applicant owes something, which ends by itself at `until` at the latest.

    Nothing to do before reception. Raises PauseWithoutEnd.
    """
    if case.received_at is None or case.paused_at is not None:
        return
    if until is None or until <= move.at:
        raise PauseWithoutEnd
    await _enter_now(db, case, move)
    due = await deadlines.pause(
        db, case.id, cause=cause, calendar=calendar_of(tools, case), at=move.at, by=move.by.id,
        source=source[:LONGEST_SOURCE],
    )
    move.columns.update(due_at=due.due_at, paused_at=due.paused_since)


async def run_again(db: Db, tools: Tools, case: Case, move: Move, cause: str, *, source: str) -> None:
    """A full new term, or what was left of the old one, as the procedure says (rules.md 5.4)."""
    if case.paused_at is None:
        return
    await _enter_now(db, case, move)
    again = deadlines.restart if case.procedure.procedure.term.after_supplement == "restart" else deadlines.resume
    due = await again(
        db, case.id, cause=cause, calendar=calendar_of(tools, case), at=move.at, by=move.by.id,
        source=source[:LONGEST_SOURCE],
    )
    move.columns.update(due_at=due.due_at, paused_at=None)


async def mark_clock(
    db: Db, tools: Tools, case: Case, move: Move, *, cause: str, rule: str, source: str, note: str = ""
) -> None:
    """Silence or a lapse had its effect in law: a line of the ledger where a term runs, by the system; the due moment stays.

    `cause`: silence, lapse. `rule`: what follows from it: consent, undertaking, report, confirmed, stop, refuse.
    """
    if case.received_at is None:
        return
    await _enter_now(db, case, move)
    await deadlines.mark(
        db, case.id, cause=cause, rule=rule, source=source[:LONGEST_SOURCE], calendar=calendar_of(tools, case), at=move.at,
        note=note[:1000],
    )


async def end_clock(
    db: Db, tools: Tools, case: Case, move: Move, cause: str, lines: Sequence[Line] | None = None
) -> None:
    """Handling is over; the last due moment stays on the dossier. `lines`: the ledger, when it was just read."""
    move.columns["finished_at"] = move.at
    if case.received_at is None:
        return
    if await _enter_now(db, case, move) or lines is None:
        lines = await deadlines.lines_of(db, case.id)
    entry = deadlines.last_entry(
        lines, cause=cause, calendar=calendar_of(tools, case), at=move.at, by=move.by.id,
        source=ENDED_BY.get(cause, case.procedure.procedure.term.legal_basis)[:LONGEST_SOURCE],
    )
    _enter(move, entry, LedgerMoved)
    move.columns.update(due_at=entry.due.current_due, paused_at=None)


async def extend_clock(
    db: Db, tools: Tools, case: Case, move: Move, *, new_due: datetime, reason: str, basis: str
) -> deadlines.Due:
    """A new date with an apology, once, at the latest the day before (R8)."""
    await _enter_now(db, case, move)
    due = await deadlines.extend(
        db, case.id, new_due=new_due, reason=reason, basis=basis, calendar=calendar_of(tools, case), at=move.at,
        by=move.by.id,
    )
    move.columns.update(due_at=due.due_at, paused_at=None)
    return due


def after(tools: Tools, office_id: int, start: datetime, term: str, reading: str = "days") -> datetime:
    """The last moment of a term that begins at `start`, by the office's calendar."""
    calendar = tools.calendars.of(office_id)
    read_by: Reading = "hours" if reading == "hours" else "days"
    key = (start.replace(second=0, microsecond=0), term, read_by, calendar.version)
    found = _moments.get(key)
    if found is None:
        if len(_moments) >= MOST_MOMENTS:
            _moments.clear()
        found = _moments[key] = due_moment(start, parse_term(term), calendar=calendar, reading=read_by).due_at
    return found


def forwarded_by(tools: Tools, case: Case, at: datetime) -> datetime:
    """By when what was taken in at `at` must be with those who handle it (R4, NĐ 309/2026 art. 18 §2)."""
    cutoff = time.fromisoformat(case.procedure.procedure.term.forward.cutoff)
    return forward_due(at, calendar=calendar_of(tools, case), cutoff=cutoff)


def answer_due(tools: Tools, case: Case, at: datetime, budget: datetime | None) -> datetime | None:
    """By when reception must have acted on what came at `at`; `budget` is what the step's own time would give.

    Online: received, supplemented or refused within 8 working hours (R3), or earlier by the budget. Handed in at another
    unit: by when it must have been forwarded (R4). Else by the budget alone.
    """
    if case.support_office_id is not None:
        return forwarded_by(tools, case, at)
    if case.channel != "online":
        return budget
    within = after(tools, case.office_id, at, case.procedure.procedure.term.answer.within)
    return min(within, budget) if budget else within


def _enter(move: Move, entry: deadlines.Entry, taken: type[Exception]) -> None:
    """The line is written with the move; `taken` is raised when its number was."""

    def judge(entered: bool) -> None:
        if not entered:
            raise taken

    move.join("ledger", **entry.values)
    move.entry = entry
    move.ask("entered", judge)


async def _enter_now(db: Db, case: Case, move: Move) -> bool:
    """Before another line follows in the same move, write the one that waits. False: none did."""
    if move.entry is None:
        return False
    written = await deadlines.write_entry(db, case.id, move.entry, office_id=case.office_id)
    move.asked.pop("entered")(written)
    del move.joined["ledger"]
    move.entry = None
    return True


def _joined(*sources: str) -> str:
    return "; ".join(dict.fromkeys(sources))[:LONGEST_SOURCE]
