"""What can go wrong with an outside system. No personal data: the system's name and a fixed word."""

from app.kit.errors import Forbidden, Refused, Unavailable
from app.kit.words import N_


class GatewayDown(Unavailable):
    """The outside system gave no usable answer; what it did is unknown. Call again under the same id.

    `retryable` is false when waiting will not help (it does not accept our key, the address is wrong).
    `reason` is a fixed word for the log: no_connection, too_slow, http_503, not_understood, key_refused …
    """

    says = N_("Hệ thống bên ngoài chưa trả lời. Việc của bạn chưa mất và sẽ được làm tiếp. Hãy thử lại sau ít phút.")

    def __init__(self, system: str, retryable: bool, reason: str) -> None:
        super().__init__(system=system)
        self.system, self.retryable, self.reason = system, retryable, reason

    def __str__(self) -> str:
        return f"{self.system}: {self.reason}"


class GatewayRefused(Refused):
    """The outside system understood and said no; asking again unchanged gives the same answer.

    `reason` is the system's own word for machines (other_content, bad_number …), never its sentence.
    """

    says = N_("Hệ thống bên ngoài không nhận nội dung này. Hãy kiểm tra lại thông tin.")

    def __init__(self, system: str, reason: str) -> None:
        super().__init__(system=system)
        self.system, self.reason = system, reason

    def __str__(self) -> str:
        return f"{self.system}: {self.reason}"


class ForgedMessage(Forbidden):
    """A pushed message that is not provably from the outside system and fresh. Nothing of it may be believed."""

    says = N_("Thông điệp không xác thực được nguồn gửi.")

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
