"""Pay what is owed: on the payment platform, or at the counter."""

from uuid import UUID

from fastapi import Response

from app.dossiers import payments
from app.dossiers.payments import PaymentNotOffered
from app.faces.access import CitizenVisit
from app.faces.routes import Router
from app.fees import service as fees
from app.fees.service import NothingOwed, PaymentUnderWay
from app.gateways.errors import GatewayDown, GatewayRefused
from app.kit.words import N_, say
from app.papers import words as paper_words
from app.portal.own import own_case
from app.portal.page import go, show, speak, tell

router = Router(prefix="/dossiers/{dossier_id}/pay", include_in_schema=False)


@router.get("")
async def pay(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: each line with why, the sum in words, the ways to pay."""
    return await _page(visit, dossier_id)


@router.post("/online")
async def online(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant: to the platform's page; a second click leads to the same one."""
    case = await own_case(visit, dossier_id)
    if case.code is None:
        return go(f"/dossiers/{case.id}")
    back = f"{visit.tools.public_url}/dossiers/{case.id}/pay/back"
    try:
        address = await payments.start_online(visit.db, visit.tools, case, return_url=back)
    except NothingOwed:
        return go(f"/dossiers/{case.id}/pay")
    except (PaymentUnderWay, PaymentNotOffered, GatewayDown, GatewayRefused) as refused:
        status = 409 if isinstance(refused, PaymentUnderWay) else 503
        return await _page(visit, dossier_id, refused=refused.words(speak(visit)), status=status)
    return go(address)


@router.get("/back")
async def back(visit: CitizenVisit, dossier_id: UUID) -> Response:
    """The applicant, back from the platform: the platform is asked, the browser is not believed."""
    case = await own_case(visit, dossier_id)
    state = await payments.back_from_platform(visit.db, visit.tools, case)
    language = speak(visit)
    if state == "captured":
        await tell(visit, say(N_("Đã nộp xong."), language), say(N_("Biên lai có trong hồ sơ của bạn."), language))
    elif state == "failed":
        told = say(N_("Nền tảng thanh toán không thu tiền. Bạn có thể nộp lại."), language)
        await tell(visit, say(N_("Chưa nộp được."), language), told, "bad")
    return go(f"/dossiers/{case.id}/pay")


async def _page(visit: CitizenVisit, dossier_id: UUID, *, refused: str = "", status: int = 200) -> Response:
    case = await own_case(visit, dossier_id)
    if case.code is None:
        return go(f"/dossiers/{case.id}")
    lines = [one for one in await fees.of_dossier(visit.db, case.id) if one.state != "cancelled"]
    owed = sum(one.amount for one in lines if one.state == "owed")
    history = await fees.payments_of(visit.db, case.id)
    unknown = next((one for one in reversed(history) if one.state == "unknown"), None)
    receipts = await visit.db.rows(
        "SELECT d.id, r.number, r.issued_on FROM fee_receipt r LEFT JOIN document d ON d.id = r.document_id"
        " WHERE r.dossier_id = $1 ORDER BY r.number",
        case.id,
    )
    return await show(
        visit, "pay/pay.html", status=status, office_id=case.office_id, case=case, lines=lines, owed=owed,
        owed_words=paper_words.money(owed) if owed and speak(visit) == "vi" else "", unknown=unknown if owed else None,
        connected=visit.tools.payment is not None, refused=refused, receipts=receipts,
        procedure=case.procedure.procedure.short.in_(speak(visit)),
    )
