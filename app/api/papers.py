"""Papers of a dossier: upload, list, download, take out; what the office printed; officers' verdicts."""

from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import Path, Response, UploadFile
from pydantic import Field

from app.api import cases
from app.api.once import once
from app.api.shapes import Body, DossierRef, IfMatch, Moment, OnceKey, View, Word
from app.documents import service as documents
from app.documents.models import Document
from app.documents.rules import LARGEST, FileTooBig
from app.documents.service import DocumentNotFound
from app.dossiers import checklist, judging
from app.dossiers.case import Case
from app.dossiers.showing import may_see
from app.faces.access import OfficerVisit, SignedInVisit, Visit, require_role
from app.faces.routes import Router
from app.kit.errors import NotFound
from app.kit.words import N_
from app.org.models import Role
from app.procedures.package import Component

router = Router(prefix="/dossiers/{dossier}", tags=["Papers"])
ComponentId = Annotated[Word, Path(max_length=60, description="Its id in the procedure's `components`.")]


class ComponentUnknown(NotFound):
    """Not a paper of this dossier."""

    says = N_("Hồ sơ này không có loại giấy tờ đó.")


class Paper(View):
    """A stored file. `kind`: paper (handed in), form (printed), draft, result (signed), receipt."""

    id: UUID
    kind: str = Field(examples=["paper"])
    component: str | None
    name: str
    media_type: str = Field(examples=["application/pdf"])
    size: int
    sha256: str
    pages: int | None
    copy_kind: str = Field(examples=["file"])
    source: str = Field(examples=["applicant"])
    added_at: Moment
    href: str


class Papers(View):
    """Files, oldest first."""

    items: list[Paper]


class Line(View):
    """One line of the checklist."""

    component: str
    name: str
    how: Literal["submit", "present", "data", "form"]
    required: bool
    files: list[UUID]
    verdict: Literal["ok", "missing", "wrong"] | None
    note: str | None
    judged_at: Moment | None


class Checklist(View):
    """Every paper that applies, in the procedure's order."""

    lines: list[Line]


class Judgement(Body):
    """What an officer says of one paper. A wrong one needs the words that say how to mend it."""

    verdict: Literal["ok", "missing", "wrong"]
    note: str = Field(default="", max_length=500)


class Judgements(Body):
    """{component: verdict}."""

    verdicts: dict[str, Judgement] = Field(max_length=100, examples=[{"birth_notification": {"verdict": "ok"}}])


@router.get("/papers", summary="Files of a dossier")
async def several(visit: SignedInVisit, dossier: DossierRef) -> Papers:
    """Those this person may open."""
    case = await cases.case_for(visit, dossier)
    found = await documents.of_dossier(visit.db, case.id)
    return Papers(items=[_paper(case, one) for one in found if await _may_see(visit, case, one)])


@router.post("/papers/{component}", status_code=201, summary="Upload a file")
@once
async def upload(
    visit: SignedInVisit, response: Response, dossier: DossierRef, component: ComponentId, file: UploadFile,
    if_match: IfMatch = None, idempotency_key: OnceKey = None,
) -> Paper:
    """A picture or PDF of at most 20 MB, checked and safely stored before the answer. The same bytes are taken once."""
    case = await cases.case_for(visit, dossier, if_match, held=True)
    cases.require_editable(case)
    part = _component(case, component)
    name = file.filename or "tep"
    data = await file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise FileTooBig(name, most=LARGEST // 2**20)
    kept = await documents.attach(
        visit.db, visit.tools.store, office_id=case.office_id, dossier_id=case.id, component=part.id, name=name, data=data,
        added_by=visit.actor.id, most_files=part.most_files,
        source="applicant" if visit.maybe_officer is None else "counter",
    )
    await cases.put_mark(visit, response, case)
    return _paper(case, kept)


@router.get(
    "/papers/{document_id}", summary="Download a file", response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The bytes, as they were stored."}},
)
async def download(visit: SignedInVisit, dossier: DossierRef, document_id: UUID) -> Response:
    """The bytes, whose hash was compared with the one kept."""
    case = await cases.case_for(visit, dossier)
    row = await visit.db.row("SELECT * FROM document WHERE id = $1 AND dossier_id = $2", document_id, case.id)
    if row is None or not await _may_see(visit, case, Document(**dict(row))):
        raise DocumentNotFound
    document, data = await documents.read(visit.db, visit.tools.store, case.id, document_id)
    return Response(data, media_type=document.media_type, headers={
        "content-disposition": f"attachment; filename*=UTF-8''{quote(document.name, safe='')}",
        "etag": f'"{document.sha256}"', "x-content-type-options": "nosniff", "cache-control": "private, no-store",
    })


@router.delete("/papers/{document_id}", status_code=204, summary="Take a file out of a draft")
@once
async def remove(
    visit: SignedInVisit, dossier: DossierRef, document_id: UUID, if_match: IfMatch = None, idempotency_key: OnceKey = None
) -> Response:
    """It is no longer part of the dossier; its trace stays."""
    case = await cases.case_for(visit, dossier, if_match)
    cases.require_editable(case)
    await documents.remove(visit.db, case.id, document_id)
    return Response(status_code=204)


@router.get("/checklist", summary="The checklist")
async def lines(visit: SignedInVisit, dossier: DossierRef) -> Checklist:
    """Every paper that applies, what was given for it, and its verdict."""
    return await _checklist(visit, await cases.case_for(visit, dossier))


@router.put("/checklist", summary="Judge papers")
@once
async def judge(
    visit: OfficerVisit, dossier: DossierRef, body: Judgements, if_match: IfMatch = None, idempotency_key: OnceKey = None
) -> Checklist:
    """Reception or specialist. The last verdict on a paper counts."""
    require_role(visit, Role.RECEPTION, Role.SPECIALIST, Role.HEAD)
    case = await cases.case_for(visit, dossier, if_match)
    for name in body.verdicts:
        _component(case, name)
    await judging.judge_all(
        visit.db, case, {name: (one.verdict, one.note) for name, one in body.verdicts.items()}, officer=visit.officer,
        language=visit.language,
    )
    return await _checklist(visit, case)


async def _checklist(visit: Visit, case: Case) -> Checklist:
    return Checklist(lines=[
        Line(
            component=one.component.id, name=one.component.name.in_(visit.language), how=one.component.how,
            required=one.required, files=[file.id for file in one.files], verdict=one.verdict, note=one.note,
            judged_at=one.judged_at,
        )
        for one in await checklist.lines(visit.db, case)
    ])


async def _may_see(visit: Visit, case: Case, document: Document) -> bool:
    return visit.maybe_officer is not None or await may_see(visit.db, case, document)


def _component(case: Case, component_id: str) -> Component:
    for part, _ in case.procedure.components_for(case.facts, case.channel):
        if part.id == component_id:
            return part
    raise ComponentUnknown


def _paper(case: Case, one: Document) -> Paper:
    told: dict[str, Any] = one.model_dump(include=set(Paper.model_fields) - {"href"})
    return Paper(**told, href=f"/api/v1/dossiers/{case.id}/papers/{one.id}")
