"""Forms 01 to 06 filled from the folder of a dossier: receipt, supplement, refusal, apology, stop, control slip."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from app.consultations import service as consultations
from app.deadlines.terms import parse_term
from app.dossiers.folder import CHANNELS, WAYS, Folder, asked_papers, day_of, dialled, given_papers, head_of_unit
from app.dossiers.hand_overs import hand_overs
from app.dossiers.result_papers import letterhead
from app.dossiers.states import WORDS
from app.fees import service as fees
from app.kit import clock
from app.kit.db import Db
from app.org.models import Office
from app.papers.slips import Apology, ControlSlip, Receipt, RefusalSlip, StopNotice, SupplementRequest
from app.papers.words import dong

# What a slip says when a term ran out and nobody had to give a reason.
LAPSED: Final = "Hết thời hạn bổ sung mà hồ sơ chưa được bổ sung đầy đủ."
ASKED_TO_STOP: Final = "Theo yêu cầu của người nộp hồ sơ."
Payload = Mapping[str, Any]


async def receipt(db: Db, folder: Folder, payload: Payload) -> Receipt:
    """Giấy tiếp nhận hồ sơ và hẹn trả kết quả."""
    case, person = folder.case, folder.applicant
    assert case.received_at is not None
    return Receipt(
        head=head_of_unit(folder.office), code=case.display_code, number=f"{folder.number}/TTPVHCC", unit=folder.unit,
        submitter=person.name, request=folder.request, components=given_papers(folder),
        term=parse_term(case.procedure.term_for(case.facts)).words("vi"), received_at=case.received_at,
        due_at=case.original_due_at, return_way=WAYS.get(case.return_way or "counter", ""),
        receiver=folder.receiver.name, track_url=folder.track_url, channel=CHANNELS.get(case.channel, ""),
        address=folder.address, phone=dialled(person.phone), email=person.email or "",
        id_number=person.personal_number or "", summary=case.title if case.title != folder.request else "",
        holder=case.holder_name if case.holder_name != person.name else "", sets=case.sets,
    )


def acknowledgement(folder: Folder, helping: Office) -> Receipt:
    """That `helping` took the dossier in for the competent office: without an appointment, and saying so."""
    case, person = folder.case, folder.applicant
    begins = case.procedure.procedure.term.start_on(day_of(case.submitted_at or case.created_at), "elsewhere")
    return Receipt(
        head=head_of_unit(helping), code=case.display_code, number=f"{folder.number}/TTPVHCC", unit=helping.name,
        submitter=person.name, request=folder.request, components=given_papers(folder),
        term=parse_term(case.procedure.term_for(case.facts)).words("vi"),
        received_at=case.submitted_at or case.created_at, due_at=None, return_way=WAYS.get(case.return_way or "counter", ""),
        receiver=folder.officer(case.assisted_by).name, track_url=folder.track_url, channel=CHANNELS.get(case.channel, ""),
        address=folder.address, phone=dialled(person.phone), email=person.email or "",
        id_number=person.personal_number or "", summary=case.title if case.title != folder.request else "",
        holder=case.holder_name if case.holder_name != person.name else "", sets=case.sets,
        competent=folder.office.name, starts_by=begins.legal_basis,
    )


async def supplement(db: Db, folder: Folder, payload: Payload) -> SupplementRequest:
    """Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ: the request of `payload["n"]`, or the newest."""
    row = await db.row(
        "SELECT * FROM supplement_request WHERE dossier_id = $1 AND ($2::int IS NULL OR n = $2) ORDER BY n DESC LIMIT 1",
        folder.case.id, payload.get("n"),
    )
    assert row is not None
    officer, person = folder.officer(row["asked_by"]), folder.applicant
    return SupplementRequest(
        head=head_of_unit(folder.office), code=folder.case.display_code, number=f"{folder.number}-{row['n']}/HDHS",
        unit=folder.unit, holder=folder.case.holder_name, request=folder.request,
        items=asked_papers(folder, row["items"]), reason=row["reason"], officer=officer.name,
        issued_on=day_of(row["asked_at"]), track_url=folder.track_url, due_at=row["due_at"], address=folder.address,
        phone=dialled(person.phone), email=person.email or "", officer_phone=officer.phone or folder.office.phone,
    )


async def refusal(db: Db, folder: Folder, payload: Payload) -> RefusalSlip:
    """Phiếu từ chối tiếp nhận giải quyết hồ sơ; `payload["reason_event"]` names the journal line with the reason."""
    case, person = folder.case, folder.applicant
    line = folder.last(str(payload.get("reason_event", "")), "dossier.refused", "dossier.refused_at_intake")
    officer = folder.officer_of(line)
    lapsed = line is None or not line.why
    return RefusalSlip(
        head=head_of_unit(folder.office), number=f"{folder.number}/TC", unit=folder.unit, submitter=person.name,
        request=folder.request, reasons=(line.why if line and line.why else LAPSED,), officer=officer.name,
        issued_on=day_of(line.at if line else clock.now()), code=case.code or "",
        submitted_at=case.submitted_at if case.channel == "online" else None, id_number=person.personal_number or "",
        address=folder.address, phone=dialled(person.phone), email=person.email or "",
        legal_basis=case.procedure.procedure.supplement.legal_basis if lapsed else "",
        officer_phone=officer.phone or folder.office.phone, track_url=folder.track_url,
    )


async def apology(db: Db, folder: Folder, payload: Payload) -> Apology:
    """Văn bản xin lỗi và đề nghị gia hạn; `payload` carries the old and the new due moment."""
    case = folder.case
    line = folder.last("dossier.extended")
    assert case.received_at is not None
    assert line is not None
    return Apology(
        head=letterhead(folder.office), number=f"{folder.number}/XL", code=case.display_code,
        addressee=folder.applicant.name, request=folder.request, received_at=case.received_at,
        due_at=datetime.fromisoformat(payload["due_at"]), new_due_at=datetime.fromisoformat(payload["new_due_at"]),
        lead=folder.office.authority, reason=line.why or "", return_place=f"{folder.unit}, {folder.office.address}",
        signer=folder.leader, issued_on=day_of(line.at), track_url=folder.track_url,
        recipients=("Như trên", folder.unit, "Lưu: VT"),
    )


async def stop(db: Db, folder: Folder, payload: Payload) -> StopNotice:
    """Thông báo dừng giải quyết hồ sơ, also for a withdrawal."""
    case = folder.case
    line = folder.last(str(payload.get("reason_event", "")), "dossier.stopped", "dossier.withdrawn")
    withdrawn = line is not None and line.event == "dossier.withdrawn"
    balance = await fees.balance(db, case.id)
    paid = f"Đã nộp {dong(balance.paid)}; việc hoàn trả theo quy định của từng loại phí, lệ phí." if balance.paid else ""
    return StopNotice(
        head=letterhead(folder.office), number=f"{folder.number}/TB", code=case.display_code,
        addressee=folder.applicant.name, request=folder.request,
        received_at=case.received_at or case.submitted_at or case.created_at,
        wish=(line.why if line and line.why else "") or (ASKED_TO_STOP if withdrawn else LAPSED), stage=_stage(folder),
        decision="Dừng giải quyết hồ sơ. Hồ sơ chưa có quyết định giải quyết.",
        fees=paid or "Chưa thu phí, lệ phí; các khoản chưa nộp được hủy.",
        papers="Giấy tờ bản chính đã nộp được trả lại tại nơi tiếp nhận.", signer=folder.leader,
        issued_on=day_of(line.at if line else clock.now()), track_url=folder.track_url,
        legal_basis=case.procedure.procedure.supplement.legal_basis if not (line and line.why) and not withdrawn else "",
        recipients=("Như trên", folder.unit, "Lưu: VT"),
    )


async def control_slip(db: Db, folder: Folder, payload: Payload) -> ControlSlip:
    """Phiếu kiểm soát quá trình giải quyết hồ sơ: one row a hand-over, from the journal; first and last the one-stop."""
    case = folder.case
    asked = await consultations.of_dossier(db, case.id)
    next_lane = await db.value(
        "SELECT role FROM step WHERE dossier_id = $1 ORDER BY opened_at DESC, task_no DESC LIMIT 1", case.id
    )
    handed_in_at = await db.value("SELECT name FROM office WHERE id = $1", case.support_office_id)
    return ControlSlip(
        head=head_of_unit(folder.office), code=case.display_code, number=f"{folder.number}/KS", holder=case.holder_name,
        request=folder.request, received_at=case.received_at or case.submitted_at or case.created_at,
        due_at=case.due_at or case.original_due_at, lead=folder.office.authority,
        rows=hand_overs(folder, asked, next_lane=next_lane, handed_in_at=handed_in_at),
        issued_on=clock.today(), partners=tuple(dict.fromkeys(one.agency for one in asked)),
    )


def _stage(folder: Folder) -> str:
    """Where the dossier stood before it was stopped."""
    line = folder.last("dossier.state_changed")
    before = line.facts.get("before") if line else None
    return next((words for state, words in WORDS.items() if state.value == before), "")
