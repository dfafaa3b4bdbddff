"""What the deadline ledger will not write, named after the fact. Being late is not among them."""

from app.kit.errors import Conflict, NotFound, Refused
from app.kit.words import N_


class DeadlineNotStarted(NotFound):
    """No term runs on this dossier yet."""

    says = N_("Hồ sơ này chưa bắt đầu tính thời hạn.")


class DeadlineAlreadyRuns(Conflict):
    """A dossier's term starts once; a new full term is a restart."""

    says = N_("Hồ sơ này đã được tính thời hạn.")


class DeadlineEnded(Conflict):
    """Handling is over; its ledger is closed."""

    says = N_("Hồ sơ đã kết thúc xử lý; thời hạn không thay đổi nữa.")


class DeadlinePaused(Conflict):
    """The clock stands still; it must go on first."""

    says = N_("Thời hạn đang tạm dừng. Hãy cho chạy tiếp trước.")


class DeadlineNotPaused(Conflict):
    """The clock is running; there is nothing to set going."""

    says = N_("Thời hạn đang chạy, không có gì để tiếp tục.")


class LedgerMoved(Conflict):
    """Somebody wrote a line to this ledger at the same time."""

    says = N_("Thời hạn của hồ sơ vừa được người khác thay đổi. Hãy xem lại trước khi làm tiếp.")


class LedgerRunsForward(Refused):
    """A fact older than the last one in the ledger."""

    says = N_("Thời điểm {at} sớm hơn lần ghi trước ({last}).")


class ExtensionTooLate(Refused):
    """An apology goes out at the latest the day before (R8); the dossier can still be finished, as late."""

    says = N_("Phải xin lỗi và hẹn lại chậm nhất một ngày trước hạn {due}. Hồ sơ vẫn được giải quyết và trả kết quả.")


class ExtensionAskedTwice(Refused):
    """One extension for one ground (R8)."""

    says = N_("Hồ sơ này đã gia hạn một lần với lý do đó; chỉ được hẹn lại một lần.")


class ExtensionNotLater(Refused):
    """A new date that gives no time."""

    says = N_("Ngày hẹn mới phải sau {due}.")


class ExtensionOutsideHours(Refused):
    """A promise for a moment when nobody is there."""

    says = N_("Cơ quan không làm việc lúc {due}. Chọn thời điểm trong giờ làm việc.")


class ExtensionNeedsReason(Refused):
    """Reason and legal ground are part of the apology (R7)."""

    says = N_("Gia hạn phải có lý do và căn cứ.")
