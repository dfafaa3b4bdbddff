"""Around a dossier: its story, its term, messages, questions to others, results, handing over."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import AwareDatetime, Field

from app.api import cases
from app.api.dossier_views import DossierView
from app.api.dossiers import after_command
from app.api.once import once
from app.api.shapes import Body, DossierRef, IfMatch, Moment, OnceKey, View
from app.consultations import service as consultations
from app.consultations.models import Consultation
from app.deliveries import service as deliveries
from app.dossiers import wishes
from app.dossiers.models import DossierState
from app.dossiers.showing import result_open
from app.dossiers.states import WORDS
from app.faces.access import OfficerVisit, SignedInVisit
from app.faces.routes import Router
from app.journal import service as journal
from app.kit import clock
from app.kit.words import say
from app.notices import service as notices
from app.results import service as results

router = Router(prefix="/dossiers/{dossier}", tags=["Around a dossier"])


class Change(View):
    """A change of state."""

    at: Moment
    state: str
    state_words: str


class Timeline(View):
    """Changes of state, oldest first."""

    items: list[Change]


class JournalLine(View):
    """One line of the append-only journal."""

    id: int
    at: Moment
    event: str = Field(examples=["step.finished"])
    actor_kind: Literal["officer", "citizen", "system", "outside"]
    actor_id: UUID | None
    why: str | None
    facts: dict[str, Any]


class Journal(View):
    """The whole history, oldest first."""

    lines: list[JournalLine]


class MessageView(View):
    """One message between citizen and office."""

    id: UUID
    at: Moment
    author_kind: Literal["officer", "citizen"]
    body: str
    read_at: Moment | None


class Messages(View):
    """The thread, oldest first."""

    items: list[MessageView]


class NewMessage(Body):
    """What to write."""

    body: str = Field(min_length=1, max_length=wishes.LONGEST_MESSAGE)


class Question(View):
    """A question to another agency or commune. `answer_key` opens the answer to an agency outside."""

    id: UUID
    kind: str = Field(examples=["fire_safety"])
    agency: str
    question: str
    asked_at: Moment
    due_at: Moment | None
    state: str = Field(examples=["asked"])
    opinion: str | None
    answer: str | None
    answered_at: Moment | None
    answer_key: str | None = None


class Questions(View):
    """Questions, oldest first."""

    items: list[Question]


class ResultView(View):
    """One paper that answers the dossier. `href` once this person may open it."""

    n: int
    kind: str
    title: str
    state: str = Field(examples=["issued"])
    store_code: str | None = Field(examples=["H99.08.22-261109-0042-KQ1"])
    number: str | None
    dated: date | None
    copies: int
    sha256: str | None
    verify_key: str | None
    issued_at: Moment | None
    revoked_at: Moment | None
    document_id: UUID | None
    draft_id: UUID | None
    href: str | None


class Results(View):
    """In order."""

    items: list[ResultView]


class DeliveryView(View):
    """One handing-over."""

    id: UUID
    way: Literal["online", "counter", "post"]
    state: str = Field(examples=["delivered"])
    shipment_code: str | None
    created_at: Moment
    handed_at: Moment | None
    delivered_at: Moment | None


class Deliveries(View):
    """Oldest first."""

    items: list[DeliveryView]


class Extension(Body):
    """An apology: the last moment of the new term, why, and by which rule."""

    new_due: AwareDatetime = Field(examples=["2026-11-20T17:00:00+07:00"])
    reason: str = Field(min_length=1, max_length=2000)
    basis: str = Field(min_length=1, max_length=500, examples=["Nghị định 118/2025/NĐ-CP, Điều 19 khoản 9"])


class Stopping(Body):
    """Why the office stops."""

    reason: str = Field(min_length=1, max_length=2000)


@router.get("/timeline", summary="Changes of state")
async def timeline(visit: SignedInVisit, dossier: DossierRef) -> Timeline:
    """What the applicant may follow, without names."""
    case = await cases.case_for(visit, dossier)
    found = []
    for line in await journal.lines(visit.db, case.id):
        if line.event == "dossier.state_changed":
            state = DossierState(line.facts["after"])
            found.append(Change(at=line.at, state=state.value, state_words=say(WORDS[state], visit.language)))
    return Timeline(items=found)


@router.get("/journal", summary="The journal")
async def whole_journal(visit: OfficerVisit, dossier: DossierRef) -> Journal:
    """Officers of the office: who, what, when, why."""
    case = await cases.case_for(visit, dossier)
    return Journal(lines=[
        JournalLine(
            id=line.id, at=line.at, event=line.event, actor_kind=line.actor.kind, actor_id=line.actor.id, why=line.why,
            facts=line.facts,
        )
        for line in await journal.lines(visit.db, case.id)
    ])


@router.get("/messages", summary="Messages")
async def messages(visit: SignedInVisit, dossier: DossierRef) -> Messages:
    """Between citizen and office. Reading does not mark them as read; `POST …/messages/read` does."""
    case = await cases.case_for(visit, dossier)
    return Messages(items=[_message(one) for one in await notices.messages_of(visit.db, case.id)])


@router.post("/messages", status_code=201, summary="Write a message")
@once
async def write(
    visit: SignedInVisit, dossier: DossierRef, body: NewMessage, if_match: IfMatch = None, idempotency_key: OnceKey = None
) -> MessageView:
    """The applicant is told of the office's."""
    case = await cases.case_for(visit, dossier, if_match)
    return _message(await wishes.write_message(visit.db, visit.tools, case, by=visit.actor, body=body.body))


@router.post("/messages/read", status_code=204, summary="Messages were read")
@once
async def read(visit: SignedInVisit, dossier: DossierRef, idempotency_key: OnceKey = None) -> Response:
    """Those of the other side."""
    case = await cases.case_for(visit, dossier)
    await notices.read_by(visit.db, case.id, visit.actor.kind, clock.now())
    return Response(status_code=204)


@router.get("/consultations", summary="Questions to others")
async def questions(visit: OfficerVisit, dossier: DossierRef) -> Questions:
    """Asked in this dossier; the keys are for sending to agencies outside."""
    case = await cases.case_for(visit, dossier)
    return Questions(items=[question_view(one, key=True) for one in await consultations.of_dossier(visit.db, case.id)])


@router.get("/results", summary="Results")
async def of_dossier(visit: SignedInVisit, dossier: DossierRef) -> Results:
    """For the applicant once they are issued; for officers from the draft on."""
    case = await cases.case_for(visit, dossier)
    officer = visit.maybe_officer is not None
    may_open = officer or await result_open(visit.db, case)
    return Results(items=[
        ResultView(
            n=one.n, kind=one.kind, title=one.title, state=one.state, store_code=one.store_code, number=one.number_text,
            dated=one.dated, copies=one.copies, sha256=one.sha256, verify_key=one.verify_key, issued_at=one.issued_at,
            revoked_at=one.revoked_at, document_id=one.document_id, draft_id=one.draft_id,
            href=f"/api/v1/dossiers/{case.id}/papers/{one.document_id}" if may_open and one.document_id else None,
        )
        for one in await results.of_dossier(visit.db, case.id)
        if officer or one.state in ("issued", "revoked")
    ])


@router.get("/deliveries", summary="Handing over")
async def handed(visit: SignedInVisit, dossier: DossierRef) -> Deliveries:
    """At the counter, by post, online."""
    case = await cases.case_for(visit, dossier)
    return Deliveries(items=[
        DeliveryView(
            id=one.id, way=one.way, state=one.state, shipment_code=one.shipment_code,
            created_at=one.created_at, handed_at=one.handed_at, delivered_at=one.delivered_at,
        )
        for one in await deliveries.of_dossier(visit.db, case.id)
    ])


@router.post("/extend", summary="Apologise and give a new date")
@once
async def extend(
    visit: OfficerVisit, response: Response, dossier: DossierRef, body: Extension, if_match: IfMatch = None,
    idempotency_key: OnceKey = None,
) -> DossierView:
    """Head or leader; once, at the latest the day before."""
    case = await cases.case_for(visit, dossier, if_match)
    await wishes.extend(
        visit.db, visit.tools, case, officer=visit.officer, new_due=body.new_due, reason=body.reason, basis=body.basis
    )
    return await after_command(visit, response, case.id)


@router.post("/stop", summary="Stop")
@once
async def stop(
    visit: OfficerVisit, response: Response, dossier: DossierRef, body: Stopping, if_match: IfMatch = None,
    idempotency_key: OnceKey = None,
) -> DossierView:
    """Head or leader, in law; only while nothing has been decided."""
    case = await cases.case_for(visit, dossier, if_match)
    await wishes.stop(visit.db, visit.tools, case, officer=visit.officer, reason=body.reason)
    return await after_command(visit, response, case.id)


def question_view(one: Consultation, *, key: bool = False) -> Question:
    """A question; its key only for the office that asked."""
    told = one.model_dump(include=set(Question.model_fields) - {"answer_key"})
    return Question(**told, answer_key=one.answer_key if key else None)


def _message(one: Any) -> MessageView:
    return MessageView(id=one.id, at=one.at, author_kind=one.author_kind, body=one.body, read_at=one.read_at)
