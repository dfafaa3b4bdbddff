"""Questions to other agencies and communes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.kit.columns import moment, office, one_of


class ConsultationState(StrEnum):
    """Open, answered, or closed by silence."""

    ASKED = "asked"
    ANSWERED = "answered"
    SILENT = "silent"  # the term ran out; what that means is the drawing's
    WITHDRAWN = "withdrawn"


class Consultation(SQLModel, table=True):
    """A question to another agency or commune (lấy ý kiến, xác minh) with a deadline.

    `asked_office_id` names an office of this installation; else `agency` is outside and answers through `answer_key`,
    an unguessable word in a link.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        one_of("state", ConsultationState),
        Index("ix_consultation_dossier", "dossier_id"),
        Index("ix_consultation_asked", "asked_office_id", postgresql_where=text("state = 'asked'")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    task_no: int | None = None
    kind: str = Field(max_length=40)  # the step that asks: "consult_fire_safety", "ask_commune"
    agency: str = Field(max_length=200)
    asked_office_id: int | None = None
    question: str
    asked_by: UUID | None = None
    asked_at: datetime = Field(sa_column=moment())
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    state: str = Field(max_length=10)
    opinion: str | None = Field(default=None, max_length=20)  # agree, disagree, confirmed, not_confirmed
    answer: str | None = None
    answered_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    answered_by: UUID | None = None
    answer_key: str = Field(max_length=64, unique=True)
