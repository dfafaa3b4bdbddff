"""Where stuck jobs were shown to supervisors before; the sentinel's list has taken its place."""

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.faces.access import OfficerVisit
from app.faces.routes import Router
from app.overview.page import address

router = Router()


@router.get("/overview/troubles")
async def troubles(visit: OfficerVisit, office: str = "") -> Response:
    """An address people may have kept."""
    return RedirectResponse(address("/overview/stuck", office=office[:10]), status_code=303)
