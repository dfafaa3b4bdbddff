"""Pieces of human work that wait for somebody."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.kit.columns import moment, office


class StepState(StrEnum):
    """A step waits, or somebody has it."""

    WAITING = "waiting"
    CLAIMED = "claimed"


class Step(SQLModel, table=True):
    """One open piece of human work (bước xử lý). Finished steps leave this table; the journal keeps them."""

    __tablename__ = "step"
    __table_args__ = (
        # The order of the work list to its end, with all a line needs of the step: a page is one walk down it.
        Index("ix_step_work", "office_id", "role", "due_at", "dossier_id", "task_no",
              postgresql_include=["officer_id", "name"]),
        Index("ix_step_officer", "officer_id", postgresql_where=text("officer_id IS NOT NULL")),
    )

    dossier_id: UUID = Field(primary_key=True)
    task_no: int = Field(primary_key=True)  # the engine's number for this piece of work
    office_id: int = Field(sa_column=office())
    name: str = Field(max_length=80)  # its id in the drawing: check_papers
    role: str = Field(max_length=40)
    officer_id: UUID | None = None  # who has it
    opened_at: datetime = Field(sa_column=moment())
    claimed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))  # the step's own budget
