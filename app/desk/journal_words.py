"""Journal lines in officers' words. An event nobody wrote words for is shown by its own name, never hidden."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from app.dossiers.models import DossierState
from app.dossiers.queries_case import JournalRow
from app.dossiers.states import WORDS
from app.faces.moments import clock_time, money, short_day
from app.faces.speaking import words
from app.kit.words import N_
from app.procedures.catalogue import LoadedProcedure

EVENTS: Final[Mapping[str, str]] = {
    "dossier.submitted": N_("Đã nộp hồ sơ"),
    "dossier.received": N_("Đã tiếp nhận, thời hạn bắt đầu tính"),
    "dossier.refused_at_intake": N_("Từ chối tiếp nhận"),
    "dossier.refused": N_("Từ chối giải quyết"),
    "dossier.withdrawn": N_("Người nộp rút hồ sơ"),
    "dossier.stopped": N_("Dừng giải quyết"),
    "dossier.extended": N_("Xin lỗi và hẹn lại"),
    "apology.written": N_("Gửi lời xin lỗi khi đã quá hạn"),
    "late.explained": N_("Ghi nguyên nhân quá hạn"),
    "officer.reminded": N_("Nhắc người giữ hồ sơ quá hạn"),
    "step.claimed": N_("Nhận việc: {step}"),
    "step.released": N_("Trả việc về hàng chờ: {step}"),
    "step.assigned": N_("Giao việc: {step}"),
    "step.finished": N_("{step}: {action}"),
    "papers.judged": N_("Xét giấy tờ"),
    "papers.counted": N_("Ghi số bản giấy đã nhận"),
    "paper.added": N_("Thêm giấy tờ"),
    "supplement.requested": N_("Yêu cầu bổ sung lần {n}"),
    "supplement.answered": N_("Người nộp đã bổ sung"),
    "supplement.lapsed": N_("Hết hạn bổ sung"),
    "consultation.asked": N_("Gửi câu hỏi lấy ý kiến"),
    "consultation.answered": N_("Cơ quan được hỏi đã trả lời"),
    "consultation.silent": N_("Cơ quan được hỏi không trả lời trong hạn"),
    "marriage.found": N_("Cơ sở dữ liệu hộ tịch có đăng ký kết hôn"),
    "marriage.not_found": N_("Cơ sở dữ liệu hộ tịch không thấy đăng ký kết hôn"),
    "marriage.not_looked_up": N_("Không tra cứu được đăng ký kết hôn"),
    "personal_number.issued": N_("Đã có số định danh từ CSDL dân cư"),
    "personal_number.by_paper": N_("Số định danh phải lấy bằng văn bản"),
    "result.drafted": N_("Đã lập dự thảo kết quả"),
    "draft.shown": N_("Dự thảo đã gửi người nộp xem"),
    "draft.confirmed": N_("Người nộp đồng ý với dự thảo"),
    "draft.confirmed_by_silence": N_("Người nộp không trả lời trong hạn: coi như đồng ý"),
    "draft.correction_asked": N_("Người nộp đề nghị sửa dự thảo"),
    "result.made": N_("Đã lấy số và in kết quả"),
    "result.sent_back": N_("Trả lại để dự thảo lại"),
    "signature.ordered": N_("Lãnh đạo ra lệnh ký"),
    "leader.applied": N_("Đã ký số"),
    "seal.ordered": N_("Văn thư ra lệnh đóng dấu"),
    "seal.applied": N_("Đã đóng dấu cơ quan"),
    "result.issued": N_("Đã phát hành kết quả"),
    "result.revoked": N_("Thu hồi kết quả"),
    "result.handed_to_post": N_("Đã giao kết quả cho bưu chính"),
    "result.back_from_post": N_("Nhận lại kết quả bưu chính chuyển hoàn"),
    "result.returned": N_("Đã trả kết quả"),
    "shipment.ordered": N_("Bưu chính đã nhận đơn"),
    "shipment.by_hand": N_("Chưa nối với bưu chính: gửi tay"),
    "shipment.delivered": N_("Bưu chính đã phát"),
    "shipment.returned": N_("Bưu chính chuyển hoàn"),
    "post.handed_to_post": N_("Bưu chính xác nhận đã nhận bưu gửi"),
    "post.in_transit": N_("Bưu gửi đang trên đường"),
    "post.failed_attempt": N_("Bưu tá chưa phát được"),
    "post.delivered": N_("Bưu chính báo đã phát"),
    "post.returned": N_("Bưu chính báo chuyển hoàn"),
    "payment.started": N_("Bắt đầu nộp trực tuyến {amount}"),
    "payment.captured": N_("Đã thu {amount}"),
    "payment.failed": N_("Lần nộp trực tuyến không thành"),
    "payment.does_not_match": N_("Số tiền của nền tảng khác số phải nộp: cần người xem"),
    "fee.waived": N_("Miễn phí, lệ phí"),
    "message.written": N_("Viết tin nhắn"),
    "timer.fired": N_("Đến hạn tự động"),
    "deadline.recounted": N_("Tính lại thời hạn vì lịch làm việc thay đổi"),
    "alarm.rang": N_("Hệ thống nhắc hạn giải quyết"),
    "dossier.mended": N_("Gỡ chỗ kẹt của hồ sơ"),
    "effect.given_up": N_("Hệ thống ngoài không trả lời: chuyển cách khác"),
    "consent.recorded": N_("Ghi nhận người dân đồng ý để cán bộ nhập giúp"),
}
ACTORS: Final[Mapping[str, str]] = {
    "citizen": N_("{name}, người nộp"), "officer": "{name}", "system": N_("hệ thống"), "outside": N_("cơ quan ngoài"),
}
# Told by other lines already; shown only where nothing else would be.
QUIET: Final = frozenset({"dossier.state_changed"})


def event_of(row: JournalRow, loaded: LoadedProcedure, language: str) -> dict[str, Any]:
    """One line of the timeline: {title, text, at, who}."""
    facts = row.facts
    rule = loaded.procedure.steps.get(str(facts.get("step", "")))
    action = next((one for one in rule.actions if one.id == facts.get("action")), None) if rule else None
    told = {
        "step": rule.title.in_(language) if rule else str(facts.get("step", "")),
        "action": action.label.in_(language) if action else str(facts.get("action", "")),
        "n": facts.get("n") or "",
        "amount": money(facts["amount"], language) if isinstance(facts.get("amount"), int) else "",
    }
    title = words(EVENTS[row.event], **told) if row.event in EVENTS else row.event
    text = "\n".join(part for part in (row.why or "", _detail(row)) if part)
    who = words(ACTORS.get(row.actor_kind, "{name}"), name=row.actor or "")
    return {"title": title, "text": text, "at": row.at, "who": who}


def _detail(row: JournalRow) -> str:
    facts = row.facts
    if row.event == "step.finished":
        return _in_time(row.at, facts.get("due_at"))
    if row.event == "dossier.state_changed":
        return words(WORDS[DossierState(str(facts["after"]))])
    if row.event in ("dossier.received", "supplement.requested", "consultation.asked") and facts.get("due_at"):
        return words(N_("Hạn {moment}"), moment=_moment(str(facts["due_at"])))
    if row.event == "dossier.extended" and facts.get("after"):
        return words(N_("Hẹn mới {moment}"), moment=_moment(str(facts["after"])))
    if row.event == "deadline.recounted" and facts.get("after") != facts.get("before"):
        return words(
            N_("Hạn cũ {before}, hạn mới {after}"), before=_moment(str(facts["before"])), after=_moment(str(facts["after"]))
        )
    if row.event == "result.made":
        return ", ".join(str(one) for one in facts.get("numbers", []) if one)
    if row.event == "result.issued":
        return ", ".join(str(one) for one in facts.get("store_codes", []))
    return ""


def _in_time(at: datetime, due: Any) -> str:
    if not due:
        return ""
    late = at > datetime.fromisoformat(str(due))
    return words(N_("Quá hạn bước")) if late else words(N_("Trong hạn bước"))


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{clock_time(moment)} {short_day(moment)}"
