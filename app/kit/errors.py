"""The four kinds of refusal. A domain error is a subclass named after the fact; `says` is what the person reads."""

from typing import ClassVar

from app.kit.words import N_, say


class Refusal(Exception):
    """Something a person asked for that will not be done, with a sentence that says what to do instead."""

    says: ClassVar[str] = N_("Không làm được việc này.")

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(type(self).__name__)

    def words(self, language: str = "vi") -> str:
        """The sentence for the reader, in their language."""
        return say(type(self).says, language, **self.fields)


class NotFound(Refusal):
    """There is no such thing, or not for this person: the two answers are the same."""

    says = N_("Không tìm thấy. Hãy kiểm tra lại mã hoặc đường dẫn.")


class Forbidden(Refusal):
    """The thing exists and the person may know so, but may not do this."""

    says = N_("Bạn không có quyền làm việc này.")


class Conflict(Refusal):
    """Somebody or something was faster; what is true now must be looked at first."""

    says = N_("Việc này vừa thay đổi. Hãy xem lại trước khi làm tiếp.")


class Refused(Refusal):
    """What was given is not acceptable; the sentence says which part and what would be."""

    says = N_("Nội dung chưa hợp lệ. Hãy sửa rồi gửi lại.")


class Unavailable(Refusal):
    """Something we lean on is down for now. Nothing was lost; trying again later is right."""

    says = N_("Hệ thống đang gián đoạn. Việc của bạn chưa mất. Hãy thử lại sau ít phút.")
