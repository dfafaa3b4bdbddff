"""The people the office serves."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.kit.columns import moment


class Citizen(SQLModel, table=True):
    """A person who applies (người nộp hồ sơ, chủ hồ sơ).

    A birth date may be partial: year alone, or month and year, is legal and is never filled up with an invented day.
    """

    __tablename__ = "citizen"
    __table_args__ = (
        Index(
            "uq_citizen_number", "personal_number", unique=True, postgresql_where=text("personal_number IS NOT NULL")
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    subject: str | None = Field(default=None, max_length=200, unique=True)  # who VNeID says it is
    personal_number: str | None = Field(default=None, max_length=12)  # số định danh cá nhân
    name: str = Field(max_length=200)
    name_folded: str = Field(max_length=200)
    birth_year: int | None = None
    birth_month: int | None = None
    birth_day: int | None = None
    sex: str | None = Field(default=None, max_length=10)
    address: str | None = Field(default=None, max_length=400)
    phone: str | None = Field(default=None, max_length=30)
    email: str | None = Field(default=None, max_length=200)
    language: str = Field(default="vi", max_length=5)
    id_issued_on: str | None = Field(default=None, max_length=10)
    old_number: str | None = Field(default=None, max_length=9)
    created_at: datetime = Field(sa_column=moment())
