"""The register of dossiers (Sổ theo dõi hồ sơ) for a period, as the official form."""

from datetime import date, timedelta
from typing import Any

from fastapi import Depends, Request, Response

from app.desk.dossiers import pdf
from app.desk.frame import desk_frame
from app.dossiers import forms_printing
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking
from app.kit import clock
from app.kit import words as kit_words
from app.kit.words import N_
from app.org import people
from app.org.models import Role

router = Router(prefix="/desk", include_in_schema=False, dependencies=[Depends(desk_frame)])
LONGEST = timedelta(days=366)


@router.get("/register")
async def choose(request: Request, visit: OfficerVisit) -> Response:
    """From which day to which. Asked with days, the register itself."""
    require_role(visit, Role.RECEPTION, Role.HEAD, Role.CLERK, Role.LEADER)
    given = request.query_params
    if not given.get("from-day"):
        first = clock.today().replace(day=1)
        return _page(request, visit, _parts(first), _parts(clock.today()))
    start, end = _day(given, "from"), _day(given, "to")
    if start is None or end is None or not start <= end <= start + LONGEST:
        error = kit_words.say(N_("Hãy ghi hai ngày đúng, từ ngày trước đến ngày sau, nhiều nhất một năm."), visit.language)
        return _page(request, visit, _typed(given, "from"), _typed(given, "to"), error)
    office = await people.office(visit.db, visit.officer.office_id)
    paper = await forms_printing.register_of(visit.db, visit.tools, office, start, end)
    return pdf(paper.pdf, f"so-theo-doi-{start:%y%m%d}-{end:%y%m%d}.pdf")


def _page(request: Request, visit: Visit, start: dict[str, str], end: dict[str, str], error: str = "") -> Response:
    with speaking(visit.language):
        return render(
            request, "desk/registers/choose.html", status=422 if error else 200, start=start, end=end, error=error,
            errors=[("from-day", error)] if error else [],
        )


def _parts(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


def _typed(given: Any, name: str) -> dict[str, str]:
    return {part: str(given.get(f"{name}-{part}", "")) for part in ("day", "month", "year")}


def _day(given: Any, name: str) -> date | None:
    try:
        return date(*(int(given.get(f"{name}-{part}", "")) for part in ("year", "month", "day")))
    except ValueError:
        return None
