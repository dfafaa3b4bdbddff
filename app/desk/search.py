"""Find a dossier of this office: by code, by name without accents in any order, by personal number."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.citizens.card import read_card
from app.desk.due_dates import due_of
from app.desk.frame import desk_frame
from app.desk.wording import tag_of
from app.dossiers import queries_desk as queries
from app.dossiers.codes import office_of, tidy
from app.dossiers.intake import find_by_code
from app.faces.access import OfficerVisit
from app.faces.pages import render
from app.faces.speaking import speaking
from app.kit import clock

router = APIRouter(prefix="/desk", include_in_schema=False, dependencies=[Depends(desk_frame)])
Words = Annotated[str, Query(max_length=4000)]


@router.get("/search")
async def search(
    request: Request, visit: OfficerVisit, q: Words = "", words: Words = "", after: str = ""
) -> Response:
    """A whole code opens its case at once; a scanned card is searched by its number."""
    wanted = (words or q).strip()
    card = read_card(wanted)
    if card is not None:
        wanted = card.number
    if office_of(wanted):
        found = await find_by_code(visit.db, tidy(wanted))
        if found is not None:
            return RedirectResponse(f"/desk/dossiers/{found}", status_code=303)
    rows = await queries.search(visit.db, offices=visit.officer.offices, words=wanted[:200], after=_read(after))
    page, more = rows[: queries.PAGE], len(rows) > queries.PAGE
    now = clock.now()
    with speaking(visit.language):
        shown = [{
            "row": one, "tag": tag_of(one.state), "several": len(visit.officer.offices) > 1,
            "href": f"/desk/intake/{one.dossier_id}" if one.state == "draft" else f"/desk/dossiers/{one.dossier_id}",
            "due": due_of(
                visit.tools.calendars.of(one.office_id), one.due_at, now, paused_since=one.paused_at,
                finished_at=one.finished_at,
            ),
        } for one in page]
        last = page[-1] if page else None
        following = {"words": wanted, "after": f"{last.created_at.isoformat()}_{last.dossier_id}"} if last and more else None
        return render(
            request, "desk/search/results.html", wanted=wanted, rows=shown,
            next=f"/desk/search?{urlencode(following)}" if following else None,
            first=f"/desk/search?{urlencode({'words': wanted})}" if after else None,
        )


def _read(text: str) -> tuple[datetime, UUID] | None:
    moment, _, last = text.partition("_")
    try:
        return (datetime.fromisoformat(moment), UUID(last)) if last else None
    except ValueError:
        return None
