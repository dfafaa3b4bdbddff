"""Why it is due then, for the officers who handle the dossier."""

from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.case_page import frame_of, open_page
from app.desk.frame import desk_frame
from app.dossiers.why import Voice, why_of
from app.faces.access import OfficerVisit
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking
from app.faces.why import shown

router = Router(prefix="/desk/dossiers", include_in_schema=False, dependencies=[Depends(desk_frame)])


@router.get("/{dossier_id}/why")
async def why(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Every span from receipt to the due moment, who moved it, and whether the ledger agrees with itself."""
    page = await open_page(visit, dossier_id)
    if page.case.received_at is None:
        return RedirectResponse(f"/desk/dossiers/{dossier_id}", status_code=303)
    told = shown(await why_of(visit.db, visit.tools, page.case, Voice.OFFICER, visit.language), visit.language)
    with speaking(visit.language):
        return render(request, "desk/why/why.html", **frame_of(visit, page, "why"), told=told)
