"""Where stuck work was shown before: the list is the sentinel's now, under one address for the desk and the overview."""

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.desk.frame import say
from app.faces.access import OfficerVisit
from app.faces.routes import Router
from app.jobs import service as jobs
from app.kit import words as kit_words
from app.kit.words import N_

router = Router(prefix="/desk", include_in_schema=False)
NOW_AT = "/overview/stuck"


@router.get("/stuck")
async def stuck(visit: OfficerVisit) -> Response:
    """An address people may have kept."""
    return RedirectResponse(NOW_AT, status_code=303)


@router.post("/stuck/{job_id}/again")
async def again(visit: OfficerVisit, job_id: int) -> Response:
    """Try a job once more from the start; what was done is not done twice. Row-level security keeps to one's own."""
    freed = await jobs.free(visit.db, job_id) if 0 < job_id < 2**62 else False
    message = N_("Máy đang thử lại.") if freed else N_("Việc này không còn bị kẹt.")
    await say(visit, kit_words.say(message, visit.language), kind="good" if freed else "warn")
    return RedirectResponse(NOW_AT, status_code=303)
