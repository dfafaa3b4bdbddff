"""The citizen's own dossiers: drafts to go on with, submitted ones with what is next and by when."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from app.deadlines.calendar import Calendar
from app.dossiers.models import DossierState as S
from app.dossiers.queries_portal import OwnDossier, own_dossiers
from app.dossiers.states import WORDS
from app.faces.access import CitizenVisit
from app.faces.routes import Router
from app.kit.clock import LOCAL
from app.kit.words import N_, say
from app.portal.dates import moment_view, promise_view
from app.portal.page import show, speak
from app.portal.wording import TAGS

router = Router(include_in_schema=False)


@router.get("/dossiers")
async def mine(visit: CitizenVisit, before: str = "") -> Response:
    """The applicant: their dossiers, newest first."""
    found, more = await own_dossiers(visit.db, visit.citizen.id, before=_mark(before))
    language, calendars = speak(visit), visit.tools.calendars
    return await show(
        visit, "mine/list.html",
        drafts=[_draft(one, language) for one in found if one.state is S.DRAFT],
        dossiers=[_card(one, calendars.of(one.office_id), language) for one in found if one.state is not S.DRAFT],
        next=f"/dossiers?before={more[0].timestamp():.6f},{more[1]}" if more else None,
        first="/dossiers" if before else None,
    )


def _draft(one: OwnDossier, language: str) -> dict[str, Any]:
    begun = say(N_("bắt đầu ngày {day}"), language, day=f"{one.created_at:%d/%m/%Y}")
    return {"href": f"/dossiers/{one.id}", "words": one.title, "note": f"{one.office_name} · {begun}"}


def _card(one: OwnDossier, calendar: Calendar, language: str) -> dict[str, Any]:
    due = None
    if one.state is S.SUPPLEMENT_REQUESTED and one.supplement_due is not None:
        due = moment_view(one.supplement_due, calendar)  # what the applicant has to keep comes before our own promise
    elif one.due_at is not None or one.paused_at is not None or one.finished_at is not None:
        due = promise_view(one, calendar)
    return {
        "href": f"/dossiers/{one.id}", "title": one.title, "code": one.code, "office": one.office_name,
        "tag": {"words": say(WORDS[one.state], language), "kind": TAGS[one.state]}, "submitted_at": one.submitted_at,
        "due": due, "next": next_action(one, language),
    }


def next_action(one: OwnDossier, language: str) -> dict[str, str] | None:
    """What the applicant has to do now, or None."""
    base = f"/dossiers/{one.id}"
    if one.state is S.SUPPLEMENT_REQUESTED:
        return {"href": f"{base}/supplement", "words": say(N_("Bổ sung giấy tờ"), language)}
    if one.step is not None:
        return {"href": f"{base}/draft", "words": say(N_("Xem bản dự thảo"), language)}
    if one.owed and one.state not in (S.WITHDRAWN, S.STOPPED, S.REFUSED, S.REFUSED_AT_INTAKE):
        return {"href": f"{base}/pay", "words": say(N_("Nộp phí, lệ phí"), language)}
    if one.state in (S.RESULT_READY, S.RETURNED):
        return {"href": f"{base}#result", "words": say(N_("Xem kết quả"), language)}
    return None


def _mark(before: str) -> tuple[datetime, UUID] | None:
    at, _, last = before.partition(",")
    try:
        return datetime.fromtimestamp(float(at), LOCAL), UUID(last)
    except (ValueError, OverflowError, OSError):
        return None
