"""The register, and what goes with the post. rules.md §2.8, §2.9, §11."""

from dataclasses import dataclass
from datetime import date, datetime

from app.papers.parts import Letterhead


@dataclass(frozen=True)
class RegisterRow:
    """One dossier in the register; the columns of rules.md §2.8 after the running number."""

    code: str
    request: str
    sets: int
    holder: str
    address: str
    phone: str
    lead: str
    received_on: date
    due_at: datetime | None
    result_on: date | None
    returned_on: date | None
    return_way: str
    receiver: str
    note: str = ""


@dataclass(frozen=True)
class Register:
    """Sổ theo dõi hồ sơ (A4 landscape). Numbers run on through the year: `first_number` is that of the first row."""

    head: Letterhead
    unit: str
    book: str
    from_on: date
    to_on: date
    rows: tuple[RegisterRow, ...]
    issued_on: date
    first_number: int = 1
    reprint: int = 0


@dataclass(frozen=True)
class PostalLabel:
    """A6 label of a shipment. `shipment` is what the bar code holds (printable ASCII). Money in đồng."""

    shipment: str
    code: str
    sender: str
    sender_address: str
    sender_phone: str
    receiver: str
    receiver_address: str
    receiver_phone: str
    contents: tuple[str, ...]
    handed_on: date
    service: str = "Chuyển trả kết quả"
    to_collect: int = 0
    papers_back: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shipment:
    """One line of the daily hand-over. `to_collect` in đồng; `papers_back` is what the courier brings back."""

    shipment: str
    code: str
    request: str
    result: str
    receiver: str
    address: str
    phone: str
    to_collect: int = 0
    papers_back: str = ""


@dataclass(frozen=True)
class HandoverList:
    """Danh sách bàn giao kết quả cho bưu chính, one per day; both sides count and sign."""

    head: Letterhead
    number: str
    unit: str
    post_office: str
    handed_at: datetime
    rows: tuple[Shipment, ...]
    giver: str
    receiver: str = ""
    reprint: int = 0
