"""The journal: every change of a dossier, once, for ever."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, PrimaryKeyConstraint, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office


class JournalLine(SQLModel, table=True):
    """Who did what to which dossier, when and why (nhật ký). Append-only: the application may only insert and read."""

    __tablename__ = "journal_line"
    __table_args__ = (
        PrimaryKeyConstraint("dossier_id", "id", name="journal_line_pkey"),
        Index("ix_journal_line_finished", "office_id", "at", postgresql_where=text("event = 'step.finished'")),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    at: datetime = Field(sa_column=moment())
    event: str = Field(max_length=60)  # past tense: "step.finished"
    actor_kind: str = Field(max_length=10)  # officer, citizen, system, outside
    actor_id: UUID | None = None
    why: str | None = None  # the reason a person gave, in their words
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # ids, numbers, moments: no personal data
    # Of a finished step, most of what is written (app.journal.service.Finished). Older lines have it in their facts.
    opened_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    task_no: int | None = None
    step: str | None = Field(default=None, max_length=80)
    action: str | None = None
    role: str | None = Field(default=None, max_length=40)
