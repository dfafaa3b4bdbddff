"""Why it is due then, for those who steer: who moved the date, whose time it took, does the ledger agree with itself."""

from uuid import UUID

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.dossiers.case import open_case
from app.dossiers.why import Voice, why_of
from app.faces.access import SupervisorVisit
from app.faces.routes import Router
from app.faces.why import shown
from app.org import people
from app.overview.page import show

router = Router()


@router.get("/overview/dossiers/{dossier_id}/why")
async def why(visit: SupervisorVisit, dossier_id: UUID) -> Response:
    """The account of one dossier of the offices in sight."""
    case = await open_case(visit.db, visit.tools, dossier_id)
    if case.received_at is None:
        return RedirectResponse(f"/desk/dossiers/{dossier_id}", status_code=303)
    told = shown(await why_of(visit.db, visit.tools, case, Voice.SUPERVISOR, visit.language), visit.language)
    office = await people.office(visit.db, case.office_id)
    return await show(
        visit, "why/why.html", case=case, told=told, office=office.short_name,
        title=case.procedure.procedure.short.in_(visit.language),
    )
