"""Why it is due then, for the applicant."""

from uuid import UUID

from fastapi import Response

from app.dossiers.why import Voice, why_of
from app.faces.access import CitizenVisit
from app.faces.routes import Router
from app.faces.why import shown
from app.portal.own import own_case
from app.portal.page import go, show, speak

router = Router(prefix="/dossiers/{dossier_id}", include_in_schema=False)


@router.get("/why")
async def why(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: every span from receipt to the due moment, in plain words. Before receipt there is none to tell."""
    case, language = await own_case(visit, dossier_id), speak(visit)
    if case.received_at is None:
        return go(f"/dossiers/{case.id}")
    told = await why_of(visit.db, visit.tools, case, Voice.CITIZEN, language)
    return await show(
        visit, "why/why.html", office_id=case.office_id, case=case, told=shown(told, language),
        title=case.procedure.procedure.short.in_(language),
    )
