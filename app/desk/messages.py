"""What office and applicant write to each other about a dossier."""

from datetime import datetime
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.case_page import CasePage, frame_of, open_page
from app.desk.frame import desk_frame, say
from app.dossiers import queries_case as queries
from app.dossiers import wishes
from app.dossiers.wordings import EVENTS
from app.faces.access import OfficerVisit, RoleMissing, Visit
from app.faces.pages import render
from app.faces.parking import take_parked
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.kit import clock
from app.kit import words as kit_words
from app.kit.errors import Refused
from app.kit.words import N_
from app.notices import service as notices
from app.notices.models import Notice

router = Router(prefix="/desk/dossiers", include_in_schema=False, dependencies=[Depends(desk_frame)])


@router.get("/{dossier_id}/messages")
async def messages(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """The thread and what the applicant was told by letter and text message. Opening it marks theirs as read."""
    page = await open_page(visit, dossier_id)
    typed = await take_parked(visit)
    answer = await _show(request, visit, page, str(typed.get("body", "")) if typed is not None else "")
    if page.around.new_messages and visit.officer.office_id == page.case.office_id:
        await notices.read_by(visit.db, dossier_id, "officer", clock.now())
    return answer


@router.post("/{dossier_id}/messages")
async def write(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """A message to the applicant; they are told at once."""
    page = await open_page(visit, dossier_id)
    if visit.officer.office_id != page.case.office_id:
        raise RoleMissing
    body = str((await request.form()).get("body", ""))
    try:
        await wishes.write_message(visit.db, visit.tools, page.case, by=visit.actor, body=body)
    except Refused as refused:
        return await _show(request, visit, page, body, refused.words(visit.language))
    await say(visit, kit_words.say(N_("Đã gửi tin nhắn. Người nộp được báo ngay."), visit.language))
    return RedirectResponse(f"/desk/dossiers/{dossier_id}/messages", status_code=303)


def _subject(page: CasePage, notice: Notice) -> str:
    """What a notice told, as its letter is headed."""
    if notice.event not in EVENTS:
        return notice.event
    due = notice.facts.get("due_at")
    moment = f"{datetime.fromisoformat(due).astimezone(clock.LOCAL):%H:%M %d/%m}" if due else ""
    return words(
        EVENTS[notice.event].subject, code=page.case.display_code, due=moment, amount=notice.facts.get("amount", ""),
        way="", attempt=notice.facts.get("attempt", ""), procedure="", agency="",
    )


async def _show(request: Request, visit: Visit, page: CasePage, body: str = "", error: str = "") -> Response:
    thread = await queries.messages(visit.db, page.case.id)
    told = await notices.of_dossier(visit.db, page.case.id)
    with speaking(visit.language):
        return render(
            request, "desk/dossiers/messages.html", status=422 if error else 200, **frame_of(visit, page, "messages"),
            thread=[{"who": one["author"], "at": one["at"], "text": one["body"], "ours": one["author_kind"] == "officer"}
                    for one in thread],
            told=[(_subject(page, one), one) for one in told if one.channel != "page"], body=body, error=error,
            errors=[("body", error)] if error else [], may_write=visit.officer.office_id == page.case.office_id,
        )
