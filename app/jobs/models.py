"""Work that must happen outside the transaction that decided it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class Job(SQLModel, table=True):
    """One piece of outside work: what, for whom, how often tried. `key` names the work; the same key is done once."""

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", ("waiting", "done", "stuck", "dropped")),
        Index("ix_job_stuck", "office_id", "created_at", postgresql_where=text("state = 'stuck'")),
        Index("ix_job_waiting", "run_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_job_dossier", "dossier_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    office_id: int = Field(sa_column=office())
    dossier_id: UUID | None = None
    name: str = Field(max_length=60)  # the effect: "print_paper"
    key: str = Field(max_length=200, unique=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # ids only
    state: str = Field(default="waiting", max_length=10)
    attempts: int = 0
    trouble: str | None = None  # why the last attempt failed, in words
    created_at: datetime = Field(sa_column=moment())
    run_at: datetime = Field(sa_column=moment())
    done_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
