"""Receipts for results and money, and papers that a citizen declares and signs. rules.md §2.9, §10.3."""

from dataclasses import dataclass
from datetime import date, datetime

from app.papers.parts import Letterhead


@dataclass(frozen=True)
class ReturnedResult:
    """One result handed over. `form` is "Bản giấy", "Bản điện tử", …"""

    kind: str
    number: str
    issued_on: date
    summary: str = ""
    copies: int = 1
    form: str = "Bản giấy"


@dataclass(frozen=True)
class ResultReceipt:
    """Giấy biên nhận trả kết quả. rules.md §2.9. `relation` when the receiver is not the holder (giấy ủy quyền)."""

    head: Letterhead
    code: str
    number: str
    request: str
    holder: str
    results: tuple[ReturnedResult, ...]
    deliverer: str
    receiver: str
    returned_at: datetime
    receiver_phone: str = ""
    receiver_id: str = ""
    relation: str = ""
    papers_collected: tuple[str, ...] = ()
    originals_returned: tuple[str, ...] = ()
    track_url: str = ""
    reprint: int = 0


@dataclass(frozen=True)
class FeeLine:
    """One charge. `kind` is "Phí" or "Lệ phí"; `amount` in đồng."""

    kind: str
    name: str
    amount: int


@dataclass(frozen=True)
class Delegate:
    """Who collects on the collector's behalf (ủy nhiệm thu), e.g. the postal enterprise."""

    name: str
    address: str
    tax_code: str = ""


@dataclass(frozen=True)
class FeeReceipt:
    """Biên lai thu phí, lệ phí. NĐ 254/2026 Art. 23–26, local fields of rules.md §10.3. Issued at collection.

    `number` is 1 to 99,999,999 within a calendar year; the total is computed from `lines`, in đồng. A number out of
    range, no line or a negative amount raises ValueError.
    """

    collector: str
    collector_address: str
    tax_code: str
    form_symbol: str
    symbol: str
    number: int
    payer: str
    lines: tuple[FeeLine, ...]
    way: str
    collected_at: datetime
    cashier: str
    name: str = "Biên lai thu phí, lệ phí"
    copy: str = "Giao người nộp"
    payer_address: str = ""
    payer_id: str = ""
    code: str = ""
    request: str = ""
    delegate: Delegate | None = None
    track_url: str = ""
    reprint: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 99_999_999:
            raise ValueError("a receipt number has one to eight figures")
        if not self.lines or any(line.amount < 0 for line in self.lines):
            raise ValueError("a receipt has charges, none of them negative")

    @property
    def total(self) -> int:
        """What was paid, in đồng."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True)
class Section:
    """Answers under one heading: (label, value) pairs in the order asked."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Application:
    """Tờ khai, printed from the answers that were checked. `addressee` after "Kính gửi".

    `submitted_at` and `channel` for one that came online; `promise` is the declaration above the signature.
    """

    title: str
    addressee: str
    request: str
    sections: tuple[Section, ...]
    declarer: str
    place: str
    declared_on: date
    code: str = ""
    channel: str = ""
    submitted_at: datetime | None = None
    promise: str = (
        "Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật về cam đoan của mình."
    )
    components: tuple[str, ...] = ()
    track_url: str = ""
    reprint: int = 0


@dataclass(frozen=True)
class Undertaking:
    """Văn bản cam đoan of a citizen, where the rule accepts one in place of a paper."""

    addressee: str
    subject: str
    declarer: str
    facts: tuple[tuple[str, str], ...]
    statements: tuple[str, ...]
    place: str
    declared_on: date
    code: str = ""
    legal_basis: str = ""
    reprint: int = 0


