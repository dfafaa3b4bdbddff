"""Handing the result over."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class DeliveryWay(StrEnum):
    """How a result reaches its owner; chosen by them, independent of how they applied."""

    ONLINE = "online"
    COUNTER = "counter"
    POST = "post"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    READY = "ready"
    ORDERED = "ordered"  # the post knows of it
    HANDED_OVER = "handed_over"  # the post has it
    IN_TRANSIT = "in_transit"
    FAILED_ATTEMPT = "failed_attempt"
    DELIVERED = "delivered"
    RETURNED = "returned"  # back at the office after two invitations


# Not over yet; the words of an index, and of those who ask it.
WAITING: Final = "state IN ('ready', 'ordered', 'handed_over', 'in_transit', 'failed_attempt')"


class Delivery(SQLModel, table=True):
    """One handing-over of a dossier's results (trả kết quả). One a dossier and way."""

    __tablename__ = "delivery"
    __table_args__ = (
        one_of("way", DeliveryWay),
        one_of("state", DeliveryState),
        UniqueConstraint("dossier_id", "way", name="uq_delivery_way"),
        Index("ix_delivery_office", "office_id", "state"),
        # What is over leaves this one: the lists of the counter and of the post begin with the oldest that waits.
        Index("ix_delivery_waiting", "office_id", "way", "created_at", "id", postgresql_where=text(WAITING)),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)  # also the order number at the post
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    way: str = Field(max_length=10)
    state: str = Field(max_length=20)
    receiver: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # name, phone, address
    collector: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # who took it, by which paper
    shipment_code: str | None = Field(default=None, max_length=60)
    handed_by: UUID | None = None
    created_at: datetime = Field(sa_column=moment())
    handed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    delivered_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class ShipmentEvent(SQLModel, table=True):
    """What the post said about a shipment; each event once."""

    __tablename__ = "shipment_event"

    delivery_id: UUID = Field(primary_key=True)
    event_id: str = Field(primary_key=True, max_length=120)
    office_id: int = Field(sa_column=office())
    at: datetime = Field(sa_column=moment())
    what: str = Field(max_length=30)
    detail: str | None = Field(default=None, max_length=300)
