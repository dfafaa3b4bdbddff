"""What the office tells the applicant, and what they write to each other."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class NoticeState(StrEnum):
    """Where a notice stands with its channel."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"  # no address on that channel


class Notice(SQLModel, table=True):
    """One message to the applicant about one change, on one channel (thông báo). `key` makes it go out once."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("state", NoticeState),
        Index("ix_notice_dossier", "dossier_id"),
        Index("ix_notice_failed", "office_id", postgresql_where=text("state = 'failed'")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    citizen_id: UUID
    event: str = Field(max_length=60)
    key: str = Field(max_length=200, unique=True)
    channel: str = Field(max_length=10)  # page, email, sms
    language: str = Field(max_length=5)
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    state: str = Field(default="queued", max_length=10)
    trouble: str | None = None
    created_at: datetime = Field(sa_column=moment())
    sent_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    read_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class Message(SQLModel, table=True):
    """What citizen and office write to each other about a dossier (tin nhắn)."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_dossier", "dossier_id", "at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    at: datetime = Field(sa_column=moment())
    author_kind: str = Field(max_length=10)  # officer, citizen
    author_id: UUID
    body: str
    read_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
