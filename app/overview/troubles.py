"""What machines could not do: jobs that stopped trying, notices that did not get through."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from app.dossiers import queries_overview as queries
from app.dossiers.queries_overview import Trouble
from app.faces.access import RoleMissing, SupervisorVisit
from app.jobs import service as jobs
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.overview.page import address, may_steer, offices_of, show, tell

router = APIRouter()


@router.get("/overview/troubles")
async def troubles(
    visit: SupervisorVisit, office: Annotated[str, Query(max_length=10)] = "", before: str = ""
) -> Response:
    """Stuck jobs and failed notices, newest first."""
    found, more = await queries.troubles(visit.db, offices_of(visit, office), before=_moment(before))
    return await show(
        visit, "troubles/list.html", many=len(visit.officer.offices) > 1,
        rows=[
            {"trouble": one, "what": _what(one, visit.language),
             "free": one.kind == "job" and may_steer(visit, one.office_id)}
            for one in found
        ],
        next_href=address("/overview/troubles", office=office, before=more.isoformat()) if more else None,
        first_href=address("/overview/troubles", office=office) if before else None,
    )


@router.post("/overview/troubles/{job_id}/free")
async def free(visit: SupervisorVisit, job_id: int) -> Response:
    """Try a stuck job again from the start."""
    office_id = await visit.db.value("SELECT office_id FROM job WHERE id = $1", job_id)
    if office_id is None:
        raise NotFound
    if not may_steer(visit, office_id):
        raise RoleMissing
    if await jobs.free(visit.db, job_id):
        await tell(visit, say(N_("Máy đang thử lại việc này."), visit.language))
    else:
        await tell(visit, say(N_("Việc này không còn kẹt."), visit.language), kind="plain")
    return RedirectResponse("/overview/troubles", status_code=303)


def _what(one: Trouble, language: str) -> str:
    if one.kind == "job":
        return say(N_("Việc máy: {name}"), language, name=one.name)
    return say(N_("Tin báo: {name} ({channel})"), language, name=one.name, channel=one.channel)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise NotFound from wrong
    if found.tzinfo is None:
        raise NotFound
    return found
