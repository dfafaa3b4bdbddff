"""The forms by name: what they are called, their columns, what is printed under them. No query here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

from app.kit.words import N_
from app.reports.periods import Period, regime_on
from app.reports.refusals import FormUnknown
from app.reports.rules import LocalRule, View
from app.reports.sheet import Column, Foot, Form

FORMS: Final[tuple[Form, ...]] = get_args(Form)
LISTS: Final[frozenset[Form]] = frozenset({"register", "overdue", "apologies"})


@dataclass(frozen=True, slots=True)
class Named:
    """A form's official sign, its title and what it is for."""

    sign: str
    title: str
    about: str
    practice: bool = False


NAMES: Final[Mapping[Form, Named]] = {
    "06a": Named(
        N_("Biểu số II.06a/VPCP/KSTT"),
        N_("Tình hình, kết quả giải quyết TTHC tại cơ quan, đơn vị trực tiếp giải quyết TTHC"),
        N_("13 cột theo cấp và lĩnh vực"),
    ),
    "06b": Named(
        N_("Biểu số II.06b/VPCP/KSTT"), N_("Tình hình, kết quả giải quyết TTHC, tổng hợp theo đơn vị"),
        N_("13 cột theo đơn vị"),
    ),
    "07a": Named(
        N_("Biểu số II.07a/VPCP/KSTT"),
        N_("Nguyên nhân quá hạn đối với các hồ sơ giải quyết quá hạn và đang giải quyết quá hạn"),
        N_("Số hồ sơ quá hạn theo nguyên nhân"),
    ),
    "07a-btp": Named(
        N_("Biểu số 07a/BTP"), N_("Tổng hợp tình hình tiếp nhận, giải quyết TTHC theo đơn vị"),
        N_("Tiếp nhận, giải quyết, thư xin lỗi, thanh toán theo đơn vị"), practice=True,
    ),
    "register": Named(N_("Mẫu số 07"), N_("Sổ theo dõi hồ sơ"), N_("Mọi hồ sơ đã tiếp nhận trong kỳ")),
    "overdue": Named(
        "", N_("Danh sách hồ sơ quá hạn"), N_("Hồ sơ giải quyết quá hạn và đang giải quyết quá hạn, kèm nguyên nhân"),
    ),
    "apologies": Named(
        "", N_("Danh sách hồ sơ trễ hẹn và thư xin lỗi"), N_("Có và không có thư xin lỗi, hạn cũ và hạn mới, lý do"),
    ),
}


def form_of(text: str) -> Form:
    """The form an address names. Raises FormUnknown."""
    found = next((one for one in FORMS if one == text), None)
    if found is None:
        raise FormUnknown
    return found


_RECEIVED: Final = N_("Số lượng hồ sơ tiếp nhận")
_DONE: Final = N_("Số lượng hồ sơ đã giải quyết")
_DOING: Final = N_("Số lượng hồ sơ đang giải quyết")
_IN: Final = N_("Trong kỳ")
_TOTAL: Final = N_("Tổng số")

THIRTEEN: Final[tuple[Column, ...]] = (
    Column("3", _TOTAL, "count", (_RECEIVED,), "(3)=(4)+(5)+(6)=(7)+(11)", 11),
    Column("4", N_("Trực tuyến"), "count", (_RECEIVED, _IN), "(4)"),
    Column("5", N_("Trực tiếp, dịch vụ bưu chính"), "count", (_RECEIVED, _IN), "(5)", 12),
    Column("6", N_("Từ kỳ trước"), "count", (_RECEIVED,), "(6)"),
    Column("7", _TOTAL, "count", (_DONE,), "(7)=(8)+(9)+(10)", 11),
    Column("8", N_("Trước hạn"), "count", (_DONE,), "(8)"),
    Column("9", N_("Đúng hạn"), "count", (_DONE,), "(9)"),
    Column("10", N_("Quá hạn"), "count", (_DONE,), "(10)"),
    Column("11", _TOTAL, "count", (_DOING,), "(11)=(12)+(13)", 11),
    Column("12", N_("Trong hạn"), "count", (_DOING,), "(12)"),
    Column("13", N_("Quá hạn"), "count", (_DOING,), "(13)"),
)
NUMBER: Final = Column("1", N_("TT"), sign="(1)", width=5)
BY_SECTOR: Final = (
    NUMBER, Column("2", N_("Lĩnh vực, công việc giải quyết theo cấp"), sign="(2)", width=38), *THIRTEEN,
)
BY_UNIT: Final = (NUMBER, Column("2", N_("Đơn vị"), sign="(2)", width=38), *THIRTEEN)

_TAKEN: Final = N_("Tiếp nhận")
_SOLVED: Final = N_("Đã giải quyết")
_SOLVING: Final = N_("Đang giải quyết")
_LATE: Final = N_("Quá hạn")
_WAITING: Final = N_("Chờ tiếp nhận")
_PAID: Final = N_("Hồ sơ đã thanh toán")
UNIT_SUMMARY: Final[tuple[Column, ...]] = (
    NUMBER, Column("2", N_("Đơn vị"), sign="(2)", width=30),
    Column("received", _TOTAL, "count", (_TAKEN,), "(3)"),
    Column("carried", N_("Kỳ trước"), "count", (_TAKEN,), "(4)"),
    Column("online_whole", N_("Trực tuyến toàn trình"), "count", (_TAKEN,), "(5)"),
    Column("online_part", N_("Trực tuyến một phần"), "count", (_TAKEN,), "(6)"),
    Column("counter", N_("Trực tiếp"), "count", (_TAKEN,), "(7)"),
    Column("post", N_("Bưu chính"), "count", (_TAKEN,), "(8)"),
    Column("elsewhere", N_("Hình thức khác"), "count", (_TAKEN,), "(9)"),
    Column("boundary_free", N_("Trong đó phi địa giới"), "count", (_TAKEN,), "(10)"),
    Column("handled", _TOTAL, "count", (_SOLVED,), "(11)"),
    Column("early", N_("Trước hạn"), "count", (_SOLVED,), "(12)"),
    Column("on_time", N_("Đúng hạn"), "count", (_SOLVED,), "(13)"),
    Column("late", _TOTAL, "count", (_SOLVED, _LATE), "(14)"),
    Column("late_sorry", N_("Có thư xin lỗi"), "count", (_SOLVED, _LATE), "(15)"),
    Column("late_silent", N_("Không có thư xin lỗi"), "count", (_SOLVED, _LATE), "(16)"),
    Column("open", _TOTAL, "count", (_SOLVING,), "(17)"),
    Column("in_time", N_("Trong hạn"), "count", (_SOLVING,), "(18)"),
    Column("overdue", N_("Quá hạn"), "count", (_SOLVING,), "(19)"),
    Column("waiting_in_time", N_("Trong hạn"), "count", (_WAITING,), "(20)"),
    Column("waiting_late", N_("Quá hạn"), "count", (_WAITING,), "(21)"),
    Column("not_accepted", N_("Không được tiếp nhận"), "count", (), "(22)"),
    Column("stopped", N_("Dừng xử lý"), "count", (), "(23)"),
    Column("withdrawn", N_("Rút hồ sơ"), "count", (), "(24)"),
    Column("paid", _TOTAL, "count", (_PAID,), "(25)"),
    Column("paid_online", N_("Trực tuyến"), "count", (_PAID,), "(26)"),
    Column("paid_counter", N_("Trực tiếp"), "count", (_PAID,), "(27)"),
)

REGISTER: Final[tuple[Column, ...]] = (
    Column("no", N_("STT"), "count", width=6), Column("code", N_("Mã hồ sơ"), width=24),
    Column("procedure", N_("Tên thủ tục hành chính (nội dung)"), width=34),
    Column("sets", N_("Số lượng hồ sơ (bộ)"), "count", width=9),
    Column("holder", N_("Họ tên chủ hồ sơ (cá nhân, tổ chức)"), width=24),
    Column("address", N_("Địa chỉ"), width=30), Column("phone", N_("Số điện thoại"), width=15),
    Column("lead", N_("Cơ quan chủ trì giải quyết"), width=24),
    Column("received", N_("Nhận hồ sơ"), "moment", (N_("Ngày, tháng, năm"),), width=17),
    Column("due", N_("Hẹn trả kết quả"), "moment", (N_("Ngày, tháng, năm"),), width=17),
    Column("issued", N_("Ngày nhận kết quả"), "moment", (N_("Ngày, tháng, năm"),), width=17),
    Column("returned", N_("Trả kết quả"), "moment", (N_("Ngày, tháng, năm"),), width=17),
    Column("way", N_("Phương thức nhận kết quả"), width=14), Column("receiver", N_("Người nhận hồ sơ"), width=22),
    Column("note", N_("Ghi chú"), width=18),
)
OVERDUE: Final[tuple[Column, ...]] = (
    Column("no", N_("STT"), "count", width=6), Column("code", N_("Mã hồ sơ"), width=24),
    Column("holder", N_("Chủ hồ sơ"), width=24), Column("procedure", N_("Thủ tục"), width=34),
    Column("unit", N_("Đơn vị"), width=20), Column("received", N_("Nhận hồ sơ"), "moment", width=17),
    Column("first_due", N_("Hẹn lần đầu"), "moment", width=17), Column("due", N_("Hạn trả"), "moment", width=17),
    Column("finished", N_("Xong lúc"), "moment", width=17), Column("days", N_("Trễ (ngày lịch)"), "count", width=9),
    Column("cause", N_("Nguyên nhân"), width=26), Column("words", N_("Giải trình"), width=36),
    Column("sorry", N_("Thư xin lỗi"), width=10),
)
APOLOGIES: Final[tuple[Column, ...]] = (
    Column("no", N_("STT"), "count", width=6), Column("code", N_("Mã hồ sơ"), width=24),
    Column("holder", N_("Chủ hồ sơ"), width=24), Column("procedure", N_("Thủ tục"), width=34),
    Column("unit", N_("Đơn vị"), width=20), Column("sorry", N_("Thư xin lỗi"), width=10),
    Column("sorry_at", N_("Xin lỗi lúc"), "moment", width=17), Column("old_due", N_("Hạn cũ"), "moment", width=17),
    Column("new_due", N_("Hạn mới"), "moment", width=17), Column("reason", N_("Lý do"), width=36),
    Column("finished", N_("Xong lúc"), "moment", width=17), Column("result", N_("So với hạn cũ"), width=14),
    Column("result_new", N_("So với hạn mới"), width=14),
)

WAITS: Final = {
    "in_time": N_("Hồ sơ đang chờ người nộp bổ sung hoặc thực hiện nghĩa vụ khi hết kỳ: tính vào cột 12 (trong hạn)."),
    "by_due": N_("Hồ sơ đang chờ người nộp bổ sung hoặc thực hiện nghĩa vụ khi hết kỳ: xét theo hạn trả gần nhất."),
}
VIEWS: Final[Mapping[View, str]] = {
    "days": N_("So sánh theo ngày: ngày xong trước ngày hẹn là trước hạn, cùng ngày là đúng hạn, sau ngày là quá hạn."),
    "moments": N_("So sánh theo thời điểm: xong trước giờ hẹn là trước hạn, đúng phút là đúng hạn, sau giờ hẹn là quá hạn."),
}
_ENDED_BY: Final = {
    ("withdrawn", "on_time"): N_("Hồ sơ rút theo yêu cầu: tính vào cột 9 (đúng hạn)."),
    ("withdrawn", "by_due"): N_("Hồ sơ rút theo yêu cầu: xét theo hạn trả."),
    ("stopped", "on_time"): N_("Hồ sơ dừng giải quyết: tính vào cột 9 (đúng hạn)."),
    ("stopped", "by_due"): N_("Hồ sơ dừng giải quyết: xét theo hạn trả."),
    ("refused", "on_time"): N_("Hồ sơ trả lại, từ chối giải quyết: tính vào cột 9 (đúng hạn)."),
    ("refused", "by_due"): N_("Hồ sơ trả lại, từ chối giải quyết: xét theo hạn trả."),
}


def rules_foot(period: Period, rule: LocalRule, view: View) -> Foot:
    """What is printed under every counting report: boundaries, view, local rules with source and doubt."""
    regime = regime_on(period.last)
    kept = (
        N_("Kỳ báo cáo từ 0 giờ ngày {first} đến hết ngày {last}. Chế độ báo cáo: {name} ({source}). {note}")
        if period.key else N_("Kỳ tự chọn, từ 0 giờ ngày {first} đến hết ngày {last}.")
    )
    fields = {"first": f"{period.first:%d/%m/%Y}", "last": f"{period.last:%d/%m/%Y}"}
    if period.key:
        fields |= {"name": regime.name, "source": regime.source, "note": regime.note}
    lines: list[tuple[str, Mapping[str, str]]] = [
        (kept, fields),
        (N_("Ngày xong là ngày hoàn thành giải quyết, không phải ngày người dân đến nhận. Hạn trả là hạn có hiệu lực"
            " khi hết kỳ."), {}),
        (VIEWS[view], {}), (WAITS[rule.waiting], {}),
    ]
    for state, how in (("withdrawn", rule.withdrawn), ("stopped", rule.stopped), ("refused", rule.refused)):
        lines.append((_ENDED_BY[state, how], {}))
    lines.append((N_("Quy ước trên có hiệu lực từ {day}: {source}. {note}"), {
        "day": f"{rule.valid_from:%d/%m/%Y}", "source": rule.source, "note": rule.note,
    }))
    return lines
