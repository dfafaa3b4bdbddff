"""Questions to other agencies and communes: those this office asked in a case, and those put to it."""

from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.consultations import service as consultations
from app.consultations.models import Consultation
from app.desk.case_page import frame_of, open_page
from app.desk.due_dates import due_of
from app.desk.frame import desk_frame, say
from app.dossiers import wishes
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.kit import clock
from app.kit import words as kit_words
from app.kit.errors import Refused
from app.kit.words import N_
from app.org.models import Role

router = Router(prefix="/desk", include_in_schema=False, dependencies=[Depends(desk_frame)])
OPINIONS: Final = {
    "agree": N_("Đồng ý"), "disagree": N_("Không đồng ý"), "confirmed": N_("Xác nhận có"),
    "not_confirmed": N_("Xác nhận không có"),
}
STATES: Final = {
    "asked": ("ok", N_("Chờ trả lời")), "answered": ("done", N_("Đã trả lời")), "silent": ("late", N_("Không trả lời")),
    "withdrawn": ("paused", N_("Không cần nữa")),
}


@router.get("/dossiers/{dossier_id}/consultations")
async def of_case(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Everything this case asked others, with its term and answer."""
    page = await open_page(visit, dossier_id)
    asked = await consultations.of_dossier(visit.db, dossier_id)
    with speaking(visit.language):
        return render(
            request, "desk/dossiers/consultations.html", **frame_of(visit, page, "consultations"),
            questions=[_shown(visit, one, visit.tools.public_url) for one in asked],
        )


@router.get("/consultations")
async def asked_of_us(request: Request, visit: OfficerVisit) -> Response:
    """Questions other communes put to this office, by their term."""
    asked = await consultations.asked_of(visit.db, visit.officer.office_id)
    names = {row["id"]: row["short_name"] for row in await visit.db.rows("SELECT id, short_name FROM office")}
    with speaking(visit.language):
        return render(
            request, "desk/consultations/list.html",
            questions=[{**_shown(visit, one), "from": names.get(one.office_id, "")} for one in asked],
        )


@router.get("/consultations/{consultation_id}")
async def question(request: Request, visit: OfficerVisit, consultation_id: UUID) -> Response:
    """One question and the form for its answer. Of the other commune's dossier nothing else is shown."""
    return await _ask(request, visit, await _asked(visit, consultation_id))


@router.post("/consultations/{consultation_id}")
async def answer(request: Request, visit: OfficerVisit, consultation_id: UUID) -> Response:
    """This office's answer, once."""
    require_role(visit, Role.SPECIALIST, Role.HEAD, Role.LEADER)
    asked = await _asked(visit, consultation_id)
    form = await request.form()
    opinion, told = str(form.get("opinion", "")), str(form.get("words", ""))[:4000]
    try:
        await wishes.answer_consultation(
            visit.db, visit.tools, asked, opinion=opinion, words=told, by=visit.officer.id
        )
    except Refused as refused:
        return await _ask(request, visit, asked, opinion, told, refused.words(visit.language))
    await visit.db.act_for(offices=visit.officer.offices)
    await say(visit, kit_words.say(N_("Đã gửi trả lời. Xã hỏi thấy ngay trong hồ sơ của họ."), visit.language))
    return RedirectResponse("/desk/consultations", status_code=303)


async def _ask(
    request: Request, visit: Visit, asked: Consultation, opinion: str = "", told: str = "", error: str = ""
) -> Response:
    office = await visit.db.row("SELECT short_name, phone FROM office WHERE id = $1", asked.office_id)
    with speaking(visit.language):
        return render(
            request, "desk/consultations/question.html", status=422 if error else 200, question=_shown(visit, asked),
            office=office, options=[{"value": value, "text": words(text)} for value, text in OPINIONS.items()],
            opinion=opinion, told=told, error=error, errors=[("opinion", error)] if error else [],
        )


async def _asked(visit: Visit, consultation_id: UUID) -> Consultation:
    found = await visit.db.get(Consultation, consultation_id)
    if found is None or found.asked_office_id != visit.officer.office_id:
        raise consultations.ConsultationNotFound
    return found


def _shown(visit: Visit, one: Consultation, public_url: str = "") -> dict[str, Any]:
    mark, state = STATES[one.state]
    calendar = visit.tools.calendars.of(visit.officer.office_id)
    return {
        "id": one.id, "agency": one.agency, "question": one.question, "asked_at": one.asked_at, "open": one.state == "asked",
        "due": due_of(calendar, one.due_at, clock.now()) if one.state == "asked" else None, "mark": mark,
        "state": words(state), "opinion": words(OPINIONS[one.opinion]) if one.opinion in OPINIONS else "",
        "answer": one.answer or "", "answered_at": one.answered_at,
        "link": f"{public_url}/consultations/{one.answer_key}" if public_url and one.asked_office_id is None else "",
    }
