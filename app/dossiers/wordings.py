"""The words of every notice: what each change is called, which agency and who, when it came and when it is due.

What a notice must hold: agency and person receiving or handling, times of receipt, handling and return, at once on any
change (NĐ 224/2026 art. 15 §1 g). A text message has no accents, so that one of 160 letters is enough.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.kit import clock
from app.kit.words import N_, language_of, say

SMS_LETTERS: Final = 160


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one event. Fields: {code} {procedure} {agency} {due} {expected} {amount} {way} {attempt}."""

    subject: str
    body: str
    sms: str


@dataclass(frozen=True, slots=True)
class About:
    """What every notice says beside the event. `person` receives or handles; moments are aware or unknown."""

    code: str
    procedure: str
    agency: str
    agency_short: str
    phone: str
    person: str
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    link: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in the reader's language. `sms` is at most 160 letters without accents."""

    subject: str
    body: str
    sms: str


EVENTS: Final[Mapping[str, Wording]] = {
    "submitted": Wording(
        N_("Đã nộp hồ sơ {code}"),
        N_("Chúng tôi đã nhận được hồ sơ “{procedure}” của bạn. Cán bộ sẽ kiểm tra giấy tờ và báo lại cho bạn."),
        N_("Da nhan ho so {code}. Chung toi se kiem tra va bao lai."),
    ),
    "received": Wording(
        N_("Đã tiếp nhận hồ sơ {code}, hẹn trả {due}"),
        N_("Hồ sơ “{procedure}” đã đủ giấy tờ và được tiếp nhận. Giấy hẹn có trong trang hồ sơ của bạn."),
        N_("Ho so {code} da duoc tiep nhan. Hen tra ket qua {due}."),
    ),
    "supplement_requested": Wording(
        N_("Hồ sơ {code} cần bổ sung"),
        N_("Hồ sơ “{procedure}” còn thiếu hoặc sai giấy tờ. Hãy mở trang hồ sơ, xem từng giấy tờ và gửi bổ sung một lần."),
        N_("Ho so {code} can bo sung giay to. Mo trang ho so de xem va gui."),
    ),
    "supplement_received": Wording(
        N_("Đã nhận bổ sung của hồ sơ {code}"),
        N_("Chúng tôi đã nhận giấy tờ bổ sung của hồ sơ “{procedure}” và đang kiểm tra."),
        N_("Da nhan giay to bo sung cua ho so {code}."),
    ),
    "refused_at_intake": Wording(
        N_("Hồ sơ {code} không được tiếp nhận"),
        N_("Hồ sơ “{procedure}” không được tiếp nhận. Phiếu từ chối có trong trang hồ sơ của bạn. Bạn không phải nộp phí."),
        N_("Ho so {code} khong duoc tiep nhan. Ly do co trong trang ho so."),
    ),
    "refused": Wording(
        N_("Từ chối giải quyết hồ sơ {code}"),
        N_("Hồ sơ “{procedure}” bị từ chối giải quyết sau khi xem xét. Phiếu có trong trang hồ sơ. Bạn có quyền khiếu nại."),
        N_("Ho so {code} bi tu choi giai quyet. Ly do co trong trang ho so."),
    ),
    "withdrawn": Wording(
        N_("Đã rút hồ sơ {code}"),
        N_("Hồ sơ “{procedure}” đã được rút theo yêu cầu của bạn. Bạn có thể nộp hồ sơ mới bất cứ lúc nào."),
        N_("Ho so {code} da duoc rut theo yeu cau cua ban."),
    ),
    "stopped": Wording(
        N_("Dừng giải quyết hồ sơ {code}"),
        N_("Việc giải quyết hồ sơ “{procedure}” đã dừng. Thông báo có trong trang hồ sơ của bạn."),
        N_("Ho so {code} da dung giai quyet. Xem thong bao trong trang ho so."),
    ),
    "draft_ready": Wording(
        N_("Hãy xem bản dự thảo của hồ sơ {code}"),
        N_("Bản dự thảo của hồ sơ “{procedure}” đã có. Hãy xem và xác nhận. Nếu có chỗ sai, hãy ghi rõ chỗ cần sửa."),
        N_("Ho so {code}: hay xem va xac nhan ban du thao ket qua."),
    ),
    "result_ready": Wording(
        N_("Hồ sơ {code} đã có kết quả"),
        N_("Hồ sơ “{procedure}” đã có kết quả. Cách nhận: {way}."),
        N_("Ho so {code} da co ket qua. Cach nhan: {way}."),
    ),
    "handed_to_post": Wording(
        N_("Kết quả hồ sơ {code} đã gửi qua bưu điện"),
        N_("Bưu điện đã nhận kết quả của hồ sơ “{procedure}”. Khi nhận, hãy đưa giấy tờ tùy thân cho bưu tá xem."),
        N_("Ket qua ho so {code} da giao cho buu dien."),
    ),
    "delivery_failed": Wording(
        N_("Bưu điện chưa phát được kết quả hồ sơ {code}"),
        N_("Bưu điện đã đến (lần {attempt}) nhưng chưa gặp bạn. Sau hai lần, kết quả được chuyển về nơi nộp hồ sơ."),
        N_("Buu dien chua phat duoc ket qua ho so {code} (lan {attempt})."),
    ),
    "back_from_post": Wording(
        N_("Kết quả hồ sơ {code} đang chờ bạn tại quầy"),
        N_("Bưu điện không phát được và đã chuyển kết quả hồ sơ “{procedure}” về. Hãy đến nhận tại quầy."),
        N_("Ket qua ho so {code} da ve quay. Moi ban den nhan."),
    ),
    "returned": Wording(
        N_("Đã trả kết quả hồ sơ {code}"),
        N_("Kết quả của hồ sơ “{procedure}” đã được trả. Bản điện tử có trong trang hồ sơ của bạn."),
        N_("Da tra ket qua ho so {code}."),
    ),
    "extended": Wording(
        N_("Xin lỗi và hẹn lại hồ sơ {code}: {due}"),
        N_("Chúng tôi xin lỗi vì chưa kịp trả kết quả hồ sơ “{procedure}” đúng hẹn. Thời gian hẹn mới: {due}."),
        N_("Xin loi ban. Ho so {code} duoc hen lai: {due}."),
    ),
    "due_moved": Wording(
        N_("Hồ sơ {code}: lịch làm việc thay đổi, hẹn trả {due}"),
        N_("Lịch làm việc của cơ quan thay đổi nên thời gian hẹn trả hồ sơ “{procedure}” được tính lại. Hẹn mới: {due}."),
        N_("Lich lam viec thay doi. Ho so {code} duoc hen tra: {due}."),
    ),
    "late_apology": Wording(
        N_("Xin lỗi vì hồ sơ {code} đang chậm"),
        N_("Hồ sơ “{procedure}” đã quá hạn trả kết quả. Chúng tôi xin lỗi bạn. Dự kiến có kết quả: {expected}; ngày này để"
           " bạn biết, không thay cho hạn đã hẹn."),
        N_("Xin loi ban. Ho so {code} dang cham, du kien xong: {expected}."),
    ),
    "lapsed": Wording(
        N_("Hồ sơ {code} hết thời hạn bổ sung"),
        N_("Hồ sơ “{procedure}” đã hết thời hạn bổ sung. Bạn có thể nộp hồ sơ mới bất cứ lúc nào."),
        N_("Ho so {code} het thoi han bo sung."),
    ),
    "paid": Wording(
        N_("Đã nộp {amount} đ cho hồ sơ {code}"),
        N_("Chúng tôi đã nhận {amount} đ phí, lệ phí của hồ sơ “{procedure}”. Biên lai có trong trang hồ sơ của bạn."),
        N_("Da nhan {amount} d phi, le phi cua ho so {code}."),
    ),
    "message": Wording(
        N_("Tin nhắn mới về hồ sơ {code}"),
        N_("Cán bộ vừa viết cho bạn về hồ sơ “{procedure}”. Hãy mở trang hồ sơ để đọc và trả lời."),
        N_("Ban co tin nhan moi ve ho so {code}."),
    ),
}
CHANGED: Final = Wording(
    N_("Hồ sơ {code} có thay đổi"), N_("Hồ sơ “{procedure}” vừa có thay đổi. Hãy mở trang hồ sơ để xem."),
    N_("Ho so {code} vua co thay doi."),
)
WAYS: Final[Mapping[str, str]] = {
    "online": N_("trong trang hồ sơ của bạn"), "counter": N_("tại quầy, mang theo giấy tờ tùy thân"),
    "post": N_("qua bưu điện, đến địa chỉ bạn đã chọn"),
}

AGENCY = N_("Cơ quan: {agency}")
PERSON = N_("Người tiếp nhận, xử lý: {person}")
CODE = N_("Mã hồ sơ: {code}")
SUBMITTED = N_("Nộp lúc: {moment}")
RECEIVED = N_("Tiếp nhận lúc: {moment}")
DUE = N_("Hẹn trả kết quả: {moment}")
ANSWER_BY = N_("Bổ sung chậm nhất: {moment}")
REASON = N_("Lý do: {reason}")
OPEN = N_("Mở trang hồ sơ: {link}")
CALL = N_("Hỏi: {phone}")


def words_of(event: str, about: About, facts: Mapping[str, Any], language: str) -> Told:
    """A notice in `language`. `facts` are those announced with it; an event unknown here is told as a change."""
    language = language_of(language)
    wording = EVENTS.get(event, CHANGED)
    due = _instant(facts.get("due_at")) or about.due_at
    fields: dict[str, object] = {
        "code": about.code, "procedure": about.procedure, "agency": about.agency, "due": moment(due, language),
        "amount": f"{int(facts.get('amount') or 0):,}".replace(",", "." if language == "vi" else ","),
        "way": say(WAYS.get(str(facts.get("way")), ""), language), "attempt": facts.get("attempt", ""),
        "expected": moment(_instant(facts.get("expected_at")), language),
    }
    lines = [say(wording.body, language, **fields), ""]
    lines += [
        say(CODE, language, code=about.code), say(AGENCY, language, agency=about.agency),
        *([say(PERSON, language, person=about.person)] if about.person else []),
        *([say(SUBMITTED, language, moment=moment(about.submitted_at, language))] if about.submitted_at else []),
        *([say(RECEIVED, language, moment=moment(about.received_at, language))] if about.received_at else []),
    ]
    if due is not None:
        lines.append(say(ANSWER_BY if event == "supplement_requested" else DUE, language, moment=moment(due, language)))
    if about.reason:
        lines.append(say(REASON, language, reason=about.reason))
    lines += ["", say(OPEN, language, link=about.link)]
    if about.phone:
        lines.append(say(CALL, language, phone=about.phone))
    return Told(
        say(wording.subject, language, **fields), "\n".join(lines), short(
            about.agency_short, say(wording.sms, language, **fields), about.person, about.link
        ),
    )


def moment(value: datetime | None, language: str) -> str:
    """"16:30 ngày 25/11/2026", the office's clock; a dash when unknown."""
    if value is None:
        return "—"
    local = value.astimezone(clock.LOCAL)
    return f"{local:%H:%M} ngày {local:%d/%m/%Y}" if language == "vi" else f"{local:%H:%M on %d/%m/%Y}"


def short(agency: str, sentence: str, person: str, link: str) -> str:
    """One text message: agency, what happened, who, where to look; whatever does not fit is left out from the end."""
    text = plain(f"{agency}: {sentence}")
    for more in (f" {link}", f" ({person})" if person else ""):
        longer = plain(text + more)
        if len(longer) <= SMS_LETTERS:
            text = longer
    return text[:SMS_LETTERS]


def plain(text: str) -> str:
    """Without accents, in letters that every telephone shows and that count as one each."""
    bare = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(letter for letter in bare if " " <= letter <= "~" and letter not in "^{}[]~\\|`")


_LETTERS: Final = str.maketrans({
    "đ": "d", "Đ": "D", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\n": " ",
})


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
