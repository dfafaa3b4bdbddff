"""Find a dossier of this office: by name without accents in any order, by code, personal number or phone."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from app.citizens.card import read_card
from app.desk.due_dates import due_of
from app.desk.wording import tag_of
from app.dossiers import queries_search as queries
from app.dossiers.codes import office_of, tidy
from app.dossiers.intake import find_by_code
from app.dossiers.queries_search import Fit, Found, Place
from app.faces.access import OfficerVisit
from app.faces.officers import stand_around
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking
from app.faces.straight import looks
from app.kit import clock

router = Router(prefix="/desk", include_in_schema=False)
Words = Annotated[str, Query(max_length=4000)]


@router.get("/search")
@looks
async def search(
    request: Request, visit: OfficerVisit, q: Words = "", words: Words = "", after: str = "", similar: str = ""
) -> Response:
    """A whole code opens its case at once; a scanned card is searched by its number.

    When nothing fits, the page shows what is a typing mistake away and says so; with `similar` it shows only that.
    """
    wanted = (words or q).strip()
    card = read_card(wanted)
    if card is not None:
        wanted = card.number
    if office_of(wanted):
        found = await find_by_code(visit.db, tidy(wanted))
        if found is not None:
            return RedirectResponse(f"/desk/dossiers/{found}", status_code=303)
    await stand_around(visit)
    place, rows = _read(after), list[Found]()
    text, offices = wanted[:200], visit.officer.offices
    if not similar:
        rows = await queries.search(visit.db, offices=offices, text=text, after=place)
    alike = bool(similar) or (not rows and place is None)
    if alike:
        rows = await queries.search_similar(visit.db, offices=offices, text=text, after=place)
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
        asked = {"words": wanted} | ({"similar": "1"} if alike else {})
        following = asked | {"after": _written(page[-1].place)} if page and more else None
        named = bool(queries.read(text).words)
        return render(
            request, "desk/search/results.html", wanted=wanted, rows=shown, alike=alike, asked_for=bool(similar),
            next=f"/desk/search?{urlencode(following)}" if following else None,
            first=f"/desk/search?{urlencode(asked)}" if after else None,
            wider=f"/desk/search?{urlencode({'words': wanted, 'similar': '1'})}" if named and not more else None,
            exact=f"/desk/search?{urlencode({'words': wanted})}",
        )


def _written(place: Place) -> str:
    return f"{int(place.fit)}_{place.created_at.isoformat()}_{place.dossier_id}"


def _read(text: str) -> Place | None:
    fit, _, rest = text.partition("_")
    moment, _, last = rest.partition("_")
    try:
        return Place(Fit(int(fit)), datetime.fromisoformat(moment), UUID(last)) if last else None
    except ValueError:
        return None
