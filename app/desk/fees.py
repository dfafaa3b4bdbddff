"""What a case owes and has paid; money over the counter."""

from typing import Final
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.case_page import frame_of, open_page
from app.desk.frame import desk_frame, say
from app.dossiers import payments
from app.faces.access import OfficerVisit, RoleMissing, require_role
from app.faces.moments import money
from app.faces.pages import render
from app.faces.routes import Router
from app.faces.speaking import speaking, words
from app.fees import service as fees
from app.kit import words as kit_words
from app.kit.words import N_
from app.org.models import Role

router = Router(prefix="/desk/dossiers", include_in_schema=False, dependencies=[Depends(desk_frame)])
STATES: Final = {
    "owed": ("soon", N_("Chưa nộp")), "paid": ("done", N_("Đã nộp")), "waived": ("done", N_("Được miễn")),
    "refunded": ("paused", N_("Đã hoàn")), "cancelled": ("paused", N_("Không thu")),
}
PAYMENTS: Final = {
    "started": ("ok", N_("Đang nộp")), "unknown": ("soon", N_("Đang xác minh: không thu lại")),
    "captured": ("done", N_("Đã thu")), "failed": ("late", N_("Không thành")),
}
METHODS: Final = {"counter": N_("Tại quầy"), "online": N_("Trực tuyến")}


@router.get("/{dossier_id}/fees")
async def of_case(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Every line, how it came about, every payment with its receipt."""
    page = await open_page(visit, dossier_id)
    lines = await fees.of_dossier(visit.db, dossier_id)
    paid = await visit.db.rows(
        "SELECT p.id, p.amount, p.method, p.state, p.started_at, p.settled_at, r.series, r.number, r.document_id"
        " FROM payment p LEFT JOIN fee_receipt r ON r.payment_id = p.id WHERE p.dossier_id = $1 ORDER BY p.started_at",
        dossier_id,
    )
    balance = await fees.balance(visit.db, dossier_id)
    unknown = any(one["state"] in ("started", "unknown") for one in paid)
    may_take = Role.RECEPTION in visit.officer.roles and visit.officer.office_id == page.case.office_id
    with speaking(visit.language):
        return render(
            request, "desk/dossiers/fees.html", **frame_of(visit, page, "fees"), balance=balance,
            lines=[{"line": one, "mark": STATES[one.state][0], "state": words(STATES[one.state][1])} for one in lines],
            payments=[{"payment": one, "mark": PAYMENTS[one["state"]][0], "state": words(PAYMENTS[one["state"]][1]),
                       "method": words(METHODS[one["method"]])} for one in paid],
            may_take=may_take and bool(balance.owed) and not unknown, unknown=unknown,
        )


@router.post("/{dossier_id}/fees")
async def take(request: Request, visit: OfficerVisit, dossier_id: UUID) -> Response:
    """Everything owed, in cash or by card at the counter; the receipt is numbered at once. `back` returns to the queue."""
    require_role(visit, Role.RECEPTION)
    page = await open_page(visit, dossier_id)
    if visit.officer.office_id != page.case.office_id:
        raise RoleMissing
    payment = await payments.take_at_counter(visit.db, visit.tools, page.case, officer=visit.officer)
    amount = money(payment.amount, visit.language)
    await say(
        visit, kit_words.say(N_("Đã thu {amount} của hồ sơ {code}."), visit.language, amount=amount,
                             code=page.case.display_code),
        kit_words.say(N_("Biên lai đã có số và đang được in."), visit.language),
    )
    back = str((await request.form()).get("back", ""))
    where = "/desk/return" if back == "return" else f"/desk/dossiers/{dossier_id}/fees"
    return RedirectResponse(where, status_code=303)
