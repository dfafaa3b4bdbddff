"""Published procedures."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment


class ProcedureVersion(SQLModel, table=True):
    """One published version of a procedure (thủ tục hành chính): its whole package, frozen.

    A dossier keeps the version valid on the day it was filed. `digest` is the SHA-256 of the package's files.
    """

    __tablename__ = "procedure_version"
    __table_args__ = (UniqueConstraint("code", "digest", name="uq_procedure_version_digest"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(max_length=20, index=True)  # 1.001193
    digest: str = Field(max_length=64)
    name: str = Field(max_length=300)
    sector: str = Field(max_length=60)
    search: str  # folded words
    valid_from: date = Field(sa_type=Date)
    valid_to: date | None = Field(default=None, sa_type=Date)
    package: dict[str, Any] = Field(sa_column=document())  # file name → text
    published_at: datetime = Field(sa_column=moment())
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
