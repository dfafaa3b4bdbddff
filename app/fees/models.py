"""Money: what is owed, what came in, the receipt for it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class FeeState(StrEnum):
    """Where a fee line stands."""

    OWED = "owed"
    PAID = "paid"
    WAIVED = "waived"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


class PaymentState(StrEnum):
    """Where a payment stands. `unknown` never invites a second payment."""

    STARTED = "started"
    UNKNOWN = "unknown"
    CAPTURED = "captured"
    FAILED = "failed"


class Fee(SQLModel, table=True):
    """One line owed (phí, lệ phí). Money is in đồng."""

    __tablename__ = "fee"
    __table_args__ = (one_of("state", FeeState), Index("ix_fee_dossier", "dossier_id"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    code: str = Field(max_length=60)
    kind: str = Field(max_length=10)  # phí or lệ phí: "fee", "charge"
    name: str = Field(max_length=200)
    quantity: int = 1
    amount: int
    explanation: str  # how the amount came about, with its legal basis
    state: str = Field(default="owed", max_length=10)
    paid_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Payment(SQLModel, table=True):
    """One attempt to pay all that a dossier owes (thanh toán)."""

    __tablename__ = "payment"
    __table_args__ = (
        one_of("state", PaymentState),
        Index("ix_payment_dossier", "dossier_id"),
        Index("ix_payment_open", "started_at", postgresql_where=text("state IN ('started', 'unknown')")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)  # also the id the payment platform knows it by
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    amount: int
    method: str = Field(max_length=10)  # counter, online
    state: str = Field(max_length=10)
    provider_reference: str | None = Field(default=None, max_length=100)
    pay_url: str | None = Field(default=None, max_length=500)
    started_at: datetime = Field(sa_column=moment())
    settled_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    taken_by: UUID | None = None
    fee_ids: list[str] = Field(default_factory=list, sa_column=document())


class FeeReceipt(SQLModel, table=True):
    """A receipt (biên lai): number of at most 8 digits from 1 each year (NĐ 254/2026 art. 23). One a payment."""

    __tablename__ = "fee_receipt"
    __table_args__ = (UniqueConstraint("office_id", "series", "year", "number", name="uq_fee_receipt_number"),)

    payment_id: UUID = Field(primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    series: str = Field(max_length=20)
    year: int
    number: int
    issued_on: date = Field(sa_type=Date)
    document_id: UUID | None = None


class OutsideMessage(SQLModel, table=True):
    """A message from an outside system, kept once by its own id: repeated, late and reordered ones do no harm."""

    __tablename__ = "outside_message"

    source: str = Field(primary_key=True, max_length=20)  # payment, sms, post
    event_id: str = Field(primary_key=True, max_length=120)
    received_at: datetime = Field(sa_column=moment())
    body: dict[str, Any] = Field(default_factory=dict, sa_column=document())
