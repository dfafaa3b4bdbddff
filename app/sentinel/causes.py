"""What may stand still, in words, and how long each may take before somebody is told. Addresses are the faces'."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from app.kit.words import N_
from app.org.models import Role

# How long something may take. Practice, not law, but for the 8 working hours of an online dossier (NĐ 45/2020 art. 10).
QUIET_HOURS: Final = 8  # working hours past a step's budget without anybody doing anything (U17)
ANSWER_HOURS: Final = 8  # working hours an online dossier may wait for its first answer (R3)
MACHINE_LATE: Final = timedelta(minutes=10)  # a timer, an alarm, a job that should have run
OUTSIDE_LATE: Final = timedelta(hours=1)  # asked again and again; told at once when the tries are used up
PAYMENT_LATE: Final = timedelta(minutes=30)  # a payment whose outcome the platform does not say
PAY_PAGE_LATE: Final = timedelta(hours=24)  # a pay page that was opened and never answered for
PARCEL_LATE: Final = timedelta(days=7)  # a parcel the post says nothing more about
NOTICE_OLD: Final = timedelta(days=90)  # an undelivered notice nobody can mend any more


class Cause(StrEnum):
    """Why a dossier does not move on by itself."""

    STEP_QUIET = "step_quiet"
    NO_NEXT_STEP = "no_next_step"
    JOB_FAILED = "job_failed"
    OUTSIDE_SILENT = "outside_silent"
    NOTICE_UNDELIVERED = "notice_undelivered"
    SIGNATURE_REFUSED = "signature_refused"
    ONLINE_UNANSWERED = "online_unanswered"
    NO_HANDS = "no_hands"
    TIMER_OVERDUE = "timer_overdue"
    PAUSE_WITHOUT_END = "pause_without_end"
    SUPPLEMENT_NOT_LAPSED = "supplement_not_lapsed"
    LEDGER_DISAGREES = "ledger_disagrees"


class Deed(StrEnum):
    """The button that helps: a way to the page where it is done, or the doing itself."""

    OPEN = "open"  # the dossier
    ASSIGN = "assign"  # give the step to somebody
    AGAIN = "again"  # try the job once more
    REBUILD = "rebuild"  # set up again what the drawing waits for
    WAKE = "wake"  # fire the timer now
    GO_ON = "go_on"  # let the clock and the drawing go on
    FOLLOW_LEDGER = "follow_ledger"  # take the due moment from the ledger
    SEND = "send"  # send the notice once more
    TOLD = "told"  # somebody told the applicant otherwise
    CONSULTATIONS = "consultations"  # the questions of the dossier, with the agency's link
    FEES = "fees"
    PARCEL = "parcel"  # the dossier's way of return


@dataclass(frozen=True, slots=True)
class CauseWords:
    """How a cause is said, who hears of it, and what helps, best first. `public`: what the applicant reads."""

    title: str
    tells: str
    deeds: tuple[Deed, ...]
    roles: tuple[Role, ...]  # besides whoever has the step
    public: str


_MACHINE = (Role.HEAD, Role.ADMINISTRATOR)
_WAITS = N_("Hồ sơ của bạn đang chờ máy làm xong một việc. Cán bộ đã được báo; bạn không cần làm gì.")

WORDS: Final[dict[Cause, CauseWords]] = {
    Cause.STEP_QUIET: CauseWords(
        N_("Quá thời gian của bước, không ai làm gì"),
        N_("Bước này đã quá thời gian cho phép hơn 8 giờ làm việc mà hồ sơ không có việc gì mới."),
        (Deed.OPEN, Deed.ASSIGN), (Role.HEAD,),
        N_("Hồ sơ của bạn đang chờ cán bộ xử lý lâu hơn dự kiến. Người phụ trách đã được báo."),
    ),
    Cause.NO_NEXT_STEP: CauseWords(
        N_("Không còn bước nào tiếp theo"),
        N_("Hồ sơ còn mở nhưng không có bước, hẹn giờ, việc máy hay câu trả lời nào đang chờ: tự nó sẽ đứng yên mãi."),
        (Deed.REBUILD, Deed.OPEN), _MACHINE,
        N_("Hồ sơ của bạn đang chờ cán bộ kiểm tra lại. Người phụ trách đã được báo; bạn không cần làm gì."),
    ),
    Cause.JOB_FAILED: CauseWords(
        N_("Việc máy không làm được"), N_("Máy đã thử nhiều lần rồi dừng. Hãy thử lại khi nguyên nhân đã hết."),
        (Deed.AGAIN, Deed.OPEN), _MACHINE, _WAITS,
    ),
    Cause.OUTSIDE_SILENT: CauseWords(
        N_("Hệ thống, cơ quan ngoài không trả lời"),
        N_("Đã hỏi và chờ quá lâu mà không có trả lời. Máy vẫn hỏi tiếp; nên gọi cho bên đó."),
        (Deed.AGAIN, Deed.CONSULTATIONS, Deed.FEES, Deed.PARCEL, Deed.OPEN), _MACHINE,
        N_("Hồ sơ của bạn đang chờ trả lời của cơ quan khác. Cán bộ đã được báo; bạn không cần làm gì."),
    ),
    Cause.NOTICE_UNDELIVERED: CauseWords(
        N_("Người nộp không nhận được thông báo"),
        N_("Thông báo không đến được bằng kênh nào. Hãy gọi điện hoặc gửi giấy, rồi ghi là đã báo."),
        (Deed.TOLD, Deed.SEND, Deed.OPEN), (Role.RECEPTION, Role.HEAD), "",
    ),
    Cause.SIGNATURE_REFUSED: CauseWords(
        N_("Chữ ký bị từ chối"), N_("Lệnh ký không làm được và máy đã dừng. Văn bản chưa được ký."),
        (Deed.AGAIN, Deed.OPEN), _MACHINE,
        N_("Hồ sơ của bạn đang chờ ký: lần ký vừa rồi không được. Cán bộ đã được báo; bạn không cần làm gì."),
    ),
    Cause.ONLINE_UNANSWERED: CauseWords(
        N_("Hồ sơ trực tuyến chưa được trả lời"),
        N_("Người nộp phải được trả lời trong 8 giờ làm việc: tiếp nhận, yêu cầu bổ sung hoặc từ chối."),
        (Deed.OPEN, Deed.ASSIGN), (Role.HEAD,),
        N_("Hồ sơ của bạn đang chờ tiếp nhận lâu hơn 8 giờ làm việc. Người phụ trách đã được báo."),
    ),
    Cause.NO_HANDS: CauseWords(
        N_("Bước không có người làm"),
        N_("Người giữ bước không còn làm việc ở đơn vị, hoặc đơn vị không có ai giữ vai trò này."),
        (Deed.ASSIGN, Deed.OPEN), _MACHINE,
        N_("Hồ sơ của bạn đang chờ phân công người xử lý. Người phụ trách đã được báo."),
    ),
    Cause.TIMER_OVERDUE: CauseWords(
        N_("Hẹn giờ không chạy"), N_("Đã quá giờ hẹn mà máy không đánh thức được hồ sơ này."),
        (Deed.WAKE, Deed.OPEN), _MACHINE, _WAITS,
    ),
    Cause.PAUSE_WITHOUT_END: CauseWords(
        N_("Tạm dừng thời hạn mà không có gì kết thúc"),
        N_("Thời hạn đang dừng nhưng không có yêu cầu bổ sung, khoản phải nộp hay câu hỏi nào còn mở."),
        (Deed.GO_ON, Deed.OPEN), _MACHINE,
        N_("Hồ sơ của bạn đang chờ cán bộ kiểm tra lại thời hạn. Người phụ trách đã được báo."),
    ),
    Cause.SUPPLEMENT_NOT_LAPSED: CauseWords(
        N_("Hết hạn bổ sung mà hồ sơ không chuyển"),
        N_("Hạn bổ sung đã qua, người nộp không bổ sung, và không có hẹn giờ nào để kết thúc."),
        (Deed.REBUILD, Deed.OPEN), _MACHINE,
        N_("Hạn bổ sung hồ sơ của bạn đã qua và hồ sơ đang chờ cán bộ. Người phụ trách đã được báo."),
    ),
    Cause.LEDGER_DISAGREES: CauseWords(
        N_("Hạn của hồ sơ khác sổ thời hạn"),
        N_("Hạn ghi trên hồ sơ không phải hạn mà sổ thời hạn tính ra. Sổ thời hạn là đúng."),
        (Deed.FOLLOW_LEDGER, Deed.OPEN), _MACHINE,
        N_("Ngày hẹn trả của hồ sơ đang được kiểm tra lại. Người phụ trách đã được báo."),
    ),
}
