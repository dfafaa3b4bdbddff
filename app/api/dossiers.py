"""Dossiers: begin, read, list, hand in, withdraw; by the citizen, or by the office for them."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from app.api import cases
from app.api.dossier_views import Channel, Dossiers, DossierView, answered, dossier_view
from app.api.lists import listed, moment
from app.api.once import once
from app.api.shapes import LARGEST_INT, After, Body, DossierRef, IfMatch, OnceKey, Word
from app.dossiers import drafts, intake, wishes
from app.dossiers import queries_api as queries
from app.dossiers.case import Case, open_case, open_case_of_citizen
from app.dossiers.models import DossierState
from app.dossiers.moves import Written
from app.dossiers.queries_portal import OwnDossier, own_dossiers
from app.dossiers.states import NATIONAL, WORDS
from app.faces.access import CitizenVisit, SignedInVisit, Visit, require_role
from app.faces.routes import Router
from app.faces.straight import looks
from app.faces.straight_writing import straight_writing
from app.kit.words import say
from app.org import people
from app.org.models import OfficeKind, Role
from app.org.people import OfficeNotFound

router = Router(prefix="/dossiers", tags=["Dossiers"])


class NewDossier(Body):
    """What a citizen begins, and in which commune."""

    procedure: str = Field(max_length=20, examples=["1.004873"])
    office_id: int = Field(ge=1, le=LARGEST_INT, examples=[2])


class ReturnWay(Body):
    """How the applicant wants the result. By post it needs who gets it and where."""

    class Address(Body):
        """Two levels, by the codes of the units of today."""

        province: str = Field(pattern=r"^\d{2}$", examples=["99"])
        commune: str = Field(pattern=r"^\d{5}$", examples=["99022"])
        street: str = Field(default="", max_length=200, examples=["Thôn Đình"])

    way: Channel
    name: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=30)
    address: Address | None = None


class Reason(Body):
    """Why, in words."""

    reason: str = Field(default="", max_length=2000, examples=["Tôi chưa cần giấy này nữa."])


@router.post("", status_code=201, summary="Begin a draft")
@once
async def begin(visit: CitizenVisit, response: Response, body: NewDossier, idempotency_key: OnceKey = None) -> DossierView:
    """The citizen: a draft, filled with what is known of them already."""
    office = await people.office(visit.db, body.office_id)
    if office.kind != OfficeKind.COMMUNE.value:
        raise OfficeNotFound
    await visit.db.act_for(offices=[body.office_id], citizen=visit.citizen.id)
    dossier_id = await drafts.start_draft(
        visit.db, visit.tools, procedure_code=body.procedure, office_id=body.office_id, citizen=visit.citizen,
        channel="online",
    )
    return await dossier_view(visit, response, await open_case(visit.db, visit.tools, dossier_id))


@router.get("", summary="My dossiers, or those of my office", response_model=Dossiers)
@looks
async def several(
    visit: SignedInVisit,
    after: After = None,
    state: Annotated[list[DossierState] | None, Query(description="Officers only.")] = None,
    procedure: Annotated[Word | None, Query(max_length=20, description="Officers only.")] = None,
) -> Response:
    """Newest first. A citizen sees their own; an officer those of the offices they see, without citizens' drafts."""
    before = cases.moment_and_id(after)
    if visit.maybe_officer is None:
        return await _own(visit, before)
    rows = await queries.of_offices(
        visit.db, visit.officer.offices, states=[one.value for one in state or ()], procedure=procedure, before=before
    )
    page, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    kept = "".join(f"&state={one.value}" for one in state or ()) + (f"&procedure={procedure}" if procedure else "")
    last = cases.cursor(page[-1].created_at, page[-1].id) if more else None
    language = visit.language
    following = f"/api/v1/dossiers?after={last}{kept}" if last else None
    return listed([_line(one, language, one.holder_name) for one in page], following)


@router.get("/{dossier}", summary="Where a dossier stands")
async def one(visit: SignedInVisit, response: Response, dossier: DossierRef) -> DossierView:
    """For its applicant and for officers of its office. The ETag is for If-Match."""
    case = await cases.case_for(visit, dossier)
    return await dossier_view(visit, response, case)


@router.put("/{dossier}/return", summary="Choose how the result comes back")
@once
async def choose_return(
    visit: SignedInVisit, response: Response, dossier: DossierRef, body: ReturnWay, if_match: IfMatch = None,
    idempotency_key: OnceKey = None,
) -> DossierView:
    """Independent of how the dossier came in."""
    case = await cases.case_for(visit, dossier, if_match)
    cases.require_editable(case)
    address = body.model_dump(exclude={"way"}, exclude_defaults=True) if body.way == "post" else {}
    await drafts.choose_return(visit.db, case, body.way, address)
    return await dossier_view(visit, response, replace(case, return_way=body.way, return_address=address))


@router.post("/{dossier}/submit", summary="Hand it in", response_model=DossierView)
@straight_writing
@once
async def submit(
    visit: SignedInVisit, dossier: DossierRef, if_match: IfMatch = None, idempotency_key: OnceKey = None
) -> Response:
    """Checked and stored in full before a code is given; handing in again gives the same code."""
    case = await cases.case_for(visit, dossier, if_match, alone=True)
    written = await intake.submit_and_show(visit.db, visit.tools, case, by=visit.actor)
    return answered(visit, written) if written else await answered_after(visit, case.id)


@router.post("/{dossier}/withdraw", summary="Take it back")
@once
async def withdraw(
    visit: SignedInVisit, response: Response, dossier: DossierRef, body: Reason, if_match: IfMatch = None,
    idempotency_key: OnceKey = None,
) -> DossierView:
    """The applicant, or the counter for them; only while nothing has been decided."""
    if visit.maybe_officer is not None:
        require_role(visit, Role.RECEPTION, Role.HEAD)
    case = await cases.case_for(visit, dossier, if_match)
    await wishes.withdraw(visit.db, visit.tools, case, by=visit.actor, reason=body.reason)
    return await after_command(visit, response, case.id)


async def after_command(visit: Visit, response: Response, dossier_id: UUID) -> DossierView:
    """The dossier as it stands after the command."""
    return await dossier_view(visit, response, await _read_again(visit, dossier_id))


async def answered_after(visit: Visit, dossier_id: UUID) -> Response:
    """The same for a straight route."""
    case = await _read_again(visit, dossier_id)
    return answered(visit, Written(case, await queries.beside(visit.db, case.id)))


async def _read_again(visit: Visit, dossier_id: UUID) -> Case:
    if visit.maybe_officer is not None:
        return await open_case(visit.db, visit.tools, dossier_id)
    return await open_case_of_citizen(visit.db, visit.tools, dossier_id, visit.citizen.id)


async def _own(visit: Visit, before: tuple[datetime, UUID] | None) -> Response:
    rows, more = await own_dossiers(visit.db, visit.citizen.id, before=before)
    language = visit.language
    following = f"/api/v1/dossiers?after={cases.cursor(*more)}" if more else None
    return listed([_line(row, language, None) for row in rows], following)


def _line(row: queries.Line | OwnDossier, language: str, holder_name: str | None) -> dict[str, Any]:
    return {
        "id": row.id, "code": row.code, "procedure_code": row.procedure_code, "title": row.title, "state": row.state.value,
        "state_words": say(WORDS[row.state], language), "national_code": NATIONAL.get(row.state),
        "created_at": moment(row.created_at), "submitted_at": moment(row.submitted_at), "due_at": moment(row.due_at),
        "finished_at": moment(row.finished_at), "holder_name": holder_name,
    }
