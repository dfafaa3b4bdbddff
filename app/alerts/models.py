"""What the office tells its own people: a term runs out, an apology is due, something stands still."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class AlertKind(StrEnum):
    """Why somebody is told."""

    TERM_NEAR = "term_near"  # before due
    TERM_DUE = "term_due"  # at due
    TERM_LATE = "term_late"  # after due
    APOLOGY_PROPOSED = "apology_proposed"  # early enough to go out the day before (R8)
    STUCK = "stuck"  # the sentinel found it


class Alert(SQLModel, table=True):
    """One thing one person, or all of one role, must know (nhắc việc). `key` makes it come once, whatever is retried."""

    __tablename__ = "alert"
    __table_args__ = (
        one_of("kind", AlertKind),
        Index("ix_alert_open", "office_id", "role", "at", postgresql_where=text("done_at IS NULL")),
        Index("ix_alert_officer", "officer_id", "at", postgresql_where=text("done_at IS NULL")),
        Index("ix_alert_dossier", "dossier_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID | None = None
    kind: str = Field(max_length=20)
    key: str = Field(max_length=200, unique=True)
    role: str = Field(max_length=40)  # of Role; read with `officer_id` when that is None
    officer_id: UUID | None = None  # exactly this person
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # ids, moments, numbers: no personal data
    at: datetime = Field(sa_column=moment())
    seen_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    seen_by: UUID | None = None
    done_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))  # nobody needs to act any more
