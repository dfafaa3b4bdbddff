"""Questions that others put to this office, and the answers of agencies outside that hold a link."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path
from pydantic import Field

from app.api.around import Question, Questions, question_view
from app.api.once import once
from app.api.shapes import Body, OnceKey, Word
from app.consultations import service as consultations
from app.consultations.models import Consultation
from app.consultations.service import ConsultationNotFound
from app.dossiers import wishes
from app.faces.access import OfficerVisit, PublicVisit, require_role
from app.faces.routes import Router
from app.org.models import Role

router = Router(prefix="/consultations", tags=["Consultations"])
Key = Annotated[Word, Path(max_length=64)]


class Answer(Body):
    """What the asked agency says."""

    opinion: Literal["agree", "disagree", "confirmed", "not_confirmed"]
    words: str = Field(default="", max_length=4000)


@router.get("", summary="Asked of my office")
async def asked(visit: OfficerVisit) -> Questions:
    """Open questions of other communes, by their term."""
    return Questions(items=[question_view(one) for one in await consultations.asked_of(visit.db, visit.officer.office_id)])


@router.post("/{consultation_id}/answer", summary="Answer for my office")
@once
async def answer(
    visit: OfficerVisit, consultation_id: UUID, body: Answer, idempotency_key: OnceKey = None
) -> Question:
    """Specialist, head or leader of the asked office; once."""
    require_role(visit, Role.SPECIALIST, Role.HEAD, Role.LEADER)
    found = await visit.db.get(Consultation, consultation_id)
    if found is None or found.asked_office_id != visit.officer.office_id:
        raise ConsultationNotFound
    await wishes.answer_consultation(
        visit.db, visit.tools, found, opinion=body.opinion, words=body.words, by=visit.officer.id
    )
    return question_view(await visit.db.get(Consultation, consultation_id) or found)


@router.get("/by-key/{key}", summary="A question by its link")
async def by_key(visit: PublicVisit, key: Key) -> Question:
    """For the agency that holds the key."""
    await visit.db.act_for(presents=key)
    return question_view(await consultations.by_key(visit.db, key))


@router.post("/by-key/{key}/answer", summary="Answer by the link")
@once
async def answer_by_key(visit: PublicVisit, key: Key, body: Answer, idempotency_key: OnceKey = None) -> Question:
    """The agency outside; once."""
    await visit.db.act_for(presents=key)
    found = await consultations.by_key(visit.db, key)
    await wishes.answer_consultation(visit.db, visit.tools, found, opinion=body.opinion, words=body.words, by=None)
    return question_view(await visit.db.get(Consultation, found.id) or found)
