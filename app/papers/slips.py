"""The slips and letters of the one-stop office: forms 01 to 06 of TT 03/2025/TT-VPCP, Phụ lục I.

Field lists: rules.md §2.2 to §2.7. Instants are aware; `code` is the dossier code; `track_url` is what the QR holds;
`reprint` counts from 1 for the first reprint; empty optional fields leave no line.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from app.papers.parts import Component, Letterhead, Signer


@dataclass(frozen=True)
class PhaseTwo:
    """Second phase of a linked procedure (field 16)."""

    received_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Receipt:
    """Giấy tiếp nhận hồ sơ và hẹn trả kết quả. Fields 1–20 of rules.md §2.2, in its order.

    `copy` is "Lưu" or "Giao người nộp"; `unit` the receiving unit; `request` the procedure's name and `summary` its
    trích yếu; `term` the legal term in words ("03 ngày làm việc"); `return_way` e.g. "Tại quầy"; `mask_id` for a copy
    that strangers may see; `due_at` None where no appointment is given. `competent` names the office that will answer
    when this one only took the dossier in for it; then `starts_by` is where it stands that the term begins there.
    """

    head: Letterhead
    code: str
    number: str
    unit: str
    submitter: str
    request: str
    components: tuple[Component, ...]
    term: str
    received_at: datetime
    due_at: datetime | None
    return_way: str
    receiver: str
    track_url: str
    copy: str = "Giao người nộp"
    book: str = ""
    serial: str = ""
    channel: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    id_number: str = ""
    mask_id: bool = False
    summary: str = ""
    holder: str = ""
    holder_address: str = ""
    sets: int = 1
    phase_two: PhaseTwo | None = None
    competent: str = ""
    starts_by: str = ""
    reprint: int = 0


@dataclass(frozen=True)
class SupplementRequest:
    """Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ. rules.md §2.3. One complete list; `due_at` if the rule sets a limit."""

    head: Letterhead
    code: str
    number: str
    unit: str
    holder: str
    request: str
    items: tuple[Component, ...]
    reason: str
    officer: str
    issued_on: date
    track_url: str
    due_at: datetime | None = None
    address: str = ""
    phone: str = ""
    email: str = ""
    officer_phone: str = ""
    reprint: int = 0


@dataclass(frozen=True)
class RefusalSlip:
    """Phiếu từ chối tiếp nhận giải quyết hồ sơ. rules.md §2.4. `code` and `submitted_at` only for online dossiers."""

    head: Letterhead
    number: str
    unit: str
    submitter: str
    request: str
    reasons: tuple[str, ...]
    officer: str
    issued_on: date
    code: str = ""
    submitted_at: datetime | None = None
    id_number: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    legal_basis: str = ""
    officer_phone: str = ""
    track_url: str = ""
    reprint: int = 0


@dataclass(frozen=True)
class Apology:
    """Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết. rules.md §2.5. `lead` is the agency at fault.

    `late`: written after the due moment, so that `new_due_at` is only what is expected; no new term is agreed.
    """

    head: Letterhead
    number: str
    code: str
    addressee: str
    request: str
    received_at: datetime
    due_at: datetime
    new_due_at: datetime
    lead: str
    reason: str
    return_place: str
    signer: Signer
    issued_on: date
    track_url: str
    recipients: tuple[str, ...] = ()
    late: bool = False
    reprint: int = 0


@dataclass(frozen=True)
class StopNotice:
    """Thông báo dừng giải quyết hồ sơ. rules.md §2.6 (official layout not seen).

    `wish` is the request to stop, `stage` what had been reached, `fees` and `papers` what becomes of them.
    """

    head: Letterhead
    number: str
    code: str
    addressee: str
    request: str
    received_at: datetime
    wish: str
    stage: str
    decision: str
    fees: str
    papers: str
    signer: Signer
    issued_on: date
    track_url: str
    legal_basis: str = ""
    recipients: tuple[str, ...] = ()
    reprint: int = 0


@dataclass(frozen=True)
class HandOver:
    """One hand-over of a dossier. `verdict` judges the giver's step: time used against step time."""

    giver: str
    receiver: str
    at: datetime
    giver_name: str = ""
    receiver_name: str = ""
    verdict: Literal["early", "on_time", "late"] | None = None
    note: str = ""


@dataclass(frozen=True)
class ControlSlip:
    """Phiếu kiểm soát quá trình giải quyết hồ sơ. rules.md §2.7; the log of hand-overs, first and last the one-stop."""

    head: Letterhead
    code: str
    number: str
    holder: str
    request: str
    received_at: datetime
    due_at: datetime | None
    lead: str
    rows: tuple[HandOver, ...]
    issued_on: date
    partners: tuple[str, ...] = ()
    reprint: int = 0
