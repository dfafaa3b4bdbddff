"""What people want of a whole dossier rather than of one step: withdraw, stop, extend, supplement, answer, write.

Each is checked, said to the drawing where it waits for it, and written with its journal lines at once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from app.consultations import service as consultations
from app.consultations.models import Consultation
from app.dossiers import endings, supplements
from app.dossiers.case import Case, open_case
from app.dossiers.clock import extend_clock
from app.dossiers.drafts import refresh_facts
from app.dossiers.moves import Move
from app.dossiers.printing import queue_form
from app.dossiers.progress import awaits, deliver
from app.dossiers.refusals import (
    MessageEmpty,
    MessageTooLong,
    NeedsHead,
    NotComplete,
    OpinionUnknown,
    ReasonMissing,
    WrongState,
)
from app.dossiers.states import UNDECIDED, WORDS
from app.dossiers.tools import Tools
from app.dossiers.writing import write
from app.journal import service as journal
from app.journal.service import OUTSIDE, Actor
from app.kit import clock
from app.kit.db import Db
from app.notices import service as notices
from app.notices.models import Message
from app.org.models import Role
from app.org.people import SignedOfficer

OPINIONS: Final = frozenset({"agree", "disagree", "confirmed", "not_confirmed"})
LONGEST_MESSAGE: Final = 4000
MAY_DECIDE: Final = frozenset({Role.HEAD, Role.LEADER})


async def withdraw(db: Db, tools: Tools, case: Case, *, by: Actor, reason: str | None) -> None:
    """The applicant takes the dossier back; `by` is the citizen, or the officer they asked at the counter.

    Raises WrongState once something was decided or where the drawing has no way out any more, CaseMoved.
    """
    move = Move(by, clock.now())
    await endings.withdraw(db, tools, case, move, _said(reason))
    await deliver(db, tools, case, "withdrawn", {}, move)


async def stop(db: Db, tools: Tools, case: Case, *, officer: SignedOfficer, reason: str) -> None:
    """The office stops the dossier in law; a technical halt is never that. Raises NeedsHead, ReasonMissing, WrongState."""
    _require_head(officer)
    if not _said(reason):
        raise ReasonMissing
    move = Move(Actor("officer", officer.id), clock.now())
    await endings.stop(db, tools, case, move, _said(reason))
    await deliver(db, tools, case, "stopped", {}, move)


def may_withdraw(case: Case) -> bool:
    """Whether a page should offer it."""
    return case.state in UNDECIDED and awaits(case, "withdrawn")


async def extend(
    db: Db, tools: Tools, case: Case, *, officer: SignedOfficer, new_due: datetime, reason: str, basis: str
) -> None:
    """An apology with a new date, once, at the latest the day before (R8). Steps that were due with the dossier move too.

    Raises NeedsHead, WrongState, and what app.deadlines refuses (ExtensionTooLate, ExtensionAskedTwice, …).
    """
    _require_head(officer)
    if case.received_at is None or case.finished_at is not None or case.due_at is None:
        raise WrongState(state=WORDS[case.state])
    move = Move(Actor("officer", officer.id), clock.now())
    due = await extend_clock(db, tools, case, move, new_due=new_due, reason=reason.strip(), basis=basis.strip())
    await db.run(
        "UPDATE step SET due_at = $3 WHERE dossier_id = $1 AND due_at = $2", case.id, case.due_at, due.current_due
    )
    before, after = case.due_at.isoformat(), due.current_due.isoformat()
    move.note("dossier.extended", reason.strip(), basis=basis.strip(), before=before, after=after)
    move.tell("extended", due_at=after, before=before)
    await queue_form(
        db, case, "apology", key=f"{case.id}:apology:{after}", reason_event="dossier.extended", due_at=before,
        new_due_at=after,
    )
    await write(db, tools, case, move)


async def answer_supplement(db: Db, tools: Tools, case: Case, *, by: Actor) -> None:
    """Everything that was asked has been mended: back to the office. Raises NotComplete, WrongState, CaseMoved."""
    request = await open_request(db, case)
    left = await still_to_mend(db, case, request)
    if left:
        raise NotComplete(missing="; ".join(left))
    facts = await refresh_facts(db, case)
    move = Move(by, clock.now())
    await supplements.answered(db, tools, case, move)
    if await _form_changed(db, case, request["asked_at"]):
        await queue_form(db, case, "application", key=f"{case.id}:application:{request['n']}")
    await deliver(db, tools, case, "supplement_received", facts, move)


async def answer_consultation(
    db: Db, tools: Tools, consultation: Consultation, *, opinion: str, words: str, by: UUID | None
) -> None:
    """The asked agency answers: `by` is its officer in this house, None for an agency outside that holds the link.

    From here on the transaction sees the rows of the asking office. Raises OpinionUnknown, AlreadyAnswered, CaseMoved.
    """
    if opinion not in OPINIONS:
        raise OpinionUnknown
    await db.act_for(offices=[consultation.office_id])
    move = Move(Actor("officer", by) if by else OUTSIDE, clock.now())
    await consultations.answer(db, consultation.id, opinion=opinion, words=words.strip(), by=by, at=move.at)
    case = await open_case(db, tools, consultation.dossier_id)
    move.note("consultation.answered", kind=consultation.kind, consultation=str(consultation.id), opinion=opinion)
    kind = consultation.kind
    await deliver(db, tools, case, f"{kind}_answered", {f"{kind}_opinion": opinion}, move)


async def write_message(db: Db, tools: Tools, case: Case, *, by: Actor, body: str) -> Message:
    """One message between citizen and office; the citizen is told of the office's. Raises MessageEmpty, MessageTooLong."""
    text = body.strip().replace("\r\n", "\n")
    if not text:
        raise MessageEmpty
    if len(text) > LONGEST_MESSAGE:
        raise MessageTooLong(given=len(text), most=LONGEST_MESSAGE)
    assert by.id is not None
    message = await notices.write_message(
        db, dossier_id=case.id, office_id=case.office_id, author_kind=by.kind, author_id=by.id, body=text, at=clock.now()
    )
    await journal.record(db, case.id, case.office_id, "message.written", by=by, message=str(message.id))
    if by.kind == "officer":
        await notices.announce(
            db, dossier_id=case.id, office_id=case.office_id, citizen_id=case.applicant_id, language=case.language,
            event="message", facts={}, key=f"{message.id}:message",
        )
    return message


async def open_request(db: Db, case: Case) -> dict[str, object]:
    """The supplement request that waits for its answer. Raises WrongState when none does."""
    row = await db.row(
        "SELECT * FROM supplement_request WHERE dossier_id = $1 AND closed IS NULL ORDER BY n DESC LIMIT 1", case.id
    )
    if row is None:
        raise WrongState(state=WORDS[case.state])
    return dict(row)


async def still_to_mend(db: Db, case: Case, request: dict[str, object]) -> list[str]:
    """Names of the papers asked for and not given anew since. Any paper of a group will do for the group.

    A paper nobody can send (only shown, or looked up by us) is not waited for; what the electronic form says, and a paper
    that stands for it, is mended by saving the form again.
    """
    asked_at = request["asked_at"]
    given = {row["component"] for row in await db.rows(
        "SELECT DISTINCT component FROM document WHERE dossier_id = $1 AND kind = 'paper' AND removed_at IS NULL"
        " AND added_at >= $2",
        case.id, asked_at,
    )}
    groups = {part.one_of for part in case.procedure.procedure.components if part.one_of and part.id in given}
    form_mended = await _form_changed(db, case, asked_at)
    left = []
    for component_id in _components(request["items"]):
        part = case.procedure.procedure.component(component_id)
        if part is None or part.how not in ("submit", "form") or component_id in given or part.one_of in groups:
            continue
        if form_mended and (part.how == "form" or "file" not in part.copies):
            continue
        left.append(part.name.in_(case.language))
    return left


async def _form_changed(db: Db, case: Case, since: object) -> bool:
    return bool(await db.value(
        "SELECT EXISTS (SELECT 1 FROM answer WHERE dossier_id = $1 AND saved_at >= $2 AND question NOT LIKE 'office.%')",
        case.id, since,
    ))


def _require_head(officer: SignedOfficer) -> None:
    if not officer.roles & MAY_DECIDE:
        raise NeedsHead


def _components(items: object) -> Iterable[str]:
    return [str(item["component"]) for item in items] if isinstance(items, list) else []


def _said(reason: str | None) -> str | None:
    return (reason or "").strip() or None
