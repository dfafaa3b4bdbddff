"""What can go wrong with moving a dossier, said to the person who tried."""

from app.kit.errors import Conflict, Forbidden, Refused
from app.kit.words import N_


class StepNoLongerOpen(Conflict):
    """Somebody finished the step first."""

    says = N_("Bước này đã xong trước đó. {done}Hãy mở lại hồ sơ để xem việc tiếp theo.")


class StepHeldByColleague(Conflict):
    """A colleague has the step."""

    says = N_("{name} đang giữ bước này từ {since}. Hãy hỏi đồng nghiệp, hoặc nhờ lãnh đạo giao lại.")


class CaseMoved(Conflict):
    """The dossier changed between reading and writing."""

    says = N_("Hồ sơ vừa được người khác cập nhật. Việc của bạn chưa được ghi. Hãy mở lại rồi làm tiếp.")


class NotYourStep(Forbidden):
    """The lane of the step is another role's."""

    says = N_("Bước này thuộc vai trò khác trong đơn vị. Bạn xem được nhưng không làm được.")


class ActionUnknown(Refused):
    """The step has no such action."""

    says = N_("Bước này không có thao tác đó. Hãy tải lại trang.")


class AnswerDoesNotFit(Refused):
    """A value the procedure routes by is of the wrong kind or too long."""

    says = N_("Một câu trả lời không dùng được để chuyển bước. Hãy kiểm tra lại các mục vừa điền.")


class ReasonMissing(Refused):
    """A negative action needs its reason in writing (NĐ 118/2025 art. 5)."""

    says = N_("Hãy ghi rõ lý do. Người dân sẽ đọc lý do này.")


class ChecklistUnfinished(Refused):
    """Not every paper has its verdict."""

    says = N_("Còn {left} giấy tờ chưa xét. Hãy xét đủ rồi mới chuyển bước.")


class PapersNotInOrder(Refused):
    """A paper is missing or wrong, so the dossier cannot be accepted."""

    says = N_("Có giấy tờ còn thiếu hoặc sai. Hãy yêu cầu bổ sung hoặc từ chối.")


class NothingToSupplement(Refused):
    """A supplement request names at least one thing."""

    says = N_("Chưa có giấy tờ nào bị đánh dấu thiếu hoặc sai. Hãy xét giấy tờ trước.")


class SecondSupplementNeedsApproval(Refused):
    """A second request needs a legal basis and an approver (rules.md 1.5, R6)."""

    says = N_("Hồ sơ đã được yêu cầu bổ sung một lần. Lần nữa phải có căn cứ pháp lý và người phụ trách duyệt.")


class WrongState(Conflict):
    """What was asked does not fit where the dossier stands."""

    says = N_("Hồ sơ đang ở trạng thái “{state}” nên chưa làm được việc này.")


class NotComplete(Refused):
    """The dossier cannot be submitted yet."""

    says = N_("Hồ sơ chưa đủ. Còn thiếu: {missing}.")


class FieldsRefused(Refused):
    """Values that do not fit. `errors` are {field id: sentence}."""

    says = N_("Có lỗi cần sửa")

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


class ChannelNotOffered(Refused):
    """The procedure is not received this way."""

    says = N_("Thủ tục này không nhận theo cách đó. {reason}")


class OverdueNotice(Refused):
    """The apology came too late or a second time (rules.md R8)."""

    says = N_("Chỉ được hẹn lại một lần cho mỗi hồ sơ.")


class PreviewChanged(Conflict):
    """What the signer saw is not what would be signed (I12)."""

    says = N_("Bản dự thảo đã thay đổi sau khi bạn xem. Hãy xem lại trước khi ký.")


class NeedsHead(Forbidden):
    """Stopping and extending are decided by the head of the office or a leader."""

    says = N_("Việc này do người phụ trách bộ phận Một cửa hoặc lãnh đạo quyết định.")


class OpinionUnknown(Refused):
    """An agency's answer that is none of the four."""

    says = N_("Hãy chọn ý kiến: đồng ý, không đồng ý, xác nhận hoặc không xác nhận.")


class MessageEmpty(Refused):
    """A message without words."""

    says = N_("Hãy viết nội dung tin nhắn.")


class MessageTooLong(Refused):
    """A message longer than anybody reads."""

    says = N_("Tin nhắn dài {given} chữ, nhiều nhất {most}. Hãy viết ngắn lại, hoặc gửi giấy tờ kèm theo.")
