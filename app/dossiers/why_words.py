"""The words of an account of time: rules as the applicant hears them, what each ledger line did, how a term is read."""

from collections.abc import Mapping
from typing import Final

from app.deadlines.counting import Way
from app.deadlines.models import LineKind
from app.kit.words import N_

# By rule of a span; officers read the shorter words of app.deadlines.spans.
RULES_FOR_CITIZENS: Final[Mapping[str, str]] = {
    "received-closed": N_("Hồ sơ đến ngoài giờ làm việc, nên thời gian được tính từ lúc cơ quan mở cửa."),
    "first-day": N_("Ngày nhận hồ sơ không tính vào thời hạn."),
    "last-day": N_("Phần còn lại của ngày cuối cùng."),
    "working-day": N_("Ngày làm việc, được tính."),
    "calendar-day": N_("Ngày theo lịch, được tính."),
    "moved": N_("Ngày cuối rơi vào ngày nghỉ, nên hạn là hết ngày làm việc tiếp theo."),
    "same-day": N_("Trả trong ngày."),
    "after-cutoff": N_("Hồ sơ đến sau giờ chốt trong ngày, nên trả vào ngày làm việc tiếp theo."),
    "office-time": N_("Giờ làm việc, được tính."),
    "midday": N_("Cơ quan nghỉ giữa ngày, không tính."),
    "closed": N_("Ngoài giờ làm việc, không tính."),
    "weekly-rest": N_("Thứ Bảy, Chủ nhật nghỉ hằng tuần, không tính."),
    "late": N_("Đã quá hạn. Cơ quan vẫn phải giải quyết và trả kết quả."),
}

# The day on which a clock goes on counts as little as the day of receipt.
GOES_ON: Final = N_("Ngày thời hạn chạy tiếp không tính")

KINDS: Final[Mapping[LineKind, str]] = {
    LineKind.START: N_("Thời hạn bắt đầu tính"),
    LineKind.PAUSE: N_("Thời hạn tạm dừng"),
    LineKind.RESUME: N_("Thời hạn tính tiếp phần còn lại"),
    LineKind.RESTART: N_("Thời hạn tính lại từ đầu"),
    LineKind.EXTEND: N_("Gia hạn"),
    LineKind.RECOUNT: N_("Tính lại vì lịch làm việc thay đổi"),
    LineKind.MARK: N_("Hết thời gian chờ"),
    LineKind.END: N_("Thời hạn kết thúc"),
}

# By kind and cause of a ledger line; of a mark, by what the law makes of it.
CAUSES: Final[Mapping[tuple[str, str], str]] = {
    ("start", "received"): N_("Đã nhận đủ hồ sơ, thời hạn bắt đầu tính"),
    ("start", "received_here"): N_("Cơ quan có thẩm quyền đã nhận hồ sơ, thời hạn bắt đầu tính"),
    ("start", "handed_over"): N_("Đã ký biên bản giao nhận với bưu chính, thời hạn bắt đầu tính"),
    ("pause", "supplement"): N_("Chờ bổ sung hồ sơ, thời gian chờ không tính"),
    ("pause", "payment"): N_("Chờ thực hiện nghĩa vụ tài chính, thời gian chờ không tính"),
    ("resume", "supplement"): N_("Đã bổ sung đủ, thời hạn tính tiếp phần còn lại"),
    ("restart", "supplement"): N_("Đã bổ sung đủ, thời hạn tính lại từ đầu"),
    ("resume", "payment"): N_("Đã nộp đủ, thời hạn tính tiếp phần còn lại"),
    ("restart", "payment"): N_("Đã nộp đủ, thời hạn tính lại từ đầu"),
    ("extend", "apology"): N_("Cơ quan xin lỗi và hẹn lại"),
    ("recount", "calendar"): N_("Tính lại vì lịch làm việc thay đổi"),
    ("mark", "consent"): N_("Hết thời gian lấy ý kiến, không trả lời thì coi như đồng ý"),
    ("mark", "undertaking"): N_("Hết thời gian lấy ý kiến, giải quyết theo cam kết của người nộp"),
    ("mark", "report"): N_("Hết thời gian lấy ý kiến mà chưa có trả lời, đã báo Bộ phận Một cửa"),
    ("mark", "confirmed"): N_("Hết thời gian xem bản dự thảo, không trả lời thì coi như đồng ý"),
    ("mark", "stop"): N_("Hết thời gian bổ sung, dừng giải quyết hồ sơ"),
    ("mark", "refuse"): N_("Hết thời gian bổ sung, từ chối giải quyết hồ sơ"),
    ("end", "finished"): N_("Đã giải quyết xong"),
    ("end", "refused"): N_("Đã từ chối giải quyết"),
    ("end", "withdrawn"): N_("Người nộp đã rút hồ sơ"),
    ("end", "stopped"): N_("Đã dừng giải quyết"),
}

READINGS: Final[Mapping[Way, str]] = {
    Way.WORKING_DAYS: N_("Tính theo ngày làm việc: không tính ngày nhận, hạn là giờ đóng cửa của ngày cuối."),
    Way.CALENDAR_DAYS: N_("Tính mọi ngày theo lịch: không tính ngày nhận; ngày cuối là ngày nghỉ thì lùi lại."),
    Way.MINUTES: N_("Tính theo giờ làm việc, kể từ phút nhận; một ngày làm việc là 8 giờ, một buổi là 4 giờ."),
    Way.MINUTES_FROM_NEXT_DAY: N_("Tính theo giờ làm việc, kể từ giờ mở cửa của ngày làm việc tiếp theo."),
    Way.SAME_DAY: N_("Trả trong ngày; nhận sau giờ chốt thì trả vào ngày làm việc tiếp theo."),
}

# The role by which an officer is known to the applicant: the one nearest to the counter first.
OFFICER_ROLES: Final[Mapping[str, str]] = {
    "reception": N_("Cán bộ tiếp nhận"), "specialist": N_("Cán bộ chuyên môn"), "head": N_("Phụ trách bộ phận"),
    "leader": N_("Lãnh đạo"), "clerk": N_("Văn thư"), "supervisor": N_("Cán bộ theo dõi"),
    "administrator": N_("Cán bộ quản trị"),
}
