"""The service-quality index: what has to be told from outside, and what offices have promised."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Column, Date, Index, Numeric, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.columns import moment, office


class IndexInput(SQLModel, table=True):
    """A numerator and denominator the office cannot count itself, with where they come from (số liệu nhập tay)."""

    __tablename__ = "index_input"
    __table_args__ = (
        UniqueConstraint("office_id", "indicator", "first_day", "last_day", "serial", name="uq_index_input"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    indicator: str = Field(max_length=20)  # "1.1", "5.2": an id of workflows/index/*.toml
    first_day: date = Field(sa_type=Date)
    last_day: date = Field(sa_type=Date)  # included
    serial: int  # the newest counts; older ones are kept
    numerator: int
    denominator: int
    source: str = Field(max_length=300)
    entered_by: UUID
    entered_at: datetime = Field(sa_column=moment())


class Target(SQLModel, table=True):
    """What a unit and its head promised to reach (chỉ tiêu), set by the office above or by itself."""

    __tablename__ = "target"
    __table_args__ = (Index("ix_target_office", "office_id", "valid_from"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    head_id: UUID | None = None  # the person who answers for it
    measure: str = Field(max_length=40)  # "on_time_rate", "online_rate", … of app.quality.targets
    goal: Decimal = Field(sa_column=Column(Numeric(7, 2), nullable=False))
    decision: str = Field(default="", max_length=300)
    valid_from: date = Field(sa_type=Date)
    valid_to: date | None = Field(default=None, sa_type=Date)
    set_by: UUID
    set_at: datetime = Field(sa_column=moment())
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
