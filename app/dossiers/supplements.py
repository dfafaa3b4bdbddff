"""Supplements (bổ sung hồ sơ): one complete list, once; its answer; its lapse."""

from datetime import datetime
from uuid import uuid4

from app.dossiers import checklist
from app.dossiers.asking import Command
from app.dossiers.case import Case
from app.dossiers.clock import after, mark_clock, run_again, stop_clock
from app.dossiers.models import DossierState
from app.dossiers.moves import Move
from app.dossiers.printing import form_wanted
from app.dossiers.refusals import ReasonMissing, SecondSupplementNeedsApproval, WrongState
from app.dossiers.states import WORDS
from app.dossiers.tools import Tools
from app.kit.db import Db
from app.org.models import Role


async def ask(db: Db, tools: Tools, case: Case, move: Move, command: Command) -> None:
    """Send the one complete list. The clock stops if it ran; the applicant is told what, why and until when.

    A second request needs a legal basis in `reason` and an approver (head, leader or supervisor): rules.md 1.5, R6.
    """
    if not command.reason:
        raise ReasonMissing
    bad = await checklist.require_complete_list(db, case)
    officer = command.officer
    assert officer is not None
    may_approve = bool(officer.roles & {Role.HEAD, Role.LEADER, Role.SUPERVISOR})
    if case.supplements_asked >= case.procedure.procedure.supplement.most_requests and not may_approve:
        raise SecondSupplementNeedsApproval
    due = answer_by(tools, case, move.at)
    n = case.supplements_asked + 1
    await db.run(
        "INSERT INTO supplement_request (id, office_id, dossier_id, n, items, reason, basis, asked_by, approved_by,"
        " asked_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        uuid4(), case.office_id, case.id, n,
        [{"component": line.component.id, "what": line.verdict, "why": line.note or ""} for line in bad],
        command.reason, command.reason if n > 1 else None, officer.id, officer.id if n > 1 else None, move.at, due,
    )
    await stop_clock(db, tools, case, move, "supplement", until=due, source=source_of(case))
    move.columns["supplements_asked"] = 1
    if due is not None:
        move.columns["supplement_due"] = due
    move.state = DossierState.SUPPLEMENT_REQUESTED
    move.note("supplement.requested", command.reason, n=n, items=len(bad), due_at=due.isoformat() if due else None)
    move.want(form_wanted(case, "supplement", key=f"{case.id}:supplement:{n}", n=n))
    move.tell("supplement_requested", due_at=due.isoformat() if due else None)


async def answered(db: Db, tools: Tools, case: Case, move: Move) -> None:
    """The applicant has sent everything that was asked. Verdicts on the mended papers are open again.

    The clock gets a full new term, or runs on, as the procedure says (rules.md 5.4).
    """
    if case.state is not DossierState.SUPPLEMENT_REQUESTED:
        raise WrongState(state=WORDS[case.state])
    request = await db.row(
        "UPDATE supplement_request SET answered_at = $2, closed = 'answered'"
        " WHERE dossier_id = $1 AND closed IS NULL RETURNING items, n",
        case.id, move.at,
    )
    if request is not None:
        await db.run(
            "DELETE FROM verdict WHERE dossier_id = $1 AND component = ANY($2)",
            case.id, [item["component"] for item in request["items"]],
        )
    if case.received_at is not None:
        await run_again(db, tools, case, move, "supplement", source=source_of(case))
        move.state = DossierState.IN_PROGRESS
    else:
        move.state = DossierState.SUBMITTED
    move.note("supplement.answered", n=request["n"] if request else None)
    move.tell("supplement_received")


async def lapse(db: Db, tools: Tools, case: Case, move: Move) -> None:
    """Nothing came in time: the request is closed, what follows is the drawing's."""
    await db.run(
        "UPDATE supplement_request SET closed = 'lapsed' WHERE dossier_id = $1 AND closed IS NULL", case.id
    )
    rule = case.procedure.procedure.supplement
    await mark_clock(db, tools, case, move, cause="lapse", rule=rule.lapse, source=source_of(case))
    move.note("supplement.lapsed")


def source_of(case: Case) -> str:
    """Where it stands that a supplement stops the clock: the law, and the province where the law leaves the days to it.

    The overlay's basis is kept in the rule's note once it is laid over the package.
    """
    rule, own = case.procedure.procedure.supplement, case.procedure.overlay.supplement
    return f"{rule.legal_basis}; {own.legal_basis}" if own is not None and own.term == rule.term else rule.legal_basis


def answer_by(tools: Tools, case: Case, at: datetime) -> datetime | None:
    """Until when the applicant may answer what is asked `at` this moment; None where no rule gives a term."""
    term = case.procedure.procedure.supplement.term
    return after(tools, case.office_id, at, term) if term else None
