"""What the sentinel found standing still."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office


class Finding(SQLModel, table=True):
    """A dossier, or a piece of outside work, that does not move on by itself (hồ sơ bị kẹt).

    Open while `cleared_at` is empty; the same trouble is open once. It is cleared by the sweep that no longer finds it.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("uq_finding_open", "cause", "subject", unique=True, postgresql_where=text("cleared_at IS NULL")),
        Index("ix_finding_office", "office_id", "found_at", "id", postgresql_where=text("cleared_at IS NULL")),
        Index("ix_finding_dossier", "dossier_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID | None = None
    cause: str = Field(max_length=40)  # a word of app.sentinel.causes
    subject: str = Field(max_length=100)  # what exactly: "job:17", "step:<dossier>:4", "notice:<id>"
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # ids, numbers, moments: no personal data
    since: datetime = Field(sa_column=moment())  # since when it stands still
    found_at: datetime = Field(sa_column=moment())
    cleared_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
