"""Reports as they were sent: frozen, with their lineage."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office


class ReportSnapshot(SQLModel, table=True):
    """A report frozen on the day it was sent (báo cáo đã chốt). A later correction is a new version, never a change."""

    __tablename__ = "report_snapshot"
    __table_args__ = (
        UniqueConstraint("office_id", "form", "first_day", "last_day", "scope", "version", name="uq_report_version"),
        Index("ix_report_snapshot_office", "office_id", "frozen_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    form: str = Field(max_length=20)  # "06a", "06b", "07a", "register", "overdue", "apologies", "index"
    first_day: date = Field(sa_type=Date)
    last_day: date = Field(sa_type=Date)  # included
    scope: str = Field(default="", max_length=200)  # offices and filters it was made for, as the address says them
    version: int  # 1, 2, … of the same form, period and scope
    content: dict[str, Any] = Field(sa_column=document())  # columns, rows, rules: all that printing it needs
    sha256: str = Field(max_length=64)  # of `content` in canonical JSON
    note: str = Field(default="", max_length=1000)  # why a new version
    frozen_by: UUID
    frozen_at: datetime = Field(sa_column=moment())
