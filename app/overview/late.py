"""The list of overdue dossiers: by unit, procedure and officer, explained or not, apologised for or not."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response

from app.dossiers import queries_overview as queries
from app.dossiers.horizons import horizon
from app.dossiers.queries_overview import Sieve, YesNo
from app.dossiers.queries_workload import colleagues
from app.faces.access import SupervisorVisit
from app.faces.routes import Router
from app.faces.straight import looks
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.overview.dossiers import around, lines, where_fields
from app.overview.page import (
    address,
    after_of,
    after_text,
    field,
    offices_of,
    show,
)
from app.reports.rules import causes

router = Router()
HERE: Final = "/overview/late"



@router.get(HERE)
@looks
async def late(
    visit: SupervisorVisit, office: Annotated[str, Query(max_length=10)] = "",
    procedure: Annotated[str, Query(max_length=20)] = "", officer: Annotated[str, Query(max_length=40)] = "",
    cause: YesNo = "", apology: YesNo = "", after: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """Open dossiers over their due moment, the longest first."""
    at, language = horizon(visit.tools.calendars, offices_of(visit, office)), visit.language
    sieve = Sieve("late", procedure=procedure, officer=_officer(officer), cause=cause, apology=apology)
    told = await around(visit)
    found, more = await queries.dossiers(visit.db, at, sieve, after=after_of(after))
    here = {"office": office, "procedure": procedure, "officer": officer, "cause": cause, "apology": apology}
    people = [(str(one["id"]), one["name"]) for office_id in at.offices for one in await colleagues(visit.db, office_id)] \
        if len(at.offices) == 1 else []
    words = {one.id: say(one.words, language) for one in causes()}
    done = [[("yes", say(yes, language)), ("no", say(no, language))]
            for yes, no in ((N_("Đã ghi"), N_("Chưa ghi")), (N_("Đã gửi"), N_("Chưa gửi")))]
    return await show(
        visit, "late/list.html", many=len(visit.officer.offices) > 1,
        rows=[{**row, "cause_words": words.get(row["cause"], row["cause"] or "")} for row in await lines(visit, found)],
        fields=[
            *await where_fields(visit, told, office, procedure),
            *([field("officer", N_("Người giữ"), [("none", say(N_("Chưa ai nhận"), language)), *people], officer, language)]
              if people or officer else []),
            field("cause", N_("Nguyên nhân"), done[0], cause, language),
            field("apology", N_("Lời xin lỗi"), done[1], apology, language),
        ],
        filtered=any(here.values()),
        next_href=address(HERE, **here, after=after_text(more)) if more else None,
        first_href=address(HERE, **here) if after else None,
    )


def _officer(text: str) -> Any:
    if text in ("", "none"):
        return text
    try:
        return UUID(text)
    except ValueError as wrong:
        raise NotFound from wrong


