"""Results that wait to be given back: at the counter, by post; labels and the day's list for the postman."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.deliveries import service as deliveries
from app.desk.case_page import frame_of, open_page
from app.desk.dossiers import pdf
from app.desk.frame import desk_frame, say
from app.dossiers import forms_printing
from app.dossiers import queries_signing as queries
from app.dossiers.asking import Ask
from app.dossiers.case import open_case
from app.dossiers.progress import act
from app.dossiers.queries_desk import PAGE
from app.dossiers.queries_signing import Waiting
from app.faces.access import OfficerVisit, Visit, require_role
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.kit import clock
from app.kit import words as kit_words
from app.kit.errors import Refusal
from app.kit.words import N_
from app.org import people
from app.org.models import Role

router = Router(prefix="/desk", include_in_schema=False, dependencies=[Depends(desk_frame)])
COMMANDS: Final = ("hand_over", "hand_to_post", "take_back")
STATES: Final = {
    "ready": ("ok", N_("Chờ trả")), "ordered": ("ok", N_("Bưu chính đã nhận đơn, chờ bưu tá")),
    "handed_over": ("soon", N_("Đã giao bưu chính")), "in_transit": ("soon", N_("Đang trên đường")),
    "failed_attempt": ("late", N_("Bưu tá chưa phát được")), "delivered": ("done", N_("Đã trả")),
    "returned": ("late", N_("Bưu chính chuyển hoàn")),
}
WAYS: Final = {"counter": N_("Tại quầy"), "post": N_("Bưu chính"), "online": N_("Trực tuyến")}
WORDS_OF_POST: Final = {
    "registered": N_("Đã nhận đơn"), "handed_to_post": N_("Bưu chính đã nhận"), "in_transit": N_("Đang trên đường"),
    "failed_attempt": N_("Chưa phát được"), "delivered": N_("Đã phát"), "returned": N_("Chuyển hoàn"),
}


@router.get("/return")
async def waiting(request: Request, visit: OfficerVisit, way: str = "counter", after: str = "") -> Response:
    """What lies ready, oldest first; what is still owed is said before the result is given."""
    way = way if way in ("counter", "post") else "counter"
    rows = await queries.deliveries_waiting(
        visit.db, offices=visit.officer.offices, way=way, after=_read(after), limit=PAGE
    )
    page, more = rows[:PAGE], len(rows) > PAGE
    with speaking(visit.language):
        return render(
            request, "desk/delivery/list.html", way=way, rows=[await _row(visit, one) for one in page],
            next=f"/desk/return?way={way}&after={page[-1].created_at.isoformat()}_{page[-1].id}".replace("+", "%2B")
            if more else None, first=f"/desk/return?way={way}" if after else None, day=clock.today().isoformat(),
            ways=[{"href": f"/desk/return?way={name}", "words": words(WAYS[name]), "here": name == way}
                  for name in ("counter", "post")],
            may_take=Role.RECEPTION in visit.officer.roles, several=len(visit.officer.offices) > 1,
        )


@router.post("/return/handed")
async def handed(request: Request, visit: OfficerVisit) -> Response:
    """The postman took these packets. Each is its own transaction; one refusal stops no other."""
    require_role(visit, Role.RECEPTION)
    form = await request.form()
    done, refused = 0, ""
    for one in form.getlist("packet")[:200]:
        trouble = await _hand(visit, str(one))
        done, refused = done + (not trouble), trouble or refused
    if done:
        await say(visit, kit_words.say(N_("Đã giao {n} bưu gửi cho bưu chính."), visit.language, n=done))
    if refused or not done:
        none = kit_words.say(N_("Chưa chọn bưu gửi nào."), visit.language)
        await say(visit, refused or none, kind="bad" if refused else "warn")
    return RedirectResponse("/desk/return?way=post", status_code=303)


@router.get("/return/handover-list.pdf")
async def handover_list(visit: OfficerVisit, day: date | None = None) -> Response:
    """Danh sách bàn giao of a day, for both sides to sign."""
    require_role(visit, Role.RECEPTION, Role.HEAD, Role.CLERK)
    on = day or clock.today()
    office = await people.office(visit.db, visit.officer.office_id)
    paper = await forms_printing.handover_list_of(visit.db, visit.tools, office, on)
    return pdf(paper.pdf, f"ban-giao-buu-chinh-{on:%y%m%d}.pdf")


@router.get("/return/{dossier_id}/label.pdf")
async def label(visit: OfficerVisit, dossier_id: UUID) -> Response:
    """The A6 label of a packet."""
    case = await open_case(visit.db, visit.tools, dossier_id)
    paper = await forms_printing.label_of(visit.db, visit.tools, case)
    return pdf(paper.pdf, f"nhan-{case.display_code}.pdf")


@router.get("/dossiers/{dossier_id}/return")
async def of_case(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """How the result of this case goes back, and what the post says of it."""
    page = await open_page(visit, dossier_id)
    found = await deliveries.of_dossier(visit.db, dossier_id)
    events = await queries.shipment_events(visit.db, dossier_id)
    with speaking(visit.language):
        return render(
            request, "desk/dossiers/return.html", **frame_of(visit, page, "return"),
            deliveries=[{"delivery": one, "mark": STATES[one.state][0], "state": words(STATES[one.state][1]),
                         "way": words(WAYS[one.way]), "collector": [str(value) for value in one.collector.values() if value]}
                        for one in found],
            events=[{"title": words(WORDS_OF_POST.get(one["what"], one["what"])), "text": one["detail"] or "",
                     "at": one["at"]} for one in events],
        )


async def _row(visit: Visit, one: Waiting) -> dict[str, Any]:
    loaded = await visit.tools.catalogue.version(visit.db, one.version_id)
    rule = loaded.procedure.steps.get(one.step or "")
    action = next((action for action in rule.actions if action.command in COMMANDS), None) if rule else None
    mark, state = STATES[one.state]
    href = f"/desk/steps/{one.dossier_id}/{one.task_no}/act/{action.id}" if action else ""
    ready = action is not None and action.command == "hand_to_post"
    return {
        "row": one, "procedure": loaded.procedure.short.in_(visit.language), "mark": mark, "state": words(state),
        "act": href, "label": action.label.in_(visit.language) if action else "",
        "packet": f"{one.dossier_id}:{one.task_no}:{action.id}" if action and ready and not one.owed else "",
        "name": words(N_("Chọn bưu gửi của {person}"), person=one.holder_name),
    }


async def _hand(visit: Visit, packet: str) -> str:
    """Empty when it was handed over, else why not."""
    try:
        dossier_id, task_no, action = packet.split(":")
        async with visit.tools.database.transaction(offices=visit.officer.offices) as own:
            await act(own, visit.tools, UUID(dossier_id), int(task_no), Ask(action), by=visit.officer)
    except ValueError:
        return kit_words.say(N_("Chưa chọn bưu gửi nào."), visit.language)
    except Refusal as refused:
        return refused.words(visit.language)
    return ""


def _read(text: str) -> tuple[datetime, UUID] | None:
    moment, _, last = text.partition("_")
    try:
        return (datetime.fromisoformat(moment), UUID(last)) if last else None
    except ValueError:
        return None
