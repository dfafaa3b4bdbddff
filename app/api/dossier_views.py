"""A dossier as the API shows it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from app.api import lists
from app.api.lists import moment
from app.api.shapes import Moment, Page, View
from app.dossiers import queries_api as queries
from app.dossiers.case import Case
from app.dossiers.moves import Written
from app.dossiers.states import NATIONAL, WORDS
from app.dossiers.wishes import OPINIONS
from app.faces.access import Visit
from app.kit.words import say

Channel = Literal["online", "counter", "post"]
__all__ = ["OPINIONS", "Applicant", "Channel", "DossierView", "Dossiers", "Line", "Named", "OpenStep", "answered",
           "dossier_view"]


class Named(View):
    """Something with a code and a name."""

    code: str
    name: str


class Applicant(View):
    """Who applies."""

    id: UUID
    name: str = Field(examples=["Hoàng Thị Bích Liễu"])
    personal_number: str | None = Field(examples=["000199004821"])


class OpenStep(View):
    """A piece of work that waits. `name` is its id in the procedure's `steps`, where its actions are described."""

    task_no: int = Field(examples=[7])
    name: str = Field(examples=["check_papers"])
    role: str = Field(examples=["reception"])
    held_by: UUID | None
    opened_at: Moment | None
    due_at: Moment | None


class DossierView(View):
    """Where a dossier stands. `national_code` is the national portal's 1–10; a draft has none."""

    id: UUID
    code: str | None = Field(examples=["H99.08.22-261109-0042"])
    state: str = Field(examples=["in_progress"])
    state_words: str = Field(examples=["Đang xử lý"])
    national_code: int | None = Field(ge=1, le=10, examples=[4])
    procedure: Named
    office: Named
    channel: Channel
    return_way: Channel | None
    return_address: dict[str, Any]
    applicant: Applicant
    assisted: bool
    created_at: Moment
    submitted_at: Moment | None
    received_at: Moment | None
    due_at: Moment | None
    original_due_at: Moment | None
    paused_at: Moment | None
    finished_at: Moment | None
    returned_at: Moment | None
    owed: int = Field(description="Đồng still to be paid.", examples=[15000])
    steps: list[OpenStep]


class Line(View):
    """One dossier in a list."""

    id: UUID
    code: str | None
    procedure_code: str
    title: str
    state: str
    state_words: str
    national_code: int | None
    created_at: Moment
    submitted_at: Moment | None
    due_at: Moment | None
    finished_at: Moment | None
    holder_name: str | None = None


class Dossiers(Page):
    """Dossiers, newest first."""

    items: list[Line]


async def dossier_view(visit: Visit, response: Response, case: Case) -> DossierView:
    """The dossier for whoever may see it, and its ETag."""
    return written_view(visit, response, Written(case, await queries.beside(visit.db, case.id)))


def written_view(visit: Visit, response: Response, written: Written) -> DossierView:
    """The same for a dossier that was just written, by what the writing told."""
    language, case, beside = visit.language, written.case, written.beside
    response.headers["etag"] = f'"{beside.mark}"'
    return DossierView(
        id=case.id, code=case.code, state=case.state.value, state_words=say(WORDS[case.state], language),
        national_code=NATIONAL.get(case.state),
        procedure=Named(code=case.procedure.code, name=case.procedure.name(language)),
        office=Named(code=beside.office_code, name=beside.office_name), channel=case.channel,
        return_way=case.return_way, return_address=case.return_address,
        applicant=Applicant(id=case.applicant_id, name=beside.applicant_name, personal_number=beside.applicant_number),
        assisted=case.assisted_by is not None,
        created_at=case.created_at, submitted_at=case.submitted_at, received_at=case.received_at, due_at=case.due_at,
        original_due_at=case.original_due_at, paused_at=case.paused_at, finished_at=case.finished_at,
        returned_at=case.returned_at, owed=beside.owed, steps=[OpenStep.model_validate(one) for one in beside.steps],
    )


def answered(visit: Visit, written: Written) -> Response:
    """The same for routes that answer without models: what `written_view` says, as it is sent (tests/api compares them)."""
    language, case, beside = visit.language, written.case, written.beside
    words = lists.written({
        "id": case.id, "code": case.code, "state": case.state.value, "state_words": say(WORDS[case.state], language),
        "national_code": NATIONAL.get(case.state),
        "procedure": {"code": case.procedure.code, "name": case.procedure.name(language)},
        "office": {"code": beside.office_code, "name": beside.office_name}, "channel": case.channel,
        "return_way": case.return_way, "return_address": case.return_address,
        "applicant": {"id": case.applicant_id, "name": beside.applicant_name, "personal_number": beside.applicant_number},
        "assisted": case.assisted_by is not None, "created_at": moment(case.created_at),
        "submitted_at": moment(case.submitted_at), "received_at": moment(case.received_at), "due_at": moment(case.due_at),
        "original_due_at": moment(case.original_due_at), "paused_at": moment(case.paused_at),
        "finished_at": moment(case.finished_at), "returned_at": moment(case.returned_at), "owed": beside.owed,
        "steps": [
            {"task_no": one["task_no"], "name": one["name"], "role": one["role"], "held_by": one["held_by"],
             "opened_at": _at(one["opened_at"]), "due_at": _at(one["due_at"])}
            for one in beside.steps
        ],
    })
    return Response(words, media_type="application/json", headers={"etag": f'"{beside.mark}"'})


def _at(told: str | None) -> datetime | None:
    """A moment out of PostgreSQL's own JSON."""
    return moment(datetime.fromisoformat(told)) if told is not None else None
