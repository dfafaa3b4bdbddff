"""What happened to a dossier, in citizens' words: from the journal, without what officers note among themselves."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.dossiers.models import DossierState as S
from app.dossiers.states import STATIONS
from app.faces.moments import money, short_day
from app.journal.service import Line
from app.kit import clock
from app.kit.words import N_, say

# Event → (sentence, whether the reason was written for the citizen to read).
TOLD: Final[Mapping[str, tuple[str, bool]]] = {
    "dossier.submitted": (N_("Bạn nộp hồ sơ"), False),
    "dossier.received": (N_("Đã tiếp nhận, đủ giấy tờ"), False),
    "dossier.refused_at_intake": (N_("Không tiếp nhận hồ sơ"), True),
    "dossier.refused": (N_("Từ chối giải quyết"), True),
    "dossier.withdrawn": (N_("Bạn rút hồ sơ"), True),
    "dossier.stopped": (N_("Dừng giải quyết"), True),
    "dossier.extended": (N_("Hẹn lại ngày trả, kèm lời xin lỗi"), True),
    "apology.written": (N_("Xin lỗi vì hồ sơ đang chậm"), True),
    "supplement.requested": (N_("Đề nghị bạn bổ sung"), True),
    "supplement.answered": (N_("Bạn đã gửi phần bổ sung"), False),
    "supplement.lapsed": (N_("Hết hạn bổ sung"), False),
    "consultation.asked": (N_("Đã hỏi cơ quan khác"), False),
    "consultation.answered": (N_("Đã nhận trả lời của cơ quan khác"), False),
    "consultation.silent": (N_("Cơ quan được hỏi không trả lời đúng hạn"), False),
    "marriage.found": (N_("Đã tra được đăng ký kết hôn"), False),
    "marriage.not_found": (N_("Không tra được đăng ký kết hôn trong dữ liệu chung"), False),
    "marriage.not_looked_up": (N_("Chưa tra được đăng ký kết hôn"), False),
    "personal_number.issued": (N_("Đã có số định danh cá nhân"), False),
    "personal_number.by_paper": (N_("Số định danh sẽ được cấp bằng văn bản giấy"), False),
    "draft.shown": (N_("Đã gửi bạn xem bản dự thảo"), False),
    "draft.confirmed": (N_("Bạn đồng ý với bản dự thảo"), False),
    "draft.correction_asked": (N_("Bạn đề nghị sửa bản dự thảo"), True),
    "draft.confirmed_by_silence": (N_("Hết hạn xem dự thảo, coi như bạn đồng ý"), False),
    "result.drafted": (N_("Đã soạn kết quả"), False),
    "signature.ordered": (N_("Lãnh đạo đã ký"), False),
    "seal.ordered": (N_("Đã đóng dấu cơ quan"), False),
    "result.issued": (N_("Đã có kết quả"), False),
    "result.handed_to_post": (N_("Đã giao kết quả cho bưu chính"), False),
    "result.back_from_post": (N_("Bưu chính trả lại, kết quả chờ bạn ở quầy"), False),
    "result.returned": (N_("Đã trả kết quả"), False),
    "post.failed_attempt": (N_("Bưu chính chưa giao được"), False),
    "payment.started": (N_("Bạn mở trang thanh toán"), False),
    "payment.captured": (N_("Đã thu phí, lệ phí"), False),
    "payment.failed": (N_("Thanh toán không thành"), False),
}


def events(
    lines: Iterable[Line], officers: Mapping[UUID, str], language: str, *, private: bool = True
) -> list[dict[str, Any]]:
    """The timeline, newest first. `private` adds what only the applicant may read: reasons, dates, names of officers."""
    found: list[dict[str, Any]] = []
    for line in lines:
        told = TOLD.get(line.event)
        if told is None:
            continue
        words, reason = told
        event: dict[str, Any] = {"title": say(words, language), "at": line.at}
        if private:
            event["text"] = " ".join(part for part in (_detail(line, language), line.why if reason else "") if part)
            event["who"] = officers.get(line.actor.id, "") if line.actor.kind == "officer" and line.actor.id else ""
        found.append(event)
    return found[::-1]


def stations(state: S, lines: Iterable[Line], language: str, due_at: datetime | None) -> list[dict[str, str]]:
    """The fixed stations: which are passed, where it stands now, when. Empty for a dossier that ended on the way."""
    now = next((n for n, (_, states) in enumerate(STATIONS) if state in states), None)
    if now is None:
        return []
    reached = _reached(lines)
    over = state in (S.RETURNED, S.REFUSED)
    if state in (S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED) and 2 in reached:
        now = 2
    items = []
    for n, (words, _) in enumerate(STATIONS):
        passed = n < now or over
        note = ""
        if n in reached and (passed or n == now):
            note = short_day(reached[n])
        elif n == len(STATIONS) - 1 and due_at is not None:
            note = say(N_("hẹn {day}"), language, day=short_day(due_at))
        items.append({"words": say(words, language), "note": note, "state": "done" if passed else "now" if n == now else ""})
    return items


def _reached(lines: Iterable[Line]) -> dict[int, datetime]:
    """When each station was first reached."""
    reached: dict[int, datetime] = {}
    for line in lines:
        if line.event == "dossier.submitted":
            reached.setdefault(0, line.at)
        if line.event != "dossier.state_changed":
            continue
        after = str(line.facts.get("after", ""))
        for n, (_, states) in enumerate(STATIONS):
            if after in {state.value for state in states}:
                reached.setdefault(n, line.at)
    return reached


def _detail(line: Line, language: str) -> str:
    if line.event in ("supplement.requested", "dossier.received", "consultation.asked") and line.facts.get("due_at"):
        at = datetime.fromisoformat(str(line.facts["due_at"])).astimezone(clock.LOCAL)
        words = N_("Hẹn trả {day}.") if line.event == "dossier.received" else N_("Hạn: {day}.")
        return say(words, language, day=f"{at.hour}:{at.minute:02} {at:%d/%m/%Y}")
    if line.event in ("payment.captured", "payment.started") and isinstance(line.facts.get("amount"), int):
        return money(line.facts["amount"], language)
    return ""
